"""The wall of the database follows the running code: nested, after errors, over savepoints, back in the pool, between threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import User
from accounts.tenancy import as_operator, in_tenant
from base.postgres.base import DatabaseWrapper
from tests.accounts.walls import query
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return TenantFactory(name="Atlas Home")


@pytest.fixture
def theirs():
    return TenantFactory(name="Buriganga Bazaar")


def names():
    return sorted(name for (name,) in query("SELECT full_name FROM users"))


def test_the_wall_follows_nested_scopes(ours, theirs):
    UserFactory(tenant=ours, full_name="Amina")
    UserFactory(tenant=theirs, full_name="Tariq")
    with in_tenant(ours):
        assert names() == ["Amina"]
        with in_tenant(theirs):
            assert names() == ["Tariq"]
            with as_operator("a test"):
                assert names() == ["Amina", "Tariq"]
            assert names() == ["Tariq"]
        assert names() == ["Amina"]
    assert names() == []


def test_the_wall_falls_back_after_an_exception(ours, theirs):
    UserFactory(tenant=ours, full_name="Amina")
    UserFactory(tenant=theirs, full_name="Tariq")
    with in_tenant(ours):
        with suppress(RuntimeError), in_tenant(theirs):
            assert names() == ["Tariq"]
            raise RuntimeError
        assert names() == ["Amina"]
        assert list(User.objects.values_list("full_name", flat=True)) == ["Amina"]
    assert names() == []


def test_the_wall_survives_a_savepoint_that_is_rolled_back(ours, theirs):
    UserFactory(tenant=ours, full_name="Amina")
    UserFactory(tenant=theirs, full_name="Tariq")
    with in_tenant(ours):
        names()
        with suppress(RuntimeError), transaction.atomic():
            with in_tenant(theirs):
                assert names() == ["Tariq"]
            # The session stands at theirs when the savepoint takes the session back to ours, or the other way round.
            raise RuntimeError
        assert names() == ["Amina"]
    with in_tenant(theirs):
        with pytest.raises(DatabaseError), transaction.atomic():
            query("SELECT 1 / 0")
        assert names() == ["Tariq"]
    with as_operator("a test"):
        with pytest.raises(DatabaseError), transaction.atomic(), in_tenant(ours):
            query("SELECT 1 / 0")
        assert names() == ["Amina", "Tariq"]
    assert names() == []


def test_a_savepoint_rolled_back_by_one_tenant_leaves_nothing_open_for_the_next(ours, theirs):
    UserFactory(tenant=ours, full_name="Amina")
    UserFactory(tenant=theirs, full_name="Tariq")
    outside = transaction.savepoint()
    with in_tenant(theirs):
        assert names() == ["Tariq"]
        transaction.savepoint_rollback(outside)
    assert names() == []
    with in_tenant(ours):
        assert names() == ["Amina"]


@pytest.fixture
def pooled():
    """A connection of the engine with a pool of one, as the web server has pools."""
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    engine = DatabaseWrapper({**connection.settings_dict, "OPTIONS": options, "CONN_MAX_AGE": 0}, alias="default")
    yield engine
    engine.close()
    engine.close_pool()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", [False, True], ids=["at rest", "in a failed transaction"])
def test_a_connection_goes_back_to_the_pool_without_a_tenant(pooled, ours, broken):
    UserFactory(tenant=ours, full_name="Amina")
    for walls in (in_tenant(ours), as_operator("a test")):
        with walls:
            with pooled.cursor() as cursor:
                assert cursor.execute("SELECT full_name FROM users").fetchall() == [("Amina",)]
            if broken:
                pooled.set_autocommit(False)
                with pytest.raises(DatabaseError), pooled.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            pooled.close()
        lent = pooled.pool.getconn()
        try:
            variable, role, login, seen = lent.execute(
                "SELECT current_setting('doorstep.tenant', true), current_user, session_user, (SELECT count(*) FROM users)"
            ).fetchone()
            lent.rollback()
        finally:
            pooled.pool.putconn(lent)
        assert (variable or "", role, seen) == ("", login, 0)


@pytest.mark.django_db(transaction=True)
def test_a_connection_given_back_in_the_middle_of_a_transaction_is_clean(ours):
    UserFactory(tenant=ours, full_name="Amina")
    with suppress(RuntimeError), in_tenant(ours), transaction.atomic():
        assert names() == ["Amina"]
        raise RuntimeError
    connection.close()
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_share_a_wall(ours, theirs):
    UserFactory(tenant=ours, full_name="Amina")
    UserFactory(tenant=theirs, full_name="Tariq")
    meet = threading.Barrier(3, timeout=10)

    def look(tenant):
        try:
            if tenant is None:
                meet.wait()
                return names()
            with in_tenant(tenant):
                names()
                meet.wait()
                return names()
        finally:
            connection.close()

    with in_tenant(ours), ThreadPoolExecutor(3) as pool:
        seen = list(pool.map(look, [ours, theirs, None]))
    assert seen == [["Amina"], ["Tariq"], []]
