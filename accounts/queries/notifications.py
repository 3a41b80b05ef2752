"""What is asked about notifications: how many are unread, and who wishes to be told what, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Notification, NotificationPreference
from accounts.states import NoticeChannel, NotificationType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User

Wish = tuple[str, str]
"""A type of notification, and a channel."""


def wished_by_default(type_: str, channel: str) -> bool:
    """Everything is told in the bell; by e-mail only alerts."""
    return channel == NoticeChannel.BELL or type_ == NotificationType.ALERT


def notifications_of(person: User) -> QuerySet[Notification]:
    """A person's own, in no order."""
    found: QuerySet[Notification] = Notification.objects.filter(user=person)
    return found


def unread_count(person: User) -> int:
    """How many notifications a person has not read (source 002, query 10; answered from idx_notifications_user_unread)."""
    return notifications_of(person).filter(is_read=False).count()


def wishes_of(person: User) -> dict[Wish, bool]:
    """For each type and channel, whether the person wants it; in the order of both."""
    own = {(row.type, row.channel): row.enabled for row in NotificationPreference.objects.filter(user=person)}
    return {
        (type_.value, channel.value): own.get((type_, channel), wished_by_default(type_, channel))
        for type_ in NotificationType
        for channel in NoticeChannel
    }


def who_wishes(people: Iterable[User], type_: str) -> dict[str, set[UUID]]:
    """Channel → the ids of those people who want this type there. One query for all."""
    ids = {person.pk for person in people}
    rows = NotificationPreference.objects.filter(user__in=ids, type=type_).values_list("user_id", "channel", "enabled")
    own = {(user_id, channel): enabled for user_id, channel, enabled in rows}
    return {channel.value: {pk for pk in ids if own.get((pk, channel), wished_by_default(type_, channel))} for channel in NoticeChannel}
