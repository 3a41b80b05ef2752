"""What somebody typed into a search: which columns it can stand in, so that the others are not looked through."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from accounts.tenancy import current_tenant
from base.errors import Invalid
from orders import words

_NUMBER = re.compile(r"(?:ORD-?)?0*(\d{1,12})", re.IGNORECASE)
# A trigram, below which an index is of no use.
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Parts of a name, an e-mail address and a phone number; empty where the text can be none."""

    name: str
    email: str
    phone: str


def read(text: str) -> Part:
    """Names hold no @, addresses no letters but ASCII and no spaces, and phones no letters at all."""
    digits = _digits(text)
    lettered = any(letter.isalpha() for letter in text)
    is_address = text.isascii() and " " not in text
    phone = digits.lstrip("0") if len(digits) >= _SHORTEST and not lettered else ""
    return Part(name="" if "@" in text or not lettered else text, email=text if is_address else "", phone=phone)


def whole_contact(text: str) -> dict[str, str]:
    """The column and value of a text that is a whole e-mail address, or a whole phone number in the tenant's country."""
    if "@" in text:
        return {"email": text.strip().lower()} if re.fullmatch(r"\S+@\S+\.\w{2,}", text.strip()) else {}
    tenant = current_tenant()
    if tenant is None or any(letter.isalpha() for letter in text):
        return {}
    try:
        return {"phone": words.e164(text, tenant.config.country_code)}
    except Invalid:
        return {}


def whole_number(text: str) -> str:
    """The order number that the text is, or is short for ("1234" for ORD-001234); empty when it is none."""
    found = _NUMBER.fullmatch(text.strip())
    return f"ORD-{int(found[1]):06d}" if found else ""


def _digits(text: str) -> str:
    """The digits of any script, as ASCII."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
