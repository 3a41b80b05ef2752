"""What the activity log is asked: the rows a person may see, the story of one thing, and how far the rows are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from accounts.audit import tenant_of
from accounts.models import ActivityLog, ActivitySeal, UnsealedActivity

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet

_NEWEST_FIRST = ("-created_at", "-id")


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the rows of the running scope are sealed: when the last seal was set, and how many rows wait for one."""

    sealed_at: datetime | None
    waiting: int


def recorded() -> QuerySet[ActivityLog]:
    """The rows of the running scope, each with its tenant."""
    found: QuerySet[ActivityLog] = ActivityLog.objects.select_related("tenant")
    return found


def entity_timeline(entity: Model, *, limit: int = 30) -> list[ActivityLog]:
    """The latest `limit` things done to `entity`, alone or with others at once, newest first; two queries, both by index."""
    rows: QuerySet[Any] = ActivityLog.objects.filter(tenant_id=tenant_of(entity), entity_type=entity._meta.model_name, entity_id=entity.pk)
    # Bulk actions have no single entity, so few rows of the kind are looked through.
    together: QuerySet[Any] = ActivityLog.objects.filter(
        tenant_id=tenant_of(entity), entity_type=entity._meta.model_name, entity_id=None, details__ids__contains=[str(entity.pk)]
    )
    found = [*rows.order_by(*_NEWEST_FIRST)[:limit], *together.order_by(*_NEWEST_FIRST)[:limit]]
    return sorted(found, key=lambda row: (row.created_at, row.pk), reverse=True)[:limit]


def seal_state() -> SealState:
    """See `SealState`."""
    return SealState(
        sealed_at=ActivitySeal.objects.aggregate(last=Max("created_at"))["last"],
        waiting=UnsealedActivity.objects.count(),
    )
