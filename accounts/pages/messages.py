"""The outbox: what was sent to whom, what waits and why, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts import channels
from accounts.actions.messages import LIFECYCLE, retry_message
from accounts.forms.messages import OutboxFilter
from accounts.message_kinds import kind_of
from accounts.models import Message
from accounts.pages.signing_in import signed_in
from accounts.queries.messages import may_read, outbox, recent_counts
from accounts.states import MessageStatus
from base import toasts
from base.access import Page
from base.lifecycle import allowed
from base.lists import ListPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_READ = (MessageStatus.DELIVERED, MessageStatus.OPENED, MessageStatus.CLICKED, MessageStatus.LISTENED)


class Outbox(ListPage):
    """`/messages/`."""

    permission = "messages.view"
    template_name = "accounts/messages.html"
    filterset_class = OutboxFilter

    def get_queryset(self) -> QuerySet[Message]:
        return outbox()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(stats=_stats(), configured=list(channels.configured()), **kwargs)


class OneMessage(Page, TemplateView):
    """`/messages/<id>/`: the whole text, and what became of it."""

    permission = "messages.view"
    template_name = "accounts/message.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = get_object_or_404(Message.objects.select_related("tenant", "user", "queued_by"), pk=self.kwargs["message_id"])
        reader = signed_in(self.request)
        return super().get_context_data(
            message_=message,
            kind=kind_of(message.template_key),
            readable=may_read(reader, message),
            retriable=reader.has_perm("messages.edit") and _retriable(message),
            unconfigured=message.status == MessageStatus.QUEUED and message.channel not in channels.configured(),
            events=list(_events(message)),
            **kwargs,
        )


class RetryMessage(Page):
    """`POST /messages/<id>/retry/`."""

    permission = "messages.edit"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        message = get_object_or_404(Message, pk=message_id)
        retry_message(message, actor=signed_in(request))
        toasts.add(request, _("It is sent again as soon as a worker is free."))
        return redirect("accounts:message", message.pk)


def _retriable(message: Message) -> bool:
    put_off = message.status == MessageStatus.QUEUED and message.attempts > 0 and message.claimed_at is None
    return put_off or MessageStatus.QUEUED in allowed(message, LIFECYCLE)


def _stats() -> list[dict[str, Any]]:
    counts = recent_counts()
    here = reverse("accounts:messages")
    read = sum(counts[status] for status in _READ)
    note = _("in 30 days")

    def stat(label: str, value: int, status: MessageStatus, *, bad: bool = False) -> dict[str, Any]:
        return {"label": label, "value": value, "url": f"{here}?status={status}", "note": note, "tone": "bad" if bad and value else ""}

    return [
        stat(_("Waiting"), counts[MessageStatus.QUEUED], MessageStatus.QUEUED),
        stat(_("Sent"), counts[MessageStatus.SENT] + read, MessageStatus.SENT),
        stat(_("Failed"), counts[MessageStatus.FAILED], MessageStatus.FAILED, bad=True),
        stat(_("Opted out"), counts[MessageStatus.OPTED_OUT], MessageStatus.OPTED_OUT),
    ]


def _events(message: Message) -> Iterator[dict[str, Any]]:
    """What became of it, the latest first."""
    stamps = ((MessageStatus(status), getattr(message, column)) for status, column in reversed(list(LIFECYCLE.stamps.items())))
    if message.status in {MessageStatus.FAILED, MessageStatus.OPTED_OUT}:
        yield {"tone": message.tone, "what": message.get_status_display(), "at": message.updated_at}
    for status, moment in stamps:
        if moment:
            yield {"tone": "info" if status == MessageStatus.SENT else "ok", "what": status.label, "at": moment}
    yield {"tone": "no", "what": _("Queued"), "at": message.created_at}
