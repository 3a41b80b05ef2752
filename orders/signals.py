"""What orders tells higher floors, and the receivers that write history, statistics and stock with every change."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import Signal, receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from base import context
from base.errors import DomainError
from base.lifecycle import present_move
from orders import stock
from orders.models import Order, OrderHistory
from orders.recording import Change, locked, seen, tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from uuid import UUID

# Sent in the transaction of the change, the rows locked: `changes`, a list of `orders.recording.Change`.
orders_changed = Signal()
# Sent in the transaction that placed them: `orders`, `actor`.
orders_placed = Signal()
# Sent in the transaction that moved them, after history and statistics: `changes` (all with another status), `actor`, `note`.
order_status_changed = Signal()
# Sent in the transaction that edited it: `order`, `difference`, `actor`.
order_edited = Signal()
# Sent in the transaction that tagged them: `customers`, `added`, `removed`, `actor`.
customer_tags_changed = Signal()


@receiver(pre_save, sender=Order)
def _remember(instance: Order, **_kwargs: Any) -> None:
    # Also of a row that says it is new: a fixture's says so and overwrites one that is there.
    instance.as_seen = locked(Order._base_manager.filter(pk=instance.pk)).get(instance.pk)


@receiver(post_save, sender=Order)
def _saved(instance: Order, update_fields: Iterable[str] | None = None, **_kwargs: Any) -> None:
    after = seen(instance)
    if update_fields is not None and instance.as_seen is not None:
        # Columns that were not written stay what they were, whatever the object says.
        after = locked(Order._base_manager.filter(pk=instance.pk))[instance.pk]
    tell([Change(instance.pk, instance.as_seen, after)])


@receiver(pre_delete, sender=Order)
def _before_deletion(instance: Order, **_kwargs: Any) -> None:
    instance.as_seen = locked(Order._base_manager.filter(pk=instance.pk)).get(instance.pk)


@receiver(post_delete, sender=Order)
def _deleted(instance: Order, **_kwargs: Any) -> None:
    tell([Change(instance.pk, instance.as_seen, None)])


@receiver(orders_changed)
def follow(changes: list[Change], **_kwargs: Any) -> None:
    """Statistics, stock, history, then the word to higher floors. Locks go orders → customers → products, always."""
    move_statistics(changes)
    stock.follow(changes)
    moved = [change for change in changes if change.moved]
    if moved:
        write_history(moved)
        move = present_move()
        order_status_changed.send(sender=Order, changes=moved, actor=move.actor if move else None, note=move.note if move else "")


def move_statistics(changes: list[Change]) -> None:
    """Move each customer's figures by the difference (source 002, `update_customer_stats`), in the order of their keys."""
    deltas: dict[UUID, list[int | Decimal]] = defaultdict(lambda: [0, 0, 0])
    for change in changes:
        for row, sign in ((change.before, -1), (change.after, 1)):
            if row is not None:
                for place, amount in enumerate(row.counted):
                    deltas[row.customer_id][place] += sign * amount
    moved = sorted((customer, delta) for customer, delta in deltas.items() if any(delta))
    if moved:
        _apply(moved)


MERGED = "customer_merged"
_LOCK = "SELECT id FROM customers WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_MOVE = """
UPDATE customers SET total_orders = total_orders + moved.orders, total_spent = total_spent + moved.spent,
    returned_orders = returned_orders + moved.returned, updated_at = now()
FROM unnest(%s::uuid[], %s::int[], %s::numeric[], %s::int[]) AS moved (id, orders, spent, returned)
WHERE customers.id = moved.id RETURNING customers.merged_into_id IS NOT NULL AND moved.orders > 0
"""


def _apply(moved: list[tuple[UUID, list[int | Decimal]]]) -> None:
    ids = [customer for customer, _delta in moved]
    columns = [[delta[place] for _customer, delta in moved] for place in range(3)]
    with connection.cursor() as cursor:
        if len(ids) > 1:
            cursor.execute(_LOCK, [ids])
        cursor.execute(_MOVE, [ids, *columns])
        if any(gone for (gone,) in cursor.fetchall()):
            # Merged while this order waited for the customer's row: it would count for nobody.
            raise DomainError(MERGED, _("This customer was merged into another meanwhile."), field="customer")


def write_history(changes: list[Change]) -> None:
    """One row for each order whose status is another (source 002, `log_order_status_change`)."""
    move = present_move()
    person = getattr(move.actor, "pk", None) if move else getattr(context.current().user, "pk", None)
    note = move.note if move else context.current().justification
    now = timezone.now()
    rows = [
        OrderHistory(
            tenant_id=change.before.tenant_id,
            order_id=change.order_id,
            changed_by_user_id=person,
            old_status=change.before.status,
            new_status=change.after.status,
            notes=note,
            created_at=now,
        )
        for change in changes
        if change.before and change.after
    ]
    OrderHistory.objects.bulk_create(rows)
