"""What somebody types to get in: e-mail and password, the code of the second factor, a new password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.forms import DomainForm

LONGEST_PASSWORD = 256


def password_field(label: Any, *, autocomplete: str, **options: Any) -> forms.CharField:
    """A password as it is: no trimming, never sent back to the browser."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=LONGEST_PASSWORD, widget=widget, **options)


def password_rules() -> str:
    """The rules of a good password in one sentence."""
    shortest = next(rule.min_length for rule in get_default_password_validators() if isinstance(rule, MinimumLengthValidator))
    return gettext("At least %(shortest)s characters, not only digits, no common password, nothing like your name or address.") % {
        "shortest": shortest
    }


class EmailForm(DomainForm):
    """The address somebody signs in with."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "dir": "ltr"})
    )

    def clean_email(self) -> str:
        """As it is stored, so that the brute-force guard counts one account as one."""
        email: str = self.cleaned_data["email"]
        return email.strip().lower()


class SignInForm(EmailForm):
    """E-mail and password."""

    password = password_field(_("Password"), autocomplete="current-password")


class CodeForm(DomainForm):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "class": "code-input",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class AppCodeForm(CodeForm):
    """The six digits that the app shows now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class NewPasswordForm(DomainForm):
    """A new password, twice, so that a slip of the finger locks nobody out."""

    password = password_field(_("New password"), autocomplete="new-password")
    again = password_field(_("The same once more"), autocomplete="new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = password_rules()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("This is not the same as above."))
        return values
