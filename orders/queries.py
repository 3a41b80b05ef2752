"""The named questions. The ten of source 002 carry their number; each names the index that answers it.

These querysets stand behind `objects`, which adds the tenant by itself.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from accounts.states import Role
from base.filters import start_of
from base.stamps import StampedQuerySet
from orders import searching
from orders.recording import RecordedQuerySet
from orders.states import OPEN, RECENT, MovementKind, OrderStatus, PaymentStatus

if TYPE_CHECKING:
    from datetime import date, tzinfo
    from uuid import UUID

Row = TypeVar("Row", bound=models.Model)
_AGENTS = (OrderStatus.READY_FOR_PICKUP, OrderStatus.OUT_FOR_DELIVERY)
# Enough customers to find somebody by name; beyond that a search has to say more.
_CUSTOMERS_SEARCHED = 300
_ORDERS_SEARCHED = 1000


class OrderQuerySet(RecordedQuerySet[Row]):
    """Questions about orders."""

    def present(self) -> Any:
        """Those that were not (softly) deleted."""
        return self.filter(deleted_at=None)

    def seen_by(self, person: Any) -> Any:
        """Those that this person may see: a delivery agent those assigned to them, everybody else the tenant's."""
        return self.present().filter(assigned_agent=person) if person.role == Role.DELIVERY_AGENT else self.all()

    def open(self) -> Any:
        """Those for which something is still to be done."""
        return self.present().filter(status__in=OPEN)

    def recent_for_dashboard(self, limit: int = 50) -> Any:
        """Query 1, recent orders: to be worked on, most urgent and newest first. Index idx_orders_status_created."""
        return self.present().filter(status__in=RECENT).select_related("customer").order_by("priority_rank", "-created_at", "-id")[:limit]

    def active_of_agent(self, agent: Any) -> Any:
        """Query 2, an agent's active deliveries, most urgent and oldest first. Index idx_orders_agent_status."""
        return (
            self.present()
            .filter(assigned_agent=agent, status__in=_AGENTS)
            .select_related("customer")
            .order_by("priority_rank", "created_at")
        )

    def to_route_in(self, area: str) -> Any:
        """Query 3, ready orders of an area that no agent has. Index idx_orders_area_status."""
        return (
            self.present()
            .filter(delivery_area=area, status=OrderStatus.READY_FOR_PICKUP, assigned_agent=None)
            .select_related("customer")
            .order_by("priority_rank", "created_at")
        )

    def of_customer(self, customer: Any, limit: int = 100) -> Any:
        """Query 4, a customer's orders, newest first. Index idx_orders_customer_id."""
        return self.present().filter(customer=customer).order_by("-created_at", "-id")[:limit]

    def financial_summary(self, day: date, zone: tzinfo) -> dict[str, Any]:
        """Query 5, what became of the orders of one day of the tenant. Index idx_orders_created_at."""
        start = datetime.combine(day, time.min, zone)
        delivered = Q(status=OrderStatus.DELIVERED)
        found: dict[str, Any] = (
            self.present()
            .filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))
            .aggregate(
                delivered_count=Count("id", filter=delivered),
                collected_amount=Sum("total_amount", filter=delivered & Q(payment_status=PaymentStatus.COLLECTED)),
                pending_amount=Sum("total_amount", filter=delivered & Q(payment_status=PaymentStatus.PENDING)),
                cancelled_count=Count("id", filter=Q(status=OrderStatus.CANCELLED)),
                returned_count=Count("id", filter=Q(status=OrderStatus.RETURNED)),
            )
        )
        return found

    def containing(self, sku: str) -> Any:
        """Query 9, orders with an item of this SKU, newest first. Index idx_orders_items."""
        return self.present().filter(items__contains=[{"sku": sku}]).select_related("customer").order_by("-created_at", "-id")

    def search(self, text: str) -> Any:
        """Orders by number, or by their customer's name, phone or e-mail; 1,000 of each at most: who has more, says more.

        They are looked for before they are put in order: together, PostgreSQL would rather walk through all orders, newest first.
        Indexes idx_orders_order_number, idx_orders_number_trgm, idx_orders_customer_id, and those of the customers' search.
        """
        from orders.models import Customer  # noqa: PLC0415  # the models stand on this module

        rows = self.present().order_by().values_list("pk", flat=True)
        number = searching.whole_number(text)
        by_number = list(rows.filter(order_number=number)[:1]) if number else []
        if by_number and not text.isdecimal():
            return self.present().filter(pk__in=by_number)
        customers = list(Customer.objects.search(text).order_by().values_list("pk", flat=True)[:_CUSTOMERS_SEARCHED])
        parts = [rows.filter(customer_id__in=customers)[:_ORDERS_SEARCHED]] if customers else []
        if text.isascii() and not by_number:
            parts.append(rows.filter(order_number__icontains=text)[:_ORDERS_SEARCHED])
        found = parts[0].union(*parts[1:], all=True) if parts else ()
        return self.present().filter(pk__in={*found, *by_number})


