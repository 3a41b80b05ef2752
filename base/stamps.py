"""When a row was made and last changed (source 002, trigger `update_updated_at_column`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_Row = TypeVar("_Row", bound=models.Model)
_FIELD = "updated_at"


class StampedQuerySet(models.QuerySet[_Row]):
    """Moves `updated_at` on the paths that go around `save()`. A caller who names `updated_at` keeps their value."""

    def update(self, **values: Any) -> int:
        return super().update(**{_FIELD: timezone.now(), **values})

    def bulk_update(self, objs: Iterable[_Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows, names = list(objs), list(fields)
        if names and _FIELD not in names:
            _stamp(rows)
            names.append(_FIELD)
        return super().bulk_update(rows, names, batch_size=batch_size)

    def bulk_create(  # Django's signature
        self,
        objs: Iterable[_Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[_Row]:
        if update_conflicts and update_fields:
            update_fields = [*update_fields, *({_FIELD} - set(update_fields))]
        return super().bulk_create(
            objs,
            batch_size=batch_size,
            ignore_conflicts=ignore_conflicts,
            update_conflicts=update_conflicts,
            update_fields=update_fields,
            unique_fields=unique_fields,
        )


def _stamp(rows: Sequence[models.Model]) -> None:
    now = timezone.now()
    for row in rows:
        setattr(row, _FIELD, now)


class Stamped(models.Model):
    """A row that knows when it was made and when it was last changed."""

    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = StampedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """As Django's save (keywords only); `update_fields` always carries `updated_at` along."""
        names = options.get("update_fields")
        if names:
            options["update_fields"] = {*names, _FIELD}
        # Set even though `auto_now` does: a field that was deferred is saved only when it has a value.
        self.updated_at = timezone.now()
        super().save(**options)
