"""Messages: queue them in the transaction that needs them, follow them, try again, opt out, and their words.

The row is the message: workers are only told that there is one, and look for themselves. Sending: `accounts.actions.sending`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import message_kinds
from accounts.audit import record
from accounts.models import Message, MessageTemplate, OptOut
from accounts.queries.messages import address_of, opted_out, own_words
from accounts.states import MESSAGE_TRANSITIONS, Channel, MessageStatus
from base.errors import DomainError
from base.lifecycle import Lifecycle, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import Model

    from accounts.models import Tenant, User
    from base.actor import Actor

SEND_TASK = "accounts.tasks.send_due_messages"
LIFECYCLE = Lifecycle(
    gettext_lazy("message"),
    MESSAGE_TRANSITIONS,
    stamps={
        MessageStatus.SENT: "sent_at",
        MessageStatus.DELIVERED: "delivered_at",
        MessageStatus.OPENED: "opened_at",
        MessageStatus.CLICKED: "clicked_at",
        MessageStatus.LISTENED: "listened_at",
    },
    idempotent=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be: to one recipient, in the words of a kind (`template_key` with its `context`) or its own (`subject`, `body`).

    `key` names the occasion; the same key of the same tenant is the same message. `user` is the person at the address, where it
    is one of ours; `related` what the message is about; without `language` it is the person's, else the tenant's first.
    """

    channel: str
    recipient: str
    key: str
    tenant: Tenant | None
    template_key: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    language: str = ""
    user: User | None = None
    related: Model | None = None


def queue_message(*, actor: Actor, **draft: Any) -> Message:
    """Queue one message; takes what `Draft` takes. See `queue_messages`."""
    return queue_messages([Draft(**draft)], actor=actor)[0]


def queue_messages(drafts: Sequence[Draft], *, actor: Actor) -> list[Message]:
    """Write messages to the outbox, in the caller's transaction; a worker sends them once it has committed.

    Returns one row a draft, in their order. A key that is there already gives the first row, unchanged. An address that
    opted out gives a row that says so and is not sent; an impossible address one that failed: neither stops the caller.
    """
    if not drafts:
        return []
    rows = _written(drafts, actor)
    _refuse_opted_out(rows)
    with transaction.atomic():
        Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        kept = _kept(rows)
        if any(row.status == MessageStatus.QUEUED for row in kept.values()):
            # Lost when the queue is down: the schedule looks at the table every minute anyway.
            transaction.on_commit(wake, robust=True)
    return [kept[row.tenant_id, row.idempotency_key] for row in rows]


def wake() -> None:
    """Tell a worker that something may be due."""
    current_app.send_task(SEND_TASK, retry=False, ignore_result=True)


def retry_message(message: Message, *, actor: Actor) -> Message:
    """Send a failed message again, or one that waits for its next try now."""
    with transaction.atomic():
        locked = move(message, MessageStatus.QUEUED, lifecycle=LIFECYCLE, actor=actor)
        # A message that a worker has in hand is tried at this moment: its claim stays.
        if locked.claimed_at is None:
            locked.attempts, locked.next_attempt_at, locked.error = 0, timezone.now(), ""
            locked.save(update_fields=["attempts", "next_attempt_at", "error"])
        record("message_retried", entity=locked)
        transaction.on_commit(wake, robust=True)
    return locked


def mark_message(
    *, provider: str, provider_id: str, status: str, listened_pct: int | None = None, error: str = "", actor: Actor
) -> Message | None:
    """What a provider tells of a message: delivered, opened, clicked, listened, failed. None when it is not ours.

    Such news come twice and out of order: what is behind the present status only fills in its time.
    """
    with transaction.atomic():
        message: Message | None = Message.objects.select_for_update(of=("self",)).filter(provider=provider, provider_id=provider_id).first()
        if message is None:
            return None
        stamp = LIFECYCLE.stamps.get(status)
        if stamp and getattr(message, stamp) is None:
            setattr(message, stamp, timezone.now())
        if listened_pct is not None:
            message.listened_pct = max(message.listened_pct or 0, min(listened_pct, 100))
        message.error = error[:500] or message.error
        message.save()
        return move(message, status, lifecycle=LIFECYCLE, actor=actor) if status in LIFECYCLE.after(message.status) else message


