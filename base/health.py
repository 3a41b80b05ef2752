"""What a load balancer and the runner ask: is the process up, and can it work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.core.cache import cache
from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.stdlib.get_logger(__name__)


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """200 when the database and the cache answer, else 503 with the names of those that do not."""
    failed = [name for name, probe in _PROBES.items() if not _answers(name, probe)]
    body = {"status": "unavailable" if failed else "ok", "failed": failed}
    return JsonResponse(body, status=503 if failed else 200)


def _probe_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _probe_cache() -> None:
    cache.get("readyz")


_PROBES: dict[str, Callable[[], None]] = {"database": _probe_database, "cache": _probe_cache}


def _answers(name: str, probe: Callable[[], None]) -> bool:
    try:
        probe()
    except (DatabaseFailure, PoolTimeout, RedisError, OSError) as error:
        _log.warning("not ready", part=name, reason=type(error).__name__)
        return False
    return True
