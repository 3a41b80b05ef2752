"""What is measured: each bench with its unit, its floor and its target."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_NAME = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")


@dataclass(frozen=True, slots=True)
class Bench:
    """A figure that is measured.

    `prepare(world)` makes ready and returns a function that measures one round and gives its value in `unit`. `floor`
    names the bench whose value this one is divided by; it is measured in the same rounds. `target` is compared with that
    ratio or, without a floor, with the value. `rows`: the volume it needs unless ROWS says otherwise, 0 when volume plays no part.
    """

    name: str
    unit: str
    better: str
    prepare: Callable
    floor: str | None = None
    target: float | None = None
    rows: int = 0


class Registry:
    """The benches by name, in the order in which they were written down."""

    def __init__(self):
        self._benches = {}

    def bench(self, *, name, unit, better, floor=None, target=None, rows=0):
        """Decorator of the function that prepares the bench."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name}: a name is the app, a dot, and what is measured: orders.list.p95")
        if better not in {"higher", "lower"}:
            raise ValueError(f"{name}: better is higher or lower, not {better}")
        if name in self._benches:
            raise ValueError(f"{name}: there is one already")

        def register(prepare):
            self._benches[name] = Bench(name, unit, better, prepare, floor, target, rows)
            return prepare

        return register

    def __getitem__(self, name):
        return self._benches[name]

    def names(self):
        """All names."""
        return list(self._benches)

    def chosen(self, only=""):
        """The benches whose name is `only` or begins with it and a dot, else all. LookupError when there is none."""
        found = [bench for name, bench in self._benches.items() if not only or f"{name}.".startswith(f"{only}.")]
        if not found:
            raise LookupError(f"There is no bench {only}. There are: {', '.join(self._benches)}")
        return found


REGISTRY = Registry()
bench = REGISTRY.bench
