"""One child process: started in its own session, bound to our life, its output in a log of limited size."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from config.runner.programs import Account

_LOG_LIMIT = 5 * 2**20
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Service:
    """A child to keep running. `ready` answers quickly and never raises; times are in seconds."""

    name: str
    command: tuple[str, ...]
    log: Path
    environ: Mapping[str, str]
    cwd: Path
    ready: Callable[[int], bool]
    where: str = ""
    account: Account | None = None
    stdin: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_limit: float = 15
    start_limit: float = 60
    before: Callable[[], None] = field(default=lambda: None)


def adopt_orphans() -> None:
    """Let the grandchildren of a killed child become our children, so that none is left running unseen."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(service: Service) -> subprocess.Popen[str]:
    """Start the service. Its log is opened by us, so an unprivileged account needs no way to it."""
    service.before()
    parent = os.getpid()

    def bind() -> None:
        # After the change of account, which would clear it. If we are killed outright, the child is asked to stop.
        _libc.prctl(_PR_SET_PDEATHSIG, int(service.stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    account = service.account
    service.log.parent.mkdir(parents=True, exist_ok=True)
    with service.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  # a program of ours
            service.command,
            stdin=subprocess.PIPE if service.stdin else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=service.cwd,
            env=dict(service.environ),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            preexec_fn=bind,  # noqa: PLW1509  # the runner has one thread, so nothing can hold a lock across the fork
            text=True,
        )
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(service.stdin)
    return process


def stop(process: subprocess.Popen[str], service: Service) -> None:
    """Ask the process to stop; returns at once."""
    if process.poll() is None:
        process.send_signal(service.stop_signal)


def finish(process: subprocess.Popen[str], limit: float, hurry: Callable[[], bool]) -> bool:
    """Wait `limit` seconds for a process that was asked to stop, then kill its whole group. Says whether it stopped by itself."""
    deadline = time.monotonic() + limit
    while process.poll() is None and time.monotonic() < deadline and not hurry():
        time.sleep(0.05)
    gentle = process.poll() is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return gentle


def reap_orphans(known: set[int], limit: float = 3) -> None:
    """Kill what a dead child left running, and wait until it is gone: it may still hold a port or shared memory."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        left = [child for child in psutil.Process().children() if child.pid not in known]
        if not left:
            return
        for child in left:
            with suppress(psutil.Error):
                child.kill()
            with suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
        time.sleep(0.02)


def how_it_ended(status: int) -> str:
    """A sentence's end for an exit status."""
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended by itself with exit status {status}"


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        text = log.read_bytes()[-20000:].decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def limit_log(log: Path) -> None:
    """Keep a log below its limit with one older generation. The child appends, so it goes on writing at the new end."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            shutil.copyfile(log, log.with_suffix(".old.log"))
            os.truncate(log, 0)
