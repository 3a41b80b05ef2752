"""What people change about themselves."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.forms.signing_in import NewPasswordForm, password_field
from base.forms import DomainForm


def language_choices() -> list[tuple[str, object]]:
    """Each language under its own name, after the browser's."""
    names = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
    return [("", _("As the browser asks")), *names]


class ProfileForm(DomainForm):
    """A person's own name, phone, language and colours."""

    full_name = forms.CharField(label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With the country, such as +212 6 61 20 44 18; colleagues call you by it."),
    )
    locale = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)
    theme = forms.ChoiceField(
        label=_("Colours"), required=False, choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
    )


class PasswordForm(NewPasswordForm):
    """A new password against the present one."""

    current = password_field(_("Present password"), autocomplete="current-password")
    field_order = ("current", "password", "again")
