"""The database, its roles and its extensions, as the superuser makes them. Safe to run at every start.

`doorstep_owner` owns the database and runs migrations. `doorstep_app` serves requests: it owns nothing and row-level
security binds it. `doorstep_operator` cannot log in; `doorstep_app` becomes it for the audited operator mode, in which
policies show every tenant; so does `doorstep_owner`, for migrations that move data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.runner.failure import StartFailure

if TYPE_CHECKING:
    from psycopg import Connection

EXTENSIONS = ("pg_stat_statements", "pg_trgm", "btree_gin", "unaccent")

# Under row-level security PostgreSQL uses an index for a condition only if the condition's functions are LEAKPROOF: it must
# not evaluate, before the policy, a function that could tell about hidden rows in an error. These are not marked so because they
# can fail on a malformed *pattern* or run out of memory; neither tells more about a hidden row than that it was compared.
# Without the mark, every search over a GIN index would read the whole table, once there is a policy on it.
_LEAKPROOF = (
    "pg_catalog.jsonb_contains(jsonb, jsonb)",
    "pg_catalog.jsonb_exists(jsonb, text)",
    "pg_catalog.jsonb_exists_any(jsonb, text[])",
    "pg_catalog.jsonb_exists_all(jsonb, text[])",
    "pg_catalog.arraycontains(anyarray, anyarray)",
    "pg_catalog.arrayoverlap(anyarray, anyarray)",
    "pg_catalog.textlike(text, text)",
    "pg_catalog.texticlike(text, text)",
    "pg_catalog.textregexeq(text, text)",
    "pg_catalog.texticregexeq(text, text)",
    "pg_catalog.upper(text)",
    "pg_catalog.lower(text)",
    "pg_catalog.ts_match_vq(tsvector, tsquery)",
    "similarity_op(text, text)",
    "word_similarity_op(text, text)",
    "word_similarity_commutator_op(text, text)",
    "strict_word_similarity_op(text, text)",
    "strict_word_similarity_commutator_op(text, text)",
)


def ensure(admin_url: str, owner_url: str, app_url: str) -> None:
    """Make the roles, then the database of `app_url` with what every database of ours needs. Passwords come from the addresses."""
    with psycopg.connect(admin_url, dbname="postgres", autocommit=True) as connection:
        for url in (owner_url, app_url):
            parts = urlsplit(url)
            _ensure_role(connection, str(parts.username), sql.SQL("LOGIN PASSWORD {}").format(str(parts.password)))
        _ensure_role(connection, "doorstep_operator", sql.SQL("NOLOGIN"))
        connection.execute("GRANT doorstep_operator TO doorstep_app, doorstep_owner WITH INHERIT FALSE, SET TRUE")
        name = urlsplit(app_url).path.strip("/")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER doorstep_owner").format(sql.Identifier(name)))
    with psycopg.connect(admin_url, dbname=name, autocommit=True) as connection:
        _furnish(connection)


def _ensure_role(connection: Connection, name: str, attributes: sql.Composable) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    limits = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
    connection.execute(sql.SQL("{} ROLE {} {} {}").format(verb, sql.Identifier(name), limits, attributes))


def _furnish(connection: Connection) -> None:
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    connection.execute("ALTER SCHEMA public OWNER TO doorstep_owner")
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for function in _LEAKPROOF:
        connection.execute(sql.SQL("ALTER FUNCTION {} LEAKPROOF").format(sql.SQL(function)))


def check_reachable(name: str, url: str) -> None:
    """StartFailure that says which part of the address in variable `name` is wrong, if a connection does not succeed."""
    parts = urlsplit(url)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        if "password authentication failed" in said:
            wrong = f"the user {parts.username} or its password"
        elif "does not exist" in said and "database" in said:
            wrong = f"the database name {parts.path.strip('/')}"
        elif "resolve" in said or "Name or service" in said:
            wrong = f"the host {parts.hostname}"
        else:
            wrong = f"the host {parts.hostname} or the port {parts.port or 5432} (nobody answers there)"
        raise StartFailure(
            f"{name}: wrong is {wrong}.", "correct it, like postgres://doorstep_app:password@127.0.0.1:5432/doorstep", said
        ) from None
