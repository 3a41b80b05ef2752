"""Values as PostgreSQL's COPY reads them in its text format."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def written(text: str) -> str:
    """A text with what COPY reads as something else escaped."""
    return text.translate(_ESCAPES)


def instant(moment: int) -> str:
    """A moment in milliseconds since 1970."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat()


def identifier(moment: int, rng: Random) -> str:
    """A UUIDv7 of this moment (RFC 9562), drawn from `rng`: the same draw gives the same id."""
    drawn = rng.getrandbits(74)
    return f"{moment:012x}7{drawn >> 62:03x}{0x8000000000000000 | (drawn & 0x3FFFFFFFFFFFFFFF):016x}"


def hundredths(amount: int) -> str:
    """An amount of money in hundredths."""
    return f"{amount // 100}.{amount % 100:02d}"
