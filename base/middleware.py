"""What happens around every request: its id and log line, the limit of its body, and errors in words."""

from __future__ import annotations

import re
import time
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.handlers.wsgi import LimitedStream
from django.utils.translation import gettext as _

from base import context
from base.errors import DomainError
from base.ids import new_id
from base.refusals import refuse, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    Next = Callable[[HttpRequest], HttpResponseBase]

_log = structlog.stdlib.get_logger("request")
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET_ROUTES = {"healthz", "readyz"}
_USER_AGENT_LIMIT = 400
_CHUNK = 64 * 1024
_IN_MEMORY = 1024 * 1024
# A refused body up to this size is read and thrown away, so that the client hears the answer instead of a broken pipe.
_DRAINED = 32 * 1024 * 1024
MULTIPART_LIMIT = 25 * 1024 * 1024


class RequestContext:
    """Gives the request an id and a context, and writes one line about it: no address, no query, no personal data."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _SANE_ID.fullmatch(given) else new_id().hex
        known = {
            "request_id": request_id,
            "ip": context.client_ip(request),
            "user_agent": request.headers.get("User-Agent", "")[:_USER_AGENT_LIMIT],
        }
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        try:
            with context.using(**known):
                response = self.get_response(request)
            _write_line(request, response.status_code, time.perf_counter() - started)
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-Id"] = request_id
        return response


def _write_line(request: HttpRequest, status: int, seconds: float) -> None:
    route = request.resolver_match.route if request.resolver_match else None
    quiet = route in _QUIET_ROUTES or (route is None and status < 400)  # noqa: PLR2004  # a health check, a static file
    write = _log.debug if quiet else _log.info
    write("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 1))


class BodyLimits:
    """Refuses with 413 a body larger than is accepted, without keeping it in memory.

    The limit is settings.DATA_UPLOAD_MAX_MEMORY_SIZE, for uploads of files (multipart) `MULTIPART_LIMIT`. A body sent in
    chunks, without a length, is counted while it is spooled to a temporary file.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = _limit(request)
        length = _declared_length(request)
        if length is not None and length > limit:
            _drain(request, length)
            return _too_large(request, limit)
        if length is None and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return self._of_unknown_length(request, limit)
        return self.get_response(request)

    def _of_unknown_length(self, request: HttpRequest, limit: int) -> HttpResponseBase:
        if not request.META.get("wsgi.input_terminated"):
            # This server does not say where the body ends: reading on would wait for ever.
            return refuse(request, 411, "length_required", _("Send the length of the body in Content-Length."))
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            if not _spool(request, spool, limit):
                return _too_large(request, limit)
            return self.get_response(request)


def _limit(request: HttpRequest) -> int:
    return MULTIPART_LIMIT if request.content_type == "multipart/form-data" else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _declared_length(request: HttpRequest) -> int | None:
    """The Content-Length, or None when there is none (or none that is a number)."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or "")
    except ValueError:
        return None


def _drain(request: HttpRequest, length: int) -> None:
    if length <= _DRAINED:
        while request.read(_CHUNK):
            pass


def _spool(request: HttpRequest, spool: SpooledTemporaryFile[bytes], limit: int) -> bool:
    """Move a body of unknown length to `spool` and let the request read it from there. False when it passes `limit`."""
    source, size = request.META["wsgi.input"], 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > _DRAINED:
            return False
        if size <= limit:
            spool.write(chunk)
    spool.seek(0)
    request.META["CONTENT_LENGTH"] = str(size)
    # Django reads nothing of a request that had no length.
    request._stream = LimitedStream(spool, size)  # type: ignore[assignment,arg-type]  # noqa: SLF001
    return size <= limit


def _too_large(request: HttpRequest, limit: int) -> HttpResponseBase:
    message = _("This is too large: at most %(limit)s MB can be sent at once.") % {"limit": limit // 1024**2}
    return refuse(request, 413, "too_large", message)


class DomainErrors:
    """Answers an error that the domain raised in a page with its own words instead of a failure."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        return refused(request, exception) if isinstance(exception, DomainError) else None
