"""The one error of the runner that a person is meant to read."""

from __future__ import annotations


class StartFailure(Exception):  # noqa: N818  # an answer to a person, not an error of the program
    """Something could not be started. The text says what happened and what to do; no traceback is shown."""

    def __init__(self, what: str, remedy: str = "", evidence: str = "") -> None:
        parts = [what]
        if evidence:
            parts.append("\n".join(f"    {line}" for line in evidence.splitlines()))
        if remedy:
            parts.append(f"  What to do: {remedy}")
        super().__init__("\n".join(parts))
