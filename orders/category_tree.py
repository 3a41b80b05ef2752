"""The tree of categories as one reads it: parents before children, each with its depth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from orders.models import Category

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

_STEP = "\u2003"


@dataclass(frozen=True, slots=True)
class Branch:
    """A category and how deep it stands (0 at the top)."""

    category: Any
    depth: int

    @property
    def label(self) -> str:
        """Its name, set in by its depth: for a list to choose from."""
        return _STEP * self.depth + str(self.category.name)


class Tree:
    """All categories of the tenant, in one statement; each has `product_count`."""

    def __init__(self) -> None:
        self._below: dict[UUID | None, list[Any]] = defaultdict(list)
        for row in Category.objects.annotate(product_count=Count("products")).order_by("name", "id"):
            self._below[row.parent_id].append(row)

    def branches(self, *, without: UUID | None = None) -> list[Branch]:
        """The tree from the top; `without` leaves out a category and all below it."""
        return list(self._walk(None, 0, without))

    def choices(self, *, without: UUID | None = None) -> list[tuple[str, str]]:
        """For a field to choose from."""
        return [(str(branch.category.pk), branch.label) for branch in self.branches(without=without)]

    def within(self, category_id: UUID) -> list[UUID]:
        """The category and all below it."""
        return [category_id, *(branch.category.pk for branch in self._walk(category_id, 0, None))]

    def find(self, category_id: str) -> Any:
        """The category of this id, None when there is none."""
        return next((row for rows in self._below.values() for row in rows if str(row.pk) == category_id), None)

    def _walk(self, parent: UUID | None, depth: int, without: UUID | None) -> Iterator[Branch]:
        for row in self._below.get(parent, ()):
            if row.pk != without:
                yield Branch(row, depth)
                yield from self._walk(row.pk, depth + 1, without)
