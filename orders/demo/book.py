"""What is written about a portion of orders: their rows, their history, the stock they moved, their customers' figures."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from orders.demo.fates import CANCELLED, CONFIRMED, DELIVERED, OUT, PENDING, READY, RETURNED, refusal_rates
from orders.demo.rows import NULL, hundredths, identifier, instant, written
from orders.demo.seasons import DAY_MS, HOUR_MS
from orders.states import MovementKind, OrderSource, PaymentMethod, PaymentStatus, Priority, ServiceCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from orders.demo.crowd import Crowd, Person
    from orders.demo.fates import Fates, Step
    from orders.demo.shelf import Basket, Codes, Shelf
    from orders.demo.words import Sayings

# What the rows hold, in this order.
ORDER = (
    "id, order_number, customer_id, assigned_rep_id, assigned_agent_id, status, priority, items, subtotal, delivery_fee, discount, "
    "discount_code, total_amount, payment_status, payment_method, service_code, customer_notes, internal_notes, delivery_address, "
    "delivery_area, source, webhook_source, external_id, return_reason, cancel_reason, confirmation_attempts, next_call_at, "
    "confirmed_at, delivered_at, returned_at, cancelled_at, created_at, updated_at"
)
HISTORY = "id, order_id, changed_by_user_id, old_status, new_status, notes, created_at"
MOVEMENT = "id, product_id, variant_id, kind, quantity, order_id, user_id, note, created_at"
_RESERVE, _RELEASE, _SHIP, _RESTOCK = (
    str(kind) for kind in (MovementKind.RESERVE, MovementKind.RELEASE, MovementKind.SHIP, MovementKind.RESTOCK)
)
_SOURCES = (*([str(OrderSource.WEBHOOK)] * 12), *([str(OrderSource.CSV)] * 3), *([str(OrderSource.MANUAL)] * 3), str(OrderSource.API))
_PRIORITIES = (str(Priority.HIGH), *([str(Priority.MEDIUM)] * 8), str(Priority.LOW))
_METHODS = (*([str(PaymentMethod.COD)] * 22), str(PaymentMethod.BANK_TRANSFER), str(PaymentMethod.CASH))
_SERVICES = (*([str(ServiceCode.STANDARD)] * 16), str(ServiceCode.EXPRESS), str(ServiceCode.EXPRESS), str(ServiceCode.SAME_DAY))
_WITH_WISH, _UNROUTED, _BACK_ON_THE_SHELF, _NOT_HANDED_IN = 0.08, 0.4, 0.85, 0.06
_HANDED_IN_AFTER = 2 * DAY_MS


class Team(NamedTuple):
    """The keys of the merchant's people by what they do."""

    reps: list[str]
    packers: list[str]
    agents: list[str]


class Sources(NamedTuple):
    """Where orders come from, and what becomes of them."""

    team: Team
    crowd: Crowd
    shelf: Shelf
    codes: Codes
    fates: Fates
    said: Sayings


class Figures:
    """What a portion's orders add to a customer; the money in hundredths."""

    __slots__ = ("orders", "returned", "spent")

    def __init__(self) -> None:
        self.orders = self.spent = self.returned = 0


