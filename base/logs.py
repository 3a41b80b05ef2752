"""Structured logs: one event a line, with the ids of the request, and without personal data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import structlog
from structlog.stdlib import ProcessorFormatter

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

_PRIVATE = re.compile(
    r"password|passwd|token|secret|authorization|cookie|e_?mail|phone|address|api_?key|full_?name|recipient|otp|signature",
    re.IGNORECASE,
)
# PostgreSQL names the offending row's values in these lines of its errors.
_ROW_VALUES = re.compile(r"^\s*(?:DETAIL|CONTEXT):.*\n?", re.MULTILINE)
# E-mail addresses and international phone numbers, which libraries put into their words.
_REACHABLE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+\d{8,15}\b")


def formatter(style: str = "json") -> ProcessorFormatter:
    """The formatter that settings.LOGGING names; `style` is json (machines) or console (people).

    Also brings structlog's own loggers into the standard library's, so that both kinds are written alike.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Processor = structlog.dev.ConsoleRenderer() if style == "console" else structlog.processors.JSONRenderer()
    return ProcessorFormatter(
        foreign_pre_chain=[*shared, routes_only],
        processors=[
            structlog.processors.format_exc_info,
            ProcessorFormatter.remove_processors_meta,
            redact,
            renderer,
        ],
    )


def bind(**ids: object) -> None:
    """Add ids (tenant, user, …) to every later line of this request or task."""
    structlog.contextvars.bind_contextvars(**ids)


def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Drop what is private by its name, at any depth; in the words, how to reach people and the rows that errors quote."""
    kept = cast("EventDict", _public(event))
    for name in ("exception", "event"):
        if isinstance(kept.get(name), str):
            kept[name] = _REACHABLE.sub("…", _ROW_VALUES.sub("", kept[name]))
    return kept


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _public(item) for key, item in value.items() if not _PRIVATE.search(str(key))}
    if isinstance(value, list | tuple):
        return [_public(item) for item in value]
    return value


def routes_only(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Django names the path of a failed request, and a path can carry a token: say its pattern instead."""
    request = getattr(event.get("_record"), "request", None)
    path = getattr(request, "path", "")
    if path and isinstance(event.get("event"), str):
        match = getattr(request, "resolver_match", None)
        event["event"] = event["event"].replace(path, f"/{match.route}" if match else "(no such page)")
    return event
