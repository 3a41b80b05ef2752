"""The people that orders can be given to, for the choosers of pages: one statement a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.models import User
from accounts.states import Role
from accounts.tenancy import current_tenant

if TYPE_CHECKING:
    from uuid import UUID

_REPS = (Role.CUSTOMER_REP, Role.MANAGER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Team:
    """The active people of the running tenant; an operator, who sees all tenants, assigns nobody."""

    reps: list[User] = field(default_factory=list)
    agents: list[User] = field(default_factory=list)

    def name_of(self, pk: UUID | str) -> str:
        """The name of one of them; empty for somebody else."""
        return next((person.full_name for person in (*self.reps, *self.agents) if str(person.pk) == str(pk)), "")


def team() -> Team:
    """Reps first by role: those who call every day stand on top."""
    if current_tenant() is None:
        return Team()
    people = list(User.objects.filter(is_active=True, role__in=(*_REPS, Role.DELIVERY_AGENT)).order_by("full_name", "id"))
    callers = [person for role in _REPS for person in people if person.role == role]
    return Team(callers, [person for person in people if person.role == Role.DELIVERY_AGENT])
