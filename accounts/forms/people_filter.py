"""How the list of people is narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant, User
from accounts.states import TENANT_ROLES, Availability, Role
from base.filters import SearchFilterSet

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def _tenants(request: HttpRequest | None) -> QuerySet[Tenant]:  # noqa: ARG001  # the signature that django-filter calls
    found: QuerySet[Tenant] = Tenant.objects.order_by("name")
    return found


class PeopleFilter(SearchFilterSet):
    """`q` (name, e-mail, phone), role, active, availability; for operators the merchant too (`none`: their own team)."""

    search_fields = ("full_name", "email", "phone")

    tenant = django_filters.ModelChoiceFilter(
        label=_("Merchant"),
        queryset=_tenants,
        to_field_name="slug",
        empty_label=_("All"),
        null_label=_("The platform's team"),
        null_value="none",
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("Any"))
    active = django_filters.ChoiceFilter(
        label=_("Access"),
        field_name="is_active",
        choices=[("true", _("Active")), ("false", _("Deactivated"))],
        empty_label=_("All"),
        method="by_access",
    )
    availability = django_filters.ChoiceFilter(
        label=_("Availability"), field_name="availability_status", choices=Availability.choices, empty_label=_("Any")
    )

    class Meta:
        model = User
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.request.user if self.request else None
        if getattr(person, "tenant_id", None):
            del self.filters["tenant"]
            self.filters["role"].extra["choices"] = [(str(role.value), role.label) for role in TENANT_ROLES]

    def by_access(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Those who can sign in, or those who cannot any more."""
        return queryset.filter(**{name: value == "true"})
