"""Writing an order: a new one, or one that has not left. Refusals of the domain stand beside the field that they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DomainForm
from base.money import DECIMALS, DIGITS
from orders.forms import lines
from orders.states import PaymentMethod, Priority, ServiceCode

if TYPE_CHECKING:
    from base.errors import DomainError
    from orders.items import Line
    from orders.models import Order

_FIELD_OF_LINE = {"product_id": "sku"}
_FIELDS = {
    "customer": "phone",
    "customer.phone": "phone",
    "customer.full_name": "full_name",
    "total_amount": None,
    "external_id": None,
}


class _Amount(forms.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_digits=DIGITS, decimal_places=DECIMALS, **options)

    def clean(self, value: Any) -> Decimal:
        return super().clean(value) or Decimal(0)


class OrderForm(DomainForm):
    """What a new order and an edit have in common; the lines stand beside the fields in `lines`."""

    delivery_address = forms.CharField(
        label=_("Address"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    delivery_area = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "areas", "dir": "auto", "autocomplete": "off"}),
    )
    delivery_city = forms.CharField(label=_("City"), required=False, max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    delivery_fee = _Amount(label=_("Delivery fee"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    discount = _Amount(label=_("Discount"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.MEDIUM)
    payment_method = forms.ChoiceField(label=_("Paid by"), choices=PaymentMethod.choices, initial=PaymentMethod.COD)
    service_code = forms.ChoiceField(label=_("Service"), choices=ServiceCode.choices, initial=ServiceCode.STANDARD)
    customer_notes = forms.CharField(
        label=_("The customer's wishes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    internal_notes = forms.CharField(
        label=_("Internal notes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )

    def __init__(self, data: Any = None, *, typed: list[lines.TypedLine], order: Order | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.lines = typed
        self.stored = lines.products_of(order.items) if order else {}
        self.lines_errors: list[str] = []
        for name in ("delivery_fee", "discount"):
            self.fields[name].widget.attrs["dir"] = "ltr"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["lines"] = self.asked()
        if any(line.errors for line in self.lines):
            self.add_error(None, forms.ValidationError(_("Look at the items: something there cannot be read."), code="items"))
        return values

    def asked(self) -> list[Line]:
        """The filled lines, for the domain."""
        return [line.line(self.stored) for line in lines.filled(self.lines)]

    def add_domain_error(self, error: DomainError) -> None:
        """Beside the field; `items.3.quantity` beside the quantity of the fourth filled line, `items` above the lines."""
        steps = (error.field or "").split(".")
        if steps[0] == "items":
            self._add_to_line(steps, str(error))
        elif error.field in _FIELDS:
            name = _FIELDS[error.field]
            self.add_error(name if name in self.fields else None, str(error))
        else:
            super().add_domain_error(error)

    def _add_to_line(self, steps: list[str], message: str) -> None:
        places = lines.filled(self.lines)
        if len(steps) > 2 and steps[1].isdigit() and int(steps[1]) < len(places):  # noqa: PLR2004  # items, place, field
            line = places[int(steps[1])]
            name = _FIELD_OF_LINE.get(steps[2], steps[2])
            line.errors.setdefault("name" if line.is_free and name == "sku" else name, []).append(message)
        else:
            self.lines_errors.append(message)
        self.add_error(None, message)


class NewOrderForm(OrderForm):
    """A new order: who it is for, found by the phone, and a promo code. `key` makes two clicks one order."""

    phone = forms.CharField(
        label=_("Phone"), max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})
    )
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=250,
        error_messages={"required": _("Give a name.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}))
    discount_code = forms.CharField(
        label=_("Promo code"), required=False, max_length=40, widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
