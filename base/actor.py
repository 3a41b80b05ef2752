"""Who does something: a person, or the system itself."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Protocol


class System:
    """Work that no person asked for at that moment: a schedule, an import, a webhook. It may do everything."""

    pk: ClassVar[None] = None
    id: ClassVar[None] = None
    is_active: ClassVar[Literal[True]] = True
    is_authenticated: ClassVar[Literal[True]] = True

    def has_perm(self, perm: str, obj: object = None) -> Literal[True]:  # the signature of Django's users
        return True

    def __str__(self) -> str:
        return "system"

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = System()


class Actor(Protocol):
    """A person or `SYSTEM`: whom an action is done by, and what they may do."""

    @property
    def pk(self) -> Any: ...

    def has_perm(self, perm: str, obj: object = None) -> bool: ...
