"""What is asked about messages: the outbox, what waits, who opted out, and the words that a tenant gave to a kind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import Left
from django.utils import timezone

from accounts import channels, message_kinds, permissions
from accounts.models import Message, MessageTemplate, OptOut
from accounts.states import MessageStatus
from base.crypto import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Tenant, User

RECENT = timedelta(days=30)
# What belongs to a role's duty and opens no door: not holding it does not make a person lesser.
_DUTIES = frozenset({"deliveries.deliver"})

Address = tuple["UUID | None", str, str]
"""A tenant's id, a channel, and the fingerprint of an address there."""
Place = tuple["UUID | None", str, str, str]
"""Where words stand: a tenant's id, a kind, a channel, a language."""


def outbox() -> QuerySet[Message]:
    """The messages of the running scope, each with its tenant and `beginning`, the first words of a text that is no secret."""
    secret = [kind.key for kind in message_kinds.kinds() if kind.secret]
    beginning = Case(When(template_key__in=secret, then=Value("")), default=Left("body", 80))
    found: QuerySet[Message] = Message.objects.select_related("tenant").defer("body").annotate(beginning=beginning)
    return found


def recent_counts() -> dict[str, int]:
    """Status → messages of the last 30 days; every status is there."""
    rows = Message.objects.filter(created_at__gte=timezone.now() - RECENT).order_by().values_list("status").annotate(number=Count("*"))
    found = dict(rows)
    return {status.value: found.get(status, 0) for status in MessageStatus}


def due(now: datetime) -> QuerySet[Message]:
    """What a worker may take now, longest waiting first (idx_messages_due)."""
    waiting: QuerySet[Message] = Message.objects.filter(
        status=MessageStatus.QUEUED, channel__in=list(channels.configured()), next_attempt_at__lte=now
    )
    return waiting.order_by("next_attempt_at")


def address_of(channel: str, recipient: str, tenant_id: UUID | None) -> Address:
    """An address as opt-outs know it, whatever its case or spaces."""
    return (tenant_id, str(channel), fingerprint("".join(recipient.split()).lower()))


def opted_out(addresses: Collection[Address]) -> set[Address]:
    """Those of `addresses` that want no more messages. One query."""
    if not addresses:
        return set()
    rows = OptOut.objects.filter(fingerprint__in={print_ for _tenant, _channel, print_ in addresses})
    return set(rows.values_list("tenant_id", "channel", "fingerprint")) & set(addresses)


def own_words(keys: Collection[str], tenant_ids: Collection[UUID | None]) -> dict[Place, message_kinds.Text]:
    """The words that these tenants gave to these kinds. One query."""
    of_tenants = Q(tenant__in=[pk for pk in tenant_ids if pk])
    if None in tenant_ids:
        of_tenants |= Q(tenant=None)
    rows = MessageTemplate.objects.filter(of_tenants, key__in=keys)
    return {(row.tenant_id, row.key, row.channel, row.language): message_kinds.Text(row.subject, row.body) for row in rows}


def words_of(kind: message_kinds.Kind, channel: str, tenant: Tenant | None) -> dict[str, message_kinds.Text]:
    """Language → the words as they would be sent: the tenant's own, else Doorstep's."""
    tenant_id = tenant.pk if tenant else None
    own = own_words([kind.key], [tenant_id])
    return {language: own.get((tenant_id, kind.key, channel, language)) or kind.default(language) for language in message_kinds.LANGUAGES}


def may_read(reader: User, message: Message) -> bool:
    """Whether `reader` may see what the message says.

    A text that lets its reader in as somebody else is shown only to those who manage people and hold every right of that person.
    """
    kind = message_kinds.kind_of(message.template_key)
    if kind is None or not kind.secret:
        return True
    person = message.user
    if person is None or not reader.has_perm("users.edit"):
        return False
    return all(reader.has_perm(name) for name in permissions.MATRIX if name not in _DUTIES and person.has_perm(name))
