"""`Idempotency-Key` on the API's creates: the repeat of a request returns the first answer and does nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts.models import IdempotencyKey
from accounts.tenancy import current_tenant_id
from base.errors import DomainError, Invalid
from base.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from rest_framework.request import Request

HEADER = "Idempotency-Key"
_LONGEST = 200


def once(request: Request, route: str, work: Callable[[], Response]) -> Response:
    """Run `work` and keep its answer under the request's key, in one transaction; without a key just run it.

    Two repeats at the same time: the second waits for the first and returns its answer. A key that comes with another
    body is refused (422 `idempotency_key_reused`). Only what was done is kept: after an error the key is free again.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key:
        return work()
    if len(key) > _LONGEST:
        raise Invalid("invalid_idempotency_key", _("The key has %(longest)s characters at most.") % {"longest": _LONGEST}, HEADER)
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        claimed = _claim(route, key, fingerprint)
        if claimed:
            answer = work()
            IdempotencyKey.objects.filter(pk=claimed).update(status=answer.status_code, body=answer.data)
            return answer
    row = IdempotencyKey.objects.get(route=route, key=key)
    if row.fingerprint != fingerprint:
        raise DomainError("idempotency_key_reused", _("This key was used for another request. Send a new key."), field=HEADER, status=422)
    return Response(row.body, status=row.status or 200, headers={"Idempotent-Replay": "true"})


def only_once(route: str, key: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """For pages: run `work` and keep what it answers (JSON) under the form's key, or answer what the first sending did.

    Of two at the same time the second waits for the first. After an error the key is free again.
    """
    kept = key.strip()[:_LONGEST]
    if not kept:
        raise Invalid("key_missing", _("The form is incomplete. Reload the page and send it again."))
    with transaction.atomic():
        claimed = _claim(route, kept, "")
        if claimed:
            answer = work()
            IdempotencyKey.objects.filter(pk=claimed).update(status=200, body=answer)
            return answer
    body: dict[str, Any] = IdempotencyKey.objects.get(route=route, key=kept).body
    return body


_CLAIM = """
INSERT INTO idempotency_keys (id, tenant_id, route, key, fingerprint, created_at) VALUES (%s, %s, %s, %s, %s, now())
ON CONFLICT (tenant_id, route, key) DO NOTHING
"""


def _claim(route: str, key: str, fingerprint: str) -> UUID | None:
    """Take the key, after waiting for whoever is at work with it; None when the work is done already."""
    row = new_id()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [row, current_tenant_id(), route, key, fingerprint])
        return row if cursor.rowcount else None


def _fingerprint(request: Request) -> str:
    plain: Any = request._request
    return hashlib.sha256(b"\n".join([plain.method.encode(), plain.get_full_path().encode(), plain.body])).hexdigest()
