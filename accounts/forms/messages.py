"""How the outbox is narrowed, and the words of a kind of message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Collate
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts import message_kinds
from accounts.models import Message
from accounts.states import Channel, MessageStatus
from base.errors import DomainError
from base.filters import FilterSet
from base.forms import DomainForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.forms import BoundField

_LAST = "\U0010ffff"


class OutboxFilter(FilterSet):
    """`q` (how the address begins), `status`, `channel`."""

    q = django_filters.CharFilter(label=_("To (how it begins)"), method="search", max_length=254, widget=forms.SearchInput({"dir": "ltr"}))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=MessageStatus.choices, empty_label=_("Any"))
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices, empty_label=_("Any"))

    class Meta:
        model = Message
        fields = ()

    def search(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:  # the signature that django-filter calls
        """Addresses that begin so, by comparison: see idx_messages_recipient."""
        begins = "".join(value.split()).lower()
        address = Collate(F("recipient"), "C")
        return queryset.filter(GreaterThanOrEqual(address, Value(begins)), LessThan(address, Value(begins + _LAST)))


class WordsForm(DomainForm):
    """Subject and text of one kind of message in each language. An empty text gives Doorstep's own words back."""

    def __init__(
        self, data: Any = None, *, kind: message_kinds.Kind, channel: str, words: Mapping[str, message_kinds.Text], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.kind, self.words = kind, words
        for language, text in words.items():
            spelling = {"lang": language, "dir": "rtl" if get_language_info(language)["bidi"] else "ltr"}
            if channel == Channel.EMAIL:
                self.fields[f"subject_{language}"] = forms.CharField(
                    label=_("Subject"), required=False, max_length=200, initial=text.subject, widget=forms.TextInput(spelling)
                )
            self.fields[f"body_{language}"] = forms.CharField(
                label=_("Text"), required=False, initial=text.body, widget=forms.Textarea({"rows": 9, **spelling})
            )

    def clean(self) -> dict[str, Any]:
        for language, text in self.texts().items():
            if not text.body.strip():
                continue
            try:
                message_kinds.check(self.kind, text)
            except DomainError as error:
                self.add_error(f"{error.field or 'body'}_{language}", str(error))
        return self.cleaned_data

    def texts(self) -> dict[str, message_kinds.Text]:
        """Language → what was written, whether it is fit or not."""
        values = self.cleaned_data
        return {
            language: message_kinds.Text(values.get(f"subject_{language}", ""), values.get(f"body_{language}", ""))
            for language in self.words
        }

    def parts(self) -> Iterator[tuple[dict[str, Any], list[BoundField]]]:
        """Each language (code, name_local, bidi) with its fields."""
        for language in self.words:
            yield dict(get_language_info(language)), [self[name] for name in self.fields if name.endswith(f"_{language}")]
