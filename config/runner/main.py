"""`manage.py up`: the command line, and the order in which a run comes up."""

from __future__ import annotations

import argparse
import errno
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from config import translations
from config.runner import checks, environment, lock, programs, roles, services, stamps
from config.runner.failure import StartFailure
from config.runner.postgres import Cluster, remedy_for
from config.runner.process import tail
from config.runner.supervisor import Stopped, Supervisor
from config.runner.terminal import done, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from config.runner.process import Service

_LAST_PORT = 65535
_UNMIGRATED = "run `.venv/bin/python manage.py migrate` once with DATABASE_OWNER_URL set; the database lacks migrations of this version"
# Errors of the operating system that a person can mend; any other one is a fault of ours and keeps its traceback.
_MENDABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the folder it keeps its things in, the environment of its children, what was asked for."""

    folder: Path
    environ: dict[str, str]
    only: str | None
    host: str
    port: int
    own_database: bool
    own_cache: bool

    def log(self, name: str) -> Path:
        """The log of a child."""
        return self.folder / "logs" / f"{name}.log"


def main(arguments: Sequence[str]) -> int:
    """Run until somebody stops it; gives the exit status."""
    options = _options(arguments)
    try:
        with ExitStack() as stack:
            _run(options, stack)
    except Stopped:
        pass
    except (StartFailure, ImproperlyConfigured) as failure:
        say(str(failure), "✗")
        return 1
    except OSError as failure:
        if failure.errno not in _MENDABLE:
            raise
        remedy = "free some space and start again" if failure.errno == errno.ENOSPC else "check who owns it and whether it may be written"
        say(str(StartFailure(f"{failure.strerror}: {failure.filename or 'the data folder'}", remedy)), "✗")
        return 1
    say("stopped", "✓")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("manage.py up", description="Start everything Doorstep needs on this machine, and keep it running.")
    parser.add_argument(
        "--only", choices=("web", "worker", "beat"), help="only this part; the servers are those of DATABASE_URL and REDIS_URL"
    )
    parser.add_argument("--host", default=os.environ.get("WEB_HOST") or "127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT") or None,
        help=f"port to serve on (default {checks.DEFAULT_PORT} or the next free)",
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port, a number from 1 to 65535 (example: 8001)")
    return int(text)


def _run(options: argparse.Namespace, stack: ExitStack) -> None:
    began = time.monotonic()
    folder = environment.data_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    checks.addresses(options.only)
    note_address = stack.enter_context(lock.hold(folder / (f"lock-{options.only}" if options.only else "lock")))
    checks.room(folder)
    run = _plan(options, folder)
    # Entered before the supervisor, so left after it: the servers stop before their programs are removed.
    local = stack.enter_context(_programs(run))
    supervisor = stack.enter_context(Supervisor())
    if run.only:
        _start_part(run, run.only, supervisor)
    else:
        _start_all(run, supervisor, local)
    note_address(run.environ["BASE_URL"])
    _welcome(run, time.monotonic() - began)
    supervisor.watch()
    say("stopping", "·")


def _plan(options: argparse.Namespace, folder: Path) -> Run:
    port = checks.web_port(options.port, options.host) if options.only in {None, "web"} else checks.DEFAULT_PORT
    environ = dict(os.environ) if options.only else environment.prepare(folder, os.environ)
    environ = {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "config.settings", "BASE_URL": f"http://localhost:{port}"} | environ
    own = not options.only
    return Run(
        folder,
        environ,
        options.only,
        options.host,
        port,
        own and not os.environ.get("DATABASE_URL"),
        own and not os.environ.get("REDIS_URL"),
    )


@contextmanager
def _programs(run: Run) -> Iterator[tuple[programs.Programs, programs.Account | None] | None]:
    """The local servers' programs and account for the block; None when both servers are somebody else's."""
    if not (run.own_database or run.own_cache):
        yield None
        return
    note = run.folder / "programs"
    account = programs.account_for(run.folder / "postgres")
    found = programs.locate(account, note)
    try:
        yield found, account
    finally:
        found.remove_copy()
        note.unlink(missing_ok=True)


def _start_all(run: Run, supervisor: Supervisor, local: tuple[programs.Programs, programs.Account | None] | None) -> None:
    if local and run.own_database:
        _start_database(run, supervisor, *local)
    if local and run.own_cache:
        supervisor.start(services.valkey(run.folder / "valkey", run.environ["REDIS_URL"], *local, run.log("valkey")))
    checks.reachable(run.environ)
    _prepare(run, supervisor)
    supervisor.start(*(part() for part in _parts(run).values()))


def _start_part(run: Run, only: str, supervisor: Supervisor) -> None:
    checks.reachable(run.environ)
    translations.compile_changed()
    _subprocess(run, supervisor, ["manage.py", "migrate", "--check"], _UNMIGRATED)
    supervisor.start(_parts(run)[only]())


def _parts(run: Run) -> dict[str, Callable[[], Service]]:
    return {
        "web": lambda: services.web(run.environ, run.host, run.port, run.log("web")),
        "worker": lambda: services.worker(run.environ, run.log("worker")),
        "beat": lambda: services.beat(run.environ, run.folder / "beat.schedule", run.log("beat")),
    }


def _start_database(run: Run, supervisor: Supervisor, found: programs.Programs, account: programs.Account | None) -> None:
    environ = run.environ
    cluster = Cluster(run.folder / "postgres", environ["DATABASE_ADMIN_URL"], found, account, run.log("postgres"))
    began = time.monotonic()
    if cluster.create():
        done("PostgreSQL data folder made", time.monotonic() - began)
    supervisor.start(cluster.service())
    roles.ensure(environ["DATABASE_ADMIN_URL"], environ["DATABASE_OWNER_URL"], environ["DATABASE_URL"])


def _prepare(run: Run, supervisor: Supervisor) -> None:
    """Bring the database and the files to this version of the code, unless they are there already."""
    began = time.monotonic()
    if count := translations.compile_changed():
        done(f"Translations compiled ({count})", time.monotonic() - began)
    began = time.monotonic()
    url = run.environ["DATABASE_URL"]
    facts = (
        stamps.database_code,
        stamps.static_files,
        stamps.demo_code,
        lambda: stamps.applied_migrations(url),
        lambda: [run.environ.get("DEMO", "")],
    )
    prepared = stamps.Stamp(run.folder / "prepared.stamp", lambda: [fact for ask in facts for fact in ask()])
    if not prepared.current() or not (run.folder / "static").exists():
        logins = _subprocess(run, supervisor, ["-m", "config.runner.prepare"], "")
        (run.folder / "logins").write_text(logins, encoding="utf-8")
        prepared.set()
    done("Database and static files up to date", time.monotonic() - began)


def _subprocess(run: Run, supervisor: Supervisor, command: list[str], remedy: str) -> str:
    """Run a command to its end, or until somebody asks us to stop; gives what it printed."""
    log = run.log("prepare")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  # a program of ours
            [sys.executable, *command],
            cwd=environment.ROOT,
            env=run.environ,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    printed = None
    while printed is None:
        try:
            printed = process.communicate(timeout=0.1)[0]
        except subprocess.TimeoutExpired:
            if supervisor.stopping:
                process.terminate()
    supervisor.check_stop()
    if process.returncode:
        evidence = tail(log, 12) or printed[-2000:]
        raise StartFailure("The database and files could not be prepared:", remedy or remedy_for(evidence), evidence)
    return printed


def _welcome(run: Run, seconds: float) -> None:
    say()
    name = f"Doorstep ({run.only})" if run.only else "Doorstep"
    address = f":  {run.environ['BASE_URL']}/" if run.only in {None, "web"} else ""
    say(f"{name} is up after {seconds:.1f} s{address}", "✓")
    logins = run.folder / "logins"
    if not run.only and logins.exists():
        for line in logins.read_text(encoding="utf-8").rstrip().splitlines():
            say(line)
    say(f"Logs: {run.folder / 'logs'}    Stop: Ctrl-C")
