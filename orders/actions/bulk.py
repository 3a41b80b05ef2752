"""One verb over many orders: at once when they are few, else by a worker in portions. The job's row is the truth.

A portion and the job's progress are written in one transaction under a lock on the job, so each order is acted upon once,
however often a worker dies: what it had not finished was not kept, and whoever finds the lease over goes on from there.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import by
from accounts.tenancy import tenant_in_scope
from base.errors import DomainError, Invalid, NotAllowed, NotFound
from orders.models import BulkJob, Order
from orders.verbs import BY_NAME, Verb, run_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.models import User
    from base.lifecycle import Moved

RUN_TASK = "orders.tasks.run_bulk_job"
AT_ONCE = 50
PORTION = 200
MOST = 20_000
# Longer than a portion can take.
LEASE = timedelta(minutes=2)
# Reasons kept on the row; beyond them only their number is told.
_REASONS = 1000
_OPTIONS = frozenset({"note", "reason", "collected", "assigned_rep", "assigned_agent"})
_NEEDS_REASON = frozenset({"cancel", "return", "delete"})
_S = BulkJob.Status

log = structlog.get_logger(__name__)


def start_bulk(ids: Iterable[UUID], action: str, options: Mapping[str, Any], *, key: str, actor: User) -> BulkJob:
    """Do `action` to these orders: up to AT_ONCE before this returns, more by a worker.

    The same key with the same action, options and orders is the same job. Errors: unknown_action, nothing_chosen, too_many,
    permission_missing, reason_needed, cannot_be_assigned.
    """
    wanted = list(dict.fromkeys(ids))
    verb = _checked(wanted, action, options, actor)
    given = {name: value for name, value in options.items() if name in _OPTIONS and value not in (None, "")}
    once = _fingerprint(key, action, given, wanted)
    job: BulkJob
    with transaction.atomic():
        job, made = BulkJob.objects.get_or_create(
            user=actor,
            idempotency_key=once,
            defaults={
                "tenant": tenant_in_scope(),
                "action": action,
                "options": given,
                "order_ids": [str(pk) for pk in wanted],
                "total": len(wanted),
            },
        )
        if made and len(wanted) > AT_ONCE:
            transaction.on_commit(lambda: wake(job), robust=True)
        elif made:
            _portion(job, verb, size=AT_ONCE)
    return job


def wake(job: BulkJob) -> None:
    """Tell a worker that there is a job; should the message be lost, the minute's sweep finds the row."""
    current_app.send_task(RUN_TASK, args=[str(job.pk)])


def carry_on(job_id: UUID) -> BulkJob | None:
    """Work on a job of the running scope until it is done; None when another worker holds it, or it is over."""
    job = _claim(job_id)
    if job is None:
        return None
    with by(job.user), translation.override(job.user.locale or job.tenant.config.languages[0]):
        try:
            _refuse_who_left(job)
            while job.status == _S.RUNNING:
                with transaction.atomic():
                    job = _held(job)
                    _portion(job, BY_NAME[job.action], size=PORTION)
        except Exception as error:
            log.exception("a bulk job failed", job=str(job.pk))
            _fail(job, str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}")
    return job


def retry(job: BulkJob, *, actor: User) -> BulkJob:
    """Go on with a job of one's own that failed, from where it stopped."""
    with transaction.atomic():
        found: BulkJob | None = BulkJob.objects.select_for_update(of=("self",)).filter(pk=job.pk, user=actor).first()
        if found is None:
            raise NotFound("not_found", _("There is no such job of yours."))
        if found.status != _S.FAILED:
            raise DomainError("not_failed", _("This job has not failed: there is nothing to try again."), field="status")
        found.status, found.error, found.leased_until, found.finished_at = _S.WAITING, "", None, None
        found.save(update_fields=["status", "error", "leased_until", "finished_at"])
        transaction.on_commit(lambda: wake(found), robust=True)
    return found


