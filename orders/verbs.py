"""What can be done to orders: one table for the buttons of pages, the addresses of the API, `allowed_actions` and bulk jobs.

A step is open where `LIFECYCLE` leads on; the other verbs say themselves when they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tenancy import current_tenant
from base.errors import DomainError, Invalid, NotFound
from base.lifecycle import Moved, Refusal
from orders.actions import assigning, deleting, moving
from orders.models import Order
from orders.states import LIFECYCLE, OPEN, OrderStatus, PaymentStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from base.actor import Actor

    Run = Callable[[Sequence[UUID], Mapping[str, Any], Actor], Moved[Order]]

_S = OrderStatus


@dataclass(frozen=True, slots=True)
class Verb:
    """`run` does it to a set; `is_open` says whether an order may have it done now; `to` is where a step leads, else empty.

    The options that `run` reads, each with a default but the reason: `note`, `reason`, `collected`, `assigned_rep`, `assigned_agent`.
    """

    name: str
    permission: str
    run: Run
    is_open: Callable[[Order], bool]
    to: str = ""


def open_verbs(order: Order, person: Any) -> list[Verb]:
    """The verbs that `person` may do to `order` now."""
    return [verb for verb in VERBS if person.has_perm(verb.permission) and verb.is_open(order)]


def allowed_actions(order: Order, person: Any) -> list[str]:
    """The names of `open_verbs`."""
    return [verb.name for verb in open_verbs(order, person)]


def run_each(verb: Verb, ids: Sequence[UUID], options: Mapping[str, Any], *, actor: Actor) -> Moved[Order]:
    """Do a verb to a set. What the set refuses as a whole is tried one by one; a wrong option (`Invalid`) is everybody's, and raised."""
    if not ids:
        return Moved([], [])
    try:
        with transaction.atomic():
            return verb.run(ids, options, actor)
    except Invalid:
        raise
    except DomainError as error:
        if len(ids) == 1:
            return Moved([], [Refusal(ids[0], None, error)])
    result: Moved[Order] = Moved([], [])
    for pk in sorted(ids):
        one = run_each(verb, [pk], options, actor=actor)
        result.moved.extend(one.moved)
        result.refused.extend(one.refused)
    return result


def _step(name: str, to: str, run: Run, *, start: str = "") -> Verb:
    def is_open(order: Order) -> bool:
        return order.deleted_at is None and to in LIFECYCLE.after(order.status) and start in {"", order.status}

    return Verb(name, "orders.edit", run, is_open, to)


def _plainly(to: str) -> Run:
    return lambda ids, given, actor: moving.change_statuses(ids, to, actor=actor, note=_note(given))


def _note(given: Mapping[str, Any]) -> str:
    return str(given.get("note") or "")


def _reason(given: Mapping[str, Any]) -> str:
    return str(given.get("reason") or "")


def _may_be_confirmed(order: Order) -> bool:
    tenant = current_tenant()
    called_first = order.status == _S.NEW and tenant is not None and tenant.config.confirmation.required
    return order.deleted_at is None and _S.CONFIRMED in LIFECYCLE.after(order.status) and not called_first


def _deliver(ids: Sequence[UUID], given: Mapping[str, Any], actor: Actor) -> Moved[Order]:
    return moving.deliver_orders(ids, actor=actor, collected=bool(given.get("collected", True)), note=_note(given))


def _may_be_collected(order: Order) -> bool:
    return order.deleted_at is None and order.status == _S.DELIVERED and order.payment_status == PaymentStatus.PENDING


def _is_open(order: Order) -> bool:
    return order.deleted_at is None and order.is_open


def _assigned(ids: Sequence[UUID], assign: Callable[[Sequence[UUID]], int]) -> Moved[Order]:
    with transaction.atomic():
        result = _sorted_out(ids, lambda row: row.status in OPEN, "closed", _("The order is closed: nobody has to look after it any more."))
        assign([row.pk for row in result.moved])
    return result


def _rep(ids: Sequence[UUID], given: Mapping[str, Any], actor: Actor) -> Moved[Order]:
    rep = _person(given.get("assigned_rep"), "assigned_rep")
    return _assigned(ids, lambda open_ids: assigning.assign_rep(open_ids, rep, actor=actor))


