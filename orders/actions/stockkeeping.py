"""Stock by hand: adjust, count, take goods in; warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.tenancy import tenant_in_scope
from base import context
from base.errors import Invalid, NotFound
from orders import words
from orders.models import Order, Product, StockMovement, Warehouse
from orders.states import MovementKind, OrderStatus
from orders.stock import Movement, move_stock, of_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from base.actor import Actor

_MOST = 10_000_000


def adjust_stock(product: Product, change: int, *, reason: str, variant_id: str = "", actor: Actor) -> Product:
    """Add to or take from what can be sold, with a reason (broken, found, given away)."""
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why."), "reason")
    if change == 0 or abs(change) > _MOST:
        raise Invalid("invalid_quantity", _("Give a whole number other than 0."), "quantity")
    _thought(product, variant_id)
    return _move(
        product, [Movement(product.pk, variant_id, MovementKind.ADJUST, change, note=reason.strip()[:200])], actor, "stock_adjusted"
    )


def take_in(product: Product, quantity: int, *, variant_id: str = "", note: str = "", actor: Actor) -> Product:
    """Goods came in: they can be sold now."""
    if not 0 < quantity <= _MOST:
        raise Invalid("invalid_quantity", _("Give a whole number from 1 on."), "quantity")
    _thought(product, variant_id)
    return _move(product, [Movement(product.pk, variant_id, MovementKind.RESTOCK, quantity, note=note[:200])], actor, "stock_taken_in")


def count_stock(counts: Mapping[tuple[UUID, str], int], *, note: str = "", actor: Actor) -> list[Movement]:
    """Somebody counted what can be sold, by (product, variant): what differs from what was thought is written, and returned."""
    if any(not 0 <= counted <= _MOST for counted in counts.values()):
        raise Invalid("invalid_quantity", _("A count is a whole number from 0 on."), "quantity")
    with transaction.atomic(), by(actor):
        ids = sorted({product for product, _variant in counts})
        rows = {row.pk: row for row in Product.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)}
        movements = []
        for (product_id, variant_id), counted in counts.items():
            thought = _thought(rows.get(product_id), variant_id)
            movements.append(Movement(product_id, variant_id, MovementKind.COUNT, counted - thought, note=note[:200]))
        wrong = [movement for movement in movements if movement.quantity]
        move_stock(wrong)
        if wrong and context.current().user is not None:
            record("stock_counted", entity_type="product", entity_ids=sorted({row.product_id for row in wrong}))
    return wrong


def accept_back(orders: Sequence[Order], *, note: str = "", actor: Actor) -> None:
    """The goods of returned orders are fit to be sold again: back on the shelf, once each."""
    with transaction.atomic(), by(actor):
        rows = Order.objects.filter(pk__in=[order.pk for order in orders], status=OrderStatus.RETURNED).order_by("pk")
        locked = list(rows.select_for_update(of=("self",), no_key=True))
        done = _back_already(locked)
        move_stock(
            Movement(m.product_id, m.variant_id, m.kind, m.quantity, m.order_id, note[:200])
            for row in locked
            if row.pk not in done
            for m in of_items(row.items, [(MovementKind.RESTOCK, 1)], order_id=row.pk)
        )


def open_warehouse(*, name: str, address: str = "", is_default: bool = False, actor: Actor) -> Warehouse:
    """Another place where stock lies."""
    made = Warehouse(tenant=tenant_in_scope(), name=words.clean_name(name, longest=120), address=words.clean_text(address))
    try:
        with transaction.atomic(), by(actor):
            there = list(Warehouse.objects.order_by("pk").select_for_update(of=("self",)))
            _check_warehouse(made, there)
            made.is_default = is_default or not any(row.is_default for row in there)
            if made.is_default:
                Warehouse.objects.filter(is_default=True).update(is_default=False)
            made.save()
    except IntegrityError as error:
        raise Invalid("duplicate_name", _("There is a warehouse of this name."), "name") from error
    return made


def change_warehouse(warehouse: Warehouse, *, name: str, address: str = "", is_default: bool = False, actor: Actor) -> Warehouse:
    """Another name or address; with `is_default` new stock lies here from now on. Errors: name_needed, duplicate_name."""
    with transaction.atomic(), by(actor):
        # Both the present default and the next one, in the order of their keys.
        rows = {row.pk: row for row in Warehouse.objects.order_by("pk").select_for_update(of=("self",))}
        locked: Warehouse | None = rows.get(warehouse.pk)
        if locked is None:
            raise NotFound("not_found", _("There is no such warehouse, or not any more."))
        locked.name, locked.address = words.clean_name(name, longest=120), words.clean_text(address)
        _check_warehouse(locked, rows.values())
        if is_default and not locked.is_default:
            Warehouse.objects.filter(is_default=True).update(is_default=False)
            locked.is_default = True
        locked.save()
    return locked


def _check_warehouse(warehouse: Warehouse, others: Iterable[Warehouse]) -> None:
    if not warehouse.name:
        raise Invalid("name_needed", _("Name the warehouse."), "name")
    if any(other.name == warehouse.name and other.pk != warehouse.pk for other in others):
        raise Invalid("duplicate_name", _("There is a warehouse of this name."), "name")


def _move(product: Product, movements: list[Movement], actor: Actor, action: str) -> Product:
    with transaction.atomic(), by(actor):
        move_stock(movements)
        if context.current().user is not None:
            facts = [{"kind": row.kind, "quantity": row.quantity, "variant": row.variant_id, "note": row.note} for row in movements]
            record(action, entity=product, details={"movements": facts})
    product.refresh_from_db()
    return product


def _thought(product: Product | None, variant_id: str) -> int:
    """How much is thought to be there. Of a product with variants, stock is moved by the variant."""
    if product is None:
        raise Invalid("unknown_product", _("There is no such product."), "product")
    if not variant_id and product.variants:
        raise Invalid("variant_needed", _("Choose a variant of %(product)s.") % {"product": product.name}, "variant_id")
    if not variant_id:
        return product.stock_quantity
    for variant in product.variants:
        if str(variant["id"]) == variant_id:
            return int(variant.get("stock") or 0)
    raise Invalid("unknown_variant", _("%(product)s has no such variant.") % {"product": product.name}, "variant_id")


def _back_already(orders: Iterable[Order]) -> set[UUID]:
    last_out = StockMovement.objects.filter(order_id__in=[order.pk for order in orders], kind__in=[MovementKind.SHIP, MovementKind.RESTOCK])
    state: dict[UUID, str] = dict(last_out.order_by("created_at", "pk").values_list("order_id", "kind"))
    return {pk for pk, kind in state.items() if kind == MovementKind.RESTOCK}
