"""How values are written on pages: money, numbers, time, phones, codes. Each filter answers safe HTML or plain text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import phonenumbers
from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext

from base.money import exponent

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400
RECENT_DAYS = 30
EMPTY = "—"


@register.filter
def money(amount: Decimal | float | str | None, currency: str = "") -> SafeString | str:
    """`{{ order.total|money:order.currency }}`: 1,110.00 MAD, with the currency's own decimals; without currency two decimals."""
    if amount is None or amount == "":
        return EMPTY
    places = exponent(currency) if currency else 2
    figure = formats.number_format(Decimal(amount), places, force_grouping=True)
    unit = f"\u00a0{currency}" if currency else ""
    return format_html('<bdi class="money" dir="ltr">{}{}</bdi>', figure, unit)


@register.filter
def figure(value: Decimal | float | str | None, places: int = 0) -> str:
    """`{{ count|figure }}`: 1,284; `{{ share|figure:1 }}`: 81.4; a text ("6 low") stays as it is."""
    if isinstance(value, str):
        return value
    return EMPTY if value is None else formats.number_format(value, places, force_grouping=True)


@register.filter
def phone(number: str | None) -> SafeString | str:
    """`{{ person.phone|phone }}`: +212 661-204418, always left to right."""
    if not number:
        return EMPTY
    try:
        written = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        written = number
    return format_html('<bdi class="figures nowrap" dir="ltr">{}</bdi>', written)


@register.filter
def code(value: Any) -> SafeString | str:
    """`{{ order.number|code }}`: numbers, references and addresses of machines, always left to right."""
    return EMPTY if value in {None, ""} else format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def initials(name: str) -> str:
    """`{{ user.full_name|initials }}`: the first letters of the first and the last name."""
    names = name.split()
    return "".join(part[0] for part in (names[:1] + names[1:][-1:])).upper() or "?"


@register.filter
def time_ago(moment: datetime | date | None) -> SafeString | str:
    """`{{ row.created_at|time_ago }}`: "6 min ago", "in 2 d", a date after a month; the exact time on hover and in print."""
    return _relative(moment, _ago)


@register.filter
def age(moment: datetime | date | None) -> SafeString | str:
    """`{{ row.created_at|age }}`: "6 min", for a column that is named Age or Waiting."""
    return _relative(moment, lambda seconds: _span(abs(seconds)))


@register.filter
def moment(value: datetime | date | None) -> SafeString | str:
    """`{{ row.created_at|moment }}`: the exact day and time in the reader's time zone."""
    if not value:
        return EMPTY
    local = _local(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), _exact(value))


def _relative(value: datetime | date | None, words: Callable[[float], str]) -> SafeString | str:
    if not value:
        return EMPTY
    local = _local(value)
    seconds = (timezone.now() - local).total_seconds()
    text = words(seconds) if abs(seconds) < RECENT_DAYS * DAY else formats.date_format(local, "DATE_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), _exact(value), text)


def _local(value: datetime | date) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.get_current_timezone())
    return timezone.localtime(value) if timezone.is_aware(value) else value.replace(tzinfo=UTC)


def _exact(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return formats.date_format(_local(value), "DATETIME_FORMAT")
    return formats.date_format(value, "DATE_FORMAT")


def _ago(seconds: float) -> str:
    if abs(seconds) < MINUTE:
        return gettext("just now")
    span = _span(abs(seconds))
    return gettext("%(span)s ago") % {"span": span} if seconds > 0 else gettext("in %(span)s") % {"span": span}


def _span(seconds: float) -> str:
    if seconds < MINUTE:
        return pgettext("a span of time", "now")
    for size, words in ((DAY, _days), (HOUR, _hours)):
        if seconds >= size:
            return words(int(seconds // size))
    return _minutes(int(seconds // MINUTE))


def _days(count: int) -> str:
    return ngettext("%(count)d d", "%(count)d d", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d h", "%(count)d h", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)d min", "%(count)d min", count) % {"count": count}
