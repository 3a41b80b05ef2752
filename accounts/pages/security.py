"""How a person gets in: the password, the second factor, the recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import second_factor
from accounts.actions.people import change_password
from accounts.actions.second_factor import new_recovery_codes, remove_second_factor
from accounts.forms.me import PasswordForm
from accounts.forms.signing_in import CodeForm
from accounts.models import TotpDevice
from accounts.pages.acting import is_acting, refuse_while_acting
from accounts.pages.me_tabs import tabs
from accounts.pages.signing_in import check, hold_codes, signed_in
from base import toasts
from base.form_pages import FormPage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class _SecurityPage(FormPage, abstract=True):
    """The page with all its forms; each subclass is the address of one of them."""

    permission = None
    template_name = "accounts/me_security.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_while_acting(request)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        forms = {"form": PasswordForm(), "off_form": CodeForm(auto_id="off_%s"), "renew_form": CodeForm(auto_id="renew_%s"), **kwargs}
        device = TotpDevice.objects.filter(user=person, confirmed=True).first()
        for each in (forms["off_form"], forms["renew_form"]):
            each.fields["code"].widget.attrs.pop("autofocus", None)
        return super().get_context_data(
            tabs=tabs("accounts:me-security"),
            device=device,
            codes_left=person.recovery_codes.filter(used_at=None).count() if device else 0,
            required=bool(person.tenant and person.tenant.config.security.second_factor_required),
            acting=is_acting(self.request),
            **forms,
        )


@method_decorator(sensitive_post_parameters("current", "password", "again"), name="dispatch")
class Security(_SecurityPage):
    """`/me/security/`; its own form changes the password."""

    form_class = PasswordForm

    def act(self, form: PasswordForm) -> HttpResponse:
        person = change_password(signed_in(self.request), current=form.cleaned_data["current"], new=form.cleaned_data["password"])
        update_session_auth_hash(self.request, person)
        toasts.add(self.request, _("Your password is changed. Phones, programs and other browsers are signed out."))
        return redirect("accounts:me-security")


class SecondFactorOff(_SecurityPage):
    """`POST /me/security/off/`: switch the second factor off, or begin again on a new phone; needs a code."""

    form_class = CodeForm
    form_name = "off_form"

    def make_form(self, data: Any = None) -> CodeForm:
        return CodeForm(data, auto_id="off_%s")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return redirect("accounts:me-security")

    def act(self, form: CodeForm) -> HttpResponse:
        person = signed_in(self.request)
        check(person, form.cleaned_data["code"])
        remove_second_factor(person, actor=person)
        second_factor.remember(self.request, second_factor.NONE)
        if "again" in self.request.POST:
            return redirect(f"{reverse('accounts:set-up-second-factor')}?next={reverse('accounts:me-security')}")
        toasts.add(self.request, _("The second factor is off: your password alone lets you in."), tone="wait")
        return redirect("accounts:me-security")


class RenewCodes(_SecurityPage):
    """`POST /me/security/codes/`: ten new recovery codes in place of those left; needs a code."""

    form_class = CodeForm
    form_name = "renew_form"

    def make_form(self, data: Any = None) -> CodeForm:
        return CodeForm(data, auto_id="renew_%s")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return redirect("accounts:me-security")

    def act(self, form: CodeForm) -> HttpResponse:
        person = signed_in(self.request)
        check(person, form.cleaned_data["code"])
        hold_codes(self.request, new_recovery_codes(person))
        return redirect("accounts:recovery-codes")
