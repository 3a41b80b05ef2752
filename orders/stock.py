"""Moves stock: locks the products, refuses to sell what is not there, writes the movements. Everything that touches stock ends here."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.tenancy import tenant_in_scope
from base import context
from base.errors import DomainError
from base.ids import new_id
from orders.models import Order, Product, StockMovement, Warehouse
from orders.states import HOLDS_STOCK, MovementKind, OrderStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from orders.recording import Change, Seen

_K = MovementKind
# Well below what the column holds.
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Movement:
    """`quantity` is the signed change of what can be sold; `variant_id` is empty for a product without variants."""

    product_id: UUID
    variant_id: str
    kind: str
    quantity: int
    order_id: UUID | None = None
    note: str = ""


def follow(changes: list[Change]) -> None:
    """Hold, free and ship the units of orders whose status crossed a line. One order that lacks stock refuses them all."""
    crossing = {change.order_id: kinds for change in changes if (kinds := _kinds(change))}
    if not crossing:
        return
    rows = Order._base_manager.filter(pk__in=list(crossing)).values_list("pk", "items")
    move_stock(movement for pk, items in rows for movement in of_items(items, crossing[pk], order_id=pk))


def of_items(items: Iterable[dict[str, Any]], kinds: Iterable[tuple[str, int]], *, order_id: UUID | None = None) -> Iterator[Movement]:
    """The movements of an order's items: for each kind its sign times the quantity. Items of no known product move nothing."""
    wanted = list(kinds)
    for item in items:
        if item.get("product_id"):
            for kind, sign in wanted:
                yield Movement(_uuid(item["product_id"]), item.get("variant_id") or "", kind, sign * int(item["quantity"]), order_id)


def move_stock(movements: Iterable[Movement]) -> None:
    """Write these movements, with the products' stock, or nothing: DomainError `out_of_stock` names the product and what is left."""
    rows = [movement for movement in movements if movement.quantity]
    if not rows:
        return
    deltas: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        deltas[row.product_id][row.variant_id] += row.quantity
    known = move_shelves(deltas)
    _write([row for row in rows if row.product_id in known])


def move_shelves(deltas: Mapping[UUID, Mapping[str, int]]) -> Collection[UUID]:
    """Lock the products and change what can be sold of each variant; returns those that are there. Who calls writes the movements."""
    products = {
        product.pk: product
        for product in Product._base_manager.filter(pk__in=list(deltas), tenant_id=tenant_in_scope().pk)
        .only("pk", "name", "sku", "stock_quantity", "variants", "allow_backorders", "tenant_id")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    for pk, product in products.items():
        _change(product, deltas[pk])
    _save([product for pk, product in products.items() if any(deltas[pk].values())])
    return products.keys()


def _change(product: Product, deltas: Mapping[str, int]) -> None:
    product.stock_quantity += sum(deltas.values())
    variants = {str(variant["id"]): variant for variant in product.variants}
    for variant_id, delta in deltas.items():
        if variant_id:
            variant = variants.get(variant_id)
            if variant is None:
                raise DomainError(
                    "unknown_variant", _("%(product)s has no such variant any more.") % {"product": product.name}, field="items"
                )
            variant["stock"] = int(variant.get("stock") or 0) + delta
            _refuse_below_zero(product, variant["stock"], delta, str(variant.get("name", "")))
    _refuse_below_zero(product, product.stock_quantity, sum(deltas.values()), "")
    _refuse_beyond_reason(product)


def _refuse_beyond_reason(product: Product) -> None:
    if abs(product.stock_quantity) > _MOST:
        raise DomainError("too_much_stock", _("%(product)s: nobody has that much of it.") % {"product": product.name}, field="items")


def _refuse_below_zero(product: Product, left: int, delta: int, variant: str) -> None:
    if left >= 0 or delta >= 0 or product.allow_backorders:
        return
    name = f"{product.name} ({variant})" if variant else product.name
    raise DomainError(
        "out_of_stock",
        _("%(product)s: %(wanted)s asked for, %(left)s left.") % {"product": name, "wanted": -delta, "left": left - delta},
        field="items",
        extra={"sku": product.sku, "left": left - delta},
    )


_UPDATE = """
UPDATE products SET stock_quantity = moved.stock, variants = moved.variants::jsonb, updated_at = now()
FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS moved (id, stock, variants) WHERE products.id = moved.id
"""


def _save(products: list[Product]) -> None:
    if not products:
        return
    variants = [json.dumps(product.variants, ensure_ascii=False, default=str) for product in products]
    columns: list[Any] = [[product.pk for product in products], [product.stock_quantity for product in products], variants]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns)


def _write(rows: list[Movement]) -> None:
    tenant, warehouse = tenant_in_scope().pk, default_warehouse().pk
    person = getattr(context.current().user, "pk", None)
    StockMovement.objects.bulk_create(
        StockMovement(
            id=new_id(),
            tenant_id=tenant,
            product_id=row.product_id,
            variant_id=row.variant_id,
            warehouse_id=warehouse,
            kind=row.kind,
            quantity=row.quantity,
            order_id=row.order_id,
            user_id=person,
            note=row.note,
        )
        for row in rows
    )


def default_warehouse() -> Warehouse:
    """The tenant's default warehouse, made when there is none yet."""
    found: Warehouse | None = Warehouse.objects.filter(is_default=True).first()
    if found is None:
        found, _made = Warehouse.objects.get_or_create(tenant=tenant_in_scope(), is_default=True, defaults={"name": _("Main warehouse")})
    return found


def _kinds(change: Change) -> tuple[tuple[str, int], ...]:
    held, holds = _holds(change.before), _holds(change.after)
    if held == holds:
        return ()
    if holds:
        came_back = change.before is not None and change.before.status == OrderStatus.OUT_FOR_DELIVERY
        return ((_K.RESTOCK, 1), (_K.RESERVE, -1)) if came_back else ((_K.RESERVE, -1),)
    left = change.after is not None and change.after.status == OrderStatus.OUT_FOR_DELIVERY
    return ((_K.RELEASE, 1), (_K.SHIP, -1)) if left else ((_K.RELEASE, 1),)


def _holds(row: Seen | None) -> bool:
    return row is not None and row.status in HOLDS_STOCK and not row.deleted


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
