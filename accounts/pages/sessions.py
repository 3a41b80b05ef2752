"""A person's sign-ins on phones and in programs: see them, end them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.actions.sessions import end_session, end_sessions_of
from accounts.models import Session
from accounts.pages.me_tabs import tabs
from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class Sessions(Page, TemplateView):
    """`/me/sessions/`."""

    permission = None
    template_name = "accounts/me_sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_ones = Session.objects.filter(user=signed_in(self.request), ended_at=None, expires_at__gt=timezone.now())
        return super().get_context_data(tabs=tabs("accounts:me-sessions"), sessions=open_ones.order_by("-last_used_at")[:100], **kwargs)


class EndSession(Page):
    """`POST /me/sessions/<id>/end/`."""

    permission = None
    http_method_names = ("post",)

    def post(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        session = Session.objects.filter(pk=session_id, user=signed_in(request)).first()
        if session is None:
            raise Http404
        end_session(session)
        toasts.add(request, _("%(device)s is signed out.") % {"device": session.device_name or _("The device")})
        return redirect("accounts:me-sessions")


class EndSessions(Page):
    """`POST /me/sessions/end/`: all of them."""

    permission = None
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        ended = end_sessions_of(signed_in(request), reason="signed_out")
        toasts.add(request, ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", ended) % {"count": ended})
        return redirect("accounts:me-sessions")
