"""What the statements of the present context may see: nothing, one tenant's rows, or everything.

Row-level security policies read the session variable ``doorstep.tenant`` and the current role. This module holds what the
context asks for; `base.postgres.base` brings each connection to it before a statement runs. It fails closed: a context
that asked for nothing sees no tenant's row.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

OPERATOR_ROLE = "doorstep_operator"
VARIABLE = "doorstep.tenant"


@dataclass(frozen=True, slots=True)
class Wall:
    """A tenant's rows only (`tenant`), every row (`operator`), or no tenant's row (neither)."""

    tenant: UUID | None = None
    operator: bool = False

    def statements(self) -> str:
        """The SQL that brings a session to this wall, as one round trip. Safe to inline: a UUID and a constant."""
        role = f"SET ROLE {OPERATOR_ROLE}" if self.operator else "RESET ROLE"
        return f"{role}; SET {VARIABLE} = '{self.tenant or ''}'"


CLOSED = Wall()
OPERATOR = Wall(operator=True)

_wall: ContextVar[Wall] = ContextVar("wall", default=CLOSED)


def current() -> Wall:
    """The wall that the present context asks for."""
    return _wall.get()


@contextmanager
def behind(wall: Wall) -> Iterator[None]:
    """Run the block behind `wall`, then return to the wall before it, also after an error."""
    token = _wall.set(wall)
    try:
        yield
    finally:
        _wall.reset(token)
