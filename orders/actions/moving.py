"""Move orders through their life. Each step for a set; the single case is a set of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.tenancy import current_tenant
from base import context
from base.errors import DomainError, Invalid, NotFound
from base.lifecycle import Moved, Refusal, move_many
from orders.models import Order
from orders.states import LIFECYCLE, OrderStatus, PaymentStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from base.actor import Actor


def change_status(order: Order, to: str, *, actor: Actor, note: str = "") -> Order:
    """Move one order to `to`; DomainError says what it is now and what it may become. Returns the row as it now is."""
    return _only(change_statuses([order.pk], to, actor=actor, note=note))


def change_statuses(
    ids: Iterable[UUID], to: str, *, actor: Actor, note: str = "", start: Collection[str] = (), **columns: Any
) -> Moved[Order]:
    """Move those of these orders that may become `to`; the others are refused, each with its reason.

    `start`, when given, are the only states to come from: two ways lead to ready, and they do not mean the same.
    History, statistics and stock follow in the same transaction. Where stock is short nothing is moved at all: `out_of_stock`.
    """
    wanted = list(dict.fromkeys(ids))
    with transaction.atomic(), by(actor):
        early = {**_unconfirmed(wanted, to), **_elsewhere(wanted, to, start)}
        moved = move_many(
            Order.objects.present(), to, lifecycle=LIFECYCLE, actor=actor, note=note, ids=[pk for pk in wanted if pk not in early]
        )
        moved.refused.extend(Refusal(pk, None, error) for pk, error in early.items())
        if columns and moved.moved:
            Order.objects.filter(pk__in=[order.pk for order in moved.moved]).update(**columns)
            for order in moved.moved:
                for name, value in columns.items():
                    setattr(order, name, value)
        _note(moved.moved, to, note)
    return moved


def send_to_confirmation(order: Order, *, actor: Actor) -> Order:
    """Put a new order into the reps' queue."""
    return change_status(order, OrderStatus.CONFIRMATION_PENDING, actor=actor)


def confirm(order: Order, *, actor: Actor, note: str = "") -> Order:
    """The customer wants it: its units are held."""
    return change_status(order, OrderStatus.CONFIRMED, actor=actor, note=note)


def confirm_orders(ids: Sequence[UUID], *, actor: Actor, note: str = "") -> Moved[Order]:
    """Confirm a set. One that lacks stock is refused alone."""
    return _one_by_one_when_short(ids, OrderStatus.CONFIRMED, actor=actor, note=note)


def prepare(order: Order, *, actor: Actor) -> Order:
    """Start packing it."""
    return change_status(order, OrderStatus.BEING_PREPARED, actor=actor)


def make_ready(order: Order, *, actor: Actor) -> Order:
    """It is packed and waits for an agent."""
    return _only(make_orders_ready([order.pk], actor=actor))


def make_orders_ready(ids: Iterable[UUID], *, actor: Actor, note: str = "") -> Moved[Order]:
    """A set is packed. One that is on the way does not become ready like this: it is taken back."""
    return change_statuses(ids, OrderStatus.READY_FOR_PICKUP, actor=actor, note=note, start=(OrderStatus.BEING_PREPARED,))


def dispatch(order: Order, *, actor: Actor, note: str = "") -> Order:
    """It leaves the house; its units with it."""
    return change_status(order, OrderStatus.OUT_FOR_DELIVERY, actor=actor, note=note)


def take_back_to_hub(order: Order, *, actor: Actor, note: str) -> Order:
    """The attempt failed and it will be tried again: back to ready, its units held again."""
    return _only(take_orders_back([order.pk], actor=actor, note=note))


def take_orders_back(ids: Iterable[UUID], *, actor: Actor, note: str) -> Moved[Order]:
    """A set comes back to the hub, to be tried again."""
    return change_statuses(ids, OrderStatus.READY_FOR_PICKUP, actor=actor, note=note, start=(OrderStatus.OUT_FOR_DELIVERY,))


def deliver(order: Order, *, actor: Actor, collected: bool = True, note: str = "") -> Order:
    """Handed over; `collected`: the money too."""
    return _only(deliver_orders([order.pk], actor=actor, collected=collected, note=note))


def deliver_orders(ids: Iterable[UUID], *, actor: Actor, collected: bool = True, note: str = "") -> Moved[Order]:
    """A set was handed over; `collected`: the money too."""
    columns = {"payment_status": PaymentStatus.COLLECTED} if collected else {}
    return change_statuses(ids, OrderStatus.DELIVERED, actor=actor, note=note, **columns)


def return_order(order: Order, *, reason: str, actor: Actor) -> Order:
    """It came back: refused at the door, or after delivery. Needs a reason; stock follows when the goods are accepted."""
    return _only(return_orders([order.pk], reason=reason, actor=actor))


def return_orders(ids: Iterable[UUID], *, reason: str, actor: Actor) -> Moved[Order]:
    """A set came back. Needs a reason."""
    text = _reason(reason, "return_reason")
    return change_statuses(ids, OrderStatus.RETURNED, actor=actor, note=text, return_reason=text)


