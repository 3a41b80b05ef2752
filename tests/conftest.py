"""The harness: each pytest process has a database of its own (a copy of the migrated template), a Valkey database and a folder.

Tests ask as the runtime role `doorstep_app`, which owns nothing; the alias `owner` is the role that migrates.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

from tests import servers

_stack = ExitStack()


def _take_place():
    """Point the environment of this process at a database, a Valkey database and a folder of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        os.environ.update(_stack.enter_context(servers.running()))
    os.environ.update(servers.with_database(os.environ, f"test_{worker or 'only'}"))
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{int(worker.removeprefix('gw') or 0) + 1}"
    os.environ["DATA_DIR"] = str(Path(os.environ["TEST_FOLDER"]) / (worker or "only"))


def pytest_unconfigure():
    _stack.close()


def _settle():
    """Load the settings, which read the environment just made, change what a test run has otherwise, and set Django up."""
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickBCrypt"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    # Static files straight from their sources: nothing is collected in a test run.
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # A worker process would inherit it, and read the settings before it has taken its own place.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    django.setup()
    _clean_as_superuser()


def _clean_as_superuser():
    """Empty the tables after a test that commits, which the runtime role may not and append-only tables refuse."""
    from django.test import TransactionTestCase

    def empty(_case):
        with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True, options="-c lock_timeout=20s") as connection:
            filled = _filled_tables(connection) - _seeded
            if filled:
                connection.execute("SET session_replication_role = replica")
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, sorted(filled)))))

    TransactionTestCase._fixture_teardown = empty


# While this file is imported, since the conftest files below it import models, which need all this.
try:
    _take_place()
    _settle()
except servers.StartFailure as failure:
    pytest.exit(str(failure), returncode=1)

# Tables that the migrations filled: content types, permissions and the like.
_seeded: set[str] = set()


_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"


def _filled_tables(connection):
    names = [name for (name,) in connection.execute(_TABLES)]
    if not names:
        return set()
    asked = [sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name)) for name in names]
    return {name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))}


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """The database of this process: a copy of the migrated template."""
    url = os.environ["DATABASE_ADMIN_URL"]
    servers.copy_template(url, url.rsplit("/", 1)[1])
    with psycopg.connect(url) as connection:
        _seeded.update(_filled_tables(connection))
    yield
    from django.db import connections

    with django_db_blocker.unblock():
        for connection in connections.all(initialized_only=True):
            connection.close()
            if connection.pool:
                connection.close_pool()


@pytest.fixture(scope="session")
def valkey():
    """A client of this process's own Valkey database."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def _empty_valkey(valkey):
    """Nothing cached or queued by the test before."""
    valkey.flushdb()


@pytest.fixture(scope="session")
def admin_database(django_db_setup):
    """A superuser's connection to this process's database, for what no role of ours may do."""
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as connection:
        yield connection
