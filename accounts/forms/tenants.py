"""What the platform operator fills in about merchants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.forms.settings import PlaceForm
from accounts.models import Tenant
from accounts.states import TenantStatus
from base.filters import SearchFilterSet

if TYPE_CHECKING:
    from django.forms import BoundField


class TenantFilter(SearchFilterSet):
    """`q` in name and short name, status."""

    search_fields = ("name", "slug")

    status = django_filters.ChoiceFilter(label=_("Status"), choices=TenantStatus.choices, empty_label=_("Any"))

    class Meta:
        model = Tenant
        fields = ()


class OpenTenantForm(PlaceForm):
    """A new merchant, and the first person of it."""

    name = forms.CharField(label=_("Name of the merchant"), max_length=150)
    slug = forms.SlugField(
        label=_("Short name"),
        help_text=_("In addresses; letters, digits and dashes. Empty: made from the name."),
        max_length=60,
        required=False,
        widget=forms.TextInput({"dir": "ltr"}),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), help_text=_("They are sent a link to set a password."), max_length=254)
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def of_merchant(self) -> list[BoundField]:
        """The fields of the merchant, as the page draws them."""
        return [self[name] for name in ("name", "slug", "country_code", "currency", "timezone", "languages")]

    def of_administrator(self) -> list[BoundField]:
        """The fields of its first person."""
        return [self[name] for name in ("full_name", "email", "locale")]

    def clean(self) -> None:
        """The short name from the name, where none was given; a name without Latin letters has none to give."""
        values = self.cleaned_data
        if not values.get("slug") and values.get("name"):
            values["slug"] = slugify(values["name"])[:60]
            if not values["slug"]:
                self.add_error("slug", _("Give a short name in Latin letters."))
