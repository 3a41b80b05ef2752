"""What a list can be narrowed by, the same for pages and API: filters named in the query string, days of the reader's zone, `q`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.widgets import DateRangeWidget, SuffixedMultiWidget

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rest_framework.request import Request
    from rest_framework.views import APIView

# A zone's offset must not carry a day out of the years that a datetime has.
_YEARS = (MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
_WORDS = 8
_LONGEST = 200


class DaysWidget(DateRangeWidget):
    """Two calendars: `created_from` and `created_to` for the filter `created`."""

    suffixes: ClassVar[list[str]] = ["from", "to"]  # type: ignore[misc]  # a list in the class of the library too

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, label in zip(self.widgets, (_("From the day"), _("To the day")), strict=True):
            widget.attrs["aria-label"] = label
            widget.input_type = "date"
            widget.format = "%Y-%m-%d"


class DaysField(forms.MultiValueField):
    """A first and a last day, either of them open."""

    widget = DaysWidget
    default_error_messages: ClassVar[dict[str, Any]] = {"backwards": _("The last day is before the first one.")}

    def __init__(self, **options: Any) -> None:
        fields = tuple(forms.DateField(required=False, input_formats=["%Y-%m-%d"], validators=_YEARS) for _end in range(2))
        super().__init__(fields, **{**options, "require_all_fields": False})

    def compress(self, data_list: list[date | None]) -> tuple[date | None, date | None] | None:
        first, last = data_list or (None, None)
        if first and last and last < first:
            raise forms.ValidationError(self.error_messages["backwards"], code="backwards")
        return (first, last) if first or last else None


class DaysFilter(django_filters.Filter):
    """`?created_from=2026-03-01&created_to=2026-03-31`, both days included, on a time column.

    They are days of the zone that is active: the tenant's, where its people ask; UTC on the platform's pages.
    """

    field_class = DaysField

    def filter(self, queryset: QuerySet[Any], value: tuple[date | None, date | None] | None) -> QuerySet[Any]:
        first, last = value or (None, None)
        if first:
            queryset = queryset.filter(**{f"{self.field_name}__gte": start_of(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_name}__lt": start_of(last + timedelta(days=1))})
        return queryset


class IdsFilter(django_filters.BaseInFilter, django_filters.UUIDFilter):
    """`?customer=<id>,<id>`: rows of any of them."""


class FilterSet(django_filters.FilterSet):
    """The base of every filter set. Text is compared as it stands; `days`, ids and the search have their own filters here."""

    @classmethod
    def parameters(cls) -> set[str]:
        """The names that its filters have in a query string."""
        names: set[str] = set()
        for name, each in cls.base_filters.items():
            widget = each.field.widget
            names |= {widget.suffixed(name, end) for end in widget.suffixes} if isinstance(widget, SuffixedMultiWidget) else {name}
        return names


class SearchFilterSet(FilterSet):
    """`?q=`: rows where every word stands in one of `search_fields` (a name means `icontains`; write `number__startswith` for else)."""

    search_fields: ClassVar[Sequence[str]] = ()
    _lookups: ClassVar[tuple[str, ...]] = ("exact", "iexact", "icontains", "istartswith", "startswith", "trigram_similar")

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=_LONGEST, widget=forms.SearchInput)

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Words beyond the eighth are not looked for."""
        for word in value.split()[:_WORDS]:
            found = Q()
            for column in self.search_fields:
                found |= Q(**{self._lookup(column): word})
            queryset = queryset.filter(found)
        return queryset

    def _lookup(self, column: str) -> str:
        return column if column.rsplit("__", 1)[-1] in self._lookups else f"{column}__icontains"


class FilterBackend(DjangoFilterBackend):
    """The API's: filters as usual, and refuses a parameter of a list that nobody reads, since it is a filter misspelt.

    A view that reads more parameters than its filter set and its paging names them in `query_parameters`.
    """

    filterset_base = FilterSet

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        if not view.kwargs.get(getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", "pk")):
            self._refuse_unknown(request, queryset, view)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered

    def _refuse_unknown(self, request: Request, queryset: QuerySet[Any], view: APIView) -> None:
        filters = self.get_filterset_class(view, queryset)
        known = set(filters.parameters()) if filters else set()
        known |= {*getattr(view, "query_parameters", ()), *getattr(getattr(view, "paginator", None), "query_parameters", ())}
        for name in request.query_params:
            if name not in known:
                words = {"name": name[:50], "known": ", ".join(sorted(known))}
                raise Invalid("unknown_filter", gettext("There is no filter “%(name)s” here. Known: %(known)s.") % words, name[:50])


def start_of(day: date) -> datetime:
    """The instant at which `day` begins in the active zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
