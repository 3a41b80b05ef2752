"""Valkey, web, worker and beat as children to keep running."""

from __future__ import annotations

import http.client
import os
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis

from config import heartbeat
from config.runner import machine
from config.runner.environment import PRIVILEGED, ROOT
from config.runner.process import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from config.runner.programs import Account, Programs


def valkey(folder: Path, url: str, programs: Programs, account: Account | None, log: Path) -> Service:
    """The local Valkey: every write is in the append-only file, on disk within a second.

    Its settings come over stdin, so no list of processes shows the password.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    address = urlsplit(url)
    settings = {
        "bind": "127.0.0.1",
        "port": address.port,
        "requirepass": address.password,
        "databases": 64,
        "dir": ".",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
    }
    return Service(
        name="Valkey",
        command=(str(programs.valkey), "-"),
        log=log,
        environ={"PATH": "/usr/bin:/bin", "LANG": "C"},
        cwd=folder,
        account=account,
        ready=lambda _pid: answers_ping(url),
        where=f"on 127.0.0.1:{address.port}",
        stdin="".join(f"{name} {value}\n" for name, value in settings.items()),
    )


def web(environ: Mapping[str, str], host: str, port: int, log: Path) -> Service:
    """The web server: a process a core with a few threads each (WEB_PROCESSES, WEB_THREADS)."""
    threads = environ.get("WEB_THREADS") or "2"
    processes = environ.get("WEB_PROCESSES") or str(min(machine.cores(), 8))
    command = ("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", processes)
    options = ("--blocking-threads", threads, "--backpressure", "128", "--respawn-failed-workers", "--no-ws", "config.wsgi:application")
    local = "127.0.0.1" if host in {"0.0.0.0", "127.0.0.1"} else host  # noqa: S104  # compared with, not listened on
    return Service(
        name="Web",
        command=(sys.executable, *command, *options),
        log=log,
        environ=unprivileged(environ) | {"DB_POOL": environ.get("DB_POOL") or threads, "DB_APPLICATION": "doorstep web"},
        cwd=ROOT,
        ready=lambda _pid: answers_health(local, port, environ["BASE_URL"]),
        where=f"on {host}:{port}",
    )


def worker(environ: Mapping[str, str], log: Path) -> Service:
    """The Celery worker (WORKER_PROCESSES at a time). Ready when it has noted its first heartbeat."""
    processes = environ.get("WORKER_PROCESSES") or str(min(machine.cores(), 8))
    url = environ["REDIS_URL"]
    return Service(
        name="Worker",
        command=(
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            processes,
            "--without-gossip",
            "--without-mingle",
        ),
        log=log,
        environ=unprivileged(environ) | {"DB_APPLICATION": "doorstep worker"},
        cwd=ROOT,
        ready=lambda pid: _exists(url, heartbeat.key(pid)),
        where=f"{processes} at a time",
    )


def beat(environ: Mapping[str, str], schedule: Path, log: Path) -> Service:
    """The clock that starts scheduled work. One in the whole deployment."""
    url = environ["REDIS_URL"]
    return Service(
        name="Beat",
        command=(
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "beat",
            "--loglevel",
            "INFO",
            "--schedule",
            str(schedule),
            "--pidfile",
            "",
        ),
        log=log,
        environ=unprivileged(environ) | {"DB_APPLICATION": "doorstep beat"},
        cwd=ROOT,
        ready=lambda pid: _exists(url, heartbeat.key(pid)),
        where="starts scheduled work",
    )


def unprivileged(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the addresses of the owner and the superuser."""
    return {name: value for name, value in environ.items() if name not in PRIVILEGED}


def answers_ping(url: str) -> bool:
    """Whether the Redis-protocol server at `url` answers within a second."""
    return _ask(url, lambda client: bool(client.ping()))


def answers_health(host: str, port: int, public: str) -> bool:
    """Whether the web server says within two seconds that it is healthy, or sends us to the https address that it is told to use.

    Asked by its public name, the one that ALLOWED_HOSTS is sure to have.
    """
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(public).netloc})
        return connection.getresponse().status < HTTPStatus.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _exists(url: str, key: str) -> bool:
    return _ask(url, lambda client: bool(client.exists(key)))


def _ask(url: str, question: Callable[[redis.Redis], bool]) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return question(client)
    except (redis.RedisError, OSError):
        return False
