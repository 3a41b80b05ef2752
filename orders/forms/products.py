"""What people fill in about a product, and how the list of products is narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import django_filters
from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.filters import SearchFilterSet
from base.forms import DomainForm, Switch
from base.money import DECIMALS, DIGITS
from orders.category_tree import Tree
from orders.models import Product
from orders.states import ListingStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from base.errors import DomainError

# What the list can be sorted by; each is answered from its index.
SORTS: Mapping[str, Sequence[str]] = {"newest": ("-created_at", "-id"), "emptiest": ("stock_quantity", "id")}
MOST = 10_000_000
_MOST_VARIANTS = 200
_SPARE_ROWS = 3
_LTR = {"dir": "ltr", "autocomplete": "off"}


class ProductListFilter(SearchFilterSet):
    """`q` (name, start of the SKU), category with all below it, active, low stock, listing, and `sort`."""

    category = django_filters.ChoiceFilter(label=_("Category"), empty_label=_("All"), method="by_category")
    active = django_filters.ChoiceFilter(
        label=_("Sold"), choices=[("true", _("Sold")), ("false", _("Not sold"))], empty_label=_("All"), method="by_activity"
    )
    stock = django_filters.ChoiceFilter(label=_("Stock"), choices=[("low", _("Low"))], empty_label=_("Any"), method="by_stock")
    listing = django_filters.ChoiceFilter(
        label=_("Listing"), field_name="listing_status", choices=ListingStatus.choices, empty_label=_("Any")
    )
    sort = django_filters.ChoiceFilter(
        label=_("Sorted by"), choices=[("emptiest", _("Least stock"))], empty_label=_("Newest"), method="as_it_is"
    )

    class Meta:
        model = Product
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree = Tree()
        self.filters["category"].extra["choices"] = self.tree.choices()

    def search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Any part of the name, or the start of the SKU."""
        found: QuerySet[Any] = queryset.search(value.strip()) if value.strip() else queryset
        return found

    def by_category(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those of the category and of all categories below it."""
        return queryset.filter(category_id__in=self.tree.within(self.tree.find(value).pk))

    def by_activity(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that are sold, or those that are not any more."""
        return queryset.filter(is_active=value == "true")

    def by_stock(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Those that should be ordered again."""
        found: QuerySet[Any] = queryset.low_stock().order_by()
        return found

    def as_it_is(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Sorting is the list's business."""
        return queryset


class CountFilter(ProductListFilter):
    """What a counting sheet is narrowed by: `q` and category."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters = {name: self.filters[name] for name in ("q", "category")}


def price_field(label: Any, **options: Any) -> forms.DecimalField:
    """An amount of money, as it is typed."""
    return forms.DecimalField(label=label, max_digits=DIGITS, decimal_places=DECIMALS, min_value=0, **options)


class ProductForm(DomainForm):
    """A product without its variants, which have rows of their own."""

    name = forms.CharField(label=_("Name"), max_length=250, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))
    sku = forms.CharField(label=_("SKU"), max_length=100, widget=forms.TextInput(attrs=_LTR))
    category = forms.ChoiceField(label=_("Category"), required=False)
    description = forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    price = price_field(_("Price"))
    cost_price = price_field(_("Cost price"), required=False, help_text=_("What one unit costs you."))
    low_stock_threshold = forms.IntegerField(
        label=_("Low at"), min_value=0, max_value=MOST, required=False, help_text=_("At this stock or below it should be ordered again.")
    )
    images = forms.CharField(
        label=_("Images"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
        help_text=_("One address a line, the main one first. Words for who cannot see it after a |"),
    )
    is_active = forms.BooleanField(label=_("Sold"), required=False, widget=Switch)
    allow_backorders = forms.BooleanField(label=_("Sold also without stock"), required=False, widget=Switch)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree = Tree()
        self.fields["category"].choices = [("", _("None")), *self.tree.choices()]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        given = dict(self.cleaned_data)
        return {
            **given,
            "category": self.tree.find(given["category"]) if given["category"] else None,
            "cost_price": given["cost_price"] or 0,
            "low_stock_threshold": given["low_stock_threshold"] or 0,
            "images": images_of(given["images"]),
        }


class NewProductForm(ProductForm):
    """A product that is not there yet, with what lies on the shelf."""

    stock = forms.IntegerField(
        label=_("In stock now"),
        min_value=0,
        max_value=MOST,
        required=False,
        help_text=_("Of a product with variants, each brings its own below."),
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "stock": self.cleaned_data["stock"] or 0}


class VariantForm(forms.Form):
    """One row of the variants; a row that is left empty is none."""

    id = forms.CharField(label=_("Id"), max_length=100, required=False, widget=forms.TextInput(attrs=_LTR))
    name = forms.CharField(label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    sku = forms.CharField(label=_("SKU"), max_length=100, required=False, widget=forms.TextInput(attrs=_LTR))
    price = price_field(_("Price"), required=False)
    attributes = forms.CharField(
        label=_("Attributes"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "placeholder": _("colour: red")}),
    )
    stock = forms.IntegerField(label=_("In stock now"), min_value=0, max_value=MOST, required=False)

    def clean_attributes(self) -> dict[str, str]:
        """`colour: red, size: L` as names and values."""
        found = {}
        for pair in filter(None, (part.strip() for part in self.cleaned_data["attributes"].replace("،", ",").split(","))):
            name, colon, value = pair.partition(":")
            if not (colon and name.strip() and value.strip()):
                raise forms.ValidationError(gettext("Write names and values like this: colour: red, size: L"))
            found[name.strip()] = value.strip()
        return found

    def value(self) -> dict[str, Any] | None:
        """The variant in the shape that the actions take; None for an empty row."""
        given = self.cleaned_data
        if not any(given.get(name) not in (None, "", {}) for name in self.fields):
            return None
        identity = given["id"] or slugify(given["name"]) or slugify(given["sku"])
        return {**given, "id": identity, "stock": given.get("stock") or 0}


class VariantRows(BaseFormSet):  # type: ignore[type-arg]  # of VariantForm
    """The rows of the variants editor."""

    def variants(self) -> list[dict[str, Any]]:
        """What stands in the rows."""
        return [variant for variant in self._values() if variant]

    def add_domain_error(self, error: DomainError) -> bool:
        """Show beside its row what an action refused of a variant (`variants.2.price`); False for what is no row's."""
        steps = (error.field or "").split(".")
        if steps[0] != "variants":
            return False
        rows = [form for form, variant in zip(self.forms, self._values(), strict=True) if variant]
        place = int(steps[1]) if len(steps) > 2 and steps[1].isdecimal() else -1  # noqa: PLR2004  # variants, row, field
        if 0 <= place < len(rows):
            rows[place].add_error(steps[2] if steps[2] in rows[place].fields else None, str(error))
        else:
            self.refusal = str(error)
        return True

    refusal = ""

    def _values(self) -> list[dict[str, Any] | None]:
        return [form.value() for form in self.forms]


def variant_rows(data: Any = None, *, variants: Sequence[Mapping[str, Any]] = (), more: int = 0) -> VariantRows:
    """The editor's rows: those of `variants`, and some empty ones."""
    factory = formset_factory(
        VariantForm, formset=VariantRows, extra=_SPARE_ROWS + more, max_num=_MOST_VARIANTS, absolute_max=_MOST_VARIANTS, validate_max=True
    )
    stored = [
        {**variant, "attributes": ", ".join(f"{name}: {value}" for name, value in (variant.get("attributes") or {}).items())}
        for variant in variants
    ]
    rows = cast("VariantRows", factory(data, initial=stored, prefix="variants"))
    for form in rows.forms[: len(stored)]:
        # What it is known by in orders stays.
        form.fields["id"].widget.attrs["readonly"] = True
    return rows


def images_of(text: str) -> list[dict[str, Any]]:
    """Addresses, one a line with its words after a |, as images; the first one is the main one."""
    lines = [line.partition("|") for line in text.splitlines() if line.strip()]
    return [{"url": url.strip(), "alt": alt.strip(), "is_primary": place == 0} for place, (url, _bar, alt) in enumerate(lines)]


def images_text(images: Sequence[Mapping[str, Any]]) -> str:
    """The images as `images_of` reads them."""
    ordered = sorted(images, key=lambda image: (not image.get("is_primary"), image.get("order") or 0))
    return "\n".join(f"{image['url']} | {image['alt']}" if image.get("alt") else str(image["url"]) for image in ordered)
