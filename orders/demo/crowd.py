"""Who orders: new people with valid phones that nobody else has, and people who come again, a few of them often."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers

from orders.demo import words
from orders.demo.rows import identifier, instant, written
from orders.models import Customer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from random import Random

    from accounts.tenant_settings import TenantSettings

_NEW = 0.46
# How many orders back a customer who comes again is looked for.
_REMEMBERED = 50_000
_WITH_EMAIL, _VIP, _WHOLESALE = 0.3, 0.03, 0.01
_VIP_TAG = '[{"id": "vip", "label": "VIP", "color": "#8a5a00"}]'
_WHOLESALE_TAG = '[{"id": "wholesale", "label": "Wholesale", "color": "#23527c"}]'
# A prime larger than any number of prefixes: multiplying by it walks through all numbers before one comes again.
_STRIDE = 982_451_653


class Person(NamedTuple):
    """A customer as orders need one; `area` is a place in the merchant's list."""

    id: str
    address: str
    area: int


class Newcomer(NamedTuple):
    """A customer to be written: the row without its figures, as text."""

    row: tuple[str, ...]
    created: str


class Crowd:
    """The merchant's customers. `newcomers` are those met since it was last emptied, by their id."""

    def __init__(self, config: TenantSettings, rng: Random, *, first: int, seed: str) -> None:
        self._config, self._rng, self._random = config, rng, rng.random
        self._voices, weights = words.voices(config)
        self._voice_weights = tuple(accumulate(weights))
        self.areas = words.areas(config)
        self.shares = [1 / (place + 1) ** 0.5 for place in range(len(self.areas))]
        self._area_weights = tuple(accumulate(self.shares))
        self.city = words.city(config)
        self._number = first
        self._phone = _phones(config.country_code, seed)
        self._known: list[Person] = _remembered(self.areas)
        self._next_place = 0
        self.newcomers: dict[str, Newcomer] = {}

    def phones(self, count: int) -> list[str]:
        """The phones of the next `count` newcomers, should each order come from one."""
        return [self._phone(self._number + ahead) for ahead in range(count)]

    def meet(self, moment: int, taken: Collection[str]) -> Person:
        """Who places the order of this moment (milliseconds since 1970). `taken`: phones that cannot be given any more."""
        number, self._number = self._number, self._number + 1
        if self._known and (self._random() > _NEW or self._phone(number) in taken):
            person = self._known[int(self._random() * len(self._known))]
        else:
            person = self._newcomer(number, moment)
        # Somebody who ordered often stands here often, and so is met again the more.
        if len(self._known) < _REMEMBERED:
            self._known.append(person)
        else:
            self._known[self._next_place] = person
            self._next_place = (self._next_place + 1) % _REMEMBERED
        return person

    def _newcomer(self, number: int, moment: int) -> Person:
        rng = self._rng
        voice = rng.choices(self._voices, cum_weights=self._voice_weights)[0]
        area = rng.choices(range(len(self.areas)), cum_weights=self._area_weights)[0]
        address = written(voice.place(rng, self.areas[area]))
        person = Person(identifier(moment, rng), address, area)
        email = f"customer{number}@example.com" if self._random() < _WITH_EMAIL else ""
        chance = self._random()
        tags = _VIP_TAG if chance < _VIP else _WHOLESALE_TAG if chance < _VIP + _WHOLESALE else "[]"
        row = (person.id, voice.name(rng), self._phone(number), email, address, written(self.city), written(self.areas[area]), tags)
        self.newcomers[person.id] = Newcomer(row, instant(moment))
        return person


def _remembered(areas: tuple[str, ...]) -> list[Person]:
    """Customers of before, the newest first; in areas that the merchant no longer has they count as of the first."""
    rows = Customer.objects.present().filter(blocked=False).order_by("-created_at", "-id").values_list("pk", "address", "area")
    places = {area: place for place, area in enumerate(areas)}
    return [Person(pk.hex, written(address), places.get(area, 0)) for pk, address, area in rows[: _REMEMBERED // 5]]


def _phones(country: str, seed: str) -> Callable[[int], str]:
    """Gives the mobile number with a certain number; no two are the same before all are used up."""
    prefixes, digits = _prefixes(country)
    space = len(prefixes) * 10**digits
    start = int.from_bytes(seed.encode(), "big") % space

    def phone(number: int) -> str:
        prefix, rest = divmod((start + number * _STRIDE) % space, 10**digits)
        return f"{prefixes[prefix]}{rest:0{digits}}"

    return phone


@cache
def _prefixes(country: str) -> tuple[tuple[str, ...], int]:
    """The beginnings of the country's mobile numbers, with its code, and how many digits follow."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        raise LookupError(f"no mobile numbers are known for {country}")
    digits = len(phonenumbers.national_significant_number(example)) - 3
    fillings = [figure * digits for figure in "0123456789"]
    found = tuple(
        f"+{example.country_code}{prefix}"
        for prefix in range(100, 1000)
        # Of several ranges the one that people know.
        if str(prefix)[0] == str(example.national_number)[0]
        and all(_valid(f"+{example.country_code}{prefix}{filling}", country) for filling in fillings)
    )
    if not found:
        raise LookupError(f"no range of mobile numbers was found for {country}")
    return found, digits


def _valid(phone: str, country: str) -> bool:
    number = phonenumbers.parse(phone, country)
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
