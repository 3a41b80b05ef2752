"""What a person wishes to be told, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext as _

from accounts.models import Notification
from accounts.states import NoticeChannel, NotificationType
from base.filters import FilterSet
from base.forms import DomainForm, Switch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.forms import BoundField

    from accounts.queries.notifications import Wish


class NotificationFilter(FilterSet):
    """`unread`, `type`; drawn as pills."""

    unread = django_filters.BooleanFilter(field_name="is_read", exclude=True)
    type = django_filters.ChoiceFilter(choices=NotificationType.choices)

    class Meta:
        model = Notification
        fields = ()


class WishesForm(DomainForm):
    """One switch for each type of notification on each channel."""

    def __init__(self, data: Any = None, *, wishes: Mapping[Wish, bool], **options: Any) -> None:
        super().__init__(data, **options)
        for type_, channel in wishes:
            words = {"type": NotificationType(type_).label, "channel": NoticeChannel(channel).label}
            self.fields[f"{type_}-{channel}"] = forms.BooleanField(
                required=False, initial=wishes[type_, channel], label=_("%(type)s: %(channel)s") % words, widget=Switch
            )

    def rows(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The table: a type in words, and its switches in the order of the channels."""
        for type_ in NotificationType:
            yield str(type_.label), [self[f"{type_}-{channel}"] for channel in NoticeChannel]

    def wanted(self) -> dict[Wish, bool]:
        """What was chosen, as `set_preferences` takes it."""
        return {(type_, channel): self.cleaned_data[f"{type_}-{channel}"] for type_ in NotificationType for channel in NoticeChannel}
