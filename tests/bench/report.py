"""Where the figures go: `.data/bench.json` for machines, a table for people."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text


def save(path, rows, known):
    """Write the rows; those of benches in `known` that were not measured this time stay as they were."""
    measured = {row.name: asdict(row) for row in rows}
    before = {row["name"]: row for row in _read(path)}
    kept = [measured.get(name) or before[name] for name in known if name in measured or name in before]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def _read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []


def show(rows, notes=(), console=None):
    """Print the table; what misses its target in red."""
    table = Table(title="Doorstep bench", title_justify="left")
    table.add_column("bench", no_wrap=True)
    for title in ("value", "unit", "rows", "of its floor", "target"):
        table.add_column(title, justify="left" if title == "unit" else "right")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:,.1f}",
            row.unit,
            f"{row.rows:,}" if row.rows else "–",
            _ratio(row),
            _target(row),
            style=None if row.met else "bold red",
        )
    console = console or Console()
    console.print(table)
    for note in notes:
        console.print(Text(note, style="yellow"))


def _ratio(row):
    return "–" if row.ratio is None else _share(row, row.ratio)


def _target(row):
    if row.target is None:
        return "–"
    sign = "≥" if row.better == "higher" else "≤"
    return f"{sign} {row.target:,.1f} {row.unit}" if row.ratio is None else f"{sign} {_share(row, row.target)}"


def _share(row, ratio):
    """Of a rate a share, of a time a multiple."""
    return f"{ratio:.2%}" if row.better == "higher" else f"{ratio:.1f} ×"
