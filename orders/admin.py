"""The tables of orders in the admin: searched and looked at; what may be changed goes through the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.utils import timezone
from unfold.admin import TabularInline

from accounts.tenant_admin import DomainModelForm, ReadOnlyAdmin, TenantAdmin
from base.paging import NEWEST_FIRST
from orders.actions import catalogue, customers, stockkeeping
from orders.models import (
    Address,
    AgentPerformance,
    BulkJob,
    Category,
    Customer,
    Discount,
    Order,
    OrderDetails,
    OrderHistory,
    Product,
    SavedView,
    StockMovement,
    Warehouse,
)
from orders.states import LIFECYCLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest


class _SearchedByQuery:
    """Searches as the pages do, by the named question of the queryset, which its indexes answer."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip()
        return (queryset.search(words) if words else queryset), False


class ActionForm(DomainModelForm):
    """Looks at each value alone: the rules of the row are told by the actions, in words and on their field."""

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in self._meta.model._meta.fields}


class _ByAction(TenantAdmin):
    """Rows that actions make and change: `create` and `change` take the values of `changed_by_action`. None is deleted here."""

    permission_names: ClassVar[Mapping[str, str]] = {"delete": ""}
    form = ActionForm
    changed_by_action: ClassVar[tuple[str, ...]]
    create: ClassVar[Callable[..., Any]]
    change: ClassVar[Callable[..., Any]]
    # Whether an action wants all values, also those that stayed.
    wants_all: ClassVar[bool] = False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = [name for name in self.changed_by_action if name in form.cleaned_data and (self._all(change) or name in form.changed_data)]
        values = {name: form.cleaned_data[name] for name in wanted}
        if change:
            made = type(self).change(type(obj).objects.get(pk=obj.pk), **values, actor=request.user) if values else obj
        else:
            made = type(self).create(**values, actor=request.user)
        obj.__dict__.update(made.__dict__)

    def _all(self, change: bool) -> bool:
        return self.wants_all or not change


@admin.register(Customer)
class CustomersAdmin(_SearchedByQuery, _ByAction):
    """Customers. They are tagged, blocked and merged on their page."""

    permission_area = "customers"
    create, change = staticmethod(customers.create_customer), staticmethod(customers.change_customer)
    list_display = ("full_name", "phone", "area", "city", "total_orders", "total_spent", "return_rate", "blocked", "created_at")
    list_filter = ("blocked",)
    search_fields = ("full_name", "phone", "email")
    ordering = NEWEST_FIRST
    changed_by_action = ("full_name", "phone", "email", "address", "area", "city", "postal_code", "notes")
    readonly_fields = (
        "tags", "total_orders", "total_spent", "returned_orders", "return_rate", "blocked", "blocked_reason", "merged_into", "created_at",
        "updated_at",
    )  # fmt: skip
    fields = (*changed_by_action, *readonly_fields)


@admin.register(Address)
class AddressesAdmin(ReadOnlyAdmin):
    """Addresses; they are added and removed on the customer's page."""

    permission_area = "customers"
    list_display = ("customer", "label", "address", "area", "city", "is_default")
    list_filter = ("is_default",)
    list_select_related = ("customer",)
    search_fields = ("address", "area", "city")
    ordering = NEWEST_FIRST


@admin.register(Category)
class CategoriesAdmin(_ByAction):
    """The tree of categories."""

    permission_area = "products"
    create, change = staticmethod(catalogue.create_category), staticmethod(catalogue.change_category)
    wants_all = True
    list_display = ("name", "parent", "created_at")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    changed_by_action = ("name", "parent")
    fields = changed_by_action


@admin.register(Product)
class ProductsAdmin(_SearchedByQuery, _ByAction):
    """Products. Stock is moved, and the listing reviewed, on their page."""

    permission_area = "products"
    create, change = staticmethod(catalogue.create_product), staticmethod(catalogue.change_product)
    list_display = ("name", "sku", "category", "price", "stock_quantity", "low_stock_threshold", "is_active", "listing_status")
    list_filter = ("is_active", "listing_status", "allow_backorders", "category")
    list_select_related = ("category",)
    search_fields = ("name", "sku")
    ordering = NEWEST_FIRST
    changed_by_action = (
        "name", "sku", "description", "category", "price", "cost_price", "low_stock_threshold", "allow_backorders", "variants", "images",
        "is_active",
    )  # fmt: skip
    readonly_fields = ("stock_quantity", "listing_status", "created_at", "updated_at")
    fields = (*changed_by_action, *readonly_fields)


@admin.register(Warehouse)
class WarehousesAdmin(_ByAction):
    """Where stock lies."""

    permission_area = "products"
    permission_names: ClassVar[Mapping[str, str]] = {"add": "products.edit", "delete": ""}
    create, change = staticmethod(stockkeeping.open_warehouse), staticmethod(stockkeeping.change_warehouse)
    wants_all = True
    list_display = ("name", "address", "is_default", "is_active")
    list_filter = ("is_default", "is_active")
    search_fields = ("name", "address")
    ordering = ("name", "pk")
    changed_by_action = ("name", "address", "is_default")
    fields = changed_by_action


