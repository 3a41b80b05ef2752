"""The background work of orders. Each task may run twice, late or never: the tables say what is to be done."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import as_operator, in_tenant
from orders.actions.bulk import carry_on
from orders.models import BulkJob

_OPEN = (BulkJob.Status.WAITING, BulkJob.Status.RUNNING)


@shared_task
def run_bulk_job(job_id: str) -> None:
    """Work on one bulk job."""
    _run(Q(pk=UUID(job_id)))


@shared_task
def sweep_bulk_jobs() -> None:
    """Go on with jobs whose message was lost, or whose worker died."""
    _run(Q(leased_until=None) | Q(leased_until__lt=timezone.now()))


def _run(wanted: Q) -> None:
    with as_operator("finds the waiting bulk jobs of all tenants"):
        jobs = list(BulkJob.objects.filter(wanted, status__in=_OPEN).select_related("tenant").only("pk", "tenant").order_by("created_at"))
    for job in jobs:
        with in_tenant(job.tenant):
            carry_on(job.pk)
