"""Money: exact decimals with a currency, rounded half-up at the currency's exponent (ISO 4217).

The columns are `numeric(14,2)`, so no currency is kept finer than two decimals: the dinars with three (TND, KWD, BHD, JOD,
OMR, IQD, LYD) are rounded at two. What that cuts off is at most five thousandths of the unit, on each rounded amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from django.db import models
from django.utils.translation import gettext as _

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models.expressions import Combinable

    _Given: TypeAlias = Decimal | int | Combinable

DIGITS = 14
DECIMALS = 2

_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
        CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
        KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
        PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
        TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
}

CURRENCIES: dict[str, int] = {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}
"""ISO 4217: the codes in use, each with its own number of decimals."""

# Wide enough that no amount of the columns, nor a sum or a product of them, is rounded on the way (digits, then power of ten).
_WIDE = Context(prec=60)
_LARGEST = 30


def exponent(currency: str) -> int:
    """The decimals that amounts of `currency` are kept and shown with: its own, two at most; two for an unknown code."""
    return min(CURRENCIES.get(currency, DECIMALS), DECIMALS)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` half-up (away from zero, so that a refund is the exact opposite of its charge) at the currency's exponent.

    Errors: unknown_currency, not_a_number.
    """
    unit = _unit(currency)
    if not amount.is_finite() or amount.adjusted() > _LARGEST:
        raise Invalid("not_a_number", _("An amount of money is a number."))
    return _quantized(amount, unit)


def allocate(amount: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Split `amount` in proportion to `weights`; the parts sum to it exactly, each within one smallest unit of its share.

    Largest remainder: the units that rounding down leaves go to the largest remainders, the first of equal ones. A part of
    weight 0 gets nothing. Errors: too_fine (amount has more decimals than the currency), no_weights.
    """
    unit = _unit(currency)
    places = exponent(currency)
    units = int(Money(amount, currency).amount.scaleb(places, context=_WIDE))
    if not all(Decimal(weight).is_finite() and weight >= 0 for weight in weights) or not any(weights):
        raise Invalid("no_weights", _("To split an amount, give weights that are not negative, one of them more than zero."))
    shares = [Fraction(weight) * units for weight in weights]
    total = sum(Fraction(weight) for weight in weights)
    parts = [int(share / total) for share in shares]
    rest = units - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: abs(shares[place] / total - parts[place]), reverse=True)
    for place in by_remainder[: abs(rest)]:
        parts[place] += 1 if rest > 0 else -1
    return [_quantized(Decimal(part).scaleb(-places, context=_WIDE), unit) for part in parts]


def to_json(amount: Decimal) -> str:
    """Money as JSON carries it: a string with two decimals ("1110.00"), never a float."""
    return format(_quantized(amount, Decimal(1).scaleb(-DECIMALS)), "f")


@overload
def money_field(*, null: Literal[True], **options: Any) -> models.DecimalField[_Given | None, Decimal | None]: ...
@overload
def money_field(**options: Any) -> models.DecimalField[_Given, Decimal]: ...
def money_field(**options: Any) -> models.DecimalField[Any, Any]:
    """A column `numeric(14,2)`; its currency stands in the same row."""
    return models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, **options)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. Two currencies are never added or compared: currency_mismatch (equality is just False).

    Other errors: unknown_currency, not_a_number, too_fine (more decimals than the currency has; round first).
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, float):
            raise TypeError("money is never a float: give a Decimal")
        kept = round_money(Decimal(self.amount), self.currency)
        if kept != self.amount:
            text = _("%(amount)s has more decimals than %(currency)s knows.") % {"amount": self.amount, "currency": self.currency}
            raise Invalid("too_fine", text)
        object.__setattr__(self, "amount", kept)

    def __add__(self, other: Money) -> Money:
        return Money(_WIDE.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_WIDE.subtract(self.amount, self._same(other)), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Rounded half-up at the currency's exponent."""
        return Money(round_money(_WIDE.multiply(self.amount, Decimal(factor)), self.currency), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            text = _("%(one)s and %(other)s are different currencies.") % {"one": self.currency, "other": other.currency}
            raise Invalid("currency_mismatch", text)
        return other.amount


def _unit(currency: str) -> Decimal:
    """The smallest amount of the currency that is kept."""
    if currency not in CURRENCIES:
        raise Invalid("unknown_currency", _("%(code)s is not a currency code such as MAD.") % {"code": currency}, "currency")
    return Decimal(1).scaleb(-exponent(currency))


def _quantized(amount: Decimal, unit: Decimal) -> Decimal:
    """Half-up at `unit`, and never a negative zero."""
    return _WIDE.add(amount.quantize(unit, rounding=ROUND_HALF_UP, context=_WIDE), Decimal(0))