@admin.register(StockMovement)
class StockMovementsAdmin(ReadOnlyAdmin):
    """Every movement of stock; a mistake is mended by another one, on the product's page."""

    permission_area = "products"
    list_display = ("created_at", "product", "variant_id", "kind", "quantity", "warehouse", "user", "note")
    list_filter = ("kind", "warehouse")
    list_select_related = ("product", "warehouse", "user")
    search_fields = ("product__sku__startswith",)
    ordering = NEWEST_FIRST


@admin.register(Discount)
class DiscountsAdmin(_ByAction):
    """Promo codes with how often they were used; switched off, not deleted."""

    permission_area = "products"
    create, change = staticmethod(catalogue.create_discount), staticmethod(catalogue.change_discount)
    list_display = ("code", "kind", "value", "starts_at", "ends_at", "uses", "max_uses", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("code",)
    ordering = NEWEST_FIRST
    changed_by_action = (
        "code", "kind", "value", "minimum_subtotal", "starts_at", "ends_at", "max_uses", "max_uses_per_customer", "is_active",
    )  # fmt: skip
    readonly_fields = ("uses", "created_at", "updated_at")
    fields = (*changed_by_action, *readonly_fields)


class HistoryInline(TabularInline):
    """What an order was, and when it became something else."""

    model = OrderHistory
    fields = readonly_fields = ("created_at", "old_status", "new_status", "changed_by_user", "notes")
    ordering = NEWEST_FIRST
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.view"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderHistory]:
        rows: QuerySet[OrderHistory] = super().get_queryset(request).select_related("changed_by_user")
        return rows


@admin.register(Order)
class OrdersAdmin(_SearchedByQuery, TenantAdmin):
    """Orders. They are placed by their page and never deleted here. A status that is set here is a plain save: history, figures
    and stock follow it, and a move that the lifecycle does not know is refused beside the field.
    """

    permission_area = "orders"
    permission_names: ClassVar[Mapping[str, str]] = {"add": "", "delete": ""}
    list_display = ("order_number", "customer", "status", "priority", "delivery_area", "total_amount", "payment_status", "created_at")
    list_filter = ("status", "priority", "payment_status", "payment_method", "source")
    list_select_related = ("customer",)
    search_fields = ("order_number",)
    ordering = NEWEST_FIRST
    inlines = (HistoryInline,)
    _changeable = ("status", "priority", "internal_notes")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        rest = [field.name for field in Order._meta.fields if field.name not in {"id", "tenant", *self._changeable}]
        return [*self._changeable, *rest]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in self.get_fields(request, obj) if name not in self._changeable)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only what was changed, so that nothing that somebody else did meanwhile is written back."""
        changed = [name for name in self._changeable if name in form.changed_data]
        stamp = LIFECYCLE.stamps.get(obj.status) if "status" in changed else None
        if stamp:
            setattr(obj, stamp, timezone.now())
            changed.append(stamp)
        if changed:
            obj.save(update_fields=changed)


@admin.register(OrderHistory)
class OrderHistoryAdmin(ReadOnlyAdmin):
    """Every change of an order's status, written by itself."""

    permission_area = "orders"
    list_display = ("created_at", "order", "old_status", "new_status", "changed_by_user", "notes")
    list_filter = ("new_status", "old_status")
    list_select_related = ("order", "changed_by_user")
    search_fields = ("order__order_number__startswith",)
    ordering = NEWEST_FIRST


@admin.register(OrderDetails)
class OrderDetailsAdmin(ReadOnlyAdmin):
    """Orders with the names of their people (`order_details_view`)."""

    permission_area = "orders"
    list_display = ("order_number", "status", "customer_name", "customer_phone", "rep_name", "agent_name", "total_amount", "created_at")
    list_filter = ("status", "priority", "payment_status")
    search_fields = ("order_number__startswith",)
    ordering = NEWEST_FIRST


@admin.register(AgentPerformance)
class AgentPerformanceAdmin(ReadOnlyAdmin):
    """What each delivery agent did (`agent_performance_view`)."""

    permission_area = "analytics"
    list_display = ("agent_name", "agent_phone", "availability_status", "total_deliveries", "completed_deliveries", "successful_orders")
    list_filter = ("availability_status",)
    search_fields = ("agent_name", "agent_email")
    ordering = ("agent_name", "pk")


@admin.register(SavedView)
class SavedViewsAdmin(ReadOnlyAdmin):
    """People's own views of lists."""

    permission_area = "orders"
    list_display = ("name", "page", "user", "is_shared", "query")
    list_filter = ("page", "is_shared")
    list_select_related = ("user",)
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(BulkJob)
class BulkJobsAdmin(ReadOnlyAdmin):
    """What was done to many orders at once, and how far it is."""

    permission_area = "orders"
    list_display = ("created_at", "action", "user", "status", "done", "total", "changed", "error")
    list_filter = ("status", "action")
    list_select_related = ("user",)
    search_fields = ("action",)
    ordering = NEWEST_FIRST
