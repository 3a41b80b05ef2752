"""What becomes of an order: the call, the packing, the way to the door, and whether it is taken there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orders.demo.seasons import DAY_MS, HOUR_MS
from orders.states import OrderStatus

if TYPE_CHECKING:
    from random import Random

    from orders.demo.words import Sayings

_S = OrderStatus
PENDING, CONFIRMED, PREPARED, READY, OUT, DELIVERED, RETURNED, CANCELLED = (
    str(status)
    for status in (
        _S.CONFIRMATION_PENDING,
        _S.CONFIRMED,
        _S.BEING_PREPARED,
        _S.READY_FOR_PICKUP,
        _S.OUT_FOR_DELIVERY,
        _S.DELIVERED,
        _S.RETURNED,
        _S.CANCELLED,
    )
)
NOBODY, REP, PACKER, AGENT = range(4)
_OPENS, _CLOSES = 8 * HOUR_MS, 20 * HOUR_MS
_LOST_ON_THE_PHONE = 0.11
_CALLED_OFF_LATER = 0.02
_MISSED = 0.12
_SENT_BACK = 0.015


class Step(NamedTuple):
    """A change of status: when (milliseconds since 1970), to what, by whom, and what was noted."""

    at: int
    to: str
    by: int
    note: str = ""


class Fates:
    """Draws what becomes of orders. `offset`: the merchant's clock against UTC, in milliseconds."""

    def __init__(self, rng: Random, said: Sayings, *, calls: bool, offset: int) -> None:
        self._rng, self._random, self._said = rng, rng.random, said
        self._calls, self._offset = calls, offset

    def draw(self, created: int, refusal_rate: float) -> list[Step]:
        """Every step of an order's life, also those that lie in the future. `refusal_rate`: of those that reach the door."""
        steps: list[Step] = []
        now = created
        if self._calls:
            now = self._after(now, 0.02, 5)
            steps.append(Step(now, PENDING, NOBODY))
        if self._random() < _LOST_ON_THE_PHONE:
            steps.append(Step(self._at_work(self._after(now, 2, 40)), CANCELLED, REP, self._one(self._said.cancelled)))
            return steps
        now = self._at_work(self._after(now, 0.1, 7))
        steps.append(Step(now, CONFIRMED, REP))
        for status, least, most in ((PREPARED, 0.3, 8), (READY, 0.3, 4)):
            if self._random() < _CALLED_OFF_LATER:
                steps.append(Step(self._at_work(self._after(now, 0.2, 3)), CANCELLED, REP, self._one(self._said.cancelled)))
                return steps
            now = self._at_work(self._after(now, least, most))
            steps.append(Step(now, status, PACKER))
        self._to_the_door(steps, now, refusal_rate)
        return steps

    def _to_the_door(self, steps: list[Step], now: int, refusal_rate: float) -> None:
        now = self._at_work(self._after(now, 1, 16))
        steps.append(Step(now, OUT, AGENT))
        if self._random() < _MISSED:
            now = self._after(now, 2, 7)
            steps.append(Step(now, READY, AGENT, self._one(self._said.missed)))
            now = self._at_work(self._after(now, 10, 26))
            steps.append(Step(now, OUT, AGENT))
        now = self._after(now, 0.5, 7)
        if self._random() < refusal_rate:
            steps.append(Step(now, RETURNED, AGENT, self._one(self._said.refused)))
            return
        steps.append(Step(now, DELIVERED, AGENT))
        if self._random() < _SENT_BACK:
            back = self._at_work(now + int((1.5 + 10 * self._random()) * DAY_MS))
            steps.append(Step(back, RETURNED, REP, self._one(self._said.sent_back)))

    def _after(self, moment: int, least: float, most: float) -> int:
        """Some hours later, sooner rather than later."""
        chance = self._random()
        return moment + int((least + (most - least) * chance * chance) * HOUR_MS) + 1

    def _at_work(self, moment: int) -> int:
        """The moment itself while the house is open, else soon after it opens."""
        clock = (moment + self._offset) % DAY_MS
        if clock < _OPENS:
            return moment + _OPENS - clock + int(1.5 * HOUR_MS * self._random())
        if clock > _CLOSES:
            return moment + DAY_MS + _OPENS - clock + int(1.5 * HOUR_MS * self._random())
        return moment

    def _one(self, texts: tuple[str, ...]) -> str:
        return texts[int(self._random() * len(texts))]


def refusal_rates(shares: list[float], rng: Random, *, mean: float = 0.187) -> list[float]:
    """A rate for each area, from easy to hard ones, whose mean over these shares of the orders is `mean`.

    With those who send it back later, about a fifth of what leaves the house comes back.
    """
    rates = [0.5 + 1.1 * place / max(1, len(shares) - 1) for place in range(len(shares))]
    rng.shuffle(rates)
    factor = mean * sum(shares) / sum(rate * share for rate, share in zip(rates, shares, strict=True))
    return [min(0.6, rate * factor) for rate in rates]
