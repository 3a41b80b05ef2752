"""PostgreSQL and Valkey of a test run: real servers of its own, in .data/, gone when it ends.

The first run after a change of the migrations makes a cluster with a migrated database and keeps it; every run copies it,
so that several runs may go on in one clone. `python -m tests.servers <command>` runs a command with such servers.

TEST_DATABASE_URL (a superuser's address) and TEST_REDIS_URL name servers to use instead. Never DATABASE_URL and REDIS_URL:
tests empty what they are given.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from config import translations
from config.runner import environment, ports, process, programs, roles, services
from config.runner.failure import StartFailure
from config.runner.postgres import FORGETFUL, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.runner.process import Service

ROOT = environment.ROOT
TEMPLATE = "doorstep_test"
_OLD = 3600  # seconds


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Servers for the block; gives the environment that leads to the migrated template database."""
    home = environment.data_dir()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left(home)
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix=f"test-run-{os.getpid()}-", dir=home))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        account = programs.account_for(folder / "postgres")
        found = programs.locate(account, folder / "programs")
        stack.callback(found.remove_copy)
        translations.compile_changed()
        variables = _secrets() | {"TEST_FOLDER": str(folder), "DATA_DIR": str(folder / "data")}
        if redis := os.environ.get("TEST_REDIS_URL"):
            variables["REDIS_URL"] = redis
        else:
            variables["REDIS_URL"] = f"redis://:{secrets.token_urlsafe(16)}@127.0.0.1:{ports.pick()}/0"
            _serve(stack, services.valkey(folder / "valkey", variables["REDIS_URL"], found, account, folder / "valkey.log"))
        if admin := os.environ.get("TEST_DATABASE_URL"):
            variables |= _addresses(admin, secrets.token_urlsafe(16), secrets.token_urlsafe(16))
            _make_template(variables)
        else:
            cluster = Cluster(folder / "postgres", "", found, account, folder / "postgres.log", tuple(FORGETFUL.items()))
            variables |= _start_cluster(stack, home, cluster, variables)
        yield variables


def _start_cluster(stack: ExitStack, home: Path, cluster: Cluster, variables: dict[str, str]) -> dict[str, str]:
    kept = home / f"test-cluster-{_digest()}"
    if not kept.exists():
        _make_cluster(home, kept, cluster, variables)
    subprocess.run(["cp", "-a", "--reflink=auto", str(kept / "postgres"), str(cluster.folder)], check=True)
    addresses = {name: _at_port(url, port) for port in [ports.pick()] for name, url in environment.read(kept / "env").items()}
    _serve(stack, replace(cluster, admin_url=addresses["DATABASE_ADMIN_URL"]).service())
    return addresses


def _make_cluster(home: Path, kept: Path, cluster: Cluster, variables: dict[str, str]) -> None:
    """A cluster with the migrated database, moved to `kept` when it is whole. Another run may have been quicker; both are the same."""
    _remove_old(home)
    with tempfile.TemporaryDirectory(prefix=f"test-run-{os.getpid()}-", dir=home) as name:
        folder = Path(name) / "cluster"
        folder.mkdir()
        addresses = _addresses(
            f"postgres://postgres:{secrets.token_urlsafe(16)}@127.0.0.1:{ports.pick()}/{TEMPLATE}",
            *(secrets.token_urlsafe(16) for _ in "12"),
        )
        making = replace(cluster, folder=folder / "postgres", admin_url=addresses["DATABASE_ADMIN_URL"])
        making.create()
        with ExitStack() as stack:
            _serve(stack, making.service())
            _make_template(variables | addresses)
        environment.write(folder / "env", addresses)
        try:
            folder.rename(kept)
        except OSError:
            if not kept.exists():
                raise


def _make_template(variables: dict[str, str]) -> None:
    roles.ensure(variables["DATABASE_ADMIN_URL"], variables["DATABASE_OWNER_URL"], variables["DATABASE_URL"])
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartFailure("The migrations failed on an empty database.", "run them by hand to see more", done.stderr[-4000:])


def _serve(stack: ExitStack, service: Service) -> None:
    child = process.spawn(service)
    stack.callback(process.finish, child, 10, lambda: False)
    stack.callback(process.stop, child, service)
    deadline = time.monotonic() + 30
    while not service.ready(child.pid):
        if child.poll() is not None or time.monotonic() > deadline:
            raise StartFailure(f"{service.name} of the tests did not start.", "", process.tail(service.log))
        time.sleep(0.02)


def _secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": "only for tests, long enough and with 1234567890 many different characters !?%&/()=",
        "FIELD_KEYS": "ZG9vcnN0ZXAtdGVzdHMtb25seS1rZXktMzItYnl0ZXM=",
        "LOG_FORMAT": "console",
        "BASE_URL": "http://localhost:8000",
        "EMAIL_URL": "",
        "STORAGE_URL": "",
        "DEBUG": "",
        "DEMO": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def _addresses(admin: str, owner_password: str, app_password: str) -> dict[str, str]:
    place = urlsplit(admin)
    host = f"{place.hostname}:{place.port or 5432}"
    return {
        "DATABASE_ADMIN_URL": urlunsplit(place._replace(path=f"/{TEMPLATE}")),
        "DATABASE_OWNER_URL": f"postgres://doorstep_owner:{owner_password}@{host}/{TEMPLATE}",
        "DATABASE_URL": f"postgres://doorstep_app:{app_password}@{host}/{TEMPLATE}",
    }


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@{parts.hostname}:{port}"))


def with_database(variables: dict[str, str], name: str) -> dict[str, str]:
    """The addresses of the database `name` in place of the template."""
    return {
        key: urlunsplit(urlsplit(variables[key])._replace(path=f"/{name}"))
        for key in ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL", "DATABASE_URL")
    }


def copy_template(admin_url: str, name: str) -> None:
    """Make the database `name` anew as a copy of the migrated template."""
    with psycopg.connect(admin_url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER doorstep_owner')


def _digest() -> str:
    """Changes with everything that the migrated database is made of."""
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("base/postgres/*.py"), *ROOT.glob("base/management/commands/*.py")]
    sources += [
        ROOT / "accounts/rowsecurity.py",
        ROOT / "config/runner/roles.py",
        ROOT / "config/runner/postgres.py",
        ROOT / "uv.lock",
        Path(__file__),
    ]
    digest = hashlib.sha256()
    for path in sorted(sources):
        if path.exists():
            digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _remove_left(home: Path) -> None:
    """Remove the folders of runs that were killed."""
    for folder in home.glob("test-run-*"):
        if not psutil.pid_exists(int(folder.name.split("-")[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _remove_old(home: Path) -> None:
    for folder in home.glob("test-cluster-*"):
        if time.time() - folder.stat().st_mtime > _OLD:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command line's command with servers."""
    try:
        with running() as variables:
            return subprocess.run(sys.argv[1:], cwd=ROOT, env={**os.environ, **variables}, check=False).returncode
    except StartFailure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
