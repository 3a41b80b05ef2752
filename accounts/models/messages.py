"""Messages to customers and people: a row in the transaction that needs it, sent once by a worker after commit."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Collate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models.users import User
from accounts.states import Channel, MessageStatus
from accounts.tenancy import MaybeTenantOwned
from base.ids import Identified
from base.stamps import Stamped, StampedQuerySet

# How a status looks: the tone of its chip.
_TONES = {
    MessageStatus.QUEUED: "wait",
    MessageStatus.SENT: "info",
    MessageStatus.FAILED: "bad",
    MessageStatus.OPTED_OUT: "no",
}


class MessageTemplate(Identified, MaybeTenantOwned, Stamped):
    """The words of one kind of message in one language on one channel. Without a tenant: the platform's own default."""

    key = models.SlugField(_("kind"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))

    class Meta:
        db_table = "message_templates"
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ("key", "channel", "language")
        constraints = (
            models.UniqueConstraint(fields=["tenant", "key", "channel", "language"], name="message_templates_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.key} ({self.channel}, {self.language})"


class Message(Identified, MaybeTenantOwned, Stamped):
    """One message to one recipient: what was said, where it stands, what it cost and what it was about."""

    template_key = models.CharField(_("kind"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    recipient = models.CharField(_("to"), max_length=254)
    # The person at that address, where it is one of ours.
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Who had it sent; nobody where a machine did.
    queued_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus, default=MessageStatus.QUEUED)
    provider = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True)
    related_type = models.CharField(max_length=60, blank=True)
    related_id = models.UUIDField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When a worker may take it. While one sends it: when another may, because the first must have died.
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True, default=timezone.now)
    # Set while a worker sends it.
    claimed_at = models.DateTimeField(null=True, blank=True)
    # How often a worker vanished while sending it: the recipient may have it as many times more than once.
    interruptions = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    clicked_at = models.DateTimeField(null=True, blank=True)
    listened_at = models.DateTimeField(null=True, blank=True)
    # How much of a voice message was heard, 0–100.
    listened_pct = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager(tenant="tenant", _manager_class=models.Manager.from_queryset(StampedQuerySet))

    class Meta:
        db_table = "messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = (
            models.Index(fields=["channel", "next_attempt_at"], name="idx_messages_due", condition=models.Q(status="queued")),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_messages_created_at"),
            models.Index(fields=["tenant", "status", "-created_at", "-id"], name="idx_messages_status"),
            models.Index(fields=["tenant", "related_type", "related_id"], name="idx_messages_related"),
            models.Index(fields=["provider", "provider_id"], name="idx_messages_provider"),
            # For the beginning of an address; behind row security a LIKE could not use an index, comparisons can.
            models.Index("tenant", Collate("recipient", "C"), name="idx_messages_recipient"),
        )
        constraints = (
            models.UniqueConstraint(fields=["tenant", "idempotency_key"], name="messages_once", nulls_distinct=False),
            models.CheckConstraint(condition=models.Q(status__in=MessageStatus.values), name="messages_status_known"),
            models.CheckConstraint(condition=models.Q(channel__in=Channel.values), name="messages_channel_known"),
        )

    def __str__(self) -> str:
        return self.subject or self.template_key or str(self.pk)

    @property
    def tone(self) -> str:
        """The tone of its status."""
        return _TONES.get(MessageStatus(self.status), "ok")


class OptOut(Identified, MaybeTenantOwned):
    """An address or number that wants no more messages on a channel; kept as a keyed fingerprint, not in clear."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "message_opt_outs"
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints = (
            models.UniqueConstraint(fields=["tenant", "channel", "fingerprint"], name="message_opt_outs_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return self.channel
