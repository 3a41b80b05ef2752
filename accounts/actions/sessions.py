"""Sign-ins of phones and programs: tokens given, rotated, ended. Source 002 `sessions`; spec 1-accounts, Session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.actions.notifications import notify_many
from accounts.audit import record
from accounts.models import Session, User
from accounts.signals import refresh_token_reused
from accounts.states import NotificationType
from accounts.tenancy import as_operator
from base import context
from base.crypto import digest
from base.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

CLAIM = "sid"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a device is given: an access token for 15 minutes, and a refresh token that works once."""

    access: str
    refresh: str
    session: Session


def begin_session(person: User, *, device_name: str = "") -> Tokens:
    """A new sign-in of a device, whose person's credentials have been checked."""
    now = context.current()
    moment = timezone.now()
    session = Session(
        user=person,
        tenant=person.tenant,
        device_name=device_name.strip()[:120],
        user_agent=now.user_agent[:300],
        ip_address=now.ip,
        last_used_at=moment,
        expires_at=moment + api_settings.REFRESH_TOKEN_LIFETIME,
    )
    refresh = _refresh_token(session)
    with transaction.atomic():
        session.refresh_token = digest(refresh)
        session.save(force_insert=True)
        record("device_signed_in", entity=session, user=person)
    return Tokens(_access_token(session), refresh, session)


def rotate_session(refresh: str) -> Tokens:
    """New tokens for a good refresh token. One that was used before ends the whole session and raises the alarm."""
    session_id = _session_id(refresh)
    with transaction.atomic(), as_operator("a device refreshes its tokens before its tenant is known"):
        session: Session | None = (
            Session.objects.select_for_update(of=("self",)).select_related("user__tenant").filter(pk=session_id).first()
        )
        if session is None or session.ended_at or session.expires_at <= timezone.now() or not session.user.is_active:
            raise _invalid()
        reused = session.refresh_token != digest(refresh)
        if reused:
            _end(session, "reused")
            _alarm(session)
        else:
            tokens = _rotated(session)
    if reused:
        raise DomainError(
            "refresh_token_reused",
            _("This refresh token was used before, so its sign-in has been ended. Sign in again."),
            status=401,
        )
    return tokens


def end_session(session: Session, *, reason: str = "signed_out") -> Session:
    """End one device's sign-in. Ending it again changes nothing."""
    with transaction.atomic():
        locked: Session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if locked.ended_at is None:
            _end(locked, reason)
            record("device_signed_out", entity=locked, details={"reason": reason})
    return locked


def end_sessions_of(person: User, *, reason: str) -> int:
    """End every device's sign-in of a person. Returns how many were open."""
    count = int(Session.objects.filter(user=person, ended_at=None).update(ended_at=timezone.now(), end_reason=reason))
    if count and context.current().user is not None:
        record("devices_signed_out", entity=person, details={"count": count, "reason": reason})
    return count


def end_by_token(refresh: str) -> None:
    """Sign a device out by its refresh token. A token that is no longer good is no error: the device is out already."""
    try:
        session_id = _session_id(refresh)
    except DomainError:
        return
    with as_operator("a device signs out before its tenant is known"):
        session = Session.objects.select_related("user__tenant").filter(pk=session_id).first()
        if session is not None:
            with context.using(user=session.user):
                end_session(session)


def sweep_sessions() -> int:
    """Delete sign-ins that expired, or ended, more than a day ago (source 002, maintenance). Returns how many."""
    limit = timezone.now() - timedelta(days=1)
    gone, _detail = Session.objects.filter(Q(expires_at__lt=limit) | Q(ended_at__lt=limit)).delete()
    return int(gone)


def _rotated(session: Session) -> Tokens:
    moment = timezone.now()
    session.rotation += 1
    session.last_used_at = moment
    session.expires_at = moment + api_settings.REFRESH_TOKEN_LIFETIME
    session.ip_address = context.current().ip
    refresh = _refresh_token(session)
    session.refresh_token = digest(refresh)
    session.save()
    return Tokens(_access_token(session), refresh, session)


def _refresh_token(session: Session) -> str:
    token = RefreshToken()
    token[CLAIM] = str(session.pk)
    return str(token)


def _access_token(session: Session) -> str:
    token = AccessToken()
    token[CLAIM] = str(session.pk)
    return str(token)


def _session_id(refresh: str) -> UUID | str:
    try:
        found: str = RefreshToken(refresh)[CLAIM]  # type: ignore[arg-type]  # the stubs ask for a Token, the code takes its text
    except (TokenError, KeyError) as error:
        raise _invalid() from error
    return found


def _end(session: Session, reason: str) -> None:
    session.ended_at = timezone.now()
    session.end_reason = reason
    session.save(update_fields=["ended_at", "end_reason"])


def _alarm(session: Session) -> None:
    person = session.user
    record("refresh_token_reused", entity=session, user=person, details={"device": session.device_name})
    refresh_token_reused.send(sender=Session, session=session)
    admins = User.objects.filter(tenant=person.tenant, is_active=True, role__in=["admin", "superadmin"]).exclude(pk=person.pk)
    notify_many(
        (person, *admins),
        type=NotificationType.ALERT,
        title=_lazy("A device's sign-in was used twice"),
        # Each reads it in their own language, whatever the device's is.
        message=format_lazy(
            _lazy("{person}, {device}: an old refresh token came back, so the sign-in was ended. If it was not you, change the password."),
            person=person.full_name,
            device=session.device_name or session.user_agent or "?",
        ),
        data={"link": "/me/sessions/"},
        key=f"reused:{session.pk}",
    )


def _invalid() -> DomainError:
    return DomainError("invalid_refresh_token", _("The refresh token is not valid any more. Sign in again."), status=401)
