"""Signs of life of workers and beat: a key in Valkey a process, which goes away when it is not renewed.

`manage.py up` waits for it, and a page can count workers by it.
"""

from __future__ import annotations

import logging
import os
from typing import Any

import redis
from celery.signals import beat_init, heartbeat_sent, worker_ready
from django.conf import settings

_LIFE = 30
_log = logging.getLogger(__name__)


def key(pid: int) -> str:
    """The key of the worker or beat with this process id on this machine."""
    return f"doorstep:alive:{os.uname().nodename}:{pid}"


def _note(**_: Any) -> None:
    # A heartbeat that cannot be noted is missed by its reader; the process itself goes on.
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            client.set(key(os.getpid()), "1", ex=_LIFE)
    except redis.RedisError as error:
        _log.warning("heartbeat not noted: %s", error)


for _signal in (worker_ready, heartbeat_sent, beat_init):
    _signal.connect(_note)
