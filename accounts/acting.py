"""An operator who acts in a person's name, for 30 minutes, with a reason: what the browser's session holds of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.tenancy import as_operator

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

LIMIT = timedelta(minutes=30)
_SESSION = "acting"


def begin(request: HttpRequest, person: User, reason: str) -> datetime:
    """From the next request on, this browser is `person`'s. Returns until when."""
    until = timezone.now() + LIMIT
    request.session[_SESSION] = {"user": str(person.pk), "reason": reason, "until": until.isoformat()}
    return until


def end(request: HttpRequest) -> None:
    """Make the browser the operator's own again."""
    request.session.pop(_SESSION, None)


def take_over(request: HttpRequest) -> Any:
    """The person of this request, put on `request.user`: the person acted for, while that lasts and is allowed; else the one signed in."""
    signed_in: Any = request.user
    held = request.session.get(_SESSION) if signed_in.is_authenticated else None
    if not held:
        return signed_in
    until = parse_datetime(held["until"])
    with as_operator("an operator acts for a person"):
        person = User.objects.select_related("tenant").filter(pk=held["user"], is_active=True, tenant__isnull=False).first()
    if until is None or until <= timezone.now() or person is None or not signed_in.has_perm("platform.act_as"):
        end(request)
        return signed_in
    person.acting_operator = signed_in
    request.operator = signed_in  # type: ignore[attr-defined]  # read by the banner and by the second factor
    request.acting_until = until  # type: ignore[attr-defined]
    request.user = person
    return person
