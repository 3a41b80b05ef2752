"""The roles of the database: the runtime role reads and writes rows, and can do nothing else to a table."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from base.management.commands.migrate import Command
from base.postgres import grants, wall
from base.postgres.grants import grant
from tests.base.shelf import Journal, Ticket

WAYS = {"SELECT": True, "INSERT": True, "UPDATE": True, "DELETE": True, "TRUNCATE": False, "REFERENCES": False, "TRIGGER": False}


@pytest.fixture(autouse=True)
def runtime_role_only(owner):
    if owner == "default":
        pytest.skip("one role only")


@pytest.fixture
def journal_table(owner, django_db_setup, django_db_blocker):
    """A table that may only grow, made after the rights were given."""
    with django_db_blocker.unblock():
        with connections[owner].schema_editor() as editor:
            editor.create_model(Journal)
        yield Journal._meta.db_table
        with connections[owner].schema_editor() as editor:
            editor.delete_model(Journal)
        connections[owner].close()
        connection.close()


def rights(role, table):
    with connection.cursor() as cursor:
        return {way: allowed(cursor, role, table, way) for way in WAYS}


def allowed(cursor, role, table, way):
    cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, way])
    return cursor.fetchone()[0]


def runtime_role():
    return connection.settings_dict["USER"]


@pytest.mark.parametrize("role", [runtime_role, lambda: wall.OPERATOR_ROLE])
def test_both_roles_read_and_write_rows_and_nothing_more(tickets, role):
    assert rights(role(), Ticket._meta.db_table) == WAYS


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE base_tests_ticket",
        "DROP TABLE base_tests_ticket",
        "ALTER TABLE base_tests_ticket DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
        "CREATE TRIGGER t BEFORE INSERT ON base_tests_ticket EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_the_runtime_role_cannot_change_a_table(tickets, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_table_made_later_has_the_same_rights(journal_table):
    assert rights(runtime_role(), journal_table) == WAYS


def test_a_table_that_may_only_grow_can_be_read_and_added_to(journal_table, owner, monkeypatch):
    present = list(grants.apps.get_models(include_auto_created=True))
    monkeypatch.setattr(grants.apps, "get_models", lambda **_options: [*present, Journal])
    grant(owner)
    Journal.objects.create(text="written")
    assert Journal.objects.count() == 1
    for change in (lambda: Journal.objects.update(text="changed"), lambda: Journal.objects.all().delete()):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
    assert Journal.objects.get().text == "written"


def test_rights_can_be_given_again(tickets_table, owner, django_db_blocker):
    with django_db_blocker.unblock():
        assert grant(owner) == grant(owner) == [runtime_role(), wall.OPERATOR_ROLE]


def test_a_role_that_does_not_exist_is_named_with_how_to_make_it(tickets_table, owner, django_db_blocker, monkeypatch):
    monkeypatch.setattr(grants, "OPERATOR_ROLE", "nobody_here")
    with django_db_blocker.unblock(), pytest.raises(ImproperlyConfigured, match="CREATE ROLE nobody_here NOLOGIN"):
        grant(owner)


def test_migrate_runs_as_the_owner_unless_told_otherwise():
    parser = Command().create_parser("manage.py", "migrate")
    assert parser.parse_args([]).database == "owner"
    assert parser.parse_args(["--database", "default"]).database == "default"


def test_migrate_gives_the_rights_and_the_runtime_role_cannot_touch_the_list_of_migrations(tickets_table, django_db_blocker):
    out = StringIO()
    with django_db_blocker.unblock():
        call_command("migrate", "contenttypes", stdout=out)
        written = rights(runtime_role(), "django_migrations")
    assert f"Rights granted to: {runtime_role()}, {wall.OPERATOR_ROLE}" in out.getvalue()
    assert written == {way: way == "SELECT" for way in WAYS}


def test_a_look_at_the_plan_changes_nothing(tickets_table, django_db_blocker):
    out = StringIO()
    with django_db_blocker.unblock():
        call_command("migrate", "contenttypes", plan=True, stdout=out)
    assert "Rights granted" not in out.getvalue()
