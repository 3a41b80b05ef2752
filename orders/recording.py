"""Sees every change of an order, whatever path it takes, and says it once: what was, and what is.

`save()` (also of fixtures and the admin) is seen by the model signals, `update()`, `bulk_update()` and `bulk_create()` by the
queryset below. Both end in `orders.signals.orders_changed`, inside the transaction of the change, with the rows locked.
Stands in for the source's triggers (002: `log_order_status_change`, `update_customer_stats`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models, transaction
from django.db.models.expressions import BaseExpression
from django.utils.translation import gettext as _

from base.errors import DomainError
from base.lifecycle import present_move
from base.stamps import StampedQuerySet
from orders.states import LIFECYCLE, OrderStatus, PaymentStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal
    from uuid import UUID

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Seen:
    """What history and statistics look at in an order."""

    tenant_id: UUID
    customer_id: UUID
    status: str
    payment_status: str
    total_amount: Decimal
    deleted: bool

    @property
    def counted(self) -> tuple[int, int | Decimal, int]:
        """What the order adds to its customer: orders (not cancelled), spent (delivered and collected), returned."""
        if self.deleted:
            return (0, 0, 0)
        spent = self.status == OrderStatus.DELIVERED and self.payment_status == PaymentStatus.COLLECTED
        return (
            int(self.status != OrderStatus.CANCELLED),
            self.total_amount if spent else 0,
            int(self.status == OrderStatus.RETURNED),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One order before and after; None before: it is new, None after: it is gone."""

    order_id: UUID
    before: Seen | None
    after: Seen | None

    @property
    def moved(self) -> bool:
        """Whether the status of an order that was there is another now."""
        return self.before is not None and self.after is not None and self.before.status != self.after.status


_COLUMNS = ("tenant_id", "customer_id", "status", "payment_status", "total_amount", "deleted_at")
# The names by which a watched column can be written.
_WATCHED = frozenset({*_COLUMNS, "tenant", "customer"})


def seen(order: Any) -> Seen:
    """What is looked at in a loaded order."""
    return _seen(*(getattr(order, column) for column in _COLUMNS))


def _seen(*values: Any) -> Seen:
    tenant, customer, status, payment, total, deleted_at = values
    return Seen(tenant, customer, status, payment, total, deleted_at is not None)


def locked(queryset: models.QuerySet[Any]) -> dict[UUID, Seen]:
    """The rows of `queryset` as they are, locked in the order of their keys until the transaction ends."""
    rows = queryset.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", *_COLUMNS)
    return {pk: _seen(*values) for pk, *values in rows}


def tell(changes: Iterable[Change]) -> None:
    """Refuse a move that the lifecycle does not know, and send what really changed."""
    from orders.signals import orders_changed  # noqa: PLC0415  # the models of the receivers stand on this module

    real = [change for change in changes if change.before != change.after]
    for change in real:
        if change.moved:
            _check(change)
    if real:
        orders_changed.send(sender=None, changes=real)


def _check(change: Change) -> None:
    if change.before is None or change.after is None or present_move() is not None:
        return
    options = LIFECYCLE.after(change.before.status)
    if change.after.status not in options:
        raise DomainError(
            "illegal_transition",
            _("An order that is %(present)s cannot become %(to)s. Possible now: %(allowed)s.")
            % {"present": change.before.status, "to": change.after.status, "allowed": ", ".join(map(str, options)) or "–"},
            field="status",
            extra={"from": change.before.status, "to": change.after.status, "allowed": [str(option) for option in options]},
        )


class RecordedQuerySet(StampedQuerySet[Row]):
    """Writes that go around `save()`, seen all the same."""

    def update(self, **values: Any) -> int:
        if not _WATCHED & values.keys():
            return super().update(**values)
        with transaction.atomic():
            before = locked(self.all())
            rows = self.model._base_manager.filter(pk__in=list(before))
            count = StampedQuerySet.update(StampedQuerySet(self.model, using=self.db).filter(pk__in=list(before)), **values)
            after = _applied(before, values) if _plain(values) else locked(rows)
            tell(Change(pk, was, after.get(pk)) for pk, was in before.items())
        return count

    def bulk_create(
        self,
        objs: Iterable[Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Row]:
        if update_conflicts:
            raise NotImplementedError("orders are not upserted: find the ones that are there, and update them")
        rows = list(objs)
        with transaction.atomic():
            made = super().bulk_create(rows, batch_size=batch_size, ignore_conflicts=ignore_conflicts)
            new = {row.pk: seen(row) for row in made}
            if ignore_conflicts:
                there = self.model._base_manager.filter(pk__in=list(new)).values_list("pk", flat=True)
                new = {pk: new[pk] for pk in there}
            tell(Change(pk, None, row) for pk, row in new.items())
        return made


def _plain(values: Mapping[str, Any]) -> bool:
    return not any(isinstance(values[name], BaseExpression | models.F) for name in _WATCHED & values.keys())


def _applied(before: Mapping[UUID, Seen], values: Mapping[str, Any]) -> dict[UUID, Seen]:
    """The rows after an UPDATE to plain values, without asking the database again."""
    known = {name: _value(values[name]) for name in ("status", "payment_status", "total_amount") if name in values}
    for name in ("tenant", "customer"):
        if name in values or f"{name}_id" in values:
            known[f"{name}_id"] = getattr(values.get(name), "pk", None) or values.get(f"{name}_id", values.get(name))
    if "deleted_at" in values:
        known["deleted"] = values["deleted_at"] is not None
    return {pk: replace(was, **known) for pk, was in before.items()}


def _value(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
