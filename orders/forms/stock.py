"""What people fill in about stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DomainForm, Switch
from base.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from base.errors import DomainError
    from orders.models import Product

_MOST = 10_000_000
_PREFIX = "count:"


class _StockForm(DomainForm):
    """A variant where the product has some, and a key of the form, so that a second click does nothing."""

    variant = forms.ChoiceField(label=_("Variant"))
    quantity = forms.IntegerField(label=_("Units"), min_value=-_MOST, max_value=_MOST)
    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, product: Product, **kwargs: Any) -> None:
        super().__init__(data, initial={"key": new_id()}, **kwargs)
        self.product_id = product.pk
        self.fields["quantity"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        if product.variants:
            self.fields["variant"].choices = [("", _("Choose…")), *variant_choices(product)]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["variant"]

    @property
    def variant_id(self) -> str:
        """The chosen variant; empty for a product without."""
        return str(self.cleaned_data.get("variant", ""))

    def add_domain_error(self, error: DomainError) -> None:
        """What stock refuses is the quantity's fault, also where it speaks of an order's items."""
        if error.field == "items":
            self.add_error("quantity", str(error))
        else:
            super().add_domain_error(error)


class AdjustForm(_StockForm):
    """Units found or lost, with the reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}), help_text=_("Broken, found, given away.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _("Units more (5) or fewer (-5)")


class TakeInForm(_StockForm):
    """Units that came in."""

    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}), help_text=_("Such as the invoice.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _("Units that came")
        self.fields["quantity"].widget.attrs["placeholder"] = _("Units")


class CountForm(_StockForm):
    """Units that somebody counted."""

    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = _("Units counted")


class WarehouseForm(DomainForm):
    """A place where stock lies."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))
    address = forms.CharField(label=_("Address"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    is_default = forms.BooleanField(label=_("New stock lies here"), required=False, widget=Switch)


class CountSheet(forms.Form):
    """A line for each product, or for each of its variants; a line that is left empty was not counted."""

    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, data: Any = None, *, products: Iterable[Product]) -> None:
        super().__init__(data)
        self.products = list(products)
        for product in self.products:
            for variant_id, _label in variant_choices(product) or [("", "")]:
                self.fields[field_name(product.pk, variant_id)] = _line(product)

    def counts(self) -> dict[tuple[UUID, str], int]:
        """What was counted, by product and variant."""
        given = ((name, value) for name, value in self.cleaned_data.items() if name.startswith(_PREFIX) and value is not None)
        return {(UUID(name.split(":")[1]), name.split(":", 2)[2]): value for name, value in given}

    def lines(self) -> Iterator[tuple[Product, dict[str, Any] | None, forms.BoundField]]:
        """Product, variant (or None), field."""
        for product in self.products:
            if not product.variants:
                yield product, None, self[field_name(product.pk, "")]
            for variant in product.variants:
                yield product, variant, self[field_name(product.pk, str(variant["id"]))]


def _line(product: Product) -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "data-count": True}
    return forms.IntegerField(label=product.name, required=False, min_value=0, max_value=_MOST, widget=forms.NumberInput(attrs=attrs))


def field_name(product_id: UUID, variant_id: str) -> str:
    """The name of a line's field."""
    return f"{_PREFIX}{product_id}:{variant_id}"


def variant_choices(product: Product) -> list[tuple[str, str]]:
    """Id and name of each variant."""
    return [(str(variant["id"]), str(variant.get("name") or variant.get("sku") or variant["id"])) for variant in product.variants]
