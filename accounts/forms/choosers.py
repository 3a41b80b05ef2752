"""Choosers of countries, currencies and time zones, with the names that people know them by."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import get_language
from phonenumbers import SUPPORTED_REGIONS
from phonenumbers.geodata.locale import LOCALE_DATA

from accounts.tenant_settings import ZONES
from base.money import CURRENCIES

# The other names stand for no place, or repeat one that has a better name.
_PLACES = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def countries() -> list[tuple[str, str]]:
    """Code and name of each country that has phone numbers, in the language of the page (CLDR's names, by phonenumbers)."""
    return _countries((get_language() or "en").split("-")[0])


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    named = [(code, _name(code, language)) for code in SUPPORTED_REGIONS]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _name(code: str, language: str) -> str:
    names: dict[str, str] = LOCALE_DATA.get(code, {})
    found = names.get(language) or names.get("en") or code
    # "*fr": the same as in that language.
    return names.get(found[1:], code) if found.startswith("*") else found


def currencies() -> list[tuple[str, str]]:
    """The ISO 4217 codes in use."""
    return [(code, code) for code in sorted(CURRENCIES)]


@cache
def time_zones() -> list[tuple[str, Any]]:
    """Time zones by part of the world, and UTC."""
    zones = sorted(zone for zone in ZONES if zone.split("/")[0] in _PLACES)
    parts = groupby(zones, key=lambda zone: zone.split("/")[0])
    return [("UTC", "UTC"), *((part, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in held]) for part, held in parts)]


class CountryField(forms.ChoiceField):
    """A two-letter country code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=countries, **options)


class CurrencyField(forms.ChoiceField):
    """A three-letter currency code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=currencies, **options)


class TimeZoneField(forms.ChoiceField):
    """A time zone's name, such as Africa/Casablanca."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=time_zones, **options)
