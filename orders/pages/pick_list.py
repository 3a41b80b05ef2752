"""What to take from the shelves for a set of orders: products by warehouse, each with the orders that it is for. Made to be printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.views.generic import TemplateView

from accounts.pages.signing_in import signed_in
from base.access import Page
from orders.models import Order, StockMovement
from orders.pages.rows import filtered_orders
from orders.states import MovementKind, OrderStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

MOST = 500


@dataclass(slots=True)
class Pick:
    """So many of one product (or variant), and the orders that they are for."""

    name: str
    sku: str
    quantity: int = 0
    orders: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> list[tuple[str, int]]:
        """Order numbers with their pieces, in order."""
        return sorted(self.orders.items())


class PickList(Page, TemplateView):
    """`/orders/pick-list/?ids=…`, or with the filters of the list; without either all that is confirmed."""

    permission = "orders.view"
    template_name = "orders/pick_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self._rows().select_related("customer").order_by("created_at", "id")[: MOST + 1])
        orders, cut = rows[:MOST], len(rows) > MOST
        return super().get_context_data(orders=orders, shelves=shelves(orders), is_cut=cut, most=MOST, now=timezone.localtime(), **kwargs)

    def _rows(self) -> QuerySet[Order]:
        seen: QuerySet[Order] = Order.objects.seen_by(signed_in(self.request)).filter(deleted_at=None)
        query = self.request.GET
        if query.get("ids"):
            return seen.filter(pk__in=[pk for text in query.getlist("ids") for pk in _ids(text)])
        narrowed = {name for name, value in query.items() if value}
        return filtered_orders(self.request, query, seen) if narrowed else seen.filter(status=OrderStatus.CONFIRMED)


def shelves(orders: Sequence[Order]) -> list[tuple[str, list[Pick]]]:
    """Warehouse → what to pick there, by SKU. An item whose units are not held anywhere yet stands under no warehouse."""
    held = _where([order.pk for order in orders])
    found: dict[str, dict[tuple[str, str], Pick]] = defaultdict(dict)
    for order in orders:
        for item in order.items:
            place = held.get((order.pk, item.get("product_id") or "", item.get("variant_id") or ""), "")
            pick = found[place].setdefault((item.get("sku") or "", item["name"]), Pick(item["name"], item.get("sku") or ""))
            pick.quantity += int(item["quantity"])
            pick.orders[order.order_number] += int(item["quantity"])
    return [(place, sorted(picks.values(), key=lambda pick: (pick.sku, pick.name))) for place, picks in sorted(found.items())]


def _where(ids: list[UUID]) -> dict[tuple[UUID, str, str], str]:
    """In which warehouse the units of an order are held: its latest reservation."""
    rows = StockMovement.objects.filter(order_id__in=ids, kind=MovementKind.RESERVE).order_by("created_at", "id")
    values = rows.values_list("order_id", "product_id", "variant_id", "warehouse__name")
    return {(order, str(product), variant): name for order, product, variant, name in values}


def _ids(text: str) -> list[UUID]:
    found = []
    for part in text.split(","):
        try:
            found.append(UUID(part.strip()))
        except ValueError:
            continue
    return found
