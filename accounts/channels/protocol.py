"""What a channel promises to the worker that sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accounts.models import Message
    from base.money import Money


class Temporary(Exception):  # noqa: N818  # reads as what it says: raise Temporary
    """Not sent now; a later try may succeed. Its text is the reason."""


class Permanent(Exception):  # noqa: N818
    """Refused for good: the same message would be refused again. Its text is the reason."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Who took the message, under which id the provider will speak of it, and what it cost."""

    provider: str
    provider_id: str
    cost: Money | None = None


class Channel(Protocol):
    """A way to reach people. One object serves one worker's batch, so that it may keep a connection open."""

    def send(self, message: Message) -> Sent:
        """Give the message to the provider. Raises Temporary or Permanent."""

    def close(self) -> None:
        """Let go of what is open. Raises nothing."""
