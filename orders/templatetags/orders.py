"""How an order's values are written on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.pages.bulk_actions import words_of
from orders.states import OrderSource, OrderStatus, PaymentMethod, PaymentStatus

if TYPE_CHECKING:
    from accounts.models import User
    from orders.models import Customer, Order

register = template.Library()

_S = OrderStatus
_TONES = {
    _S.NEW: "wait",
    _S.CONFIRMATION_PENDING: "wait",
    _S.CONFIRMED: "info",
    _S.BEING_PREPARED: "info",
    _S.READY_FOR_PICKUP: "info",
    _S.OUT_FOR_DELIVERY: "info",
    _S.DELIVERED: "ok",
    _S.RETURNED: "bad",
    _S.CANCELLED: "no",
}
_ON_THE_ROAD = (_S.OUT_FOR_DELIVERY, _S.DELIVERED, _S.RETURNED)
_RISKY, _DOUBTFUL = 60, 30


@register.filter
def tone(status: str) -> str:
    """The tone of a status' chip: amber waits, blue moves, green is done, red failed."""
    return _TONES.get(OrderStatus(status), "no")


@register.filter
def state_words(order: Order) -> str:
    """The status as the list says it: delivered, but the cash is still out, is told."""
    if order.status == _S.DELIVERED and order.payment_status == PaymentStatus.PENDING and order.payment_method == PaymentMethod.COD:
        return _("Delivered, cash out")
    return str(OrderStatus(order.status).label)


@register.filter
def status_words(status: str) -> str:
    """A status in words."""
    return str(OrderStatus(status).label)


@register.filter
def risk_tone(score: int) -> str:
    """Green below 30, amber below 60, red from there."""
    if score >= _RISKY:
        return "bad"
    return "wait" if score >= _DOUBTFUL else "ok"


@register.filter
def came_from(order: Order) -> str:
    """The shop that it came from, else the way it came."""
    return order.webhook_source or str(OrderSource(order.source).label)


@register.filter
def item_words(order: Order) -> str:
    """How many pieces: “2 items”."""
    count = sum(int(item.get("quantity") or 0) for item in order.items)
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


@register.filter
def loyalty(customer: Customer) -> str:
    """How often they have ordered: “7 orders”, or that it is the first."""
    count = customer.total_orders
    return ngettext("%(count)d order", "%(count)d orders", count) % {"count": count} if count > 1 else _("first order")


@register.filter
def with_whom(order: Order) -> User | None:
    """Who has it now: the agent once it is on the road, before that the rep."""
    found: Any = order.assigned_agent if order.status in _ON_THE_ROAD else order.assigned_rep
    return found or order.assigned_agent


@register.filter
def first_name(person: User | None) -> str:
    """The first of somebody's names; a dash for nobody."""
    names = person.full_name.split() if person else []
    return names[0] if names else "—"


@register.filter
def bulk_words(action: str) -> str:
    """What a bulk job does, in the words of its button."""
    return str(words_of(action)).rstrip("…")


@register.filter
def job_tone(status: str) -> str:
    """The tone of a bulk job's chip."""
    return {"done": "ok", "failed": "bad", "running": "info"}.get(status, "wait")
