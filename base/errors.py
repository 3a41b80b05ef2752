"""Errors in words: what the domain refuses, and how an API says so (RFC 9457 problem+json)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions as drf_errors

from base import context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import _StrOrPromise

_log = structlog.stdlib.get_logger(__name__)


class DomainError(Exception):
    """Something the domain refuses.

    `code` is stable and meant for machines; `message` is for people, and says what to do; `field` is the input at
    fault; `extra` goes into the answer as it is (JSON values).
    """

    default_status: ClassVar[int] = 409

    def __init__(
        self,
        code: str,
        message: _StrOrPromise,
        *,
        field: str | None = None,
        status: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.field = field
        self.status = status or self.default_status
        self.extra = dict(extra or {})

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the answer carries."""
        return {}

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):  # noqa: N818  # reads as the sentence `raise Invalid`
    """An input breaks a rule (400)."""

    default_status = 400

    def __init__(self, code: str, message: _StrOrPromise, field: str | None = None, **options: Any) -> None:
        super().__init__(code, message, field=field, **options)


class NotAllowed(DomainError):  # noqa: N818  # reads as the sentence `raise NotAllowed`
    """The person may not do this (403)."""

    default_status = 403


class NotFound(DomainError):  # noqa: N818  # reads as the sentence `raise NotFound`
    """There is no such thing, or none that this person may see (404)."""

    default_status = 404


class TooMany(DomainError):  # noqa: N818  # reads as the sentence `raise TooMany`
    """Too often; try again after `retry_after` seconds (429)."""

    default_status = 429

    def __init__(self, code: str, message: _StrOrPromise, *, retry_after: int, **options: Any) -> None:
        super().__init__(code, message, **options)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def problem(status: int, code: str, detail: _StrOrPromise, *, headers: Mapping[str, str] | None = None, **extra: Any) -> HttpResponse:
    """An RFC 9457 answer. `code` tells the kind of problem, so the type stays `about:blank` and the title the status'."""
    return _document(status, code, detail, headers or {}, extra)


def domain_problem(error: DomainError) -> HttpResponse:
    """The problem that `error` is for an API's caller."""
    errors = [{"field": error.field, "code": error.code, "message": str(error)}]
    members = {"field": error.field, "errors": errors, **error.extra}
    return _document(error.status, error.code, error.message, error.headers, members)


def _document(status: int, code: str, detail: _StrOrPromise, headers: Mapping[str, str], members: Mapping[str, Any]) -> HttpResponse:
    """`members` that are None are left out, and none takes the place of one that the RFC names."""
    named = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail),
        "code": code,
    }
    own = {name: value for name, value in members.items() if value is not None and name not in named}
    body = {**named, **own, "request_id": context.current().request_id}
    kind = "application/problem+json"
    return HttpResponse(json.dumps(body, default=str), status=status, content_type=kind, headers=dict(headers))


def answer(error: Exception, view: Mapping[str, Any]) -> HttpResponse:
    """The REST framework's exception handler: every error becomes a problem; an unexpected one tells nothing of itself."""
    match error:
        case DomainError():
            return domain_problem(error)
        case drf_errors.ValidationError():
            return _invalid(list(_flatten(error.get_full_details())))
        case django_errors.ValidationError():
            details = drf_errors.ValidationError(_django_details(error)).get_full_details()
            return _invalid(list(_flatten(details)))
        case drf_errors.APIException():
            return _api_problem(error)
        case _:
            return _django_problem(error) or _unexpected(error, view)


# Django's own errors, the special ones first.
_DJANGO_ERRORS: tuple[tuple[type[Exception], int, str, _StrOrPromise], ...] = (
    (Http404, 404, "not_found", _lazy("There is no such thing here, or you may not see it.")),
    (django_errors.PermissionDenied, 403, "permission_denied", _lazy("You may not do this.")),
    (django_errors.RequestDataTooBig, 413, "too_large", _lazy("The request is larger than is accepted here.")),
    (django_errors.SuspiciousOperation, 400, "bad_request", _lazy("The request cannot be understood.")),
    (django_errors.BadRequest, 400, "bad_request", _lazy("The request cannot be understood.")),
)


def _django_problem(error: Exception) -> HttpResponse | None:
    for kind, status, code, message in _DJANGO_ERRORS:
        if isinstance(error, kind):
            return problem(status, code, message)
    return None


def _unexpected(error: Exception, view: Mapping[str, Any]) -> HttpResponse:
    """Told to the log and to whoever listens for failed requests, as Django does for pages."""
    request = view.get("request")
    got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    _log.error("unexpected error", exc_info=error)
    return problem(500, "internal", _("Something went wrong on our side. It is recorded under the request id."))


def _api_problem(error: drf_errors.APIException) -> HttpResponse:
    headers: dict[str, str] = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    first = next(_flatten(error.get_full_details()), {"code": str(error.default_code), "message": str(error.default_detail)})
    return problem(error.status_code, first["code"], first["message"], headers=headers)


def _invalid(errors: list[dict[str, Any]]) -> HttpResponse:
    """One error speaks for itself; several are listed under a common word."""
    if len(errors) == 1:
        only = errors[0]
        return problem(400, only["code"], only["message"], field=only["field"], errors=errors)
    return problem(400, "invalid", _("Some values are not accepted; `errors` names each field and its rule."), errors=errors)


def _django_details(error: django_errors.ValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return {field: _coded(errors) for field, errors in error.error_dict.items()}
    return _coded(error.error_list)


def _coded(errors: list[django_errors.ValidationError]) -> list[drf_errors.ErrorDetail]:
    return [drf_errors.ErrorDetail(text, code=each.code or "invalid") for each in errors for text in each.messages]


def _flatten(details: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Each message of nested error details, with its field as a dotted path (`lines.2.quantity`); None: the whole input."""
    if isinstance(details, list):
        # A list of messages belongs to the field itself; a list of mappings to the rows of a nested input.
        for number, item in enumerate(details):
            yield from _flatten(item, path if _is_message(item) else _join(path, str(number)))
    elif _is_message(details):
        yield {"field": path or None, "code": details["code"], "message": str(details["message"])}
    else:
        for name, item in details.items():
            yield from _flatten(item, path if name in _WHOLE else _join(path, str(name)))


_WHOLE = {"non_field_errors", django_errors.NON_FIELD_ERRORS}


def _is_message(details: Any) -> bool:
    return isinstance(details, dict) and isinstance(details.get("message"), drf_errors.ErrorDetail)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
