"""How the values of customers and products are written on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import ngettext

from orders.states import MovementKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

register = template.Library()

# A return rate, in percent, from which on it is told in amber and in red.
_WATCHED, _BAD = 15, 30
_KINDS = {
    MovementKind.RESERVE: "info",
    MovementKind.RELEASE: "info",
    MovementKind.SHIP: "ok",
    MovementKind.RESTOCK: "ok",
    MovementKind.ADJUST: "wait",
    MovementKind.COUNT: "wait",
}


@register.filter
def return_tone(rate: Decimal | None) -> str:
    """The tone of a return rate."""
    return "bad" if (rate or 0) >= _BAD else "wait" if (rate or 0) >= _WATCHED else "ok"


@register.filter
def percent(rate: Decimal | None) -> str:
    """`{{ customer.return_rate|percent }}`: 12.5 %, without decimals that say nothing."""
    return f"{rate.normalize():f} %" if rate else "0 %"


@register.filter
def movement_tone(kind: str) -> str:
    """The tone of a movement's kind."""
    return _KINDS.get(MovementKind(kind), "no")


@register.filter
def signed(quantity: int) -> str:
    """`{{ movement.quantity|signed }}`: +5, −3."""
    return f"+{quantity}" if quantity > 0 else f"\u2212{abs(quantity)}"


@register.filter
def variant_words(variants: list[Any]) -> str:
    """How many variants: “3 variants”; nothing for none."""
    return ngettext("%(count)d variant", "%(count)d variants", len(variants)) % {"count": len(variants)} if variants else ""


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """`{{ names|at:row.variant_id }}`: what stands there, or nothing."""
    return found.get(key, "")
