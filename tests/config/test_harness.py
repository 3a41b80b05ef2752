"""What the tests stand on: the runtime role, a database, a cache and a folder of their own, clean after each test."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase


@pytest.fixture
def append_only_table(admin_database):
    """A table that refuses DELETE and TRUNCATE, with a row."""
    admin_database.execute(
        """
        CREATE TABLE harness (id int);
        CREATE FUNCTION harness_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
        CREATE TRIGGER harness_refuse BEFORE DELETE OR TRUNCATE ON harness FOR EACH STATEMENT EXECUTE FUNCTION harness_refuse();
        INSERT INTO harness VALUES (1);
        """
    )
    yield
    admin_database.execute("DROP TABLE harness; DROP FUNCTION harness_refuse")


@pytest.mark.django_db
def test_tests_ask_as_the_runtime_role_in_a_database_of_this_process():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("doorstep_app", f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}")


def test_what_a_test_committed_is_emptied_also_from_an_append_only_table_and_what_migrations_filled_stays(
    append_only_table, admin_database
):
    TransactionTestCase._fixture_teardown(None)
    assert admin_database.execute("SELECT count(*) FROM harness").fetchone() == (0,)
    assert admin_database.execute(f"SELECT count(*) > 0 FROM {ContentType._meta.db_table}").fetchone() == (True,)


@pytest.mark.parametrize("turn", [1, 2])
def test_the_cache_is_empty_at_the_start_of_each_test(turn):
    assert cache.get("seen") is None
    cache.set("seen", turn)


def test_passwords_are_hashed_by_the_real_algorithm_at_its_lowest_cost():
    assert make_password("secret").startswith("bcrypt_sha256$$2b$04$")


def test_files_go_to_the_folder_of_this_run():
    assert str(settings.DATA_DIR).startswith(os.environ["TEST_FOLDER"])
