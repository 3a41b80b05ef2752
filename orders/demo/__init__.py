"""A merchant's life with orders, for the demo and the benches: the same seed in the same hour gives the same rows, ids included.

Registered as a stage of `manage.py demo`. It writes past the actions, since it writes the past: rows, history, stock and figures
as the actions would have left them, in portions, each in one transaction, so that memory stays small and a stopped run goes on.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import NumberSequence, User
from accounts.numbers import take_numbers
from accounts.states import Role
from accounts.tenancy import tenant_in_scope
from orders.demo import words
from orders.demo.book import Book, Sources, Team
from orders.demo.crowd import Crowd
from orders.demo.fates import Fates
from orders.demo.goods import PER_DOLLAR
from orders.demo.seasons import DAY_MS, moments
from orders.demo.shelf import Codes, Shelf, promised, stocked
from orders.demo.writing import write
from orders.models import Customer

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.demo import Life
    from accounts.models import Tenant

PORTION = 20_000
_SEQUENCE = "demo_orders"
_FEE_DOLLARS = 2.5


def live(life: Life, say: Callable[[int, int], None]) -> None:
    """Bring the scope's tenant to `life.orders` orders of the demo; where it has them already, nothing is added."""
    made = NumberSequence.objects.filter(name=_SEQUENCE).values_list("last", flat=True).first() or 0
    missing = life.orders - made
    if missing <= 0:
        return
    world = _World(tenant_in_scope(), life, made)
    coming = moments(missing, months=life.months, until=life.until, zone=world.zone, rng=world.rng)
    done = 0
    say(done, missing)
    while portion := list(islice(coming, PORTION)):
        world.write(portion)
        done += len(portion)
        say(done, missing)


class _World:
    """One merchant and all that its orders come from."""

    def __init__(self, tenant: Tenant, life: Life, made: int) -> None:
        config = tenant.config
        seed = f"{life.seed} {tenant.slug}"
        rng = self.rng = Random(f"{seed} {made} {life.orders}")  # noqa: S311  # the same each time, on purpose
        self.tenant, self.zone = tenant, ZoneInfo(config.timezone)
        until = round(life.until.timestamp() * 1000)
        since = until - round(life.months * 30.4) * DAY_MS
        with transaction.atomic():
            products, discounts = stocked(tenant, since, rng), promised(tenant, since, rng)
        said = words.sayings(config)
        offset = life.until.astimezone(self.zone).utcoffset() or timedelta()
        self.crowd = Crowd(config, rng, first=made, seed=seed)
        self.shelf = Shelf(products, rng, orders_a_day=(life.orders - made) / (life.months * 30.4))
        self.codes = Codes(discounts, rng)
        fates = Fates(rng, said, calls=config.confirmation.required, offset=round(offset.total_seconds() * 1000))
        self.book = Book(
            rng,
            Sources(_team(), self.crowd, self.shelf, self.codes, fates, said),
            until=until,
            fee=round(_FEE_DOLLARS * PER_DOLLAR.get(config.currency, 10)) * 100,
            shop=tenant.slug,
        )

    def write(self, portion: list[int]) -> None:
        """The orders of these moments, in one transaction."""
        with transaction.atomic():
            wanted = self.crowd.phones(len(portion))
            taken = frozenset(Customer.objects.filter(phone__in=wanted).values_list("phone", flat=True))
            numbers = take_numbers("order", len(portion))
            for moment, number in zip(portion, numbers, strict=True):
                self.book.add(moment, number, self.crowd.meet(moment, taken))
            write(self.tenant, self.book, self.crowd, self.shelf, self.codes)
            take_numbers(_SEQUENCE, len(portion))


def _team() -> Team:
    people = list(User.objects.filter(is_active=True).order_by("email").values_list("pk", "role"))

    def of(*roles: Role) -> list[str]:
        return [pk.hex for pk, role in people if role in roles]

    packers = of(Role.MANAGER, Role.ADMIN)
    return Team(of(Role.CUSTOMER_REP) or packers, packers, of(Role.DELIVERY_AGENT))