def cancel(order: Order, *, reason: str, actor: Actor) -> Order:
    """Call one order off before it leaves; its units are freed. Needs a reason."""
    return _only(cancel_orders([order.pk], reason=reason, actor=actor))


def cancel_orders(ids: Iterable[UUID], *, reason: str, actor: Actor) -> Moved[Order]:
    """Call a set off."""
    text = _reason(reason, "cancel_reason")[:200]
    return change_statuses(ids, OrderStatus.CANCELLED, actor=actor, note=text, cancel_reason=text)


def collect_payment(order: Order, *, actor: Actor) -> Order:
    """The money of a delivered order is in after all."""
    return _only(collect_payments([order.pk], actor=actor))


def collect_payments(ids: Iterable[UUID], *, actor: Actor) -> Moved[Order]:
    """The money of a set is in after all. An order that is not delivered, or collected already, is refused: `nothing_to_collect`."""
    result: Moved[Order] = Moved([], [])
    wanted = list(dict.fromkeys(ids))
    with transaction.atomic(), by(actor):
        rows = {row.pk: row for row in Order.objects.present().filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))}
        for pk in wanted:
            row = rows.get(pk)
            if row is None:
                result.refused.append(Refusal(pk, None, NotFound("not_found", _("There is no such order, or not any more."))))
            elif row.status != OrderStatus.DELIVERED or row.payment_status != PaymentStatus.PENDING:
                text = _("Only a delivered order that is not collected yet can be collected.")
                result.refused.append(Refusal(pk, row, DomainError("nothing_to_collect", text, field="payment_status")))
            else:
                row.payment_status = PaymentStatus.COLLECTED
                result.moved.append(row)
        if result.moved:
            Order.objects.filter(pk__in=[row.pk for row in result.moved]).update(payment_status=PaymentStatus.COLLECTED)
            _collected(result.moved)
    return result


def _one_by_one_when_short(ids: Sequence[UUID], to: str, *, actor: Actor, note: str) -> Moved[Order]:
    try:
        return change_statuses(ids, to, actor=actor, note=note)
    except DomainError as error:
        if error.code != "out_of_stock" or len(ids) == 1:
            raise
    result: Moved[Order] = Moved([], [])
    for pk in sorted(ids):
        try:
            one = change_statuses([pk], to, actor=actor, note=note)
        except DomainError as error:
            result.refused.append(Refusal(pk, None, error))
        else:
            result.moved.extend(one.moved)
            result.refused.extend(one.refused)
    return result


def _unconfirmed(ids: list[UUID], to: str) -> dict[UUID, DomainError]:
    """New orders that may not skip the call, where the tenant asks for one."""
    tenant = current_tenant()
    if to != OrderStatus.CONFIRMED or tenant is None or not tenant.config.confirmation.required:
        return {}
    error = DomainError(
        "confirmation_needed",
        _("This merchant confirms orders by phone first: send the order to confirmation."),
        field="status",
        extra={"from": "new", "to": "confirmed", "allowed": ["confirmation_pending", "cancelled"]},
    )
    return dict.fromkeys(Order.objects.filter(pk__in=ids, status=OrderStatus.NEW).values_list("pk", flat=True), error)


def _elsewhere(ids: list[UUID], to: str, start: Collection[str]) -> dict[UUID, DomainError]:
    """Those that stand elsewhere than at `start`. Locked, so that what is said of the others stays true."""
    if not start:
        return {}
    rows = Order.objects.present().filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {pk: _not_from(status, to) for pk, status in rows.values_list("pk", "status") if status not in start}


def _not_from(status: str, to: str) -> DomainError:
    options = LIFECYCLE.after(status)
    code = "already" if status == to else "illegal_transition"
    words = {"present": OrderStatus(status).label, "allowed": ", ".join(str(OrderStatus(option).label) for option in options) or "–"}
    return DomainError(
        code,
        _("This order is: %(present)s. That step does not lead on from there. Possible now: %(allowed)s.") % words,
        field="status",
        extra={"from": status, "to": str(to), "allowed": [str(option) for option in options]},
    )


def _only(moved: Moved[Order]) -> Order:
    for refusal in moved.refused:
        raise refusal.error
    return moved.moved[0]


def _reason(text: str, field: str) -> str:
    if not text.strip():
        raise Invalid("reason_needed", _("Say why."), field)
    return text.strip()


def _note(orders: list[Order], to: str, note: str) -> None:
    if not orders or context.current().user is None:
        return
    one = orders[0] if len(orders) == 1 else None
    details = {"to": str(to), **({"justification": note} if note else {})}
    record("status_changed", entity=one, entity_type="order", entity_ids=() if one else [order.pk for order in orders], details=details)


def _collected(orders: list[Order]) -> None:
    if context.current().user is not None:
        one = orders[0] if len(orders) == 1 else None
        record("order_collected", entity=one, entity_type="order", entity_ids=() if one else [order.pk for order in orders])
