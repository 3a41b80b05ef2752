"""How the activity log is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.activity_words import action_choices, kind_choices
from accounts.models import ActivityLog, Tenant, User
from accounts.states import OPERATOR_ROLES
from base.filters import DaysFilter, SearchFilterSet

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def _people(request: HttpRequest | None) -> QuerySet[User]:
    """Whom the person asking may look for: their own people; an operator the operators and the people of the chosen merchant."""
    person: Any = request.user if request else None
    people: QuerySet[User] = User.objects.order_by("full_name")
    if person is None or person.tenant_id:
        return people
    tenant = forms.UUIDField(required=False)
    try:
        chosen = tenant.clean(request.GET.get("tenant")) if request else None
    except forms.ValidationError:
        chosen = None
    return people.filter(Q(role__in=OPERATOR_ROLES) | Q(tenant_id=chosen, tenant_id__isnull=False))


def _tenants(request: HttpRequest | None) -> QuerySet[Tenant]:  # noqa: ARG001  # the signature that django-filter calls
    found: QuerySet[Tenant] = Tenant.objects.order_by("name")
    return found


class AddressFilter(django_filters.Filter):
    """The whole address of a machine, IPv4 or IPv6, in any spelling."""

    field_class = forms.GenericIPAddressField


class ActivityFilter(SearchFilterSet):
    """`q`, tenant (operators), who, action, kind, entity, address, `created_from` and `created_to` in the reader's zone."""

    search_fields = ("entity_name", "user_name", "action")

    tenant = django_filters.ModelChoiceFilter(label=_("Merchant"), queryset=_tenants, empty_label=_("All"))
    user = django_filters.ModelChoiceFilter(label=_("Who"), queryset=_people, empty_label=_("Anybody"))
    action = django_filters.ChoiceFilter(label=_("Action"), choices=action_choices, empty_label=_("Any"))
    entity_type = django_filters.ChoiceFilter(label=_("Kind"), choices=kind_choices, empty_label=_("Any"))
    created = DaysFilter(field_name="created_at", label=_("When"))
    entity_id = django_filters.UUIDFilter(label=_("Id"), widget=forms.TextInput({"dir": "ltr", "spellcheck": "false"}))
    ip_address = AddressFilter(label=_("From address"))

    class Meta:
        model = ActivityLog
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.request.user if self.request else None
        if getattr(person, "tenant_id", None):
            del self.filters["tenant"]
