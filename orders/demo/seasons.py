"""When a shop's orders come: it grows, the year and the week have their ups and downs, and people order in the evening."""

from __future__ import annotations

from bisect import bisect
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo
    from random import Random

# January to December: gifts and sales at the end of the year, a quiet late summer.
_MONTHS = (0.95, 0.9, 1.0, 1.05, 1.1, 1.0, 0.95, 0.8, 0.95, 1.0, 1.35, 1.3)
# Monday to Sunday.
_WEEK = (1.05, 1.0, 1.0, 0.95, 0.8, 1.05, 1.15)
# By hour of the merchant's clock.
_HOURS = (14, 8, 4, 2, 1, 1, 3, 8, 16, 26, 34, 38, 40, 36, 34, 34, 36, 40, 44, 52, 64, 66, 52, 30)
_OF_DAY = tuple(accumulate(_HOURS))
_GROWTH = 2.2
_PAYDAY_FROM = 26
# However small the demo is, its shop is alive: so many orders, or this share, came in these last days.
_LATELY, _LATELY_ORDERS, _LATELY_SHARE = 3, 60, 0.15
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def moments(count: int, *, months: int, until: datetime, zone: tzinfo, rng: Random) -> Iterator[int]:
    """`count` moments in milliseconds since 1970, growing, over the `months` that end at `until`."""
    last = until.astimezone(zone)
    days = [last.date() - timedelta(days=back) for back in range(round(months * 30.4), -1, -1)]
    for day, orders in zip(days, _per_day(count, days, last), strict=True):
        start = round(datetime.combine(day, time.min, zone).timestamp() * 1000)
        end = round(until.timestamp() * 1000) if day == last.date() else start + DAY_MS
        yield from sorted(_moment(start, end, rng) for _order in range(orders))


def _per_day(count: int, days: list[date], last: datetime) -> list[int]:
    """How many orders each day has: their sum is `count` exactly."""
    weights = [_weight(day, place / len(days)) for place, day in enumerate(days)]
    # Today is not over.
    weights[-1] *= max(1, sum(_HOURS[: last.hour])) / sum(_HOURS)
    lately = min(_LATELY_ORDERS, round(count * _LATELY_SHARE))
    if count * sum(weights[-_LATELY:]) / sum(weights) < lately:
        share = lately / count
        factor = share / (1 - share) * sum(weights[:-_LATELY]) / sum(weights[-_LATELY:])
        weights[-_LATELY:] = [weight * factor for weight in weights[-_LATELY:]]
    total = sum(weights)
    reached = [round(count * part / total) for part in accumulate(weights)]
    return [after - before for before, after in zip([0, *reached], reached, strict=False)]


def _weight(day: date, grown: float) -> float:
    payday = 1.15 if day.day >= _PAYDAY_FROM or day.day <= 3 else 1.0  # noqa: PLR2004  # around the end of a month
    return _MONTHS[day.month - 1] * _WEEK[day.weekday()] * payday * (1 + (_GROWTH - 1) * grown)


def _moment(start: int, end: int, rng: Random) -> int:
    """A moment of the day that starts at `start`, by the hours in which people order; before `end`, for the day that is not over."""
    hour = bisect(_OF_DAY, rng.random() * _OF_DAY[-1])
    moment = start + hour * HOUR_MS + rng.randrange(HOUR_MS)
    return moment if moment < end else start + int((end - start) * rng.random())
