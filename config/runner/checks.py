"""What must be right before anything is started. Each refusal names what is wrong, gives an example and says what to do."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from config.environment import split_database_url
from config.runner import ports, roles, services
from config.runner.failure import StartFailure
from config.runner.terminal import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_PORT = 8000
_ROOM_MB = 300
_CACHE_EXAMPLE = "redis://:password@127.0.0.1:6379/0"
# What several machines must share, so that a run of one part never makes up its own.
_SHARED = {
    "DATABASE_URL": "postgres://doorstep_app:password@db.example.com:5432/doorstep",
    "REDIS_URL": "redis://:password@cache.example.com:6379/0",
    "SECRET_KEY": "the same long random text on every machine",
    "FIELD_KEYS": "the same Fernet keys on every machine",
}


def addresses(only: str | None) -> None:
    """Refuse missing and broken addresses, naming the variable and the part."""
    for name, example in _SHARED.items() if only else ():
        if not os.environ.get(name):
            raise StartFailure(
                f"{name} is not set; --only {only} runs a part of a deployment on several machines.",
                f"set it, for example {name}={example}",
            )
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if url := os.environ.get(name):
            split_database_url(name, url)
    if (url := os.environ.get("REDIS_URL")) and not url.startswith(("redis://", "rediss://", "unix://")):
        raise StartFailure("REDIS_URL: needs the scheme redis:// or rediss://.", f"write it like {_CACHE_EXAMPLE}")


def room(folder: Path) -> None:
    """Refuse a disk that is almost full, where the database would stop in the middle of something."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < _ROOM_MB:
        raise StartFailure(
            f"The disk of {folder} is almost full: {free} MB free, {_ROOM_MB} MB needed.",
            "free some space, or set DATA_DIR to a folder on another disk",
        )


def web_port(wanted: int | None, host: str) -> int:
    """The port to serve on: the wanted one or a refusal; without a wish the default one or, said aloud, the next that is free."""
    port = wanted or DEFAULT_PORT
    try:
        if ports.is_free(port, host):
            return port
    except PermissionError:
        raise StartFailure(f"This user may not listen on port {port}.", "use a port above 1023: make up PORT=8001") from None
    free = ports.next_free(port + 1, host)
    if wanted:
        raise StartFailure(f"Port {port} is taken{ports.holder(port)}.", f"stop that program, or choose another port: make up PORT={free}")
    say(f"port {port} is taken{ports.holder(port)}; using {free} (choose one with make up PORT={free})", "!")
    return free


def reachable(environ: Mapping[str, str]) -> None:
    """Tell an address that nobody answers at from everything else that can go wrong later."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if url := environ.get(name):
            roles.check_reachable(name, url)
    if not services.answers_ping(environ["REDIS_URL"]):
        raise StartFailure(
            "REDIS_URL: no Redis-protocol server answers there, or the password is wrong.",
            f"start it or correct the address, like {_CACHE_EXAMPLE}",
        )
