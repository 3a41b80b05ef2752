"""The settings of a merchant as a form: one field for every leaf of `TenantSettings`, grouped as people look for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from annotated_types import Ge, Le
from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.choosers import CountryField, CurrencyField, TimeZoneField
from accounts.tenant_settings import TenantSettings
from base.forms import DomainForm, Switch

if TYPE_CHECKING:
    from django.forms import BoundField
    from django_stubs_ext import StrOrPromise

    from accounts.models import Tenant
    from base.errors import DomainError

_SEPARATOR = "__"
LOGO_LIMIT = 2 * 1024 * 1024


class Lines(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or ()) != self.to_python(data))


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields as the page draws it."""

    key: str
    title: StrOrPromise
    note: StrOrPromise
    fields: list[BoundField]


_SECTIONS: tuple[tuple[str, StrOrPromise, StrOrPromise, tuple[str, ...]], ...] = (
    (
        "place",
        _("Place and language"),
        _("Amounts, phone numbers and days are read in these."),
        ("name", "country_code", "currency", "timezone", "languages"),
    ),
    (
        "confirmation",
        _("Confirmation by phone"),
        _("What happens before a parcel is packed."),
        ("confirmation__required", "confirmation__max_attempts", "confirmation__retry_minutes"),
    ),
    (
        "delivery",
        _("Delivery and cash"),
        _("What an agent must do at the door, and how much cash they may carry."),
        ("delivery__proof_required", "delivery__max_attempts", "cash_in_hand_limit", "delivery__areas"),
    ),
    (
        "returns",
        _("Returns"),
        _("When a parcel may come back, and what is paid back unasked."),
        ("return_window_days", "auto_approve_limit"),
    ),
    (
        "brand",
        _("What customers see"),
        _("On tracking pages, messages and labels."),
        ("brand__name", "brand__colour", "logo", "remove_logo", "email_notifications"),
    ),
    (
        "security",
        _("Security"),
        _("What your people need to sign in, and how customers' details are kept."),
        ("security__second_factor_required", "security__encrypt_contacts"),
    ),
    (
        "fees",
        _("Fees of the platform"),
        _("Agreed with the platform operator, who alone changes them."),
        ("fees__platform_pct", "fees__service_fee"),
    ),
)
_AMOUNTS = frozenset({"auto_approve_limit", "cash_in_hand_limit", "fees__service_fee"})
OPERATORS_OWN = ("fees__platform_pct", "fees__service_fee")


