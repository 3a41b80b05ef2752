"""Signing in and out in a browser, and the second factor that stands behind the password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from django.contrib.auth import authenticate
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from accounts import second_factor
from accounts.actions.second_factor import begin_totp, check_code, confirm_totp
from accounts.actions.signing_in import sign_in, sign_out
from accounts.forms.signing_in import AppCodeForm, CodeForm, SignInForm
from accounts.models import User
from accounts.pages.acting import refuse_while_acting
from accounts.pages.themes import keep_theme
from base import toasts
from base.access import Page
from base.crypto import decrypt, encrypt
from base.errors import DomainError, Invalid, TooMany
from base.form_pages import FormPage, next_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_CODES = "recovery_codes"


@method_decorator((never_cache, sensitive_post_parameters("password")), name="dispatch")
class SignIn(FormPage):
    """`/sign-in/`: e-mail and password. Says nothing of which of the two was wrong."""

    permission = None
    public = True
    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(next_address(request))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=next_address(self.request, ""), **kwargs)

    def act(self, form: SignInForm) -> HttpResponse:
        person = authenticate(self.request, username=form.cleaned_data["email"], password=form.cleaned_data["password"])
        if not isinstance(person, User):
            words = _("E-mail and password do not belong together. Look at both again, also at capital letters.")
            raise Invalid("wrong_credentials", words)
        sign_in(self.request, person)
        response = redirect(next_address(self.request))
        return keep_theme(response, person.theme) if person.theme else response


class SignOut(Page):
    """`POST /sign-out/`."""

    permission = None
    public = True
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        sign_out(request)
        toasts.add(request, _("You are signed out."), tone="info")
        return redirect("accounts:sign-in")


@method_decorator(never_cache, name="dispatch")
class SecondFactor(FormPage):
    """`/sign-in/code/`: a code of the app or a recovery code, once the password was right."""

    permission = None
    form_class = CodeForm
    template_name = "accounts/second_factor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and second_factor.missing_step(request) != "accounts:second-factor":
            return redirect(next_address(request))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=next_address(self.request, ""), **kwargs)

    def act(self, form: CodeForm) -> HttpResponse:
        person = signed_in(self.request)
        shown = check(person, form.cleaned_data["code"])
        self.request.session.cycle_key()
        second_factor.remember(self.request, second_factor.DONE)
        if shown == "recovery":
            left = person.recovery_codes.filter(used_at=None).count()
            toasts.add(self.request, _("That recovery code is used up; %(left)s are left.") % {"left": left}, tone="wait")
        return redirect(next_address(self.request))


@method_decorator(never_cache, name="dispatch")
class SetUpSecondFactor(FormPage):
    """`/sign-in/set-up/`: scan the key, prove it by a code; the recovery codes come on the next page."""

    permission = None
    form_class = AppCodeForm
    template_name = "accounts/set_up_second_factor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            refuse_while_acting(request)
            # What was confirmed already (a form sent twice) has its codes waiting on the next page.
            if hasattr(request.user, "totp") and request.user.totp.confirmed:
                return redirect(_codes_address(request))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        device = begin_totp(person)
        return super().get_context_data(
            next=next_address(self.request, ""),
            qr=second_factor.qr_svg_data_uri(second_factor.provisioning_uri(device, person)),
            secret=_in_fours(second_factor.shared_secret(device)),
            required=bool(person.tenant and person.tenant.config.security.second_factor_required),
            **kwargs,
        )

    def act(self, form: AppCodeForm) -> HttpResponse:
        codes = confirm_totp(signed_in(self.request), code=form.cleaned_data["code"])
        self.request.session.cycle_key()
        second_factor.remember(self.request, second_factor.DONE)
        hold_codes(self.request, codes)
        return redirect(_codes_address(self.request))


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(Page, TemplateView):
    """`/sign-in/recovery-codes/`: fresh recovery codes, shown once."""

    permission = None
    template_name = "accounts/recovery_codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        held = request.session.pop(_CODES, None)
        if held is None:
            return redirect("accounts:me-security")
        codes = json.loads(decrypt(held))
        onward = next_address(request, reverse("accounts:me-security"))
        shown = {"codes": codes, "file": _as_file(codes), "now": timezone.localtime(), "person": signed_in(request), "next": onward}
        return self.render_to_response(self.get_context_data(**shown, **kwargs))


def hold_codes(request: HttpRequest, codes: list[str]) -> None:
    """Keep fresh recovery codes, encrypted, for the one page that shows them."""
    request.session[_CODES] = encrypt(json.dumps(codes))


def check(person: User, code: str) -> str:
    """`check_code`, a wait after too many tries told as such (429)."""
    try:
        return check_code(person, code=code)
    except DomainError as error:
        if error.code == "wait":
            raise TooMany("wait", error.message, retry_after=error.extra["retry_after"], field=error.field) from error
        raise


def signed_in(request: HttpRequest) -> User:
    """The person of this request, who is signed in."""
    return cast("User", request.user)


def _codes_address(request: HttpRequest) -> str:
    wanted = next_address(request, "")
    return reverse("accounts:recovery-codes") + (f"?{urlencode({'next': wanted})}" if wanted else "")


def _as_file(codes: list[str]) -> str:
    """The codes as an address of their own, so that they can be kept as a file without a script and without asking the server again."""
    return "data:text/plain;charset=utf-8," + quote("\r\n".join(codes))


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
