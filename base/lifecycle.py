"""The one door through which a status changes: locked, checked against a table, stamped.

A lifecycle is data: which state may become which, and which column keeps the time of entering a state. Pages and the API
draw their buttons from `allowed`; actions change the status with `move` (one row) or `move_many` (a set).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from django.db import models, router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base.errors import DomainError, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from django.utils.functional import _StrOrPromise

    from base.actor import Actor

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Lifecycle:
    """`transitions`: each state and what it may become; `stamps`: the column that keeps when a state was (last) entered.

    `name` is the thing in words ("order"). `idempotent`: a move to the present state does nothing instead of being refused
    (for machines that repeat themselves). A table that names an unknown state is a ValueError where it is written.
    """

    name: _StrOrPromise
    transitions: Mapping[Any, Collection[Any]]
    stamps: Mapping[Any, str] = field(default_factory=dict)
    idempotent: bool = False

    def __post_init__(self) -> None:
        named = {state for targets in self.transitions.values() for state in targets} | set(self.stamps)
        if unknown := sorted(map(str, named - set(self.transitions))):
            raise ValueError(f"lifecycle {self.name}: not a state of the table: {', '.join(unknown)}")

    def after(self, state: Any) -> list[Any]:
        """What `state` may become, in the table's order; nothing for a state that the table does not know."""
        return list(self.transitions.get(state, ()))


@dataclass(frozen=True, slots=True)
class Move:
    """What is being written at this moment, for the receivers that keep history and audit."""

    lifecycle: Lifecycle
    to: Any
    actor: Actor
    note: str


class Refusal(NamedTuple, Generic[Row]):
    """Why one row of a set was not moved; `row` is None when there is no such row (any more)."""

    pk: Any
    row: Row | None
    error: DomainError


class Moved(NamedTuple, Generic[Row]):
    """The rows that changed, in the order of their keys, and those that were refused."""

    moved: list[Row]
    refused: list[Refusal[Row]]


_present: ContextVar[Move | None] = ContextVar("move", default=None)


def present_move() -> Move | None:
    """The move whose row (or set) is being written by the running code; None when a status is changed around this door."""
    return _present.get()


def allowed(obj: models.Model, lifecycle: Lifecycle, *, field: str = "status") -> list[Any]:
    """What `obj` may become from the state it is known in, for buttons and `allowed_actions`; `move` decides under the lock."""
    return lifecycle.after(getattr(obj, field))


def move(obj: Row, to: Any, *, lifecycle: Lifecycle, actor: Actor, note: str = "", field: str = "status") -> Row:
    """Change the status of `obj` to `to`; returns the locked row as it now is. Use that one: `obj` itself stays as it was read.

    Runs inside an atomic block, which keeps the lock to its end. Errors: illegal_transition, already (it is in that state
    and the lifecycle is not idempotent), not_found. When one of two at the same time wins, the other gets one of these.
    """
    locked = _locked(type(obj), [obj.pk]).first()
    if locked is None:
        raise _gone(lifecycle)
    if _changes(locked, to, lifecycle, field):
        values = _values(to, lifecycle, field)
        for name, value in values.items():
            setattr(locked, name, value)
        with _moving(Move(lifecycle, to, actor, note)):
            locked.save(update_fields=list(values))
    return locked


def move_many(
    queryset: models.QuerySet[Row],
    to: Any,
    *,
    lifecycle: Lifecycle,
    actor: Actor,
    ids: Iterable[Any] | None = None,
    note: str = "",
    field: str = "status",
) -> Moved[Row]:
    """Move every row of `queryset` (of `ids` in it, when given) that may be moved; says of the others why not.

    Three statements, however many rows: find, lock in the order of the keys (so that two sets never wait for each other in
    a circle), one UPDATE. An id that is not in `queryset` is refused as not_found. With an idempotent lifecycle a row that
    is there already is in neither list. Runs inside an atomic block.
    """
    wanted = queryset if ids is None else queryset.filter(pk__in=(ids := list(ids)))
    found = list(wanted.values_list("pk", flat=True))
    rows = list(_locked(queryset.model, found).order_by("pk"))
    result: Moved[Row] = Moved([], [])
    for row in rows:
        try:
            if _changes(row, to, lifecycle, field):
                result.moved.append(row)
        except DomainError as error:
            result.refused.append(Refusal(row.pk, row, error))
    present = {row.pk for row in rows}
    asked = dict.fromkeys(queryset.model._meta.pk.to_python(pk) for pk in (found if ids is None else ids))
    result.refused.extend(Refusal(pk, None, _gone(lifecycle)) for pk in asked if pk not in present)
    _write(result.moved, Move(lifecycle, to, actor, note), field)
    return result


def _write(rows: list[Row], present: Move, field: str) -> None:
    if not rows:
        return
    values = _values(present.to, present.lifecycle, field)
    with _moving(present):
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(**values)
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)


def _locked(model: type[Row], keys: Collection[Any]) -> models.QuerySet[Row]:
    if not transaction.get_connection(router.db_for_write(model)).in_atomic_block:
        raise transaction.TransactionManagementError("a status is moved inside an atomic block: the lock lasts as long as it")
    return model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys)


def _changes(row: models.Model, to: Any, lifecycle: Lifecycle, field: str) -> bool:
    """Whether the row is to be written; refuses what the table does not allow."""
    present = getattr(row, field)
    options = lifecycle.after(present)
    if to in options:
        return True
    if to != present:
        raise _illegal(row, to, options, lifecycle, field)
    if lifecycle.idempotent:
        return False
    text = _("This %(name)s is already: %(state)s.") % {"name": lifecycle.name, "state": _label(row, to, field)}
    raise DomainError("already", text, field=field, extra={"from": str(present), "to": str(to), "allowed": _texts(options)})


def _illegal(row: models.Model, to: Any, options: list[Any], lifecycle: Lifecycle, field: str) -> DomainError:
    present = getattr(row, field)
    words = {
        "name": lifecycle.name,
        "present": _label(row, present, field),
        "to": _label(row, to, field),
        "allowed": ", ".join(_label(row, state, field) for state in options),
    }
    if options:
        text = _("This %(name)s is: %(present)s. It cannot become: %(to)s. Possible now: %(allowed)s.") % words
    else:
        text = _("This %(name)s is: %(present)s. That is final: it cannot become %(to)s.") % words
    extra = {"from": str(present), "to": str(to), "allowed": _texts(options)}
    return DomainError("illegal_transition", text, field=field, extra=extra)


def _gone(lifecycle: Lifecycle) -> NotFound:
    return NotFound("not_found", _("There is no such %(name)s, or not any more.") % {"name": lifecycle.name})


def _label(row: models.Model, state: Any, field: str) -> str:
    """The state in the words that people read."""
    words = dict(getattr(row._meta.get_field(field), "flatchoices", ()))
    return str(words.get(state, state))


def _texts(states: Iterable[Any]) -> list[str]:
    return [str(state) for state in states]


def _values(to: Any, lifecycle: Lifecycle, field: str) -> dict[str, Any]:
    stamp = lifecycle.stamps.get(to)
    return {field: to, **({stamp: timezone.now()} if stamp else {})}


@contextmanager
def _moving(present: Move) -> Iterator[None]:
    token = _present.set(present)
    try:
        yield
    finally:
        _present.reset(token)
