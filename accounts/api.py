"""The tokens API: sign a device in, refresh, sign out, and see and end one's own sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt.settings import api_settings

from accounts.actions import second_factor, sessions
from accounts.models import Session, TotpDevice, User
from accounts.serializers import CredentialsIn, RefreshIn, SessionOut, TokensOut
from accounts.tenancy import as_operator, in_tenant
from base.errors import DomainError
from base.openapi import problems

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request


class _Open(APIView):
    """Called before anybody is signed in."""

    permission = None
    public = True
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "tokens"


class TokenView(_Open):
    """Sign a device in."""

    @extend_schema(
        summary="Sign a device in",
        description="The sixth wrong password locks the account for 15 minutes (429, `locked_out`). A second factor needs `code`.",
        request=CredentialsIn,
        responses={201: TokensOut, **problems(400, 401, 403, 429)},
        examples=[
            OpenApiExample("A phone", {"email": "agent@atlas.example", "password": "…", "device_name": "Omar's phone"}, request_only=True)
        ],
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        given = CredentialsIn(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        person = authenticate(request._request, username=values["email"], password=values["password"])
        if not isinstance(person, User):
            raise DomainError("wrong_credentials", _("E-mail and password do not belong together."), status=401)
        with in_tenant(person.tenant) if person.tenant else as_operator("an operator signs a device in"):
            _second_factor(person, values.get("code", ""))
            # The wrong passwords before are forgotten, as when a browser signs in.
            user_logged_in.send(sender=User, request=request._request, user=person)
            tokens = sessions.begin_session(person, device_name=values.get("device_name", ""))
        return _given(tokens, status.HTTP_201_CREATED)


class RefreshView(_Open):
    """Rotate a device's tokens."""

    @extend_schema(
        summary="Rotate a device's tokens",
        description="The refresh token works once. One that comes back a second time ends the whole sign-in (401, `refresh_token_reused`).",
        request=RefreshIn,
        responses={200: TokensOut, **problems(400, 401, 429)},
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        given = RefreshIn(data=request.data)
        given.is_valid(raise_exception=True)
        return _given(sessions.rotate_session(given.validated_data["refresh"]), status.HTTP_200_OK)


class LogoutView(_Open):
    """Sign a device out."""

    @extend_schema(
        summary="Sign a device out",
        description="Signing out again, or with a token that is no longer good, changes nothing (204).",
        request=RefreshIn,
        responses={204: None, **problems(400, 429)},
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        given = RefreshIn(data=request.data)
        given.is_valid(raise_exception=True)
        sessions.end_by_token(given.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class SessionsView(ListAPIView[Session]):
    """One's own sign-ins that are good now."""

    permission = None
    queryset = Session.objects.none()
    serializer_class = SessionOut
    ordering = ("-last_used_at", "-id")

    @extend_schema(summary="One's own sign-ins of devices", responses={200: SessionOut(many=True), **problems(400, 401)}, tags=["auth"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Session]:
        found: QuerySet[Session] = Session.objects.filter(user_id=self.request.user.pk, ended_at=None, expires_at__gt=timezone.now())
        return found


class SessionView(APIView):
    """One of one's own sign-ins."""

    permission = None

    @extend_schema(summary="End one of one's own sign-ins", request=None, responses={204: None, **problems(401, 403, 404)}, tags=["auth"])
    def delete(self, request: Request, session_id: UUID) -> Response:
        session = Session.objects.filter(pk=session_id, user_id=request.user.pk).first()
        if session is None:
            raise DomainError("not_found", _("You have no such sign-in."), status=404)
        sessions.end_session(session)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _second_factor(person: User, code: str) -> None:
    if not TotpDevice.objects.filter(user=person, confirmed=True).exists():
        required = person.tenant.config.security.second_factor_required if person.tenant else False
        if required:
            raise DomainError("second_factor_needed", _("Set the second factor up in a browser first."), status=403)
        return
    if not code:
        raise DomainError("code_needed", _("Give the code of your authenticator app too."), field="code", status=401)
    second_factor.check_code(person, code=code)


def _given(tokens: sessions.Tokens, code: int) -> Response:
    tokens_out = {
        "access": tokens.access,
        "refresh": tokens.refresh,
        "session": tokens.session,
        "access_expires_in": int(api_settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
    }
    return Response(TokensOut(tokens_out).data, status=code, headers={"Cache-Control": "no-store"})
