"""Secrets at rest: encryption under a rotating list of keys, keyed fingerprints for lookups, digests of tokens."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class Undecipherable(ValueError):  # noqa: N818  # reads as the sentence `raise Undecipherable`
    """A stored secret that no key in FIELD_KEYS opens: a key was dropped too early, or the value was tampered with."""

    def __init__(self) -> None:
        super().__init__("no key in FIELD_KEYS opens this value: put the key that wrote it back at the end of the list")


@lru_cache(maxsize=4)
def _fernets(keys: tuple[str, ...]) -> tuple[Fernet, MultiFernet]:
    """The key that writes, and all that read."""
    fernets = [Fernet(key) for key in keys]
    return fernets[0], MultiFernet(fernets)


def _present() -> tuple[Fernet, MultiFernet]:
    return _fernets(tuple(settings.FIELD_KEYS))


def encrypt(text: str) -> str:
    """`text` under the first key of settings.FIELD_KEYS: a new token each time, so equal texts do not look equal."""
    return _present()[0].encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text that `encrypt` was given, under whichever key of the list. Undecipherable when none opens it."""
    try:
        return _present()[1].decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def rotate(token: str) -> str:
    """The same secret under the first key. Undecipherable when no key opens it."""
    try:
        return _present()[1].rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def is_current(token: str) -> bool:
    """Whether the first key wrote `token`."""
    try:
        _present()[0].decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def fingerprint(text: str) -> str:
    """A keyed digest (HMAC-SHA256, hex) to look an encrypted value up by.

    Bound to SECRET_KEY, so that rotating FIELD_KEYS keeps the fingerprints valid.
    """
    return salted_hmac("base.crypto.fingerprint", text, algorithm="sha256").hexdigest()


def digest(token: str) -> str:
    """SHA-256 (hex) of a random token of ours. Only for values too random to guess: never for what a person chose."""
    return hashlib.sha256(token.encode()).hexdigest()
