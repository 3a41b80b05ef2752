"""A chart as data: what `components/chart.html` draws, and the same figures as a table beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django_stubs_ext import StrOrPromise

Figure = int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars; `tone` takes a colour of the house with its meaning (money, info, wait, bad, quiet)."""

    name: StrOrPromise
    values: Sequence[Figure]
    tone: Literal["money", "info", "wait", "bad", "quiet"] = "money"


@dataclass(frozen=True, slots=True)
class Chart:
    """`id` is unique on its page; `unit` is written on the axis ("MAD", "orders", "%"); the axis begins at zero."""

    id: str
    title: StrOrPromise
    labels: Sequence[StrOrPromise]
    series: Sequence[Series]
    unit: StrOrPromise
    kind: Literal["line", "bar"] = "line"
    note: StrOrPromise = ""
    label_name: StrOrPromise = ""
    stacked: bool = False
    csv_url: str = ""
    decimals: int = 0

    @property
    def data_id(self) -> str:
        return f"chart-data-{self.id}"

    @property
    def script(self) -> dict[str, Any]:
        """What the browser needs to draw it."""
        return {
            "kind": self.kind,
            "labels": [str(label) for label in self.labels],
            "series": [
                {"name": str(one.name), "tone": one.tone, "values": [None if value is None else float(value) for value in one.values]}
                for one in self.series
            ],
            "unit": str(self.unit),
            "stacked": self.stacked,
        }

    @property
    def rows(self) -> Iterator[tuple[StrOrPromise, list[Figure]]]:
        """The table: a label and its figures, one of each series."""
        for place, label in enumerate(self.labels):
            yield label, [one.values[place] for one in self.series]
