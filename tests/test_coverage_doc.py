"""`docs/coverage.md` tells the truth: its counts, its rows, and every place and test that a built row names."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "coverage.md"
HEADER = ["source item", "kind", "where it is", "test", "state"]
SHAPES = {"built": r"built", "planned": r"planned( \(issue \d+\))?", "differs": r"differs: \S.*"}
NONE = "\N{EN DASH}"


class Row(NamedTuple):
    line: int
    source: str
    cells: list[str]

    @property
    def state(self) -> str:
        """built, planned or differs; empty when the state is none of them."""
        return next((word for word, shape in SHAPES.items() if re.fullmatch(shape, self.cells[-1])), "")


def cells_of(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def rows_of(text: str) -> list[Row]:
    """Every row of every table below a heading that starts with a source's three digits."""
    rows, source = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            source = found[1] if (found := re.match(r"## (\d{3}) ", line)) else ""
        elif source and line.startswith("|") and not line.startswith("|---") and cells_of(line) != HEADER:
            rows.append(Row(number, source, cells_of(line)))
    return rows


def counts_of(rows: list[Row]) -> str:
    """The lines of the table of counts, as the page must hold them."""
    lines = []
    for name in [*sorted({row.source for row in rows}), "all"]:
        mine = [row for row in rows if name in (row.source, "all")]
        by_state = Counter(row.state for row in mine)
        lines.append(f"| {name} | {len(mine)} | {by_state['built']} | {by_state['planned']} | {by_state['differs']} |")
    return "\n".join(lines)


def place_exists(place: str) -> bool:
    """Whether `place` is there: a file, a module (`app.file`) with the names that follow it, or a `table.column`."""
    if (ROOT / place).exists():
        return True
    names = place.split(".")
    for length in range(len(names), 1, -1):
        module = ROOT.joinpath(*names[:length])
        if files := [file for file in (module.with_suffix(".py"), *module.rglob("*.py")) if file.is_file()]:
            return holds(".".join(names[:length]), names[length:], files)
    return column_exists(place)


def holds(module: str, names: list[str], files: list[Path]) -> bool:
    """Whether a module has the names: a model is asked for its fields and indexes, anything else must hold the words."""
    if len(names) > 1 and apps.ready and ".models" in module:
        owner = getattr(import_module(module), names[0], None)
        if isinstance(owner, type) and issubclass(owner, Model):
            return names[1] in members(owner)
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return all(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def members(model: type[Model]) -> set[str]:
    meta = model._meta
    return {*dir(model), *(field.name for field in meta.get_fields()), *(part.name for part in (*meta.indexes, *meta.constraints))}


def column_exists(place: str) -> bool:
    if not apps.ready:
        return False
    columns = {f"{model._meta.db_table}.{field.column}" for model in apps.get_models() for field in model._meta.concrete_fields}
    return place in columns


def names_a_test(test: str) -> bool:
    file, _, names = test.partition("::")
    path = ROOT / file
    wanted = re.sub(r"\[.*\]$", "", names).split("::")
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    return all(re.search(rf"\b(def|class) {re.escape(name)}\b", text) for name in wanted)


def faults_of(row: Row) -> list[str]:
    """What is wrong with a row, in words."""
    if len(row.cells) != len(HEADER):
        return [f"has {len(row.cells)} cells, not {len(HEADER)}"]
    item, kind, where, test, state = row.cells
    faults = []
    if not (item and kind):
        faults.append("names no item or no kind")
    if not row.state:
        faults.append(f"has the unknown state {state!r}")
    place = re.match(r"`([^`]+)`", where)
    tests = re.findall(r"`([^`]+)`", test)
    if not place and (row.state != "differs" or where != NONE):
        faults.append("names no place in backticks")
    if not tests and test != NONE:
        faults.append(f"has the test {test!r}, neither in backticks nor {NONE}")
    if row.state == "built":
        if place and not place_exists(place[1]):
            faults.append(f"is built, but {place[1]} is not there")
        if not tests:
            faults.append("is built, but names no test")
    return faults + [f"names the test {name}, which is not there" for name in tests if not names_a_test(name)]


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_counts_at_the_top_are_right(page: str) -> None:
    counted = [line for line in page[: page.index("\n## ")].splitlines() if re.match(r"\| (\d{3}|all) \|", line)]
    right = counts_of(rows_of(page))
    assert "\n".join(counted) == right, f"the right counts are:\n{right}"


def test_all_five_sources_are_there(page: str) -> None:
    assert {row.source for row in rows_of(page)} == {"000", "001", "002", "003", "004"}


def test_every_row_is_well_formed_and_what_it_names_exists(page: str) -> None:
    faults = [f"line {row.line}: {row.cells[0]} {fault}" for row in rows_of(page) for fault in faults_of(row)]
    assert not faults, "\n".join(faults)


def test_no_item_stands_twice(page: str) -> None:
    seen = Counter((row.source, row.cells[0], row.cells[1]) for row in rows_of(page))
    assert [item for item, times in seen.items() if times > 1] == []


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["`users`", "table", "`base.nowhere.User`", NONE, "planned (issue 2)"], None),
        (
            ["`users`", "table", "`base.nowhere.User`", "`tests/test_coverage_doc.py::test_no_item_stands_twice`", "built"],
            "base.nowhere.User is not",
        ),
        (["`users`", "table", "`docs/coverage.md`", NONE, "built"], "names no test"),
        (["`users`", "table", "`docs/coverage.md`", "`tests/test_coverage_doc.py::test_of_nothing`", "built"], "test_of_nothing"),
        (["`users`", "table", "`docs/coverage.md`", NONE, "nearly built"], "unknown state"),
        (["`users`", "table", "`docs/coverage.md`", NONE, "differs:"], "unknown state"),
        (["`users`", "table", "somewhere", NONE, "planned"], "no place"),
        (["`users`", "table", "planned"], "3 cells"),
    ],
)
def test_a_false_row_is_told(cells: list[str], fault: str | None) -> None:
    faults = faults_of(Row(1, "002", cells))
    assert fault in "; ".join(faults) if fault else not faults
