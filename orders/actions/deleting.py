"""Take orders out of sight, and bring them back. Nothing is lost: the row, its history and its number stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import by, record
from base import context
from base.errors import DomainError, Invalid
from orders.models import Order
from orders.states import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from base.actor import Actor

ON_THE_WAY = (OrderStatus.OUT_FOR_DELIVERY, OrderStatus.DELIVERED)


def delete_orders(ids: Iterable[UUID], *, reason: str, actor: Actor) -> int:
    """Hide orders from every list and figure; held stock is freed. Needs a reason. What has left stays: `not_deletable`."""
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why."), "reason")
    with transaction.atomic(), by(actor):
        rows = list(_locked(ids, deleted=False))
        if any(status in ON_THE_WAY for _pk, status in rows):
            raise DomainError("not_deletable", _("An order that is on the way or delivered cannot be deleted."), field="status")
        return _mark(rows, timezone.now(), "order_deleted", reason.strip())


def restore_orders(ids: Iterable[UUID], *, actor: Actor) -> int:
    """Bring deleted orders back; one that holds stock takes its units again, or is refused with `out_of_stock`."""
    with transaction.atomic(), by(actor):
        return _mark(list(_locked(ids, deleted=True)), None, "order_restored", "")


def _locked(ids: Iterable[UUID], *, deleted: bool) -> Iterable[tuple[UUID, str]]:
    rows = Order.objects.filter(pk__in=list(ids), deleted_at__isnull=not deleted)
    found: Iterable[tuple[UUID, str]] = rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", "status")
    return found


def _mark(rows: list[tuple[UUID, str]], moment: object, action: str, reason: str) -> int:
    ids = [pk for pk, _status in rows]
    count = int(Order.objects.filter(pk__in=ids).update(deleted_at=moment)) if ids else 0
    if count and context.current().user is not None:
        record(action, entity_type="order", entity_ids=ids, details={"justification": reason} if reason else None)
    return count
