"""The activity log: what is recorded, by whom, and how the record is kept honest.

Every model decorated with `tracked` writes one row for each change that a person makes through `save()` or `delete()`.
Actions that change many rows at once call `record` themselves with the ids. Machine work leaves its own records, so
nothing is written when no person is behind the change. Spec: 1-accounts, ActivityLog; source 002 `activity_logs`.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models.signals import post_delete, post_init, post_save

from accounts.models import ActivityLog
from accounts.tenancy import current_tenant_id
from base import context
from base.fields import EncryptedTextField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import Model

    from accounts.models import User
    from base.actor import Actor

M = TypeVar("M", bound="type[Model]")
_HIDDEN = "•••"
_IGNORED = frozenset({"created_at", "updated_at", "last_login"})
_SECRET = frozenset({"password", "refresh_token", "key", "code_hash"})


def tracked(*, name: str, hidden: Iterable[str] = (), ignored: Iterable[str] = ()) -> Callable[[M], M]:
    """Class decorator: record creations, changes and deletions of this model as `<name>_created`, `…_changed`, `…_deleted`."""
    secret, skip = _SECRET | set(hidden), _IGNORED | set(ignored)

    def connect(model: M) -> M:
        fields = [field.attname for field in model._meta.concrete_fields if field.name not in skip]
        encrypted = {field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)}
        tracker = _Tracker(name, fields, secret | encrypted)
        post_init.connect(tracker.remember, sender=model, weak=False)
        post_save.connect(tracker.saved, sender=model, weak=False)
        post_delete.connect(tracker.deleted, sender=model, weak=False)
        return model

    return connect


class _Tracker:
    """Compares a row with what it was when loaded."""

    def __init__(self, name: str, fields: list[str], secret: frozenset[str] | set[str]) -> None:
        self.name, self.fields, self.secret = name, fields, secret

    def remember(self, instance: Model, **_: Any) -> None:
        # Django marks a loaded row as such only after this signal; what a new one holds here is not looked at.
        instance.as_loaded = self._values(instance)  # type: ignore[attr-defined]

    def saved(self, instance: Model, created: bool, **_: Any) -> None:
        before = {} if created else getattr(instance, "as_loaded", None) or {}
        after = self._values(instance)
        changes = {
            field: {"old": self._shown(field, before.get(field)), "new": self._shown(field, after[field])}
            for field in after
            if before.get(field) != after[field] and (field in before or created)
        }
        instance.as_loaded = after  # type: ignore[attr-defined]
        if changes:
            verb = "created" if created else "changed"
            _by_a_person(f"{self.name}_{verb}", instance, {"changes": changes})

    def deleted(self, instance: Model, **_: Any) -> None:
        gone = {field: {"old": self._shown(field, value), "new": None} for field, value in self._values(instance).items()}
        _by_a_person(f"{self.name}_deleted", instance, {"changes": gone})

    def _values(self, instance: Model) -> dict[str, Any]:
        # Only what was loaded: reading a deferred field here would query for it.
        loaded = instance.__dict__
        return {field: _copied(loaded[field]) for field in self.fields if field in loaded}

    def _shown(self, field: str, value: Any) -> Any:
        return _HIDDEN if field in self.secret and value else value


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder)) if isinstance(value, dict | list) else value


def _by_a_person(action: str, entity: Model, details: dict[str, Any]) -> None:
    if context.current().user is not None:
        record(action, entity=entity, details=details)


@contextmanager
def by(actor: Actor) -> Iterator[None]:
    """Record what the block changes as done by `actor`, where no request has said who it is (a shell, a task on somebody's behalf)."""
    if actor.pk is None or context.current().user is not None:
        yield
        return
    with context.using(user=actor):
        yield


def record(
    action: str,
    *,
    entity: Model | None = None,
    entity_type: str = "",
    entity_ids: Iterable[UUID] = (),
    details: dict[str, Any] | None = None,
    user: User | None = None,
    tenant_id: UUID | None = None,
) -> ActivityLog:
    """Add one row to the log, in the caller's transaction.

    Who, from where and why come from the request context; `user` overrides who. The tenant is the entity's, else the
    person's, else the running scope's. A bulk action passes `entity_ids`, kept in `details.ids`.
    """
    now = context.current()
    who = user or now.user
    ids = [str(found) for found in entity_ids]
    facts = dict(details or {})
    if ids:
        facts["ids"] = ids
    for key in ("user_agent", "session_id", "justification", "acting_for"):
        if getattr(now, key):
            facts.setdefault(key, getattr(now, key))
    entity_pk = getattr(entity, "pk", None)
    row: ActivityLog = ActivityLog.objects.create(
        tenant_id=tenant_id or tenant_of(entity) or getattr(who, "tenant_id", None) or current_tenant_id(),
        user_id=getattr(who, "pk", None),
        user_name=str(who or ""),
        action=action,
        entity_type=entity_type or (entity._meta.model_name or "" if entity is not None else ""),
        entity_id=entity_pk if isinstance(entity_pk, UUID) else None,
        entity_name=str(entity)[:200] if entity is not None else "",
        details=json.loads(json.dumps(facts, cls=DjangoJSONEncoder)),
        ip_address=now.ip,
    )
    return row


def tenant_of(entity: Model | None) -> UUID | None:
    if entity is None:
        return None
    if entity._meta.label_lower == "accounts.tenant":
        pk: UUID = entity.pk
        return pk
    return getattr(entity, "tenant_id", None)


def digest(rows: Iterable[ActivityLog], previous: str) -> str:
    """SHA-256, in hex, over the seal before and every column of these rows in the order of their ids."""
    hashed = hashlib.sha256(previous.encode())
    for row in sorted(rows, key=lambda row: row.pk):
        values = {field.attname: getattr(row, field.attname) for field in ActivityLog._meta.concrete_fields}
        hashed.update(json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False).encode())
    return hashed.hexdigest()
