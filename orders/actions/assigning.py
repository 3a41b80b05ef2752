"""Who looks after an order: the rep who calls, the agent who delivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.models import User
from accounts.states import Role
from base import context
from base.errors import Invalid
from orders.models import Order
from orders.states import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from base.actor import Actor

_REPS = (Role.CUSTOMER_REP, Role.MANAGER, Role.ADMIN)


def assign_rep(ids: Iterable[UUID], rep: User | None, *, actor: Actor) -> int:
    """Give open orders to a rep, or to nobody. Returns how many changed. The rep must be active and of this tenant."""
    if rep is not None:
        _check(rep, _REPS, "assigned_rep", _("Choose an active rep."))
    return _assign(ids, "assigned_rep", rep, actor)


def assign_agent(ids: Iterable[UUID], agent: User | None, *, actor: Actor) -> int:
    """Give open orders to a delivery agent, or to nobody. Returns how many changed."""
    if agent is not None:
        _check(agent, (Role.DELIVERY_AGENT,), "assigned_agent", _("Choose an active delivery agent."))
    return _assign(ids, "assigned_agent", agent, actor)


def _assign(ids: Iterable[UUID], field: str, person: User | None, actor: Actor) -> int:
    with transaction.atomic(), by(actor):
        open_orders = Order.objects.present().filter(pk__in=list(ids), status__in=OPEN)
        rows = list(
            open_orders.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", f"{field}_id", "order_number")
        )
        changing = [(pk, held, number) for pk, held, number in rows if held != (person.pk if person else None)]
        if not changing:
            return 0
        count = int(Order.objects.filter(pk__in=[pk for pk, _held, _number in changing]).update(**{field: person}))
        if context.current().user is not None:
            before = {number: str(held) if held else None for _pk, held, number in changing[:100]}
            details = {"changes": {field: {"old": before, "new": str(person.pk) if person else None}}, "name": str(person or "")}
            record("order_assigned", entity_type="order", entity_ids=[pk for pk, _held, _number in changing], details=details)
    return count


def _check(person: User, roles: tuple[Role, ...], field: str, message: str) -> None:
    if not User.objects.filter(pk=person.pk, is_active=True, role__in=roles).exists():
        raise Invalid("cannot_be_assigned", message, field)
