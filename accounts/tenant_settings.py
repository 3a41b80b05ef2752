"""A tenant's settings: what may be set, its type, range and default. Stored as JSON, read as `tenant.config`.

Spec: 1-accounts, Tenant; source 001 `tenants.settings`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from base.errors import DomainError
from base.money import CURRENCIES

# Read once: it walks the folders of the time zone database.
ZONES = frozenset(available_timezones())
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _timezone(value: str) -> str:
    if value not in ZONES:
        raise ValueError("is not a time zone name such as Africa/Casablanca")
    return value


def _country(value: str) -> str:
    if value not in SUPPORTED_REGIONS:
        raise ValueError("is not a two-letter country code such as MA")
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("is not a three-letter currency code such as MAD")
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError("is not a colour such as #0d5c4d")
    return value


Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Amount = Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=2)]
Language = Literal["en", "fr", "ar"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Confirmation(_Part):
    """Whether orders are confirmed by phone, how often a rep tries, and how long they wait between tries."""

    required: bool = True
    max_attempts: int = Field(default=3, ge=1, le=20)
    retry_minutes: int = Field(default=60, ge=1, le=10080)


class Fees(_Part):
    """What the operator earns per delivered order: a share of the amount, and a fixed fee."""

    platform_pct: Percent = Decimal(0)
    service_fee: Amount = Decimal(0)


class Delivery(_Part):
    """What proof a delivery needs, how often it is tried, and the areas that are served."""

    proof_required: bool = True
    max_attempts: int = Field(default=3, ge=1, le=10)
    areas: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()


class Brand(_Part):
    """What customers see of the merchant."""

    name: str = Field(default="", max_length=100)
    colour: Annotated[str, AfterValidator(_colour)] = "#0d5c4d"
    logo: str = Field(default="", max_length=300)


class Security(_Part):
    """What the tenant asks of its people when they sign in, and whether customers' phones and addresses are encrypted at rest."""

    second_factor_required: bool = False
    encrypt_contacts: bool = False


class TenantSettings(_Part):
    """All settings of a tenant."""

    return_window_days: int = Field(default=30, ge=0, le=365)
    auto_approve_limit: Amount = Decimal(100)
    email_notifications: bool = True
    currency: Annotated[str, AfterValidator(_currency)] = "MAD"
    country_code: Annotated[str, AfterValidator(_country)] = "MA"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    languages: tuple[Language, ...] = Field(default=("en",), min_length=1)
    cash_in_hand_limit: Amount = Decimal(20000)
    confirmation: Confirmation = Confirmation()
    fees: Fees = Fees()
    delivery: Delivery = Delivery()
    brand: Brand = Brand()
    security: Security = Security()


def parse(values: dict[str, Any]) -> TenantSettings:
    """The settings in `values`, defaults filled in. DomainError names the first wrong field (dotted) and its rule."""
    try:
        return TenantSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise DomainError(
            "invalid_setting",
            f"{field}: {first['msg'].removeprefix('Value error, ')}",
            field=f"settings.{field}",
            status=400,
        ) from error


def dump(settings: TenantSettings) -> dict[str, Any]:
    """The JSON to store: amounts as strings, never floats."""
    return settings.model_dump(mode="json")
