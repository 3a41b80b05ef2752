"""The local PostgreSQL server: made once, tuned to the machine, mended after a crash.

It listens on 127.0.0.1 only, asks for a password (SCRAM) and has no socket file. Its data folder is its working directory,
named /proc/self/cwd, which reaches it whatever the permissions of the folders above (see `programs`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import psycopg

from config.runner import machine
from config.runner.failure import StartFailure
from config.runner.process import Service

if TYPE_CHECKING:
    from config.runner.programs import Account, Programs

_HERE = "/proc/self/cwd"
_ENVIRON = {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}
_ACCESS = "# Written at every start.\nhost all all 127.0.0.1/32 scram-sha-256\n"
# Tests lose nothing that matters when the machine stops.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "4GB"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder and how to serve it. `admin_url` is the superuser's address; `settings` win over the tuned ones."""

    folder: Path
    admin_url: str
    programs: Programs
    account: Account | None
    log: Path
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.admin_url).port or 5432

    def create(self) -> bool:
        """Make the data folder unless it is there; whole or not at all. Says whether it was made."""
        if (self.folder / "PG_VERSION").exists():
            self._check_owner()
            return False
        fresh = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        self._own(fresh)
        try:
            self._initialise(fresh)
        except StartFailure:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        fresh.replace(self.folder)
        return True

    def service(self) -> Service:
        """The server as a child to keep running."""
        return Service(
            name="PostgreSQL",
            command=(str(self.programs.postgres), "-D", _HERE),
            log=self.log,
            environ=_ENVIRON,
            cwd=self.folder,
            account=self.account,
            ready=self.answers,
            where=f"on 127.0.0.1:{self.port}",
            # SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, the data written out.
            stop_signal=signal.SIGINT,
            before=self._before_start,
        )

    def answers(self, pid: int = 0) -> bool:
        """Whether a real connection succeeds, and it is the server `pid` that answers, not one before it."""
        try:
            own_pid = int((self.folder / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            with psycopg.connect(self.admin_url, dbname="postgres", connect_timeout=2):
                return own_pid == pid or not pid
        except (OSError, ValueError, psycopg.Error):
            return False

    def _initialise(self, fresh: Path) -> None:
        command = [
            str(self.programs.initdb),
            "-D",
            _HERE,
            "-U",
            "postgres",
            "--pwfile=/dev/stdin",
            "--auth=scram-sha-256",
            "--data-checksums",
        ]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        account = self.account
        with tempfile.TemporaryFile(dir=fresh.parent) as password:
            password.write((urlsplit(self.admin_url).password or "").encode())
            password.seek(0)
            if account:
                # initdb opens the file anew through /dev/stdin, as the account that it runs as.
                os.fchown(password.fileno(), account.uid, account.gid)
            made = subprocess.run(  # noqa: S603  # a program of ours
                command,
                stdin=password,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=fresh,
                env=_ENVIRON,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                text=True,
                check=False,
            )
        if made.returncode:
            raise StartFailure("PostgreSQL could not make its data folder.", remedy_for(made.stdout), made.stdout.strip()[-1500:])

    def _before_start(self) -> None:
        self._stop_leftover()
        self._write("postgresql.conf", self._configuration())
        self._write("pg_hba.conf", _ACCESS)

    def _stop_leftover(self) -> None:
        """Clear what an earlier server left: the server itself if it still runs on this folder, and its pid file if it does not."""
        pid_file = self.folder / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = Path(process.cwd()) == self.folder.resolve()
        except (OSError, ValueError, psutil.Error):
            ours = False
        if ours:
            for signum, limit in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
                with suppress(psutil.Error):
                    process.send_signal(signum)
                    process.wait(limit)
                if not process.is_running():
                    break
        # The server would take any process that got the old number meanwhile for itself, and refuse to start.
        pid_file.unlink(missing_ok=True)
        self._wait_for_backends()

    def _wait_for_backends(self) -> None:
        """Server processes notice soon that their postmaster is gone; those that do not are killed, as recovery follows anyway."""
        started = time.monotonic()
        while time.monotonic() < started + 10:
            backends = [p for p in psutil.process_iter(["name", "pid"]) if p.info["name"] == "postgres" and _works_in(p, self.folder)]
            if not backends:
                return
            if time.monotonic() > started + 2:
                for process in backends:
                    with suppress(psutil.Error):
                        process.kill()
            time.sleep(0.02)

    def _configuration(self) -> str:
        values = _tuned(machine.memory_mb(), machine.cores()) | dict(self.settings)
        values |= {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        lines = [f"{name} = '{value}'" for name, value in values.items()]
        return "\n".join(
            [
                "# Written at every start; your own settings belong in custom.conf beside it.",
                *lines,
                "include_if_exists = 'custom.conf'",
                "",
            ]
        )

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.unlink(missing_ok=True)
        # Made anew, never followed: the folder's owner must not be able to point us, as root, at another file.
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            if self.account:
                os.fchown(file.fileno(), self.account.uid, self.account.gid)

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def _check_owner(self) -> None:
        owner = self.folder.stat().st_uid
        if owner != (self.account.uid if self.account else os.geteuid()):
            raise StartFailure(
                f"{self.folder} belongs to another user (uid {owner}).", "run as that user or as root, or give the folder to you"
            )


def remedy_for(evidence: str) -> str:
    """What to do about the common reasons for which a server does not start."""
    if "No space left on device" in evidence:
        return "the disk is full: free some space and start again"
    if "Address already in use" in evidence:
        return "another program took the port just now: start again, and another one is chosen"
    if "database files are incompatible" in evidence or "incompatible with server" in evidence:
        return "the data was made by another major version: dump it with that version and restore it, as docs/operations.md says"
    if "could not create shared memory" in evidence or "Cannot allocate memory" in evidence:
        return "there is too little memory: stop something, or set a lower shared_buffers in .data/postgres/custom.conf"
    return "read the lines above"


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder.resolve()
    except psutil.Error:
        return False


def _tuned(memory_mb: int, cores: int) -> dict[str, str]:
    """Settings for a server that shares the machine with the web server and the workers (sizes in MB)."""
    return {
        "shared_buffers": f"{max(128, min(memory_mb // 4, 1024))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": f"{max(4, min(memory_mb // 256, 32))}MB",
        "maintenance_work_mem": f"{max(64, min(memory_mb // 16, 512))}MB",
        "max_wal_size": "2GB",
        "max_connections": "100",
        "max_worker_processes": str(max(4, cores)),
        "max_parallel_workers_per_gather": str(max(1, min(cores // 2, 4))),
        "random_page_cost": "1.1",
        "effective_io_concurrency": "32",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "on",
        "shared_preload_libraries": "pg_stat_statements",
        "log_min_duration_statement": "500ms",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_lock_waits": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "password_encryption": "scram-sha-256",
        "idle_in_transaction_session_timeout": "10min",
        "lc_messages": "C",
    }