class CustomerQuerySet(StampedQuerySet[Row]):
    """Questions about customers."""

    def present(self) -> Any:
        """Those that were not merged into another."""
        return self.filter(merged_into=None)

    def tagged_in(self, tag: str, area: str) -> Any:
        """Query 8, customers of an area with a tag, best first. Indexes idx_customers_tags, idx_customers_area."""
        return self.present().filter(tags__contains=[{"id": tag}], area=area).order_by("-total_spent", "-id")

    def search(self, text: str) -> Any:
        """Customers by a whole phone or e-mail, or else by any part of name, phone or e-mail.

        Indexes idx_customers_phone, idx_customers_email, idx_customers_*_trgm.
        """
        whole = searching.whole_contact(text)
        if whole:
            exact = self.present().filter(**whole)
            if exact.exists():
                return exact
        part = searching.read(text)
        found = Q(pk=None)
        if part.name:
            found |= Q(full_name__icontains=part.name)
        if part.email:
            found |= Q(email__icontains=part.email)
        if part.phone:
            found |= Q(phone__icontains=part.phone)
        return self.present().filter(found)


_PLACES = """
WITH RECURSIVE areas AS (
    (SELECT area FROM customers WHERE tenant_id = %(tenant)s AND area > '' ORDER BY area LIMIT 1)
    UNION ALL
    SELECT (SELECT c.area FROM customers c WHERE c.tenant_id = %(tenant)s AND c.area > areas.area ORDER BY c.area LIMIT 1)
    FROM areas WHERE areas.area IS NOT NULL
), cities AS (
    (SELECT city FROM customers WHERE tenant_id = %(tenant)s AND city > '' ORDER BY city LIMIT 1)
    UNION ALL
    SELECT (SELECT c.city FROM customers c WHERE c.tenant_id = %(tenant)s AND c.city > cities.city ORDER BY c.city LIMIT 1)
    FROM cities WHERE cities.city IS NOT NULL
)
(SELECT 'area' AS kind, area FROM areas WHERE area IS NOT NULL LIMIT %(most)s)
UNION ALL (SELECT 'city', city FROM cities WHERE city IS NOT NULL LIMIT %(most)s)
"""
_MOST_PLACES = 300


def places(tenant_id: UUID) -> dict[str, list[str]]:
    """The areas and the cities of a tenant's customers, 300 each at most; leaps from one to the next, whatever the number of customers.

    Indexes idx_customers_area, idx_customers_city.
    """
    found: dict[str, list[str]] = {"area": [], "city": []}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"tenant": tenant_id, "most": _MOST_PLACES})
        for kind, name in cursor.fetchall():
            found[kind].append(name)
    return found


def shipped_by_day(product: Any, since: date) -> dict[date, int]:
    """Units of a product that left, by day of the active zone. Index idx_stock_movements_product."""
    from orders.models import StockMovement  # noqa: PLC0415  # the models stand on this module

    left = StockMovement.objects.filter(product=product, kind=MovementKind.SHIP, created_at__gte=start_of(since))
    by_day = left.annotate(day=TruncDate("created_at")).values("day").annotate(units=Sum("quantity")).order_by()
    return {row["day"]: -row["units"] for row in by_day}


class ProductQuerySet(StampedQuerySet[Row]):
    """Questions about products."""

    def active(self) -> Any:
        """Those that are sold."""
        return self.filter(is_active=True)

    def low_stock(self) -> Any:
        """Query 6, active products at or below their threshold, emptiest first. Index idx_products_low_stock."""
        return self.active().filter(stock_quantity__lte=models.F("low_stock_threshold")).order_by("stock_quantity", "id")

    def search(self, text: str) -> Any:
        """Products by name or SKU."""
        return self.filter(Q(name__icontains=text) | Q(sku__istartswith=text))
