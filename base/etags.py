"""Conditional requests (RFC 9110, 13): a reader who has the present state gets no body, a writer who has an old one is refused."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from base.errors import DomainError

if TYPE_CHECKING:
    from rest_framework.request import Request

_ANY = "*"


def etag_of(data: Any) -> str:
    """A strong tag of a representation: it changes when anything does that the reader would see."""
    text = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the reader has this state already (`If-None-Match`): answer 304."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == [_ANY] or tag in {each.removeprefix("W/") for each in known}


def require_match(request: Request, tag: str) -> None:
    """Refuse with 412 (`changed_meanwhile`) a writer whose `If-Match` names another state. Without the header anything goes."""
    wanted = request.headers.get("If-Match")
    if wanted is None or parse_etags(wanted) == [_ANY] or tag in parse_etags(wanted):
        return
    raise DomainError("changed_meanwhile", _("It was changed since you read it. Read it again, then write."), field="If-Match", status=412)