class _SettingsFields(DomainForm):
    """Fields named as the settings are, a part and its value joined by two underscores; their ranges are those of `TenantSettings`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            for rule in _rules(name):
                _limit(field, rule)

    def add_domain_error(self, error: DomainError) -> None:
        """The rule in words at its field: `settings.delivery.areas.2` at `delivery__areas`."""
        steps = (error.field or "").removeprefix("settings.").split(".")
        while steps and _SEPARATOR.join(steps) not in self.fields:
            steps.pop()
        words = str(error)
        self.add_error(_SEPARATOR.join(steps) or None, words.split(": ", 1)[-1] if error.code == "invalid_setting" else words)


class FeesForm(_SettingsFields):
    """What the operator earns from a merchant."""

    fees__platform_pct = forms.DecimalField(
        label=_("Share of the amount, in percent"),
        help_text=_("Of each order that is delivered and collected."),
        max_digits=5,
        decimal_places=2,
    )
    fees__service_fee = forms.DecimalField(
        label=_("Fixed fee"), help_text=_("For each order that is delivered and collected."), max_digits=14, decimal_places=2
    )


class PlaceForm(_SettingsFields):
    """Where a merchant is, and what it counts in."""

    country_code = CountryField(
        label=_("Country"),
        help_text=_("Phone numbers without a country code are read as numbers of this country."),
    )
    currency = CurrencyField(label=_("Currency"), help_text=_("Of new orders. Orders that exist keep theirs."))
    timezone = TimeZoneField(
        label=_("Time zone"),
        help_text=_("Days of reports and deadlines begin at midnight here."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Customers are written to in these."),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )


class SettingsForm(PlaceForm, FeesForm):
    """Every setting, and the merchant's name and logo."""

    name = forms.CharField(
        label=_("Name of the merchant"),
        help_text=_("As your people and the platform read it."),
        max_length=150,
    )
    return_window_days = forms.IntegerField(label=_("Days to return"), help_text=_("Counted from delivery; 0 to 365."))
    auto_approve_limit = forms.DecimalField(
        label=_("Approve returns up to"),
        help_text=_("A return worth no more is approved without a person; 0 for none."),
        decimal_places=2,
        max_digits=14,
    )
    email_notifications = forms.BooleanField(
        label=_("Write to customers by e-mail"), help_text=_("About their order, where an address is known."), required=False, widget=Switch
    )
    cash_in_hand_limit = forms.DecimalField(
        label=_("Cash an agent may carry"),
        help_text=_("Beyond it, an agent gets no more parcels until they have been at the hub."),
        decimal_places=2,
        max_digits=14,
    )
    confirmation__required = forms.BooleanField(
        label=_("Confirm every order by phone"),
        help_text=_("Off: orders are ready to pack as they come in."),
        required=False,
        widget=Switch,
    )
    confirmation__max_attempts = forms.IntegerField(label=_("Calls before giving up"), help_text=_("1 to 20."))
    confirmation__retry_minutes = forms.IntegerField(label=_("Minutes between calls"), help_text=_("1 minute to 7 days (10080)."))
    delivery__proof_required = forms.BooleanField(
        label=_("Ask for a proof at the door"),
        help_text=_("A photo, a signature or the customer's code."),
        required=False,
        widget=Switch,
    )
    delivery__max_attempts = forms.IntegerField(label=_("Tries before the parcel comes back"), help_text=_("1 to 10."))
    delivery__areas = Lines(
        label=_("Areas served"),
        help_text=_("One a line. Empty: everywhere."),
        required=False,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )
    brand__name = forms.CharField(
        label=_("Name on parcels and pages"), help_text=_("Empty: the merchant's name."), max_length=100, required=False
    )
    brand__colour = forms.CharField(
        label=_("Colour"),
        widget=forms.TextInput({"type": "color", "class": "colour"}),
        max_length=7,
    )
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("A PNG, JPEG or WebP picture of at most 2 MB."),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label=_("Take the logo away"), required=False)
    security__second_factor_required = forms.BooleanField(
        label=_("Everybody needs a second factor"),
        help_text=_("People without one are asked to set it up at their next page."),
        required=False,
        widget=Switch,
    )
    security__encrypt_contacts = forms.BooleanField(
        label=_("Encrypt customers' phones and addresses"),
        help_text=_("They can then be found by the whole number only, not by a part of it."),
        required=False,
        widget=Switch,
    )

    def __init__(self, *args: Any, tenant: Tenant, editable: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": tenant.name, **flat(tenant)}, **kwargs)
        if not tenant.config.brand.logo:
            del self.fields["remove_logo"]
        for name, field in self.fields.items():
            field.disabled = not editable or name in OPERATORS_OWN
        name_units(self, tenant)

    def changes(self) -> dict[str, Any]:
        """The settings that differ from what they were, by the names of the fields."""
        return {name: self.cleaned_data[name] for name in self.changed_data if _is_setting(name)}

    def sections(self) -> list[Section]:
        """The fields as the page draws them."""
        return [Section(key, title, note, [self[name] for name in names if name in self.fields]) for key, title, note, names in _SECTIONS]


def name_units(form: forms.Form, tenant: Tenant) -> None:
    """Say at each amount of money in which currency it is."""
    for name in _AMOUNTS & form.fields.keys():
        words = {"label": form.fields[name].label, "currency": tenant.config.currency}
        form.fields[name].label = gettext("%(label)s, in %(currency)s") % words


def flat(tenant: Tenant) -> dict[str, Any]:
    """A tenant's settings by the names of the fields."""
    found: dict[str, Any] = {}
    for name, value in tenant.config.model_dump().items():
        if isinstance(value, dict):
            found |= {f"{name}{_SEPARATOR}{part}": inner for part, inner in value.items()}
        else:
            found[name] = value
    return found


def nested(tenant: Tenant, values: dict[str, Any]) -> dict[str, Any]:
    """Fields back to settings: the top-level parts that `values` touch, their other values as they are."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        top, _dot, part = name.partition(_SEPARATOR)
        if part:
            found.setdefault(top, getattr(tenant.config, top).model_dump())[part] = value
        else:
            found[top] = value
    return found


def _is_setting(name: str) -> bool:
    return name.partition(_SEPARATOR)[0] in TenantSettings.model_fields


def _rules(name: str) -> list[Any]:
    """The limits that `TenantSettings` sets to the value of a field; none for a field that is no setting."""
    top, _dot, part = name.partition(_SEPARATOR)
    info = TenantSettings.model_fields.get(top)
    if info is not None and part:
        info = info.annotation.model_fields.get(part)  # type: ignore[union-attr]  # a part is a model
    return info.metadata if info is not None else []


def _limit(field: forms.Field, rule: Any) -> None:
    match rule:
        case Ge(ge=least):
            field.validators.append(MinValueValidator(least))
            field.widget.attrs["min"] = least
        case Le(le=most):
            field.validators.append(MaxValueValidator(most))
            field.widget.attrs["max"] = most
