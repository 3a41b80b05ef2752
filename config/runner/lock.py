"""One run per clone: a second `make up` is told where the first one is."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.runner.failure import StartFailure
from config.runner.terminal import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def hold(path: Path) -> Iterator[Callable[[str], None]]:
    """Hold the lock for the block; gives a function that notes the address we serve.

    The kernel frees the lock when its holder dies, however it dies, so a file left by a killed run is never in the way;
    it is only mentioned. StartFailure when another run holds it.
    """
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _taken(path) from None
        if path.stat().st_size:
            say(f"removed the lock of a run that was killed (pid {_read(path).get('pid', 'unknown')})", "!")

        def note(address: str) -> None:
            path.write_text(json.dumps({"pid": os.getpid(), "address": address}), encoding="utf-8")

        note("")
        try:
            yield note
        finally:
            path.write_text("", encoding="utf-8")


def _taken(path: Path) -> StartFailure:
    other = _read(path)
    where = f" at {other['address']}" if other.get("address") else ""
    return StartFailure(
        f"Doorstep is already running from this folder{where} (pid {other.get('pid', 'unknown')}).",
        f"use that one, or stop it first: kill {other.get('pid', '<pid>')}",
    )


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
