"""Place orders: one, or a set at the cost of a few statements. An order is in with all that hangs on it, or not at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.numbers import take_numbers
from accounts.tenancy import tenant_in_scope
from base import context
from base.errors import DomainError, Invalid
from base.ids import new_id
from base.money import round_money
from base.postgres.bulk import insert
from orders import discounts, words
from orders.buyers import Buyer, Buyers
from orders.items import Catalogue, Line, priced
from orders.models import Order
from orders.recording import Change, seen, tell
from orders.signals import MERGED, orders_placed
from orders.states import OrderSource, PaymentMethod, Priority, ServiceCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Tenant
    from base.actor import Actor

_ONCE = "orders_external_once"
# Listed once: an enum makes the list of its values, with their labels, each time it is asked.
_CHOICES = (
    ("priority", tuple(Priority.values)),
    ("payment_method", tuple(PaymentMethod.values)),
    ("service_code", tuple(ServiceCode.values)),
    ("source", tuple(OrderSource.values)),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An order to be placed. `total`, when given, must be what the items add up to. Amounts in the tenant's currency."""

    lines: Sequence[Line]
    buyer: Buyer | None = None
    customer_id: UUID | None = None
    delivery_fee: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    discount_code: str = ""
    total: Decimal | None = None
    priority: str = Priority.MEDIUM
    payment_method: str = PaymentMethod.COD
    service_code: str = ServiceCode.STANDARD
    customer_notes: str = ""
    internal_notes: str = ""
    delivery_address: str = ""
    delivery_area: str = ""
    delivery_city: str = ""
    source: str = OrderSource.MANUAL
    webhook_source: str = ""
    external_id: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The orders that are in, by the place of their draft, and why the others are not."""

    orders: dict[int, Order] = field(default_factory=dict)
    refused: dict[int, DomainError] = field(default_factory=dict)


def place_order(draft: Draft, *, actor: Actor) -> Order:
    """Place one order; DomainError names the field that is wrong, and nothing is written."""
    placed = place_orders([draft], actor=actor)
    for error in placed.refused.values():
        raise error
    return placed.orders[0]


def place_orders(drafts: Sequence[Draft], *, actor: Actor) -> Placed:
    """Place what can be placed of a set. A refused draft has its reason and changes nothing; the others are in, in one transaction.

    About ten statements, however many drafts. Two callers with the same external id at once: one places it, the other is
    refused with `duplicate_external_id`.
    """
    try:
        with transaction.atomic(), by(actor):
            return _place(drafts, actor)
    except IntegrityError as error:
        if _ONCE not in str(error):
            raise
    except DomainError as error:
        if error.code != MERGED:
            raise
    # Somebody placed one of them, or merged its customer, between our look and our insert: now we see it.
    with transaction.atomic(), by(actor):
        return _place(drafts, actor)


def _place(drafts: Sequence[Draft], actor: Actor) -> Placed:
    tenant = tenant_in_scope()
    placed = Placed()
    rows = _checked(drafts, tenant, placed)
    _refuse_known(rows, placed)
    buyers = Buyers(drafts, tenant)
    buyers.assign(drafts, rows, placed.refused)
    discounts.apply(drafts, rows, placed.refused)
    _close(rows, placed, drafts)
    kept = {place: row for place, row in rows.items() if place not in placed.refused}
    if kept:
        buyers.make(kept.values())
        _write(kept, placed, actor)
    return placed


def _checked(drafts: Sequence[Draft], tenant: Tenant, placed: Placed) -> dict[int, Order]:
    """The rows so far: items priced from the catalogue, amounts and words checked."""
    catalogue = Catalogue(line for draft in drafts for line in draft.lines)
    rows: dict[int, Order] = {}
    for place, draft in enumerate(drafts):
        try:
            rows[place] = _row(draft, catalogue, tenant)
        except DomainError as error:
            placed.refused[place] = error
    return rows


def _row(draft: Draft, catalogue: Catalogue, tenant: Tenant) -> Order:
    config = tenant.config
    items, subtotal = priced(draft.lines, catalogue, config.currency)
    for name, choices in _CHOICES:
        if getattr(draft, name) not in choices:
            raise Invalid("unknown_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}, name)
    for name in ("delivery_fee", "discount"):
        amount = getattr(draft, name)
        if not amount.is_finite() or amount < 0 or amount >= 10**12:
            raise Invalid("invalid_amount", _("Give an amount from 0 on."), name)
    buyer = draft.buyer
    now = draft.created_at or timezone.now()
    return Order(
        id=new_id(),
        tenant_id=tenant.pk,
        status="new",
        priority=str(draft.priority),
        items=items,
        currency=config.currency,
        subtotal=subtotal,
        delivery_fee=round_money(draft.delivery_fee, config.currency),
        discount=round_money(draft.discount, config.currency),
        discount_code=draft.discount_code.strip(),
        total_amount=Decimal(0),
        payment_status="pending",
        payment_method=str(draft.payment_method),
        service_code=str(draft.service_code),
        customer_notes=words.clean_text(draft.customer_notes),
        internal_notes=words.clean_text(draft.internal_notes),
        delivery_address=words.clean_text(draft.delivery_address or (buyer.address if buyer else "")),
        delivery_area=words.clean_name(draft.delivery_area or (buyer.area if buyer else ""), longest=100),
        delivery_city=words.clean_name(draft.delivery_city or (buyer.city if buyer else ""), longest=100),
        country_code=config.country_code,
        source=str(draft.source),
        webhook_source=draft.webhook_source[:120],
        external_id=draft.external_id[:120],
        created_at=now,
        updated_at=now,
    )


def _refuse_known(rows: dict[int, Order], placed: Placed) -> None:
    """An order number of a shop is placed once, also when it stands twice in the same set."""
    keys = {place: (row.source, row.webhook_source, row.external_id) for place, row in rows.items() if row.external_id}
    if not keys:
        return
    shops = {"source__in": {key[0] for key in keys.values()}, "webhook_source__in": {key[1] for key in keys.values()}}
    # As the index orders_external_once has it, also its condition, which PostgreSQL does not infer from a long list.
    known = Order.objects.filter(**shops, external_id__in={key[2] for key in keys.values()}).exclude(external_id="")
    there = set(known.values_list("source", "webhook_source", "external_id"))
    for place, key in keys.items():
        if key in there:
            text = _("The order %(number)s of this shop is in already.") % {"number": key[2]}
            placed.refused[place] = DomainError("duplicate_external_id", text, field="external_id", status=409)
        there.add(key)


def _close(rows: dict[int, Order], placed: Placed, drafts: Sequence[Draft]) -> None:
    """The totals, once discounts are known."""
    for place, row in rows.items():
        if place in placed.refused:
            continue
        row.total_amount = row.subtotal + row.delivery_fee - row.discount
        given = drafts[place].total
        if row.total_amount < 0:
            placed.refused[place] = Invalid("invalid_amount", _("The discount is larger than the order."), "discount")
        elif given is not None and given != row.total_amount:
            text = _("Items, fee and discount add up to %(sum)s, not %(given)s.") % {"sum": row.total_amount, "given": given}
            placed.refused[place] = Invalid("total_does_not_add_up", text, "total_amount")


def _write(kept: dict[int, Order], placed: Placed, actor: Actor) -> None:
    numbers = take_numbers("order", len(kept))
    for row, number in zip(kept.values(), numbers, strict=True):
        row.order_number = f"ORD-{number:06d}"
    orders = list(kept.values())
    insert(Order, orders)
    for row in orders:
        row._state.adding = False
        row._state.db = connection.alias
    tell(Change(row.pk, None, seen(row)) for row in orders)
    placed.orders.update(kept)
    if context.current().user is not None:
        first = orders[0] if len(orders) == 1 else None
        sources = dict(Counter(row.source for row in orders))
        record(
            "order_created" if first else "orders_created",
            entity=first,
            entity_type="order",
            entity_ids=() if first else [row.pk for row in orders],
            details={"sources": sources, "numbers": [orders[0].order_number, orders[-1].order_number]},
        )
    orders_placed.send(sender=Order, orders=orders, actor=actor)
