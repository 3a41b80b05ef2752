"""Codes from an authenticator app (RFC 6238) and recovery codes: how they are made, checked and remembered in a session."""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import segno
from django_otp.oath import TOTP

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import TotpDevice, User

_SESSION = "second_factor"
NONE, PENDING, DONE = "none", "pending", "done"
RECOVERY_CODES = 10
_STEP = 30
_HASH_ROUNDS = 200_000
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_key() -> str:
    """A fresh shared key of 160 bits, in hex."""
    return secrets.token_hex(20)


def matching_step(device: TotpDevice, code: str) -> int | None:
    """The time step whose code this is, one step of clock drift either way, never one already used; else None."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):  # noqa: PLR2004  # RFC 6238: six digits
        return None
    totp = TOTP(bytes.fromhex(device.key), step=_STEP, drift=0)
    totp.time = time.time()
    if not totp.verify(int(digits), tolerance=1, min_t=device.last_step + 1):
        return None
    step: int = totp.t()
    return step


def provisioning_uri(device: TotpDevice, person: User) -> str:
    """The otpauth:// address that an authenticator app reads."""
    issuer = person.tenant.name if person.tenant else "Doorstep"
    label = quote(f"{issuer}:{person.email}")
    query = urlencode({"secret": shared_secret(device), "issuer": issuer, "digits": 6, "period": _STEP}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def shared_secret(device: TotpDevice) -> str:
    """The key as people type it: Base32."""
    return base64.b32encode(bytes.fromhex(device.key)).decode()


def qr_svg_data_uri(text: str) -> str:
    """A QR code as a data: address of an SVG image."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=5, border=2, dark="#1d1c19", light="#ffffff")
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def new_recovery_code() -> str:
    """A code of about 50 bits, in two groups that can be read out loud."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def hash_recovery_code(person: User, code: str) -> str:
    """What is stored of a recovery code: a slow hash salted with the person's id, blind to case, spaces and dashes."""
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return hashlib.pbkdf2_hmac("sha256", plain.encode(), person.pk.bytes, _HASH_ROUNDS).hex()


def remember(request: HttpRequest, state: str) -> None:
    """Keep in the session whether the second factor was shown (`DONE`), is owed (`PENDING`) or is not set up (`NONE`)."""
    request.session[_SESSION] = state


def missing_step(request: HttpRequest) -> str:
    """The name of the page that stands before everything else for this person, or an empty string."""
    state = request.session.get(_SESSION, PENDING)
    if state == PENDING:
        return "accounts:second-factor"
    person: Any = getattr(request, "operator", None) or request.user
    required = person.tenant.config.security.second_factor_required if person.tenant else False
    if state == NONE and required:
        return "accounts:set-up-second-factor"
    return ""
