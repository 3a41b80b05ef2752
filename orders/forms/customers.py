"""What people fill in about a customer, and how the list of customers is narrowed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from base.filters import SearchFilterSet
from base.forms import DomainForm, Switch
from orders.models import Customer
from orders.queries import places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

# What the list can be sorted by; each is answered from its index.
SORTS: Mapping[str, Sequence[str]] = {
    "newest": ("-created_at", "-id"),
    "orders": ("-total_orders", "-id"),
    "spent": ("-total_spent", "-id"),
}
_ANY_SCRIPT = {"dir": "auto", "autocomplete": "off"}
_TAG_NAME = 40


class CustomerListFilter(SearchFilterSet):
    """`q` (name, phone, e-mail), area, city, tag, blocked, and `sort`: newest (unless told), orders or spent."""

    area = django_filters.ChoiceFilter(label=_("Area"), empty_label=_("All"))
    city = django_filters.ChoiceFilter(label=_("City"), empty_label=_("All"))
    tag = django_filters.CharFilter(label=_("Tag"), method="by_tag", max_length=60)
    blocked = django_filters.ChoiceFilter(
        label=_("Blocked"), choices=[("true", _("Blocked")), ("false", _("Not blocked"))], empty_label=_("All"), method="by_blocked"
    )
    sort = django_filters.ChoiceFilter(
        label=_("Sorted by"),
        choices=[("orders", _("Most orders")), ("spent", _("Most spent"))],
        empty_label=_("Newest"),
        method="as_it_is",
    )

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.request.user if self.request else None
        if getattr(person, "tenant_id", None) is None:
            del self.filters["area"], self.filters["city"]
            return
        for kind, names in places(person.tenant_id).items():
            self.filters[kind].extra["choices"] = [(name, name) for name in names]

    def search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Any part of name, phone or e-mail."""
        found: QuerySet[Any] = queryset.search(value.strip()) if value.strip() else queryset
        return found

    def by_tag(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those who carry the tag, by its id or as people write it."""
        return queryset.filter(tags__contains=[{"id": tag_id(value)}])

    def by_blocked(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those from whom no orders are taken, or all others."""
        return queryset.filter(blocked=value == "true")

    def as_it_is(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Sorting is the list's business."""
        return queryset


class CustomerForm(DomainForm):
    """Who a customer is and where they live."""

    full_name = forms.CharField(label=_("Full name"), max_length=200, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=_("As people here write it, or with the country."),
    )
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"})
    )
    address = forms.CharField(label=_("Address"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    area = forms.CharField(label=_("Area"), max_length=100, required=False, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    city = forms.CharField(label=_("City"), max_length=100, required=False, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False, widget=forms.TextInput(attrs={"dir": "ltr"}))
    notes = forms.CharField(
        label=_("Notes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For colleagues; the customer does not see them."),
    )


class AddressForm(DomainForm):
    """Another address of a customer."""

    label = forms.CharField(label=_("Name of the address"), max_length=60, required=False, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    address = forms.CharField(label=_("Address"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    area = forms.CharField(label=_("Area"), max_length=100, required=False, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    city = forms.CharField(label=_("City"), max_length=100, required=False, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False, widget=forms.TextInput(attrs={"dir": "ltr"}))
    is_default = forms.BooleanField(label=_("New orders start from it"), required=False, widget=Switch)


class TagForm(DomainForm):
    """A word that groups customers."""

    label = forms.CharField(label=_("Tag"), max_length=60, widget=forms.TextInput(attrs=_ANY_SCRIPT))
    color = forms.ChoiceField(
        label=_("Colour"),
        required=False,
        choices=[
            ("#57534a", _("Grey")),
            ("#0d5c4d", _("Green")),
            ("#23527c", _("Blue")),
            ("#935600", _("Amber")),
            ("#a8321f", _("Red")),
            ("#6b3fa0", _("Violet")),
        ],
    )

    def tag(self) -> dict[str, str]:
        """The tag in the shape that the customers carry."""
        label = self.cleaned_data["label"]
        return {"id": tag_id(label), "label": label, "color": self.cleaned_data["color"]}


class BlockForm(DomainForm):
    """Why no more orders are taken from somebody."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))


class MergeForm(DomainForm):
    """The customer who is the same person."""

    other = forms.UUIDField(widget=forms.HiddenInput)


def tag_id(label: str) -> str:
    """The id of a tag that somebody wrote: its letters and digits; for other scripts a short fingerprint of the words."""
    text = label.strip()
    plain = slugify(text)[:_TAG_NAME].strip("-_")
    if plain and text.isascii():
        return plain
    return "t-" + hashlib.sha256(text.casefold().encode()).hexdigest()[:12] if text else ""
