"""Remembers what was done for which state of the code, so that a second start does not do it again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import psycopg

from config.runner.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Stamp:
    """A file with the digest of the facts under which something was last done well."""

    def __init__(self, path: Path, facts: Callable[[], Iterable[str]]) -> None:
        self._path = path
        self._facts = facts

    def current(self) -> bool:
        """Whether the facts are what they were."""
        return self._path.exists() and self._path.read_text(encoding="utf-8") == self._digest()

    def set(self) -> None:
        """It is done for the facts as they are now."""
        self._path.write_text(self._digest(), encoding="utf-8")

    def _digest(self) -> str:
        return hashlib.sha256("\n".join(self._facts()).encode()).hexdigest()


def static_files() -> list[str]:
    """Facts about the static files: ours one by one, those of packages by the lock file."""
    own = [path for folder in (ROOT / "static", *ROOT.glob("*/static")) for path in folder.rglob("*") if path.is_file()]
    return described([*own, ROOT / "uv.lock", ROOT / "config/staticfiles.py"])


def demo_code() -> list[str]:
    """Facts about what makes the demo data."""
    patterns = ("*/migrations/*.py", "*/management/commands/demo*.py", "*/demo*.py", "*/demo/*.py")
    return described([path for pattern in patterns for path in ROOT.glob(pattern)])


def database_code() -> list[str]:
    """Facts about what `migrate` would do."""
    patterns = ("*/migrations/*.py", "base/postgres/*.py", "base/management/commands/*.py", "*/apps.py", "*/models/*.py", "*/models.py")
    return described([path for pattern in patterns for path in ROOT.glob(pattern)] + [ROOT / "uv.lock"])


def applied_migrations(url: str) -> list[str]:
    """Facts about the database itself, so that a migration taken back by hand, or another database, is noticed."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            rows = connection.execute("SELECT app || name || applied FROM django_migrations ORDER BY id").fetchall()
    except psycopg.errors.UndefinedTable:
        rows = []
    return [text for (text,) in rows]


def described(paths: Iterable[Path]) -> list[str]:
    """Name, size and time of change of each file that is there."""
    found = ((path, path.stat()) for path in sorted(paths) if path.exists())
    return [f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in found]