def opt_out(*, channel: str, address: str, tenant: Tenant | None, reason: str = "") -> OptOut:
    """Send no more messages of `tenant` to this address on this channel, also none that waits already. Twice is once."""
    if channel not in Channel.values:
        raise DomainError("unknown_channel", _("Choose one of: %(channels)s.") % {"channels": ", ".join(Channel.values)}, status=400)
    tenant_id, _channel, fingerprint = address_of(channel, address, tenant.pk if tenant else None)
    found, _made = OptOut.objects.get_or_create(
        tenant_id=tenant_id, channel=channel, fingerprint=fingerprint, defaults={"reason": reason.strip()[:120]}
    )
    row: OptOut = found
    return row


def set_words(
    kind: message_kinds.Kind, *, channel: str, language: str, text: message_kinds.Text, tenant: Tenant | None
) -> MessageTemplate | None:
    """Say a kind of message in the tenant's own words. Doorstep's words, or none, give the default back (None)."""
    place = {"tenant": tenant, "key": kind.key, "channel": channel, "language": language}
    text = message_kinds.Text(text.subject.strip(), text.body.replace("\r\n", "\n").strip())
    with transaction.atomic():
        held = MessageTemplate.objects.select_for_update(of=("self",)).filter(**place).first()
        if not text.body or text == kind.default(language):
            if held is not None:
                held.delete()
            return None
        message_kinds.check(kind, text)
        row: MessageTemplate = held or MessageTemplate(**place)
        if (row.subject, row.body) != (text.subject, text.body):
            row.subject, row.body = text.subject, text.body
            row.save()
    return row


def _written(drafts: Sequence[Draft], actor: Actor) -> list[Message]:
    keys = {draft.template_key for draft in drafts if draft.template_key}
    words = own_words(keys, {draft.tenant.pk if draft.tenant else None for draft in drafts}) if keys else {}
    return [_row(draft, words, actor) for draft in drafts]


def _row(draft: Draft, words: Mapping[Any, message_kinds.Text], actor: Actor) -> Message:
    language = message_kinds.language_of(draft.language, draft.user, draft.tenant)
    text = _text(draft, language, words)
    row = Message(
        tenant=draft.tenant,
        template_key=draft.template_key,
        channel=draft.channel,
        recipient=_address(draft.channel, draft.recipient)[:254],
        user=draft.user,
        queued_by_id=actor.pk,
        language=language,
        subject=text.subject,
        body=text.body,
        related_type=draft.related._meta.label_lower if draft.related else "",
        related_id=draft.related.pk if draft.related else None,
        idempotency_key=draft.key,
    )
    fault = _fault(draft.channel, row.recipient)
    if fault:
        row.status, row.error, row.next_attempt_at = MessageStatus.FAILED, fault, None
    return row


def _text(draft: Draft, language: str, words: Mapping[Any, message_kinds.Text]) -> message_kinds.Text:
    if not draft.template_key:
        return message_kinds.Text(" ".join(draft.subject.split())[:200], draft.body)
    kind = message_kinds.kind_of(draft.template_key)
    if kind is None:
        raise KeyError(f"no message kind is registered as {draft.template_key}")
    place = (draft.tenant.pk if draft.tenant else None, kind.key, draft.channel, language)
    values = {"company": message_kinds.company(draft.tenant), **draft.context}
    return message_kinds.fill(kind, words.get(place) or kind.default(language), values)


def _address(channel: str, recipient: str) -> str:
    recipient = "".join(recipient.split())
    return recipient.lower() if channel == Channel.EMAIL else recipient


def _fault(channel: str, recipient: str) -> str:
    """What is wrong with an address, in words; empty when nothing is."""
    if channel != Channel.EMAIL:
        return "" if recipient else _("There is no number to send it to.")
    try:
        validate_email(recipient)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _refuse_opted_out(rows: Iterable[Message]) -> None:
    asked = {row.pk: address_of(row.channel, row.recipient, row.tenant_id) for row in rows if not is_essential(row)}
    refused = opted_out(asked.values())
    for row in rows:
        if row.status == MessageStatus.QUEUED and asked.get(row.pk) in refused:
            row.status, row.next_attempt_at = MessageStatus.OPTED_OUT, None


def is_essential(message: Message) -> bool:
    """Whether the recipient asked for it, so that it goes also to those who opted out."""
    kind = message_kinds.kind_of(message.template_key)
    return kind is not None and kind.essential


def _kept(rows: Sequence[Message]) -> dict[tuple[Any, str], Message]:
    """The rows that hold these keys, whoever wrote them."""
    tenants = {row.tenant_id for row in rows}
    of_tenants = Q(tenant__in=tenants - {None})
    if None in tenants:
        of_tenants |= Q(tenant=None)
    found = Message.objects.filter(of_tenants, idempotency_key__in=[row.idempotency_key for row in rows])
    return {(row.tenant_id, row.idempotency_key): row for row in found}
