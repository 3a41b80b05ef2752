"""System checks that refuse unsafe settings. Each names the variable, what is wrong, and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

_LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1", ".localhost", "testserver"}
_KEY_LENGTH = 40
_KEY_VARIETY = 8


@register(Tags.security)
def check_secret_key(**_options: Any) -> list[CheckMessage]:
    key = str(settings.SECRET_KEY)
    weak = len(key) < _KEY_LENGTH or len(set(key)) < _KEY_VARIETY or key.startswith("django-insecure-")
    if settings.DEBUG or not weak:
        return []
    text = f"SECRET_KEY is a default or too short: it needs {_KEY_LENGTH} random characters or more."
    return [Error(text, hint="Example: SECRET_KEY=$(openssl rand -base64 48)", id="base.E001")]


@register(Tags.security)
def check_debug(**_options: Any) -> list[CheckMessage]:
    foreign = sorted(set(settings.ALLOWED_HOSTS) - _LOCAL)
    if not settings.DEBUG or not foreign:
        return []
    text = f"DEBUG is on while ALLOWED_HOSTS serves others ({', '.join(foreign)}): error pages would show the code."
    return [Error(text, hint="Example: DEBUG=0", id="base.E002")]


@register(Tags.security)
def check_cookies(**_options: Any) -> list[CheckMessage]:
    address = urlsplit(settings.BASE_URL)
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    if address.scheme == "https" and not secure:
        text = "COOKIES_SECURE is off while BASE_URL is https: sessions could leak over plain http."
        return [Error(text, hint="Example: COOKIES_SECURE=1 (or leave it unset)", id="base.E003")]
    if address.scheme != "https" and (address.hostname or "") not in _LOCAL:
        text = f"BASE_URL {settings.BASE_URL} is not https: passwords and sessions travel readable."
        return [Warning(text, hint="Example: BASE_URL=https://doorstep.example.com", id="base.W003")]
    return []


@register(Tags.security)
def check_hosts(**_options: Any) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    text = "ALLOWED_HOSTS is *: links in messages could be forged to lead elsewhere."
    return [Error(text, hint="Example: ALLOWED_HOSTS=doorstep.example.com", id="base.E004")]


@register(Tags.security)
def check_field_keys(**_options: Any) -> list[CheckMessage]:
    bad = [number for number, key in enumerate(settings.FIELD_KEYS, start=1) if not _is_fernet_key(key)]
    if settings.FIELD_KEYS and not bad:
        return []
    which = f"key {', '.join(map(str, bad))} of FIELD_KEYS is" if bad else "FIELD_KEYS is empty:"
    example = 'FIELD_KEYS=$(python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())")'
    return [Error(f"{which} not a Fernet key (32 random bytes in base64).", hint=f"Example: {example}", id="base.E005")]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


_ROLE = """
    SELECT role.rolname, role.rolsuper, role.rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = role.oid AND relkind IN ('r', 'p'))
    FROM pg_roles AS role WHERE role.rolname = session_user
"""


@register(Tags.database)
def check_runtime_role(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """The role of DATABASE_URL must stand behind the wall between tenants: see `base.postgres`."""
    if "default" not in (databases or ()):
        return []
    role = role_of(connections["default"])
    faults = unfit(role)
    if not faults:
        return []
    text = f"DATABASE_URL: the role {role[0]} {' and '.join(faults)}, so tenants would not be kept apart."
    hint = "Example: DATABASE_URL=postgres://doorstep_app:…@host/doorstep, and DATABASE_OWNER_URL for the owner."
    return [Error(text, hint=hint, id="base.E006")]


Role = tuple[str, bool, bool, bool]


def role_of(connection: BaseDatabaseWrapper) -> Role:
    """The role that a connection signed in with: its name, whether it is a superuser, bypasses row security, owns tables."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        return cast("Role", cursor.fetchone())


def unfit(role: Role) -> list[str]:
    """What keeps `role` from being walled in, in words; empty when it is fit to run with."""
    _name, is_super, bypasses, owns = role
    faults = {"is a superuser": is_super, "may bypass row security (BYPASSRLS)": bypasses, "owns tables": owns}
    return [words for words, true in faults.items() if true]
