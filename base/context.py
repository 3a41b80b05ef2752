"""What is known about the request (or task) that the running code serves: who, from where, under which id."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Context:
    """Read by the audit and the logs. Empty outside a request.

    `justification` is the reason a person gave; `acting_for` the id of the person that an operator acts as.
    """

    request_id: str = ""
    user: Any = None
    ip: str | None = None
    user_agent: str = ""
    session_id: str = ""
    justification: str = ""
    acting_for: str = ""


_context: ContextVar[Context] = ContextVar("context", default=Context())  # noqa: B039  # frozen, so safe to share


def current() -> Context:
    """The context of the running code."""
    return _context.get()


@contextmanager
def using(**changes: Any) -> Iterator[Context]:
    """Run the block in the present context with `changes`, then return to the one before, also after an error."""
    token = _context.set(replace(_context.get(), **changes))
    try:
        yield _context.get()
    finally:
        _context.reset(token)


def client_ip(request: HttpRequest) -> str | None:
    """The address the request came from, or None when the server does not know it (a socket file).

    X-Forwarded-For is believed only for as many right-most hops as `settings.TRUSTED_PROXIES` says, since everything
    further left was written by the client. With 0 the header is not read.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if settings.TRUSTED_PROXIES else []
    forwarded = _address(hops[-min(settings.TRUSTED_PROXIES, len(hops))]) if hops else None
    return forwarded or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """The address in its usual spelling, or None when it is not one."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
