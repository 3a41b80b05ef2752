"""The ways in which a message leaves the house. SMS, WhatsApp and voice have no adapter: their messages wait, readable, in the outbox."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from accounts import states
from accounts.channels import email
from accounts.channels.protocol import Channel, Permanent, Sent, Temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Channel", "Permanent", "Sent", "Temporary", "configured", "opened"]


def configured() -> dict[str, Callable[[], Channel]]:
    """The channels that can send now: name → what makes one."""
    return {states.Channel.EMAIL: email.EmailChannel} if email.is_configured() else {}


@contextmanager
def opened() -> Iterator[Callable[[str], Channel]]:
    """Gives channels by name, each made when first asked for, and closes them all at the end."""
    made: dict[str, Channel] = {}

    def channel(name: str) -> Channel:
        if name not in made:
            made[name] = configured()[name]()
        return made[name]

    try:
        yield channel
    finally:
        for each in made.values():
            each.close()
