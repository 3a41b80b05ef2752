"""The demo world: one operator's team and two merchants, the same each time it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction

from accounts.actions.notifications import notify
from accounts.actions.people import invite_person
from accounts.actions.tenants import open_tenant
from accounts.models import Tenant, User
from accounts.states import NotificationType, Role
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSWORD = "doorstep-demo-1"  # noqa: S105  # public on purpose: the demo's people only


@dataclass(frozen=True, slots=True)
class Merchant:
    """A demo merchant and its people: (role, full name, local part of the e-mail, phone, language)."""

    name: str
    slug: str
    settings: dict[str, Any]
    people: tuple[tuple[Role, str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Login:
    """One line of what `manage.py demo` prints."""

    email: str
    role: str
    at: str


OPERATORS = (
    (Role.SUPERADMIN, "Ines Operator", "operator@doorstep.example"),
    (Role.MONITOR, "Max Monitor", "monitor@doorstep.example"),
)
MERCHANTS = (
    Merchant(
        name="Atlas Home",
        slug="atlas-home",
        settings={
            "currency": "MAD",
            "country_code": "MA",
            "timezone": "Africa/Casablanca",
            "languages": ["fr", "ar", "en"],
            "cash_in_hand_limit": "20000",
            "fees": {"platform_pct": "1.50", "service_fee": "2.00"},
            "delivery": {"areas": ["Maârif", "Sidi Maârouf", "Gauthier", "Anfa", "Hay Hassani", "Ain Sebaâ"]},
            "brand": {"name": "Atlas Home", "colour": "#0d5c4d"},
        },
        people=(
            (Role.ADMIN, "Amina El Idrissi", "admin", "+212661204418", "fr"),
            (Role.MANAGER, "Karim Benali", "manager", "+212655832177", "fr"),
            (Role.CUSTOMER_REP, "سلمى بناني", "rep", "+212670119002", "ar"),
            (Role.CUSTOMER_REP, "Nadia Haddad", "rep2", "+212661901051", "fr"),
            (Role.DELIVERY_AGENT, "Omar Tazi", "agent", "+212612448036", "fr"),
            (Role.DELIVERY_AGENT, "يوسف بنعلي", "agent2", "+212668025519", "ar"),
            (Role.ACCOUNTANT, "Hamid Alaoui", "accountant", "+212671773108", "fr"),
        ),
    ),
    Merchant(
        name="Buriganga Bazaar",
        slug="buriganga-bazaar",
        settings={
            "currency": "BDT",
            "country_code": "BD",
            "timezone": "Asia/Dhaka",
            "languages": ["en"],
            "cash_in_hand_limit": "150000",
            "fees": {"platform_pct": "1.00", "service_fee": "10.00"},
            "delivery": {"areas": ["Dhanmondi", "Gulshan", "Mirpur", "Uttara", "Banani", "Mohammadpur"]},
            "brand": {"name": "Buriganga Bazaar", "colour": "#23527c"},
        },
        people=(
            (Role.ADMIN, "Farhana Rahman", "admin", "+8801711223344", "en"),
            (Role.MANAGER, "Tanvir Hasan", "manager", "+8801812345678", "en"),
            (Role.CUSTOMER_REP, "Nusrat Jahan", "rep", "+8801912345678", "en"),
            (Role.DELIVERY_AGENT, "রফিক ইসলাম", "agent", "+8801612345678", "en"),
            (Role.ACCOUNTANT, "Shirin Akter", "accountant", "+8801512345678", "en"),
        ),
    ),
)


def make() -> None:
    """Make what is missing of the demo world; what is there stays as it is."""
    with as_operator("the demo makes merchants and the operator's team"), transaction.atomic():
        for role, name, email in OPERATORS:
            _person(None, role, name, email)
        for merchant in MERCHANTS:
            _merchant(merchant)


def logins() -> Iterable[Login]:
    """The demo's logins, the operator's first."""
    for role, _name, email in OPERATORS:
        yield Login(email, str(role.value), "the platform")
    for merchant in MERCHANTS:
        for role, _name, local, _phone, _language in merchant.people:
            yield Login(_email(merchant, local), str(role.value), merchant.name)


def is_local(address: str) -> bool:
    """Whether an address points at this machine."""
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}


def _merchant(merchant: Merchant) -> None:
    tenant = Tenant.objects.filter(slug=merchant.slug).first()
    if tenant is None:
        tenant = open_tenant(name=merchant.name, slug=merchant.slug, settings=merchant.settings, actor=SYSTEM)
    with in_tenant(tenant):
        for role, name, local, phone, language in merchant.people:
            _person(tenant, role, name, _email(merchant, local), phone=phone, locale=language)


def _person(tenant: Tenant | None, role: Role, name: str, email: str, phone: str = "", locale: str = "") -> None:
    if User.objects.filter(email=email).exists():
        return
    person = invite_person(tenant, email=email, full_name=name, role=role, password=PASSWORD, phone=phone, locale=locale, actor=SYSTEM)
    notify(
        person,
        type=NotificationType.SYSTEM,
        title="Welcome to Doorstep",
        message="This is the demo: look around, nothing here is real.",
        data={"link": "/me/"},
        key="welcome",
    )


def _email(merchant: Merchant, local: str) -> str:
    return f"{local}@{merchant.slug}.example"
