"""The small files of a run: the lock file without registries, the stamps of what was done."""

from __future__ import annotations

import os

import psycopg
import pytest

from config.runner import machine, stamps
from config.runner.environment import ROOT
from config.runner.postgres import _tuned
from config.runner.scrub_lock import scrub

LOCK = """
[[package]]
name = "amqp"
version = "5.4.2"
source = { registry = "https://packages.example.com/simple" }
sdist = { url = "https://files.example.com/a/b/amqp-5.4.2.tar.gz", hash = "sha256:11", size = 7, upload-time = "2026-01-01T00:00:00Z" }
wheels = [
    { url = "https://files.example.com/c/amqp-5.4.2-py3-none-any.whl#x=1", hash = "sha256:22" },
]
"""


def test_a_scrubbed_lock_keeps_names_and_hashes_and_no_address():
    scrubbed = scrub(LOCK)
    assert "example.com" not in scrubbed
    assert "upload-time" not in scrubbed
    assert 'url = "https://index.invalid/amqp-5.4.2.tar.gz", hash = "sha256:11", size = 7 }' in scrubbed
    assert 'url = "https://index.invalid/amqp-5.4.2-py3-none-any.whl", hash = "sha256:22"' in scrubbed
    assert scrub(scrubbed) == scrubbed


def test_the_lock_in_the_repository_is_scrubbed():
    lock = (ROOT / "uv.lock").read_text()
    assert scrub(lock) == lock


def test_a_stamp_is_current_until_a_fact_changes(tmp_path):
    facts = ["one"]
    stamp = stamps.Stamp(tmp_path / "stamp", lambda: facts)
    assert not stamp.current()
    stamp.set()
    assert stamp.current()
    facts.append("two")
    assert not stamp.current()


def test_a_migration_that_was_taken_back_by_hand_is_noticed(admin_database):
    url = os.environ["DATABASE_ADMIN_URL"]
    before = stamps.applied_migrations(url)
    name = admin_database.execute(
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) RETURNING name, app, applied"
    ).fetchone()
    try:
        assert stamps.applied_migrations(url) == before[:-1]
    finally:
        admin_database.execute("INSERT INTO django_migrations (name, app, applied) VALUES (%s, %s, %s)", name)


def test_an_empty_database_has_no_applied_migrations():
    assert stamps.applied_migrations(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/postgres") == []


@pytest.mark.parametrize("memory", [256, 1024, 8192, 262144])
def test_the_database_is_tuned_to_the_memory_and_leaves_most_of_it_to_others(memory):
    settings = _tuned(memory, 2)
    assert int(settings["shared_buffers"].removesuffix("MB")) <= max(128, min(memory // 4, 1024))
    assert settings["shared_preload_libraries"] == "pg_stat_statements"


def test_the_memory_of_a_container_counts_when_it_is_less(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{64 * 2**20}\n")
    monkeypatch.setattr(machine, "_LIMITS", (limit,))
    assert machine.memory_mb() == 64
    limit.write_text("max\n")
    assert machine.memory_mb() > 64


def test_the_runtime_role_is_bound_and_owns_nothing(django_db_setup):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        flags = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owned = connection.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
    assert flags == (False, False, False, False)
    assert owned == (0,)


def test_a_search_may_use_its_index_under_row_security(admin_database):
    functions = ["texticlike(text,text)", "jsonb_contains(jsonb,jsonb)", "similarity_op(text,text)"]
    marked = admin_database.execute("SELECT bool_and(proleakproof), count(*) FROM pg_proc WHERE oid = ANY(%s::regprocedure[])", [functions])
    assert marked.fetchone() == (True, 3)
