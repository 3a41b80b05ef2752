"""Databases of the bench's server with so many orders of a demo merchant, made once and kept, and a way into them from this process."""

import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.runner import environment, roles
from config.runner.failure import StartFailure

MERCHANT = "atlas-home"
SMALL = 10_000
_WARM = 15
_TIMES = 100


@cache
def volume(rows):
    """The name of the database with `rows` orders."""
    name = f"orders_{rows}"
    addresses = _addresses(name)
    roles.ensure(addresses["DATABASE_ADMIN_URL"], addresses["DATABASE_OWNER_URL"], addresses["DATABASE_URL"])
    _manage(addresses, "migrate", "--no-input", "--verbosity", "0")
    if _made(name) < rows:
        # The small one in a month, so that both have a full day's work open, and differ by what lies behind it.
        months = "1" if rows <= SMALL else "18"
        _manage(addresses, "demo", "--orders", str(rows), "--months", months, "--tenant", MERCHANT)
        with admin(name) as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
    return name


@contextmanager
def admin(name):
    """A superuser's connection, whom alone PostgreSQL lets COPY into tables with row security."""
    with psycopg.connect(_addresses(name)["DATABASE_ADMIN_URL"]) as connection:
        yield connection


@contextmanager
def inside(name):
    """Run the block in this process in the database `name`, as its merchant."""
    from django.db import connection

    from accounts.models import Tenant
    from accounts.tenancy import as_operator, in_tenant

    before = connection.settings_dict["NAME"]
    _turn(connection, name)
    try:
        with as_operator("a bench finds its merchant"):
            tenant = Tenant.objects.get(slug=MERCHANT)
        with in_tenant(tenant):
            yield tenant
    finally:
        _turn(connection, before)


def child_environment(name):
    """The environment of a process that works in the database `name`."""
    return {**os.environ, "DATABASE_URL": _addresses(name)["DATABASE_URL"], "PYTHONUNBUFFERED": "1"}


def p95(name, ask):
    """The time in milliseconds below which 95 of 100 calls of `ask(random)` stay, once caches and connections are warm."""
    rng = random.Random(name)
    with inside(name):
        for _call in range(_WARM):
            ask(rng)
        times = []
        for _call in range(_TIMES):
            began = time.perf_counter()
            ask(rng)
            times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20, method="inclusive")[-1] * 1000


def _turn(connection, name):
    connection.close()
    if connection.pool:
        connection.close_pool()
    connection.settings_dict["NAME"] = name


def _addresses(name):
    """The addresses in the bench's own file, for another database of its server."""
    kept = environment.read(Path(os.environ["DATA_DIR"]) / "env")
    roles_of = ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL", "DATABASE_URL")
    return {key: urlunsplit(urlsplit(kept[key])._replace(path=f"/{name}")) for key in roles_of}


def _made(name):
    with admin(name) as connection:
        return connection.execute("SELECT coalesce(max(last), 0) FROM number_sequences WHERE name = 'demo_orders'").fetchone()[0]


def _manage(addresses, *arguments):
    environ = {**os.environ, **addresses}
    ran = subprocess.run([sys.executable, "manage.py", *arguments], cwd=environment.ROOT, env=environ, check=False)
    if ran.returncode:
        raise StartFailure(f"manage.py {' '.join(arguments)} failed.", "read what it said above")
