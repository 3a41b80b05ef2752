"""Names and phones as people and shops write them: what is refused, what is cleaned, and one spelling of a phone."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import phonenumbers
from django.utils.translation import gettext as _

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

# Overrides and isolates turn text around on whoever reads it next; the other controls have no place in a name.
_CONTROLS = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TRUNK_ZERO = re.compile(r"^(\s*(?:\+|00)\s*\d{1,3}?)\s*\(?0\)?")
_SYMBOLS = frozenset({"So", "Sk", "Cs", "Co", "Cn"})


def check_name(text: str, field: str, *, longest: int = 200) -> str:
    """A person's name in one line. Invalid: empty, too long, hidden direction marks, emoji. Any script is welcome."""
    name = " ".join(text.split())
    if not name:
        raise Invalid("name_needed", _("Give a name."), field)
    if len(name) > longest:
        raise Invalid("too_long", _("A name has %(longest)s characters at most.") % {"longest": longest}, field)
    if _CONTROLS.search(text.strip()):
        raise Invalid("hidden_characters", _("The name holds invisible characters that turn text around. Type it anew."), field)
    if any(unicodedata.category(letter) in _SYMBOLS for letter in name):
        raise Invalid("symbols", _("A name holds letters, not emoji or symbols."), field)
    return name


def clean_name(text: str, *, longest: int = 200) -> str:
    """What a machine sent, as a name: without hidden characters and emoji, never refused. May be empty."""
    if text.replace(" ", "").isalnum():  # most are, in any script, and need no look at each letter
        return " ".join(text.split())[:longest]
    plain = _CONTROLS.sub("", text)
    kept = "".join(letter for letter in plain if unicodedata.category(letter) not in _SYMBOLS and letter != "\ufe0f")
    return " ".join(kept.split())[:longest]


def clean_text(text: str, *, longest: int = 2000) -> str:
    """Free text without hidden direction marks; line breaks stay."""
    if not text:
        return ""
    lines = (_CONTROLS.sub("", line).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip()[:longest]


def e164(phone: str, country: str, field: str = "phone", *, foreign: bool = False) -> str:
    """The one spelling of a phone number, read with the tenant's country. Invalid: invalid_phone, foreign_phone.

    Exports write a country code *and* the leading zero (+880 01711…); that zero is dropped.
    """
    for spelled in _spellings(phone, country):
        try:
            number = phonenumbers.parse(spelled, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            if not foreign:
                _refuse_foreign(number, country, field)
            return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if example else "+212 650-123456"
    raise Invalid(
        "invalid_phone", _("“%(phone)s” is not a phone number. Write it like %(example)s.") % {"phone": phone, "example": shown}, field
    )


def _refuse_foreign(number: phonenumbers.PhoneNumber, country: str, field: str) -> None:
    """Reps and agents call where the parcel goes, and a number of elsewhere is most often a digit too many or too few."""
    code = phonenumbers.country_code_for_region(country)
    if number.country_code != code:
        words = {"code": number.country_code, "ours": code, "country": country}
        raise Invalid(
            "foreign_phone", _("This is a phone of another country (+%(code)s); in %(country)s it begins with +%(ours)s.") % words, field
        )


def _spellings(phone: str, country: str) -> Iterator[str]:
    yield phone
    yield _TRUNK_ZERO.sub(r"\1", phone)
    yield _without_trunk_zero(phone, country)


def _without_trunk_zero(phone: str, country: str) -> str:
    code = str(phonenumbers.country_code_for_region(country))
    digits = re.sub(r"\D", "", phone).removeprefix("00")
    return f"+{code}{digits.removeprefix(code).lstrip('0')}" if digits.startswith(code) else phone
