"""What the roles may do: the owner makes the tables, the runtime role and the operator's role read and write their rows.

Neither of the two owns anything, so neither can switch off row security, drop a table or empty it with TRUNCATE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from base.postgres.wall import OPERATOR_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.utils import CursorWrapper

# Two grants at a time would meet on the same rows of the catalogue ("tuple concurrently updated").
_LOCK = 0x600D5  # any number, the same everywhere

_ROWS = "SELECT, INSERT, UPDATE, DELETE"
_COUNTERS = "USAGE, SELECT"


def grant(using: str) -> list[str]:
    """Give the runtime role and the operator's role their rights on every table of the schema, as the owner on alias `using`.

    Also for the tables that the owner makes later. A model with `append_only = True` gets no UPDATE and DELETE; the list
    of applied migrations can only be read. Can be repeated. Returns the roles; ImproperlyConfigured names a missing one.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT current_user, current_schema()")
        owner, schema = cursor.fetchone()
        roles = [role for role in dict.fromkeys((settings.DATABASES["default"]["USER"], OPERATOR_ROLE)) if role != owner]
        _refuse_missing(cursor, roles)
        for role in roles:
            for statement in _statements(role, schema):
                cursor.execute(statement)
            for table, rights in _narrower(connections[using].introspection.table_names(cursor)):
                cursor.execute(_sql("REVOKE {rights} ON TABLE {schema}.{table} FROM {role}", rights, schema=schema, table=table, role=role))
    return roles


def _statements(role: str, schema: str) -> Iterator[sql.Composed]:
    names = {"schema": schema, "role": role}
    yield _sql("GRANT {rights} ON SCHEMA {schema} TO {role}", "USAGE", **names)
    yield _sql("GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {role}", _ROWS, **names)
    yield _sql("GRANT {rights} ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", _COUNTERS, **names)
    yield _sql("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO {role}", _ROWS, **names)
    yield _sql("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON SEQUENCES TO {role}", _COUNTERS, **names)


def _narrower(present: list[str]) -> Iterator[tuple[str, str]]:
    """Tables on which less is allowed, with what is taken back."""
    tables = set(present)
    for model in apps.get_models(include_auto_created=True):
        if getattr(model, "append_only", False) and model._meta.db_table in tables:
            yield model._meta.db_table, "UPDATE, DELETE, TRUNCATE"
    migrations = MigrationRecorder.Migration._meta.db_table
    if migrations in tables:
        yield migrations, "INSERT, UPDATE, DELETE, TRUNCATE"


def _refuse_missing(cursor: CursorWrapper, roles: list[str]) -> None:
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [roles])
    present = {name for (name,) in cursor.fetchall()}
    for role in roles:
        if role not in present:
            login = "NOLOGIN" if role == OPERATOR_ROLE else "LOGIN PASSWORD '…'"
            raise ImproperlyConfigured(f"The database has no role {role}. Make it as a superuser: CREATE ROLE {role} {login}")


def _sql(text: str, rights: str, **names: str) -> sql.Composed:
    quoted = {name: sql.Identifier(value) for name, value in names.items()}
    return sql.SQL(text).format(rights=sql.SQL(rights), **quoted)
