"""What the runner says to the person at the terminal: one line an event."""

from __future__ import annotations

import os
import sys

_COLOURS = {"✓": "32", "!": "33", "✗": "31", "·": "2"}


def say(text: str = "", mark: str = " ") -> None:
    """Print one event. `mark`: ✓ done, ! worth knowing, ✗ failed, · under way. Never fails on a closed or narrow terminal."""
    shown = mark
    if mark in _COLOURS and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        shown = f"\x1b[{_COLOURS[mark]}m{mark}\x1b[0m"
    line = f"{shown} {text}".rstrip()
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stdout.flush()
    except OSError:
        # The terminal went away; stopping the children cleanly matters more than telling nobody.
        return


def done(text: str, seconds: float) -> None:
    """A finished step with how long it took."""
    say(f"{text:<58} {seconds:5.1f} s", "✓")