def _checked(ids: Sequence[UUID], action: str, options: Mapping[str, Any], actor: User) -> Verb:
    verb = BY_NAME.get(action)
    if verb is None:
        raise Invalid("unknown_action", _("Choose one of: %(choices)s.") % {"choices": ", ".join(BY_NAME)}, "action")
    if not actor.has_perm(verb.permission):
        message = _("Your account lacks the permission “%(permission)s”. Ask an administrator of your company to give it to you.")
        raise NotAllowed("permission_missing", message % {"permission": verb.permission}, extra={"permission": verb.permission})
    if not ids:
        raise Invalid("nothing_chosen", _("Tick the orders first."), "ids")
    if len(ids) > MOST:
        text = _("%(count)s orders: at most %(most)s at once. Narrow the list by a filter.")
        raise Invalid("too_many", text % {"count": len(ids), "most": MOST}, "ids")
    if action in _NEEDS_REASON and not str(options.get("reason") or "").strip():
        raise Invalid("reason_needed", _("Say why."), "reason")
    # A person who cannot be assigned is refused now, not in the worker.
    if action.startswith("assign-"):
        verb.run([], options, actor)
    return verb


def _claim(job_id: UUID) -> BulkJob | None:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    with transaction.atomic():
        rows = BulkJob.objects.select_for_update(of=("self",), skip_locked=True).select_related("tenant", "user__tenant")
        job: BulkJob | None = rows.filter(free, pk=job_id, status__in=(_S.WAITING, _S.RUNNING)).first()
        if job is not None:
            job.status, job.leased_until = _S.RUNNING, now + LEASE
            job.save(update_fields=["status", "leased_until"])
    return job


def _held(job: BulkJob) -> BulkJob:
    """The row, locked, as long as the lease is still ours: somebody who took it over has renewed it."""
    rows = BulkJob.objects.select_for_update(of=("self",)).select_related("tenant", "user__tenant")
    found: BulkJob | None = rows.filter(pk=job.pk, status=_S.RUNNING, leased_until=job.leased_until).first()
    if found is None:
        raise DomainError("taken_over", _("Another worker has taken this job over."))
    return found


def _portion(job: BulkJob, verb: Verb, *, size: int) -> None:
    """The next orders of the job, and how far it is, in the transaction that holds its lock."""
    ids = [UUID(pk) for pk in job.order_ids[job.done : job.done + size]]
    moved = run_each(verb, ids, job.options, actor=job.user)
    job.done += len(ids)
    job.changed += len(ids) - len(moved.refused)
    job.refusals = [*job.refusals, *_reasons(moved)][:_REASONS]
    over = job.done >= job.total
    job.status, job.leased_until = (_S.DONE, None) if over else (_S.RUNNING, timezone.now() + LEASE)
    job.finished_at = timezone.now() if over else None
    job.save(update_fields=["done", "changed", "refusals", "status", "leased_until", "finished_at"])


def _reasons(moved: Moved[Order]) -> list[dict[str, str]]:
    named = dict(Order.objects.filter(pk__in=[refusal.pk for refusal in moved.refused]).values_list("pk", "order_number"))
    return [
        {"id": str(refusal.pk), "order": named.get(refusal.pk, ""), "code": refusal.error.code, "message": str(refusal.error)}
        for refusal in moved.refused
    ]


def _refuse_who_left(job: BulkJob) -> None:
    if not job.user.is_active or not job.user.has_perm(BY_NAME[job.action].permission):
        raise NotAllowed("permission_missing", _("Who started this job may not do it any more."))


def _fail(job: BulkJob, error: str) -> None:
    """Only a job that is still ours."""
    held = BulkJob.objects.filter(pk=job.pk, status=_S.RUNNING, leased_until=job.leased_until)
    held.update(status=_S.FAILED, error=error[:500], leased_until=None, finished_at=timezone.now())
    job.refresh_from_db()


def _fingerprint(key: str, action: str, options: Mapping[str, Any], ids: Sequence[UUID]) -> str:
    text = json.dumps([key, action, options, [str(pk) for pk in ids]], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
