"""Who calls the API: a device by its access token, or a browser by its session; and whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.actions.sessions import CLAIM
from accounts.models import Session
from accounts.tenancy import as_operator

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

_SCHEME = "bearer"


def token_of(request: HttpRequest) -> str | None:
    """The access token that the request carries, or None."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else None


def session_of(token: str) -> Session | None:
    """The open sign-in that this access token belongs to, with its person and tenant; one statement. None when it is not good."""
    try:
        session_id = AccessToken(token)[CLAIM]  # type: ignore[arg-type]  # the stubs ask for a Token, the code takes its text
    except (TokenError, KeyError):
        return None
    with as_operator("an access token names its person before the tenant is known"):
        found: Session | None = (
            Session.objects.select_related("user__tenant")
            .filter(pk=session_id, ended_at=None, expires_at__gt=timezone.now(), user__is_active=True)
            .first()
        )
    return found


class SessionToken(BaseAuthentication):
    """`Authorization: Bearer …`. The middleware has looked the token up already and raised the tenant's walls."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        plain = request._request
        if token_of(plain) is None:
            return None
        session = getattr(plain, "token_session", None)
        if session is None:
            raise AuthenticationFailed(_("The access token is not valid any more. Refresh it or sign in again."), code="invalid_token")
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="doorstep"'


class BrowserSession(SessionAuthentication):
    """The cookie of a signed-in browser, with its CSRF token."""


class Named(BasePermission):
    """Asks for the permission that the view names: `permission = "orders.view"`, or by action or method in `permissions`.

    None means any signed-in person. A view that names nothing is refused for everybody.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        name = named_permission(view, request.method or "GET")
        return name is None or request.user.has_perm(name)


def named_permission(view: Any, method: str) -> str | None:
    """The permission a view asks for on this action (viewsets) or method; ImproperlyConfigured when it names none."""
    table: dict[str, str | None] = getattr(view, "permissions", {})
    action = getattr(view, "action", None) or method.lower()
    if action in table:
        return table[action]
    if not hasattr(view, "permission"):
        raise ImproperlyConfigured(f"{type(view).__name__} names no permission for {action}")
    found: str | None = view.permission
    return found


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself; drf-spectacular leaves it untyped
    target_class = SessionToken
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class _BrowserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as above
    target_class = BrowserSession
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "doorstep_session"}
