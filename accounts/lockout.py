"""Brute force: five wrong passwords are answered, the sixth locks the account out, with the remaining time said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Max, Sum
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.errors import problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes ships no types
    """Counts failures per account and per address; an address may fail ten times as often, since a call centre shares one."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        by_account, by_address = (_total(attempts) for attempts in self.get_user_attempts(request, credentials))
        share = settings.AXES_FAILURE_LIMIT / settings.AXES_ADDRESS_LIMIT
        return max(by_account, math.floor(by_address * share))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget an account's failures; those of others at the same address stay, or signing in to one's own would reopen theirs."""
        by_account, _by_address = self.filter_user_attempts(request, credentials)
        gone, _detail = by_account.delete()
        return int(gone)

    def locked_until(self, request: HttpRequest, credentials: dict[str, Any] | None) -> Any:
        """When the last counted failure is forgotten, or None."""
        times = [attempts.aggregate(last=Max("attempt_time"))["last"] for attempts in self.get_user_attempts(request, credentials)]
        last = max((time for time in times if time), default=None)
        return last + settings.AXES_COOLOFF_TIME if last else None


def _total(attempts: QuerySet[Any]) -> int:
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0


def account_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The account that a try is counted for: one, however its address is spelt."""
    given = (credentials or request.POST).get(settings.AXES_USERNAME_FORM_FIELD) or ""
    return str(given).strip().lower()


def answer(request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """429 with the minutes that remain, as a page or as problem+json."""
    credentials = credentials or getattr(request, "axes_credentials", None)
    until = AxesProxyHandler.get_implementation().locked_until(request, credentials)
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds())) if until else int(settings.AXES_COOLOFF_TIME.total_seconds())
    minutes = math.ceil(seconds / 60)
    message = ngettext(
        "Too many wrong passwords. Signing in is locked for %(minutes)s more minute.",
        "Too many wrong passwords. Signing in is locked for %(minutes)s more minutes.",
        minutes,
    ) % {"minutes": minutes}
    if request.path.startswith("/api/"):
        locked: HttpResponse = problem(429, "locked_out", message, retry_after=seconds)
    else:
        remedy = _("Wait, or ask your administrator to let you in with a new password link.")
        locked = render(request, "429.html", {"message": message, "remedy": remedy, "seconds": seconds}, status=429)
    locked["Retry-After"] = str(seconds)
    return locked
