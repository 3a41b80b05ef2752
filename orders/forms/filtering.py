"""How the list and the board of orders are narrowed on pages: the filters of `orders.filters`, as choosers, and what is chosen in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.paging import CURSOR
from orders.filters import ME, NOBODY, ChoicesFilter, OrderFilter
from orders.models import Order
from orders.states import OPEN, OrderSource, OrderStatus, PaymentStatus, Priority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from orders.pages.team import Team

ALL = "all"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set, in words, and the address without it."""

    words: str
    url: str


class OrdersFilter(OrderFilter):
    """Without `status` the open orders; `status=all` asks for every order."""

    shown: ClassVar[tuple[str, ...]] = ("q", "area", "rep", "agent", "source", "priority", "payment_status", "created")

    status = ChoicesFilter(label=gettext_lazy("Status"), choices=[*OrderStatus.choices, (ALL, gettext_lazy("All"))], method="by_status")
    source = django_filters.ChoiceFilter(label=gettext_lazy("Source"), choices=OrderSource.choices, empty_label=gettext_lazy("Any"))
    priority = django_filters.ChoiceFilter(label=gettext_lazy("Priority"), choices=Priority.choices, empty_label=gettext_lazy("Any"))
    payment_status = django_filters.ChoiceFilter(
        label=gettext_lazy("Payment"), choices=PaymentStatus.choices, empty_label=gettext_lazy("Any")
    )

    class Meta:
        model = Order
        fields = ()

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        for name, people in (("rep", team.reps), ("agent", team.agents)):
            choices = [("", _("Anybody")), (ME, _("Me")), (NOBODY, _("Nobody")), *((str(person.pk), person.full_name) for person in people)]
            self.filters[name].extra["widget"] = forms.Select(choices=choices)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = self.form.cleaned_data
        if not given.get("status") and not given.get("deleted"):
            queryset = queryset.filter(status__in=OPEN)
        return super().filter_queryset(queryset)

    def by_status(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Any of these; `all` among them: every one."""
        return queryset if ALL in value else queryset.filter(status__in=value)

    @property
    def fields(self) -> list[forms.BoundField]:
        """Those that the page offers; the others work in the address."""
        return [self.form[name] for name in self.shown]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the address holds beside them, so that the form keeps it."""
        own = {key for field in self.fields for key in _keys(field)}
        return [(key, value) for key, value in self.data.items() if key not in own and key != CURSOR and value]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the status is chosen."""
        return any(name != "status" for name in self.form.changed_data)

    def chosen(self) -> Iterator[Chosen]:
        """Each filter that is set, but the status, which has pills of its own."""
        if not self.form.is_valid():
            return
        for name in self.form.changed_data:
            value = self.form.cleaned_data.get(name)
            if name == "status" or value in (None, "", []):
                continue
            field = self.form[name]
            yield Chosen(f"{field.label}: {self._words(name, value)}", self.address(**dict.fromkeys(_keys(field), "")))

    def address(self, **changes: str) -> str:
        """The same list with other values, on its first page; an empty one takes the filter off."""
        query: Any = self.data.copy()
        for name in (CURSOR, *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    def _words(self, name: str, value: Any) -> str:
        if name in ("rep", "agent"):
            return {ME: _("Me"), NOBODY: _("Nobody")}.get(str(value)) or self.team.name_of(value) or _("somebody else")
        if isinstance(value, tuple | slice):
            first, last = (value.start, value.stop) if isinstance(value, slice) else value
            return f"{_told(first)} – {_told(last)}"
        if isinstance(value, list):
            return ", ".join(_told(each) for each in value)
        choices = dict(getattr(self.form.fields[name], "choices", ()))
        return str(choices.get(value) or _told(value))


def _told(value: Any) -> str:
    if value is None:
        return "…"
    if isinstance(value, UUID):
        return _("one of them")
    return date_format(value) if hasattr(value, "isoformat") else str(value)


def _keys(field: forms.BoundField) -> list[str]:
    """The names that a field has in an address."""
    widget: Any = field.field.widget
    if hasattr(widget, "suffixes"):
        return [widget.suffixed(field.name, end) for end in widget.suffixes]
    return [field.name]
