"""Promo codes at placement: found, checked, counted, under a lock that lasts as long as the placement."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count, F
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from base.errors import DomainError, Invalid
from base.money import round_money
from orders.models import Discount, Order
from orders.states import DiscountKind, OrderStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from orders.actions.placing import Draft


def apply(drafts: Sequence[Draft], rows: dict[int, Order], refused: dict[int, DomainError]) -> None:
    """Put each order's code into its `discount`; an order whose code does not hold is refused with the reason."""
    wanted = {place: row.discount_code.upper() for place, row in rows.items() if place not in refused and row.discount_code}
    if not wanted:
        return
    codes = _locked(set(wanted.values()))
    used = _used_by_customer(codes, {rows[place].customer_id for place in wanted})
    taken: Counter[str] = Counter()
    for place, code in wanted.items():
        row = rows[place]
        try:
            discount = _valid(codes.get(code), row, taken[code], used[row.customer_id, code], drafts[place].created_at or timezone.now())
        except DomainError as error:
            refused[place] = error
            continue
        taken[code] += 1
        used[row.customer_id, code] += 1
        row.discount_code = discount.code
        row.discount = min(row.subtotal, row.discount + _amount(discount, row))
    for code, count in taken.items():
        Discount.objects.filter(pk=codes[code].pk).update(uses=F("uses") + count)


def worth(code: str, subtotal: Decimal, currency: str, customer_id: UUID | None) -> Decimal:
    """What a code would take off at this moment, without counting it. Errors on `discount_code`, as at placement."""
    row = Order(subtotal=subtotal, currency=currency, discount_code=code.strip())
    found = Discount.objects.alias(upper=Upper("code")).filter(upper=row.discount_code.upper()).first()
    used = _used_by_customer({found.code.upper(): found}, {customer_id}) if found and customer_id else Counter()
    discount = _valid(found, row, 0, used[customer_id, found.code.upper()] if found and customer_id else 0, timezone.now())
    return _amount(discount, row)


def _locked(codes: set[str]) -> dict[str, Discount]:
    rows = Discount.objects.alias(upper=Upper("code")).filter(upper__in=codes).order_by("pk").select_for_update(of=("self",))
    return {row.code.upper(): row for row in rows}


def _used_by_customer(codes: dict[str, Discount], customers: set[UUID]) -> Counter[tuple[UUID, str]]:
    limited = [discount.code for discount in codes.values() if discount.max_uses_per_customer is not None]
    counted: Counter[tuple[UUID, str]] = Counter()
    if limited:
        rows = Order.objects.present().filter(customer_id__in=customers, discount_code__in=limited).exclude(status=OrderStatus.CANCELLED)
        for customer, code, count in rows.values_list("customer_id", "discount_code").annotate(count=Count("id")).order_by():
            counted[customer, code.upper()] += count
    return counted


def _valid(discount: Discount | None, row: Order, taken: int, used: int, moment: datetime) -> Discount:
    if discount is None or not discount.is_active:
        raise Invalid("unknown_discount", _("There is no promo code “%(code)s”.") % {"code": row.discount_code}, "discount_code")
    if (discount.starts_at and moment < discount.starts_at) or (discount.ends_at and moment >= discount.ends_at):
        raise Invalid("discount_not_now", _("The promo code “%(code)s” does not hold now.") % {"code": discount.code}, "discount_code")
    if discount.max_uses is not None and discount.uses + taken >= discount.max_uses:
        raise Invalid("discount_used_up", _("The promo code “%(code)s” is used up.") % {"code": discount.code}, "discount_code")
    if discount.max_uses_per_customer is not None and used >= discount.max_uses_per_customer:
        text = _("This customer has used the promo code “%(code)s” as often as it allows.") % {"code": discount.code}
        raise Invalid("discount_used_up", text, "discount_code")
    if row.subtotal < discount.minimum_subtotal:
        text = _("The promo code “%(code)s” holds from %(amount)s on.") % {"code": discount.code, "amount": discount.minimum_subtotal}
        raise Invalid("discount_minimum", text, "discount_code")
    return discount


def _amount(discount: Discount, row: Order) -> Decimal:
    if discount.kind == DiscountKind.FIXED:
        return discount.value
    return round_money(row.subtotal * discount.value / 100, row.currency)
