"""Edit an order before it leaves: address, items, amounts, notes. The difference is recorded; held stock follows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.tenancy import current_tenant
from base import context
from base.errors import DomainError, Invalid
from base.money import round_money
from orders import words
from orders.finding import locked_order
from orders.items import Catalogue, Line, priced
from orders.models import Order
from orders.signals import order_edited
from orders.states import BEFORE_DISPATCH, HOLDS_STOCK, MovementKind, PaymentMethod, Priority, ServiceCode
from orders.stock import move_stock, of_items

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from base.actor import Actor

_CHOICES = {"priority": Priority, "payment_method": PaymentMethod, "service_code": ServiceCode}
_TEXTS: dict[str, Callable[[str], str]] = {
    "customer_notes": words.clean_text,
    "internal_notes": words.clean_text,
    "delivery_address": words.clean_text,
    "delivery_area": lambda text: words.clean_name(text, longest=100),
    "delivery_city": lambda text: words.clean_name(text, longest=100),
}
_AMOUNTS = ("delivery_fee", "discount")
EDITABLE = (*_TEXTS, *_CHOICES, *_AMOUNTS)


def edit_order(order: Order, *, lines: Sequence[Line] | None = None, actor: Actor, **values: Any) -> Order:
    """Change an order that has not left; sums are worked out anew. Returns the row as it now is.

    Only what differs is written, and the difference is recorded. Errors: `left_already`, and those of the items, each on its field.
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise TypeError(f"cannot edit {', '.join(sorted(unknown))}")
    with transaction.atomic(), by(actor):
        locked = locked_order(order.pk)
        if locked.status not in BEFORE_DISPATCH:
            raise DomainError("left_already", _("The order has left, or is closed: it cannot be edited any more."), field="status")
        before = {name: getattr(locked, name) for name in (*EDITABLE, "items", "subtotal", "total_amount")}
        _set_plain(locked, values)
        if lines is not None:
            _set_items(locked, lines)
        _sum_up(locked)
        difference = {name: {"old": old, "new": getattr(locked, name)} for name, old in before.items() if getattr(locked, name) != old}
        if difference:
            _save(locked, before["items"], difference, actor)
    return locked


def _set_plain(order: Order, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in _CHOICES and value not in _CHOICES[name].values:
            raise Invalid("unknown_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(_CHOICES[name].values)}, name)
        if name in _AMOUNTS and not (value.is_finite() and 0 <= value < 10**12):
            raise Invalid("invalid_amount", _("Give an amount from 0 on."), name)
        if name in _TEXTS:
            setattr(order, name, _TEXTS[name](value))
        elif name in _AMOUNTS:
            setattr(order, name, round_money(value, order.currency))
        else:
            setattr(order, name, str(value))


def _set_items(order: Order, lines: Sequence[Line]) -> None:
    tenant = current_tenant()
    currency = tenant.config.currency if tenant else order.currency
    if currency != order.currency:
        raise DomainError("other_currency", _("The order is in %(currency)s.") % {"currency": order.currency}, field="items")
    order.items, order.subtotal = priced(lines, Catalogue(lines), order.currency)


def _sum_up(order: Order) -> None:
    total = order.subtotal + order.delivery_fee - order.discount
    if total < Decimal(0):
        raise Invalid("invalid_amount", _("The discount is larger than the order."), "discount")
    order.total_amount = total


def _save(order: Order, old_items: list[dict[str, Any]], difference: dict[str, Any], actor: Actor) -> None:
    if "items" in difference and order.status in HOLDS_STOCK:
        freed = of_items(old_items, [(MovementKind.RELEASE, 1)], order_id=order.pk)
        held = of_items(order.items, [(MovementKind.RESERVE, -1)], order_id=order.pk)
        move_stock([*freed, *held])
    order.save(update_fields=list(difference))
    if context.current().user is not None:
        record("order_edited", entity=order, details={"changes": difference})
    order_edited.send(sender=Order, order=order, difference=difference, actor=actor)
