"""The activity log: read, searched, taken along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity_words import action_words, kind_words
from accounts.audit import record
from accounts.forms.activity import ActivityFilter
from accounts.queries.activity import recorded, seal_state
from base.access import Page
from base.errors import Invalid
from base.exports import Column, export
from base.lists import ListPage

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import ActivityLog

_COLUMNS = (
    Column("created_at", gettext_lazy("When"), "datetime"),
    Column("tenant.name", gettext_lazy("Merchant")),
    Column("user_name", gettext_lazy("Who")),
    Column(lambda row: action_words(row.action), gettext_lazy("What")),
    Column("action", gettext_lazy("Action")),
    Column(lambda row: kind_words(row.entity_type), gettext_lazy("Kind")),
    Column("entity_id", gettext_lazy("Id")),
    Column("entity_name", gettext_lazy("Name")),
    Column(lambda row: json.dumps(row.details, ensure_ascii=False), gettext_lazy("Details")),
    Column("ip_address", gettext_lazy("From address")),
)


class ActivityPage(ListPage):
    """Who did what, newest first; each row opens to what changed."""

    permission = "activity.view"
    template_name = "accounts/activity.html"
    filterset_class = ActivityFilter

    def get_queryset(self) -> QuerySet[ActivityLog]:
        return recorded()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(seal=seal_state(), **kwargs)


class ActivityExport(Page):
    """The rows that the filters leave, as a file. Taking them along is itself recorded."""

    permission = "activity.export"

    def get(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        filtered = ActivityFilter(request.GET, queryset=recorded(), request=request)
        if not filtered.is_valid():
            field, errors = next(iter(filtered.errors.items()))
            raise Invalid("invalid_filter", str(errors[0]), field)
        asked = {name: value for name, value in request.GET.items() if value and name in ActivityFilter.parameters()}
        record("activity_exported", entity_type="activitylog", details={"format": ending, "filters": asked})
        name = _("activity") + f"-{timezone.localdate():%Y-%m-%d}"
        return export(request, filtered.qs.order_by("-created_at", "-id"), _COLUMNS, name, ending)
