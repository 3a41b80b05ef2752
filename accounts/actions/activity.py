"""Seals the activity log and proves it: the digest of each batch is chained to the one before, per tenant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from accounts.audit import digest
from accounts.models import ActivityLog, ActivitySeal, Tenant, UnsealedActivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

_BATCH = 5000


@dataclass(slots=True)
class Verdict:
    """What walking one chain found. `faults` is empty when every row is as it was sealed."""

    tenant: str
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    head: str = ""
    faults: list[str] = field(default_factory=list)


def seal_all() -> int:
    """Seal what is waiting, for each tenant and for the platform. Needs operator mode. Returns the number of rows sealed.

    Writers are never waited for: a row is taken once its transaction has committed, whatever its time.
    """
    waiting = UnsealedActivity.objects.order_by().values_list("tenant_id", flat=True).distinct()
    return sum(_seal(tenant_id) for tenant_id in list(waiting))


def _seal(tenant_id: UUID | None) -> int:
    sealed = 0
    while batch := _seal_batch(tenant_id):
        sealed += batch
    return sealed


def _seal_batch(tenant_id: UUID | None) -> int:
    with transaction.atomic():
        _one_sealer(tenant_id)
        waiting = list(
            UnsealedActivity.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(tenant_id=tenant_id)
            .select_related("log")
            .order_by("pk")[:_BATCH]
        )
        if not waiting:
            return 0
        rows = sorted((entry.log for entry in waiting), key=lambda row: row.pk)
        last = ActivitySeal.objects.filter(tenant_id=tenant_id).order_by("-number").first()
        previous = last.digest if last else ""
        ActivitySeal.objects.create(
            tenant_id=tenant_id,
            number=last.number + 1 if last else 1,
            log_ids=[row.pk for row in rows],
            previous_digest=previous,
            digest=digest(rows, previous),
        )
        UnsealedActivity.objects.filter(pk__in=[entry.pk for entry in waiting]).delete()
    return len(waiting)


def _one_sealer(tenant_id: UUID | None) -> None:
    """One sealer a chain at a time; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"seal:{tenant_id or 'platform'}"])


def verify_chains(progress: Callable[[str], None] = lambda _name: None) -> Iterator[Verdict]:
    """Walk every chain from its first seal and compare each row with what was sealed. Needs operator mode."""
    yield _verify("platform", None)
    for tenant in Tenant.objects.order_by("slug"):
        progress(tenant.slug)
        yield _verify(tenant.slug, tenant.pk)


def _verify(name: str, tenant_id: UUID | None) -> Verdict:
    verdict = Verdict(name)
    for seal in ActivitySeal.objects.filter(tenant_id=tenant_id).order_by("number").iterator(chunk_size=200):
        verdict.seals += 1
        _verify_seal(seal, verdict)
    verdict.unsealed = UnsealedActivity.objects.filter(tenant_id=tenant_id).count()
    held = ActivityLog.objects.filter(tenant_id=tenant_id).count()
    if held > verdict.rows + verdict.unsealed:
        verdict.faults.append(f"{held - verdict.rows - verdict.unsealed} rows are in the log that nothing sealed")
    return verdict


def _verify_seal(seal: ActivitySeal, verdict: Verdict) -> None:
    rows = list(ActivityLog.objects.filter(tenant_id=seal.tenant_id, pk__in=seal.log_ids))
    verdict.rows += len(rows)
    if seal.number != verdict.seals:
        verdict.faults.append(f"seal {verdict.seals} is missing")
        verdict.seals = seal.number
    if seal.previous_digest != verdict.head:
        verdict.faults.append(f"seal {seal.number} does not follow the one before")
    missing = set(seal.log_ids) - {row.pk for row in rows}
    if missing:
        verdict.faults.append(f"seal {seal.number}: rows removed: {', '.join(sorted(map(str, missing)))}")
    elif digest(rows, seal.previous_digest) != seal.digest:
        verdict.faults.append(f"seal {seal.number} ({seal.created_at:%Y-%m-%d %H:%M} UTC): one of its {len(rows)} rows was changed")
    verdict.head = seal.digest
