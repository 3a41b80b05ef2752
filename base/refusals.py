"""What is shown when something is refused: a problem to machines, a toast to htmx, a page to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from base import context, toasts
from base.errors import DomainError, domain_problem, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

_OWN_PAGE = {400, 403, 404, 413, 429}


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to a request that the domain refused, in the error's own words."""
    if _is_api(request):
        return domain_problem(error)
    return refuse(request, error.status, error.code, str(error), headers=error.headers, extra=error.extra)


def refuse(
    request: HttpRequest,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    template: str = "",
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A problem on /api/; for htmx the status with a toast and nothing to swap in; else `template` or the status' page.

    The template is given `status`, `code`, `message`, `request_id` and what is in `extra`.
    """
    if _is_api(request):
        return problem(status, code, message, headers=headers)
    if HtmxDetails(request):
        nothing = HttpResponse(status=status, headers={**(headers or {}), "HX-Reswap": "none"})
        return toasts.send(nothing, message, tone="bad")
    shown = {**(extra or {}), "status": status, "code": code, "message": message, "request_id": context.current().request_id}
    page = render(request, template or f"{status if status in _OWN_PAGE else 409}.html", shown, status=status)
    for name, value in (headers or {}).items():
        page[name] = value
    return page


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400; a body that only its reader found too large is said to be so."""
    if isinstance(exception, RequestDataTooBig):
        return refuse(request, 413, "too_large", _("This is larger than is accepted here. Send less at once."))
    message = _("Something in the address or in what was sent is not as it should be. Go back and try again.")
    return refuse(request, 400, "bad_request", message)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    message = _("Your role does not include it. If you need it for your work, ask your administrator to allow it.")
    return refuse(request, 403, "permission_denied", str(exception) or message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Django's handler404. Says the same of what does not exist and of what belongs to somebody else."""
    message = _("It may have been moved or removed, or it belongs to another merchant. Search by number, phone or name to find it.")
    return refuse(request, 404, "not_found", message)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Drawn without the request, since what failed may be the very thing that a page needs."""
    message = _("Nothing of yours is lost: what was not finished was not kept. We have been told. Try again in a minute.")
    if _is_api(request):
        return problem(500, "internal", message)
    shown = {"status": 500, "code": "internal", "message": message, "request_id": context.current().request_id}
    return HttpResponse(loader.render_to_string("500.html", shown), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Django's CSRF_FAILURE_VIEW: a form without its protection token is an old page, or a form of another site."""
    message = _(
        "The page was open for a long time, or you signed in elsewhere meanwhile. Nothing was changed. "
        "Go back, reload the page and send it again."
    )
    return refuse(request, 403, "csrf_failed", message, template="403_csrf.html")
