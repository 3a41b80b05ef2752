"""Long lists on pages: filtered, in a steady order, one page after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.cache import patch_vary_headers
from django.views.generic import TemplateView

from base.access import Page
from base.paging import NEWEST_FIRST, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django_filters import FilterSet


class ListPage(Page, TemplateView, abstract=True):
    """A page drawn by a template that extends `components/list.html`.

    Give `queryset` or `get_queryset`, the `order` (columns that are never null), and `filterset_class` if it filters.
    """

    queryset: ClassVar[QuerySet[Any] | None] = None
    filterset_class: ClassVar[type[FilterSet] | None] = None
    order: ClassVar[Sequence[str]] = NEWEST_FIRST
    size: ClassVar[int] = 50

    def get_queryset(self) -> QuerySet[Any]:
        if self.queryset is None:
            raise NotImplementedError(f"{type(self).__name__} needs a queryset")
        return self.queryset.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        queryset = self.get_queryset()
        found: dict[str, Any] = {}
        if self.filterset_class:
            filtered = self.filterset_class(self.request.GET, queryset=queryset, request=self.request)
            queryset = filtered.qs
            found = {"filter": filtered, "is_filtered": bool(filtered.form.changed_data)}
        page = page_of(queryset, self.request, order=self.order, size=self.size)
        return super().get_context_data(page=page, **found, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # The same address answers a whole page or only its results: a cache must not mix them up.
        patch_vary_headers(response, ["HX-Request"])
        return response
