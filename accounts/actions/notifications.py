"""Notifications: tell people something, in the bell and by e-mail as they wish; read; wishes. Source 002 `notifications`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions.messages import Draft, queue_messages
from accounts.message_kinds import company, language_of
from accounts.models import Notification, NotificationPreference, User
from accounts.queries.notifications import notifications_of, who_wishes, wishes_of
from accounts.states import Channel, NoticeChannel
from base.actor import SYSTEM
from base.errors import Invalid
from base.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django_stubs_ext import StrOrPromise

    from accounts.queries.notifications import Wish

_KIND = "alert"
_PREFERENCES = "/me/notifications/"


def notify(
    person: User,
    *,
    type: str,  # noqa: A002  # the column's name, as in source 002
    title: StrOrPromise,
    message: StrOrPromise = "",
    data: dict[str, Any] | None = None,
    key: str = "",
) -> Notification | None:
    """Tell one person; None when they do not want this type in their bell (or told of `key` before). See `notify_many`."""
    told = notify_many([person], type=type, title=title, message=message, data=data, key=key)
    return told[0] if told else None


def notify_many(
    people: Iterable[User],
    *,
    type: str,  # noqa: A002  # the column's name, as in source 002
    title: StrOrPromise,
    message: StrOrPromise = "",
    data: dict[str, Any] | None = None,
    key: str = "",
) -> list[Notification]:
    """Tell people something, as each of them wishes to be told; returns the new rows. Inactive people are told nothing.

    A lazy text is written in each person's language. `data` is JSON; `data["link"]` is the local path it leads to. With a
    `key` (at most 120 characters) a person is told once, however often this is called. A fixed number of statements.
    """
    told = [person for person in people if person.is_active]
    if not told:
        return []
    prefetch_related_objects(told, "tenant")
    wishes = who_wishes(told, type)
    languages = {person.pk: language_of("", person, person.tenant) for person in told}
    texts = {language: _in_language(language, title, message) for language in set(languages.values())}
    rows = [
        Notification(
            user=person,
            tenant_id=person.tenant_id,
            type=type,
            title=texts[languages[person.pk]][0][:200],
            message=texts[languages[person.pk]][1],
            data=data or {},
            key=key or None,
        )
        for person in told
    ]
    with transaction.atomic():
        new = _ring([row for row in rows if row.user_id in wishes[NoticeChannel.BELL]])
        _write_to([row for row in rows if row.user_id in wishes[NoticeChannel.EMAIL] and _may_be_mailed(row.user)], languages)
    return new


def mark_read(person: User, ids: Iterable[UUID] | None = None) -> int:
    """Mark a person's notifications as read: these, or all. Returns how many were unread."""
    unread = notifications_of(person).filter(is_read=False)
    return (unread if ids is None else unread.filter(pk__in=list(ids))).update(is_read=True)


def set_preferences(person: User, wanted: Mapping[Wish, bool]) -> dict[Wish, bool]:
    """Keep what a person wishes to be told and where; (type, channel) pairs left out stay. Returns all their wishes."""
    with transaction.atomic():
        present = wishes_of(person)
        if unknown := set(wanted) - set(present):
            raise Invalid("unknown_preference", _("There is no such notification: %(what)s.") % {"what": " ".join(min(unknown))})
        for (type_, channel), enabled in wanted.items():
            if present[type_, channel] != enabled:
                NotificationPreference.objects.update_or_create(
                    user=person, type=type_, channel=channel, defaults={"enabled": enabled, "tenant_id": person.tenant_id}
                )
    return {**present, **wanted}


def _in_language(language: str, title: StrOrPromise, message: StrOrPromise) -> tuple[str, str]:
    with translation.override(language):
        return str(title), str(message)


def _ring(rows: list[Notification]) -> list[Notification]:
    """The rows that are new: a key that a person was told of before stays as it was."""
    if not rows:
        return []
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    written = set(Notification.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.pk in written]


def _may_be_mailed(person: User) -> bool:
    return person.tenant is None or person.tenant.config.email_notifications


def _write_to(rows: list[Notification], languages: Mapping[UUID, str]) -> None:
    drafts = [
        Draft(
            channel=Channel.EMAIL,
            recipient=row.user.email,
            key=f"notification:{row.user_id}:{row.key or new_id()}",
            tenant=row.user.tenant,
            template_key=_KIND,
            context={
                "name": row.user.full_name,
                "company": company(row.user.tenant),
                "title": row.title,
                "message": row.message,
                "link": _address(row.data),
                "preferences": settings.BASE_URL + _PREFERENCES,
            },
            language=languages[row.user_id],
            user=row.user,
        )
        for row in rows
    ]
    queue_messages(drafts, actor=SYSTEM)


def _address(data: dict[str, Any]) -> str:
    """The whole address of a notification's link, for readers outside."""
    link = str(data.get("link", ""))
    return settings.BASE_URL + link if link.startswith("/") else ""
