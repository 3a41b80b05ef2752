"""Who may do what: one table of names and roles, and a person's own exceptions to it.

Names follow the JSON of source 002 (`users.permissions`: area → action → allowed). A person's JSON overrides single cells
of their role's column; `PeopleBackend` answers `user.has_perm("orders.assign")` from here, and nothing else does.
"""

from __future__ import annotations

from typing import Any

from accounts.states import OPERATOR_ROLES, Role
from base.errors import DomainError

# S superadmin, O monitor (both see all tenants), A admin, M manager, R customer rep, D delivery agent, F accountant.
_TABLE = """
                        S O A M R D F
orders.view             x x x x x x x
orders.create           . . x x x . .
orders.edit             . . x x x . .
orders.delete           . . x . . . .
orders.assign           . . x x . . .
customers.view          x x x x x . x
customers.create        . . x x x . .
customers.edit          . . x x x . .
customers.delete        . . x . . . .
products.view           x x x x x . x
products.create         . . x x . . .
products.edit           . . x x . . .
products.delete         . . x . . . .
financial.view          x . x x . . x
financial.create        . . x . . . x
financial.edit          . . x . . . x
financial.export        x . x . . . x
workflows.view          x x x x x . .
workflows.create        . . x x . . .
workflows.edit          . . x x . . .
workflows.delete        . . x . . . .
returns.view            x x x x x . x
returns.approve         . . x x . . .
returns.inspect         . . x x . . .
returns.refund          x . x . . . x
deliveries.view         x x x x x x x
deliveries.create       . . x x . . .
deliveries.edit         . . x x . . .
deliveries.assign       . . x x . . .
deliveries.deliver      . . . . . x .
integrations.view       x x x x . . .
integrations.edit       . . x . . . .
users.view              x x x x . . .
users.create            x . x . . . .
users.edit              x . x . . . .
users.delete            x . x . . . .
analytics.view          x x x x . . x
activity.view           x x x x . . .
activity.export         x . x . . . .
messages.view           x x x x x . .
messages.edit           . . x x . . .
settings.view           x x x x . . .
settings.edit           . . x . . . .
admin.view              x x x x . . .
platform.view           x x . . . . .
platform.edit           x . . . . . .
platform.act_as         x . . . . . .
"""


def _parse(table: str) -> dict[str, frozenset[str]]:
    columns = {"S": Role.SUPERADMIN, "O": Role.MONITOR, "A": Role.ADMIN, "M": Role.MANAGER}
    columns |= {"R": Role.CUSTOMER_REP, "D": Role.DELIVERY_AGENT, "F": Role.ACCOUNTANT}
    head, *rows = table.strip("\n").splitlines()
    roles = [columns[letter] for letter in head.split()]
    parsed = {}
    for row in rows:
        name, *cells = row.split()
        parsed[name] = frozenset(role.value for role, cell in zip(roles, cells, strict=True) if cell == "x")
    return parsed


MATRIX: dict[str, frozenset[str]] = _parse(_TABLE)

# What an operator may never do in another person's name: touch money.
DENIED_WHILE_ACTING = frozenset({"financial.create", "financial.edit", "financial.export", "returns.refund"})
# Names that only the platform operator can hold; a tenant's exceptions may not grant them.
OPERATOR_ONLY = frozenset(name for name in MATRIX if name.startswith("platform."))


def areas() -> dict[str, list[str]]:
    """Area → its actions, in the table's order."""
    found: dict[str, list[str]] = {}
    for name in MATRIX:
        area, action = name.split(".")
        found.setdefault(area, []).append(action)
    return found


def default(role: str, name: str) -> bool:
    """Whether `role` holds permission `name` before any exception. An unknown name is held by nobody."""
    return role in MATRIX.get(name, frozenset())


def allowed(role: str, overrides: dict[str, Any], name: str) -> bool:
    """Whether a person of `role` with these exceptions holds permission `name`."""
    if name not in MATRIX:
        return False
    if name in OPERATOR_ONLY and role not in OPERATOR_ROLES:
        return False
    area, action = name.split(".")
    own = overrides.get(area, {}).get(action)
    return default(role, name) if own is None else bool(own)


def validate_overrides(overrides: Any) -> dict[str, dict[str, bool]]:
    """The exceptions in the source's JSON shape; DomainError names the first unknown area, action or value."""
    known = areas()
    if not isinstance(overrides, dict):
        raise DomainError("invalid_permissions", "Permissions must be an object of areas.", field="permissions", status=400)
    for area, actions in overrides.items():
        if area not in known or not isinstance(actions, dict):
            raise _unknown(area, known)
        for action, value in actions.items():
            if action not in known[area] or f"{area}.{action}" in OPERATOR_ONLY:
                raise _unknown(f"{area}.{action}", known)
            if not isinstance(value, bool):
                raise DomainError(
                    "invalid_permissions", f"{area}.{action} must be true or false.", field=f"permissions.{area}.{action}", status=400
                )
    return overrides


def exceptions(role: str, wanted: dict[str, bool]) -> dict[str, dict[str, bool]]:
    """The smallest JSON of exceptions that makes a person of `role` hold exactly `wanted` (name → allowed)."""
    found: dict[str, dict[str, bool]] = {}
    for name, value in wanted.items():
        if default(role, name) != value:
            area, action = name.split(".")
            found.setdefault(area, {})[action] = value
    return found


def _unknown(name: str, known: dict[str, list[str]]) -> DomainError:
    return DomainError(
        "unknown_permission",
        f"There is no permission “{name}”. Areas: {', '.join(known)}.",
        field=f"permissions.{name}",
        status=400,
    )