def _agent(ids: Sequence[UUID], given: Mapping[str, Any], actor: Actor) -> Moved[Order]:
    agent = _person(given.get("assigned_agent"), "assigned_agent")
    return _assigned(ids, lambda open_ids: assigning.assign_agent(open_ids, agent, actor=actor))


def _delete(ids: Sequence[UUID], given: Mapping[str, Any], actor: Actor) -> Moved[Order]:
    with transaction.atomic():
        text = _("An order that is on the way or delivered cannot be deleted.")
        result = _sorted_out(ids, lambda row: row.status not in deleting.ON_THE_WAY, "not_deletable", text)
        deleting.delete_orders([row.pk for row in result.moved], reason=_reason(given), actor=actor)
    return result


def _restore(ids: Sequence[UUID], _given: Mapping[str, Any], actor: Actor) -> Moved[Order]:
    with transaction.atomic():
        text = _("The order was not deleted.")
        result = _sorted_out(ids, lambda row: row.deleted_at is not None, "not_deleted", text, deleted=True)
        deleting.restore_orders([row.pk for row in result.moved], actor=actor)
    return result


def _sorted_out(ids: Sequence[UUID], fits: Callable[[Order], bool], code: str, text: str, *, deleted: bool = False) -> Moved[Order]:
    """The orders that fit, locked, and why the others do not."""
    rows = Order.objects.all() if deleted else Order.objects.present()
    found = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)}
    result: Moved[Order] = Moved([], [])
    for pk in ids:
        row = found.get(pk)
        if row is None:
            result.refused.append(Refusal(pk, None, NotFound("not_found", _("There is no such order, or not any more."))))
        elif fits(row):
            result.moved.append(row)
        else:
            result.refused.append(Refusal(pk, row, DomainError(code, text, field="status")))
    return result


def _person(pk: UUID | str | None, field: str) -> User | None:
    if not pk:
        return None
    try:
        found: User | None = User.objects.filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid("cannot_be_assigned", _("There is nobody of this id here."), field)
    return found


VERBS: tuple[Verb, ...] = (
    _step("send-to-confirmation", _S.CONFIRMATION_PENDING, _plainly(_S.CONFIRMATION_PENDING)),
    Verb(
        "confirm", "orders.edit",
        lambda ids, given, actor: moving.confirm_orders(ids, actor=actor, note=_note(given)), _may_be_confirmed, _S.CONFIRMED,
    ),
    _step("prepare", _S.BEING_PREPARED, _plainly(_S.BEING_PREPARED)),
    _step(
        "ready", _S.READY_FOR_PICKUP,
        lambda ids, given, actor: moving.make_orders_ready(ids, actor=actor, note=_note(given)), start=_S.BEING_PREPARED,
    ),
    _step("dispatch", _S.OUT_FOR_DELIVERY, _plainly(_S.OUT_FOR_DELIVERY)),
    _step(
        "back-to-hub", _S.READY_FOR_PICKUP,
        lambda ids, given, actor: moving.take_orders_back(ids, actor=actor, note=_note(given)), start=_S.OUT_FOR_DELIVERY,
    ),
    _step("deliver", _S.DELIVERED, _deliver),
    _step("return", _S.RETURNED, lambda ids, given, actor: moving.return_orders(ids, reason=_reason(given), actor=actor)),
    _step("cancel", _S.CANCELLED, lambda ids, given, actor: moving.cancel_orders(ids, reason=_reason(given), actor=actor)),
    Verb("collect", "orders.edit", lambda ids, _given, actor: moving.collect_payments(ids, actor=actor), _may_be_collected),
    Verb("assign-rep", "orders.assign", _rep, _is_open),
    Verb("assign-agent", "orders.assign", _agent, _is_open),
    Verb("delete", "orders.delete", _delete, lambda order: order.deleted_at is None and order.status not in deleting.ON_THE_WAY),
    Verb("restore", "orders.delete", _restore, lambda order: order.deleted_at is not None),
)  # fmt: skip
BY_NAME = {verb.name: verb for verb in VERBS}
