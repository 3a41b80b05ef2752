"""Sends what is due: claims rows, gives them to their channel outside any transaction, writes down what came of it.

A row is claimed with SKIP LOCKED and a lease, so two workers never hold the same one. A message goes out once, with one
exception that no client of SMTP (or of a provider's API) can exclude: when the worker dies, or the connection breaks,
after the server took the message and before we know it, the message is sent again. It then carries the same Message-ID,
made from the row's id, so that mail programs show it once; and the row counts it in `interruptions`, never silently.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import channels
from accounts.actions.messages import LIFECYCLE, is_essential
from accounts.models import Message
from accounts.queries.messages import address_of, due, opted_out
from accounts.states import MessageStatus
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from base.lifecycle import move

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

BATCH = 20
# Longer than a batch can take: each message has the channel's timeout, 15 s.
LEASE = timedelta(minutes=10)
# Seconds to wait after the first, the second, … failed try; after the last of them the message has failed.
WAITS = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
_SOON = 60.0

log = structlog.get_logger(__name__)


def send_due(*, seconds: float = 240) -> float | None:
    """Send what is due, for about `seconds`. Enters operator mode to claim, and each message's tenant to send it.

    Returns in how many seconds to look again because of what happened here (0: there may be more), or None: at the usual time.
    """
    until = time.monotonic() + seconds
    again: list[float] = []
    with channels.opened() as channel:
        while batch := _claim():
            waits = [_deliver(message, channel) for message in batch]
            again += [wait for wait in waits if wait is not None and wait < _SOON]
            if time.monotonic() > until:
                return 0
    return min(again, default=None)


def claim_due(limit: int = BATCH) -> list[Message]:
    """Take at most `limit` due messages for this worker, each with its tenant. Needs operator mode."""
    now = timezone.now()
    with transaction.atomic():
        found = list(due(now).select_related("tenant", "user").select_for_update(of=("self",), skip_locked=True)[:limit])
        refused = _opted_out(found)
        taken = [message for message in found if message not in refused and not _worn_out(message)]
        for message in taken:
            if message.claimed_at is not None:
                message.interruptions += 1
                log.warning("a worker vanished while sending a message", message=str(message.pk), interruptions=message.interruptions)
            message.attempts += 1
            message.claimed_at, message.next_attempt_at = now, now + LEASE
        Message.objects.bulk_update(taken, ["attempts", "interruptions", "claimed_at", "next_attempt_at"])
        for message in found:
            if message in refused:
                _close(message, MessageStatus.OPTED_OUT, "")
            elif message not in taken:
                _close(message, MessageStatus.FAILED, _("The worker stopped each time while sending it."))
    return taken


def _claim() -> list[Message]:
    with as_operator("a worker claims the due messages of all tenants"):
        return claim_due()


def _opted_out(messages: list[Message]) -> set[Message]:
    """Those whose recipient opted out while they waited."""
    asked = {
        message: address_of(message.channel, message.recipient, message.tenant_id) for message in messages if not is_essential(message)
    }
    refused = opted_out(asked.values())
    return {message for message, address in asked.items() if address in refused}


def _worn_out(message: Message) -> bool:
    return message.attempts > len(WAITS)


def _deliver(message: Message, channel: Callable[[str], channels.Channel]) -> float | None:
    """Send one claimed message and settle it. Returns the seconds to its next try, if there is one."""
    with _behind_its_wall(message):
        try:
            sent = channel(message.channel).send(message)
        except channels.Permanent as error:
            _give_up(message, str(error))
        except channels.Temporary as error:
            return _put_off(message, str(error))
        except Exception as error:
            log.exception("a channel failed unexpectedly", message=str(message.pk), channel=message.channel)
            return _put_off(message, f"{type(error).__name__}: {error}")
        else:
            _settle(message, sent)
    return None


def _behind_its_wall(message: Message) -> AbstractContextManager[None]:
    return in_tenant(message.tenant) if message.tenant else as_operator("sends a message of the platform itself")


def _settle(message: Message, sent: channels.Sent) -> None:
    with transaction.atomic():
        # Whoever holds the claim now: it is sent.
        held = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk, status=MessageStatus.QUEUED).first()
        if held is None:
            return
        held.provider, held.provider_id = sent.provider[:40], sent.provider_id[:120]
        if sent.cost is not None:
            held.cost, held.cost_currency = sent.cost.amount, sent.cost.currency
        _close(held, MessageStatus.SENT, "")


def _give_up(message: Message, reason: str) -> None:
    with transaction.atomic():
        held = _still_ours(message)
        if held is not None:
            _close(held, MessageStatus.FAILED, reason)


def _put_off(message: Message, reason: str) -> float | None:
    """Try again later, or give up after the last try. Returns the seconds until then."""
    if _worn_out(message):
        _give_up(message, reason)
        return None
    # Spread, so that what failed together does not come back together.
    wait = WAITS[message.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311  # nothing is kept secret by it
    with transaction.atomic():
        held = _still_ours(message)
        if held is None:
            return None
        held.claimed_at, held.next_attempt_at, held.error = None, timezone.now() + timedelta(seconds=wait), reason[:500]
        held.save(update_fields=["claimed_at", "next_attempt_at", "error"])
    return wait


def _still_ours(message: Message) -> Message | None:
    """The row, locked, unless the lease ran out and another worker has it."""
    held: Message | None = (
        Message.objects.select_for_update(of=("self",))
        .filter(pk=message.pk, status=MessageStatus.QUEUED, claimed_at=message.claimed_at)
        .first()
    )
    return held


def _close(held: Message, status: MessageStatus, reason: str) -> None:
    """The end of the worker's part; `held` is locked."""
    held.claimed_at, held.next_attempt_at, held.error = None, None, reason[:500]
    held.save(update_fields=["provider", "provider_id", "cost", "cost_currency", "claimed_at", "next_attempt_at", "error"])
    move(held, status, lifecycle=LIFECYCLE, actor=SYSTEM)
