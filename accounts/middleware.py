"""What every request passes: its tenant's walls, the person's language and theme, the second factor, suspension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import acting, second_factor
from accounts.audit import record
from accounts.authentication import session_of, token_of
from accounts.tenancy import as_operator, in_tenant
from base import context, logs
from base.errors import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from accounts.models import User

    Answer = Callable[[HttpRequest], HttpResponseBase]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What a person without a finished second factor, or of a suspended tenant, may still do.
_ALWAYS_OPEN = (
    "accounts:sign-out",
    "accounts:second-factor",
    "accounts:set-up-second-factor",
    "accounts:stop-acting",
    "accounts-api:token",
    "accounts-api:refresh",
    "accounts-api:logout",
    "set_language",
)


class TenantScope:
    """Runs the request behind the walls of its person's tenant; an operator's in the third, audited mode; anybody else's closed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person, session_id = _identify(request)
        if person is None:
            return self.get_response(request)
        logs.bind(user=str(person.pk), tenant=str(person.tenant_id or ""))
        operator = person.acting_operator
        walls = in_tenant(person.tenant) if person.tenant else as_operator("a request of the platform operator")
        with context.using(user=operator or person, acting_for=str(person) if operator else "", session_id=session_id), walls:
            if person.is_operator:
                _note_operator(request, person)
            return self.get_response(request)


def _identify(request: HttpRequest) -> tuple[User | None, str]:
    """The person of a request and a harmless name of the sign-in; nobody for a request without credentials, at no cost."""
    token = token_of(request) if request.path.startswith("/api/") else None
    if token is not None:
        session = session_of(token)
        request.token_session = session  # type: ignore[attr-defined]  # read by SessionToken
        request.user = session.user if session else AnonymousUser()
        return (session.user, str(session.pk)) if session else (None, "")
    if not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        return None, ""
    person = acting.take_over(request)
    # Part of the key only: the whole of it would let a reader of the log take the session over.
    return (person, (request.session.session_key or "")[:8]) if person.is_authenticated else (None, "")


def _note_operator(request: HttpRequest, person: User) -> None:
    """Operator mode is audited: which page, never its contents. Fragments that a page fetches by itself are not noted."""
    if request.headers.get("HX-Trigger") or request.path == reverse("accounts:bell"):
        return
    # The path of a password link lets its reader in: it is not written down.
    path = request.path[:200] if not request.path.startswith("/set-password/") else "/set-password/"
    record("operator_request", user=person, details={"method": request.method, "path": path})


class Preferences:
    """Draws pages in the person's language and time zone, whatever the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = getattr(request, "user", None)
        locale = getattr(person, "locale", "")
        if locale:
            translation.activate(locale)
            request.LANGUAGE_CODE = locale
        # Pages speak the tenant's time, the API UTC.
        tenant = None if request.path.startswith("/api/") else getattr(person, "tenant", None)
        with timezone.override(tenant.tzinfo if tenant else None):
            return self.get_response(request)


class SecondFactor:
    """Lets nobody past who has a second factor and has not shown it in this session, or must set one up first."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = getattr(request, "user", None)
        by_token = hasattr(request, "token_session")
        if person is None or not person.is_authenticated or by_token or _open(request):
            return self.get_response(request)
        step = second_factor.missing_step(request)
        if not step:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return problem(403, "second_factor_needed", _("Sign in with the second factor first."))
        return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")


class ReadOnlyWhenSuspended:
    """A suspended tenant's people sign in and read; every write is refused with the reason."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        tenant = getattr(getattr(request, "user", None), "tenant", None)
        if tenant is None or not tenant.is_suspended or request.method in _SAFE or _open(request):
            return self.get_response(request)
        message = _("%(tenant)s is suspended: %(reason)s. Nothing can be changed until the platform operator resumes it.") % {
            "tenant": tenant.name,
            "reason": tenant.suspension_reason,
        }
        if request.path.startswith("/api/"):
            return problem(403, "tenant_suspended", message)
        return _refused(request, message)


def _refused(request: HttpRequest, message: str) -> HttpResponse:
    return render(request, "403.html", {"message": message}, status=403)


def _open(request: HttpRequest) -> bool:
    return request.path in {reverse(name) for name in _ALWAYS_OPEN}
