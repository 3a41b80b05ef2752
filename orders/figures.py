"""The figures above the list of orders, cheap at any size: open orders by a partial index, today's by the history's, kept some seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from accounts.states import Role
from accounts.tenancy import current_tenant_id
from orders.models import Order, OrderHistory
from orders.states import OrderStatus, PaymentStatus

KEPT_SECONDS = 5
_S = OrderStatus
_TO_CONFIRM = (_S.NEW, _S.CONFIRMATION_PENDING)
_TO_PACK = (_S.CONFIRMED, _S.BEING_PREPARED)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Figures:
    """What a person's open orders are, by status, and what became of the tries of today."""

    counts: dict[str, int] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)
    agents_out: int = 0
    to_collect: Decimal = Decimal(0)
    delivered_today: int = 0
    tried_today: int = 0

    @property
    def open(self) -> int:
        """All open orders."""
        return sum(self.counts.values())

    @property
    def to_confirm(self) -> int:
        return self.of(_TO_CONFIRM)

    @property
    def to_pack(self) -> int:
        return self.of(_TO_PACK)

    @property
    def out(self) -> int:
        return self.of((_S.OUT_FOR_DELIVERY,))

    @property
    def oldest_to_confirm(self) -> datetime | None:
        return self._oldest(_TO_CONFIRM)

    @property
    def oldest_to_pack(self) -> datetime | None:
        return self._oldest(_TO_PACK)

    @property
    def delivered_share(self) -> int | None:
        """Percent of today's tries at the door; None before the first."""
        return round(100 * self.delivered_today / self.tried_today) if self.tried_today else None

    def of(self, statuses: Iterable[str]) -> int:
        """Orders in these statuses together."""
        return sum(self.counts.get(str(status), 0) for status in statuses)

    def _oldest(self, statuses: Iterable[str]) -> datetime | None:
        return min((self.oldest[str(status)] for status in statuses if str(status) in self.oldest), default=None)


def figures(person: User) -> Figures:
    """The figures of the orders that this person may see, at most KEPT_SECONDS old; two statements when they are asked anew."""
    mine = person.pk if person.role == Role.DELIVERY_AGENT else ""
    key = f"orders:figures:{current_tenant_id() or 'platform'}:{mine}:{timezone.localdate()}"
    found = cache.get(key)
    if not isinstance(found, Figures):
        found = _asked(person)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _asked(person: User) -> Figures:
    pending = Q(payment_status=PaymentStatus.PENDING)
    rows = {
        row["status"]: row
        for row in Order.objects.seen_by(person)
        .open()
        .order_by()
        .values("status")
        .annotate(
            count=Count("id"),
            oldest=Min("created_at"),
            due=Sum("total_amount", filter=pending),
            agents=Count("assigned_agent", distinct=True),
        )
    }
    out: dict[str, Any] = rows.get(str(_S.OUT_FOR_DELIVERY), {})
    tries = _tries_today(person)
    return Figures(
        counts={status: row["count"] for status, row in rows.items()},
        oldest={status: row["oldest"] for status, row in rows.items()},
        agents_out=out.get("agents", 0),
        to_collect=out.get("due") or Decimal(0),
        delivered_today=tries.get(str(_S.DELIVERED), 0),
        tried_today=sum(tries.values()),
    )


def _tries_today(person: User) -> dict[str, int]:
    """What became of today's tries: delivered, taken back, or returned. Index idx_order_history_new_status."""
    begin = datetime.combine(timezone.localdate(), time.min, timezone.get_current_timezone())
    moves = OrderHistory.objects.filter(
        new_status__in=(_S.DELIVERED, _S.READY_FOR_PICKUP, _S.RETURNED), old_status=_S.OUT_FOR_DELIVERY, created_at__gte=begin
    )
    if person.role == Role.DELIVERY_AGENT:
        moves = moves.filter(order__assigned_agent=person)
    return dict(moves.order_by().values_list("new_status").annotate(Count("id")))
