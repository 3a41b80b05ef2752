"""What people fill in about a promo code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.filters import SearchFilterSet
from base.forms import DomainForm, Switch
from orders.forms.products import price_field
from orders.models import Discount
from orders.states import DiscountKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

_MOST_USES = 2_000_000_000
# As the browser's own control writes a time.
_LOCAL = "%Y-%m-%dT%H:%M"


class DiscountListFilter(SearchFilterSet):
    """`q` (part of the code) and whether it is in use."""

    search_fields = ("code",)

    active = django_filters.ChoiceFilter(
        label=_("In use"), choices=[("true", _("In use")), ("false", _("Off"))], empty_label=_("All"), method="by_use"
    )

    class Meta:
        model = Discount
        fields = ()

    def by_use(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that are switched on, or off."""
        return queryset.filter(is_active=value == "true")


class MomentField(forms.DateTimeField):
    """A day and a time of the merchant's clock, by the browser's own control."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)
        super().__init__(input_formats=[_LOCAL, f"{_LOCAL}:%S"], widget=widget, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value) if hasattr(value, "tzinfo") and value.tzinfo else super().prepare_value(value)


class DiscountForm(DomainForm):
    """A promo code: how much, when, how often."""

    code = forms.CharField(
        label=_("Code"), max_length=40, widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DiscountKind.choices)
    value = price_field(_("Percent or amount"))
    minimum_subtotal = price_field(_("From an order of"), required=False)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    max_uses = forms.IntegerField(label=_("Uses in all"), required=False, min_value=1, max_value=_MOST_USES)
    max_uses_per_customer = forms.IntegerField(label=_("Uses per customer"), required=False, min_value=1, max_value=_MOST_USES)
    is_active = forms.BooleanField(label=_("In use"), required=False, widget=Switch)

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {**self.cleaned_data, "minimum_subtotal": self.cleaned_data["minimum_subtotal"] or 0}
