"""JSON from outside, read with limits: its depth, its numbers and its characters are those that we can keep."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Texts are matched to be skipped. Possessive, and closed by the quote or the end, so that any text takes linear time.
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)


class LimitedJSONParser(JSONParser):
    """The API's parser: as `loads`, at most `settings.JSON_MAX_DEPTH` levels; anything else is a 400."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # the framework's signature
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return loads(stream.read(), max_depth=settings.JSON_MAX_DEPTH)
        except ValueError as error:
            message = _("The body is not acceptable JSON: %(reason)s.") % {"reason": error}
            raise ParseError(message, code="malformed_json") from error


def loads(text: bytes | str, max_depth: int) -> Any:
    """The value that `text` (UTF-8) holds.

    ValueError when it is not JSON, nested deeper than `max_depth`, or holds a number that is not finite or a character
    that the database cannot store. The depth is counted before anything is built, so a deep text costs no memory.
    """
    raw = text.encode() if isinstance(text, str) else text
    if _too_deep(raw, max_depth):
        raise ValueError(_("nested deeper than %(limit)d levels") % {"limit": max_depth})
    value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
    if rb"\u" in raw or b"\0" in raw:
        _refuse_unstorable(value)
    return value


def _too_deep(raw: bytes, max_depth: int) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= max_depth:
        return False
    depth = 0
    for token in _TOKENS.finditer(raw):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if depth > max_depth:
            return True
    return False


def _refuse_constant(name: str) -> None:
    raise ValueError(_("%(name)s is not a number") % {"name": name})


def _finite(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(_("%(number)s is out of range") % {"number": digits})
    return value


def _refuse_unstorable(value: Any) -> None:
    for text in _strings(value):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(_("a text holds a character that cannot be stored"))


def _strings(value: Any) -> Iterator[str]:
    """Every text in `value`, also the keys. Recursion is safe: the depth was limited before."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
