"""Measures benches in several short rounds, each floor between the benches that stand on it, so that noise meets both alike."""

import statistics
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `ratio`: value / floor_value, both medians of the same rounds."""

    name: str
    value: float
    unit: str
    floor: str | None
    floor_value: float | None
    ratio: float | None
    better: str
    target: float | None
    rows: int
    at: str

    @property
    def met(self):
        """Whether the target is met; true where there is none."""
        if self.target is None:
            return True
        shown = self.value if self.ratio is None else self.ratio
        return shown >= self.target if self.better == "higher" else shown <= self.target


def measure(benches, registry, world, *, rounds=5, between_rounds=lambda: None):
    """A row for each bench and for each floor that one of them stands on, in the order of the registry."""
    groups = defaultdict(list)
    for bench in benches:
        if bench.floor is None:
            groups[bench.name][:0] = [bench]
        else:
            groups[bench.floor].append(bench)
    rows = []
    for floor_name, group in groups.items():
        floor = registry[floor_name]
        above = [bench for bench in group if bench is not floor]
        rows += _measure_group(floor, above, world, rounds, between_rounds)
    order = registry.names()
    return sorted(rows, key=lambda row: order.index(row.name))


def _measure_group(floor, above, world, rounds, between_rounds):
    prepared = {bench: _prepared(bench, world) for bench in (floor, *above)}
    values = defaultdict(list)
    for _round in range(rounds):
        for bench, one_round in prepared.items():
            between_rounds()
            values[bench].append(one_round())
    base = statistics.median(values[floor])
    yield _row(floor, base, world)
    for bench in above:
        yield _row(bench, statistics.median(values[bench]), world, floor_value=base)


def _prepared(bench, world):
    """The bench's round, run once before it counts: caches fill, code is imported, connections are made."""
    one_round = bench.prepare(replace(world, rows=_rows(bench, world)))
    one_round()
    return one_round


def _rows(bench, world):
    return world.rows or bench.rows if bench.rows else 0


def _row(bench, value, world, *, floor_value=None):
    return Row(
        name=bench.name,
        value=round(value, 3),
        unit=bench.unit,
        floor=bench.floor,
        floor_value=None if floor_value is None else round(floor_value, 3),
        ratio=round(value / floor_value, 4) if floor_value else None,
        better=bench.better,
        target=bench.target,
        rows=_rows(bench, world),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
