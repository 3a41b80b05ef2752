"""What benches measure against: our own PostgreSQL, Valkey and web servers, with a database that is kept between runs."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import django

from config.runner import environment, lock, ports, programs, roles, services
from config.runner.failure import StartFailure
from config.runner.postgres import Cluster
from config.runner.process import tail
from config.runner.supervisor import Supervisor
from tests.bench.load import LOOPBACK, Request, drive

# All that a run takes over from whoever starts it, so that their settings do not change what is measured.
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
_BUSY = 0.9


@dataclass(frozen=True)
class World:
    """A round's length in seconds and its limit of answers, the ports of the servers, and the volume (`rows`) that is asked for."""

    app_port: int
    bare_port: int
    rows: int = 0
    seconds: float = 1.0
    answers: int = 50_000
    notes: dict[str, None] = field(default_factory=dict)

    def page(self, path, **headers):
        """A request to Doorstep; header names with underscores for dashes."""
        return Request(self.app_port, path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def bare(self):
        """A request to the bare application."""
        return Request(self.bare_port, "/")

    def rate(self, request):
        """A round that gives answers a second, from eight connections at a time."""
        return lambda: self._driven(request, connections=8).rate

    def p95(self, request):
        """A round that gives the time in milliseconds below which 95 of 100 answers come, to one caller at a time."""
        return lambda: self._driven(request, connections=1).p95

    def _driven(self, request, *, connections):
        load = drive(request, seconds=self.seconds, answers=self.answers, connections=connections)
        if load.busy > _BUSY:
            note = f"{request.path} on port {request.port}: the load generator itself was busy; the server may be faster than this figure."
            self.notes[note] = None
        return load


@contextmanager
def running(folder, *, rows=0):
    """The world for the block, its servers' data in `folder`, and the supervisor, which hears a Ctrl-C. Sets Django up in this process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    environ = _environ(folder)
    with ExitStack() as stack:
        stack.enter_context(lock.hold(folder / "lock"))
        found, account = stack.enter_context(_servers(folder))
        supervisor = stack.enter_context(Supervisor())
        _start_data(folder, environ, supervisor, found, account)
        _prepare(folder, environ)
        world = World(app_port=ports.pick(), bare_port=ports.pick(), rows=rows)
        _start_web(folder, environ, supervisor, world)
        os.environ.update(services.unprivileged(environ))
        django.setup()
        yield world, supervisor


def _environ(folder):
    """As in production, with one web process: one core serves while the load generator has another."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "WEB_PROCESSES": "1",
        "BASE_URL": "http://127.0.0.1",
        "LOG_FORMAT": "json",
        "DEMO": "1",
    }
    return environment.prepare(folder, {name: os.environ[name] for name in _PASSED if name in os.environ} | ours)


@contextmanager
def _servers(folder):
    note = folder / "programs"
    account = programs.account_for(folder / "postgres")
    found = programs.locate(account, note)
    try:
        yield found, account
    finally:
        found.remove_copy()
        note.unlink(missing_ok=True)


def _start_data(folder, environ, supervisor, found, account):
    cluster = Cluster(folder / "postgres", environ["DATABASE_ADMIN_URL"], found, account, folder / "logs/postgres.log")
    cluster.create()
    valkey = services.valkey(folder / "valkey", environ["REDIS_URL"], found, account, folder / "logs/valkey.log")
    supervisor.start(cluster.service(), valkey)
    roles.ensure(environ["DATABASE_ADMIN_URL"], environ["DATABASE_OWNER_URL"], environ["DATABASE_URL"])


def _prepare(folder, environ):
    log = folder / "logs/prepare.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "config.runner.prepare"]
        ran = subprocess.run(command, cwd=environment.ROOT, env=environ, stdout=out, stderr=out, check=False)
    if ran.returncode:
        raise StartFailure("The bench's database could not be prepared:", f"read {log}, or remove {folder} to begin anew", tail(log, 12))


def _start_web(folder, environ, supervisor, world):
    app = services.web(environ, LOOPBACK, world.app_port, folder / "logs/web.log")
    bare = services.web(environ, LOOPBACK, world.bare_port, folder / "logs/bare.log")
    # The same server with the same options; only the application differs.
    bare = replace(bare, name="Bare WSGI", command=(*bare.command[:-1], "tests.bench.floor:application"))
    supervisor.start(app, bare)
