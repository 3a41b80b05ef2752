"""The merchants as the platform operator sees them. Needs operator mode."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import ActivityLog, Message, Tenant, UnsealedActivity, User
from accounts.states import MessageStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

FAILED_WITHIN = timedelta(days=7)


def with_health() -> QuerySet[Tenant]:
    """Every tenant with `people_count` (active), `last_sign_in`, `last_activity`, `messages_failed` (7 days) and `unsealed` rows."""
    since = timezone.now() - FAILED_WITHIN
    failed = Message.objects.filter(status=MessageStatus.FAILED, created_at__gte=since)
    found: QuerySet[Tenant] = Tenant.objects.annotate(
        people_count=_count(User.objects.filter(is_active=True)),
        last_sign_in=_latest(User.objects.filter(last_login__isnull=False), "last_login"),
        last_activity=_latest(ActivityLog.objects.all(), "created_at"),
        messages_failed=_count(failed),
        unsealed=_count(UnsealedActivity.objects.all()),
    )
    return found


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many of `rows` each tenant has."""
    counted = rows.filter(tenant=OuterRef("pk")).order_by().values("tenant").annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _latest(rows: QuerySet[Any], column: str) -> Subquery:
    return Subquery(rows.filter(tenant=OuterRef("pk")).order_by(f"-{column}").values(column)[:1])
