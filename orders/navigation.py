"""What orders adds to the navigation, the search, the first page, and the words of the activity log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import activity_words
from base import cards, navigation, search
from base.navigation import Group, NavEntry
from orders.figures import figures
from orders.models import Customer, Order, Product
from orders.shelf import low_count

if TYPE_CHECKING:
    from django.http import HttpRequest


def open_orders(user: Any) -> int | None:
    """How many orders are open; nothing to say for none."""
    return figures(user).open or None


def low_products(user: Any) -> str | None:  # noqa: ARG001  # the navigation asks with its reader
    """How many products run low (“6 low”); nothing to say for none."""
    low = low_count()
    return gettext("%(count)s low") % {"count": low} if low else None


navigation.register(NavEntry(Group.SELL, _("Orders"), "orders:orders", "orders.view", open_orders, order=10))
navigation.register(NavEntry(Group.SELL, _("Board"), "orders:board", "orders.view", order=20))


navigation.register(NavEntry(Group.SELL, _("Customers"), "orders:customers", "customers.view", order=40))
navigation.register(NavEntry(Group.SELL, _("Products"), "orders:products", "products.view", low_products, order=50))


def find_orders(query: str, user: Any, limit: int) -> list[search.Hit]:
    """Orders by number, or by their customer's name, phone or e-mail; the newest first."""
    rows = Order.objects.seen_by(user).search(query).select_related("customer").order_by("-created_at", "-id")
    return [
        search.Hit(
            row.order_number,
            f"{row.customer.full_name} · {row.customer.phone} · {row.get_status_display()}",
            reverse("orders:order", args=[row.pk]),
            _("Order"),
        )
        for row in rows[:limit]
    ]


def find_customers(query: str, user: Any, limit: int) -> list[search.Hit]:  # noqa: ARG001  # a search is asked with its reader
    """Customers by name, phone or e-mail; the newest first."""
    rows = Customer.objects.search(query).order_by("-created_at", "-id")
    kind = _("Customer")
    return [
        search.Hit(row.full_name, " · ".join(filter(None, [row.phone, row.area])), reverse("orders:customer", args=[row.pk]), kind)
        for row in rows[:limit]
    ]


def find_products(query: str, user: Any, limit: int) -> list[search.Hit]:  # noqa: ARG001  # as above
    """Products by name or the start of the SKU; those that are sold first."""
    rows = Product.objects.search(query).order_by("-is_active", "name", "id")
    return [search.Hit(row.name, row.sku, reverse("orders:product", args=[row.pk]), _("Product")) for row in rows[:limit]]


def todays_orders(request: HttpRequest) -> dict[str, Any] | None:
    """What the card of the first page shows; left out where nothing is open and nothing was tried today."""
    found = figures(request.user)  # type: ignore[arg-type]  # pages ask for the signed-in
    return {"figures": found} if found.open or found.tried_today else None


search.register("orders", "orders.view", find_orders)
search.register("customers", "customers.view", find_customers)
search.register("products", "products.view", find_products)
cards.register(cards.Card(_("Orders"), "orders/_today.html", todays_orders, "orders.view", order=10))
activity_words.register(
    {
        "address_changed": _("Changed an address"),
        "address_created": _("Added an address"),
        "address_deleted": _("Removed an address"),
        "category_changed": _("Changed a category"),
        "category_created": _("Added a category"),
        "category_deleted": _("Removed a category"),
        "customer_changed": _("Changed a customer"),
        "customer_created": _("Added a customer"),
        "customers_exported": _("Exported customers"),
        "customers_merged": _("Merged customers"),
        "customers_tagged": _("Tagged customers"),
        "discount_changed": _("Changed a promo code"),
        "discount_created": _("Added a promo code"),
        "order_assigned": _("Assigned orders"),
        "order_collected": _("Noted the money as collected"),
        "order_created": _("Placed an order"),
        "order_deleted": _("Deleted orders"),
        "order_edited": _("Edited an order"),
        "order_restored": _("Restored orders"),
        "orders_created": _("Placed orders"),
        "orders_exported": _("Exported orders"),
        "product_changed": _("Changed a product"),
        "product_created": _("Added a product"),
        "products_exported": _("Exported products"),
        "status_changed": _("Moved orders"),
        "stock_adjusted": _("Adjusted stock"),
        "stock_counted": _("Counted stock"),
        "stock_taken_in": _("Took goods in"),
        "warehouse_changed": _("Changed a warehouse"),
        "warehouse_created": _("Opened a warehouse"),
    }
)