class Book:
    """Writes orders into rows for COPY. `until`: the end of the demo's time; what lies behind it has not happened yet."""

    def __init__(self, rng: Random, sources: Sources, *, until: int, fee: int, shop: str) -> None:
        self._rng, self._random, self._until = rng, rng.random, until
        self._team, crowd, self._shelf, self._codes, self._fates, self._said = sources
        self._rates = refusal_rates(crowd.shares, rng)
        self._fees = [fee * (100 + 20 * (place % 4)) // 100 // 100 * 100 for place in range(len(crowd.areas))]
        self._areas = [written(area) for area in crowd.areas]
        self._shop = written(shop)
        self.clear()

    def clear(self) -> None:
        """Begin another portion."""
        self.orders: list[str] = []
        self.history: list[str] = []
        self.movements: list[str] = []
        self.figures: dict[str, Figures] = defaultdict(Figures)

    def add(self, moment: int, number: int, person: Person) -> None:
        """The order that came at this moment (milliseconds since 1970), with all that happened to it."""
        pk = identifier(moment, self._rng)
        basket = self._shelf.basket()
        rep = self._one(self._team.reps)
        agent = self._team.agents[person.area % len(self._team.agents)] if self._team.agents else NULL
        steps = [step for step in self._fates.draw(moment, self._rates[person.area]) if step.at < self._until]
        actors = (NULL, rep, self._one(self._team.packers), agent)
        self._write_history(pk, steps, actors)
        self._move_stock(pk, steps, basket, actors)
        status = steps[-1].to if steps else "new"
        payment = self._payment(steps, status)
        code, discount = self._codes.draw(basket.subtotal)
        fee = self._fees[person.area]
        total = basket.subtotal + fee - discount
        self._count(person.id, status, payment, total)
        at = {step.to: instant(step.at) for step in steps}
        source = self._one(_SOURCES)
        created = instant(moment)
        routed = OUT in at or (status == READY and self._random() > _UNROUTED)
        notes = {step.to: step.note for step in steps}
        self.orders.append(
            "\t".join((
                pk, f"ORD-{number:06d}", person.id, rep if steps else NULL, agent if routed else NULL, status, self._one(_PRIORITIES),
                basket.json, hundredths(basket.subtotal), hundredths(fee), hundredths(discount), code, hundredths(total), payment,
                self._one(_METHODS), self._one(_SERVICES), self._one(self._said.wishes) if self._random() < _WITH_WISH else "", "",
                person.address, self._areas[person.area], source, self._shop if source == OrderSource.WEBHOOK else "",
                str(4_100_000_000 + number) if source == OrderSource.WEBHOOK else "", notes.get(RETURNED, ""), notes.get(CANCELLED, ""),
                *self._calls(steps, status), at.get(CONFIRMED, NULL), at.get(DELIVERED, NULL), at.get(RETURNED, NULL),
                at.get(CANCELLED, NULL), created, instant(steps[-1].at) if steps else created,
            ))
        )  # fmt: skip

    def add_deliveries(self, deliveries: Iterable[tuple[int, int, int]]) -> None:
        """Goods that the supplier brought."""
        for moment, place, quantity in deliveries:
            self._movement(moment, place, _RESTOCK, quantity, NULL, NULL)

    def _write_history(self, order: str, steps: list[Step], actors: tuple[str, ...]) -> None:
        before = "new"
        for at, to, by, note in steps:
            self.history.append("\t".join((identifier(at, self._rng), order, actors[by], before, to, note, instant(at))))
            before = to

    def _move_stock(self, order: str, steps: list[Step], basket: Basket, actors: tuple[str, ...]) -> None:
        before, held = "new", False
        for step, to, by, _note in steps:
            at = step
            kinds: tuple[tuple[str, int], ...] = ()
            if to == CONFIRMED:
                kinds, held = ((_RESERVE, -1),), True
            elif to == OUT:
                kinds, held = ((_RELEASE, 1), (_SHIP, -1)), False
            elif to == READY and before == OUT:
                kinds, held = ((_RESTOCK, 1), (_RESERVE, -1)), True
            elif to == CANCELLED and held:
                kinds = ((_RELEASE, 1),)
            elif to == RETURNED and self._random() < _BACK_ON_THE_SHELF and step + DAY_MS < self._until:
                at, kinds = step + DAY_MS, ((_RESTOCK, 1),)
            before = to
            net = sum(sign for _kind, sign in kinds)
            for place, quantity in basket.units if kinds else ():
                for kind, sign in kinds:
                    self._movement(at, place, kind, sign * quantity, order, actors[by])
                if net:
                    self._shelf.move(at, place, net * quantity)

    def _movement(self, at: int, place: int, kind: str, quantity: int, order: str, user: str) -> None:
        sold = self._shelf.kinds[place]
        row = (identifier(at, self._rng), sold.product, written(sold.variant), kind, str(quantity), order, user, "", instant(at))
        self.movements.append("\t".join(row))

    def _payment(self, steps: list[Step], status: str) -> str:
        if status == DELIVERED:
            late = steps[-1].at > self._until - _HANDED_IN_AFTER and self._random() < _NOT_HANDED_IN
            return str(PaymentStatus.PENDING if late else PaymentStatus.COLLECTED)
        sent_back = status == RETURNED and steps[-2].to == DELIVERED
        return str(PaymentStatus.REFUNDED if sent_back else PaymentStatus.PENDING)

    def _calls(self, steps: list[Step], status: str) -> tuple[str, str]:
        """How often it was called, and when it is called again."""
        if status == CANCELLED:
            return str(1 + int(self._random() * 3)), NULL
        if status == PENDING and self._random() < 0.5:  # noqa: PLR2004  # every other was tried once
            return "1", instant(steps[-1].at + HOUR_MS)
        return ("1" if any(step.to == CONFIRMED for step in steps) else "0"), NULL

    def _count(self, customer: str, status: str, payment: str, total: int) -> None:
        figures = self.figures[customer]
        figures.orders += status != CANCELLED
        figures.returned += status == RETURNED
        if status == DELIVERED and payment == PaymentStatus.COLLECTED:
            figures.spent += total

    def _one(self, options: list[str] | tuple[str, ...]) -> str:
        return options[int(self._random() * len(options))] if options else NULL
