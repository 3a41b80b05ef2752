"""The activity log is sealed in a chain: a row that was changed, removed or slipped in is found, whoever did it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.actions.activity import seal_all, verify_chains
from accounts.models import ActivityLog, ActivitySeal, UnsealedActivity
from accounts.tenancy import as_operator, in_tenant
from tests.factories.accounts import TenantFactory
from tests.factories.accounts_rows import ActivityLogFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant():
    return TenantFactory(slug="atlas-home")


@pytest.fixture
def rows(tenant):
    """Six rows under two seals."""
    made = []
    for _seal in range(2):
        made += [ActivityLogFactory(tenant=tenant) for _ in range(3)]
        seal()
    return made


@pytest.fixture
def tamper(admin_database):
    """Change the log as somebody could who rules the whole database."""

    def run(statement, *parameters):
        admin_database.execute("SET session_replication_role = replica")
        try:
            admin_database.execute(statement, parameters)
        finally:
            admin_database.execute("SET session_replication_role = origin")

    return run


def seal():
    with as_operator("a test seals"):
        return seal_all()


def verdict(slug="atlas-home"):
    with as_operator("a test verifies"):
        return next(found for found in verify_chains() if found.tenant == slug)


def test_an_honest_log_has_no_fault(rows):
    found = verdict()
    assert (found.seals, found.rows, found.unsealed, found.faults) == (2, 6, 0, [])
    call_command("verify_audit")


def test_a_changed_row_is_found(rows, tamper):
    tamper("UPDATE activity_logs SET user_name = 'Somebody else' WHERE id = %s", rows[1].pk)
    [fault] = verdict().faults
    assert "seal 1" in fault
    assert "was changed" in fault
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "column", ["tenant_id = NULL", "created_at = created_at - interval '1 second'", "details = '{}'", "ip_address = NULL"]
)
def test_a_change_of_any_column_is_found(rows, tamper, column):
    tamper(f"UPDATE activity_logs SET {column} WHERE id = %s", rows[4].pk)
    assert any("seal 2" in fault for fault in verdict().faults)


def test_a_removed_row_is_found_by_name(rows, tamper):
    tamper("DELETE FROM activity_logs WHERE id = %s", rows[4].pk)
    [fault] = verdict().faults
    assert "seal 2" in fault
    assert str(rows[4].pk) in fault


def test_a_slipped_in_row_is_found(rows, tamper):
    tamper(
        "INSERT INTO activity_logs SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid()))).*"
        " FROM activity_logs l WHERE id = %s",
        rows[0].pk,
    )
    [fault] = verdict().faults
    assert "1 rows are in the log that nothing sealed" in fault


def test_a_removed_seal_is_found(rows, tamper):
    tamper("DELETE FROM activity_seals WHERE number = 1")
    assert any("seal 1 is missing" in fault for fault in verdict().faults)


def test_a_log_that_was_shortened_at_its_end_is_shorter_than_the_head_that_was_kept(rows, tamper, capsys):
    before = verdict().head
    tamper("DELETE FROM activity_seals WHERE number = 2")
    tamper("DELETE FROM activity_logs WHERE id = ANY(%s)", [row.pk for row in rows[3:]])
    assert verdict().head != before


def test_the_tables_refuse_a_change_to_everybody_but_a_superuser(rows, tenant):
    for walls in (in_tenant(tenant), as_operator("a test tries")):
        with walls:
            for change in (
                lambda: ActivityLog.objects.filter(pk=rows[0].pk).update(user_name="x"),
                lambda: ActivityLog.objects.filter(pk=rows[0].pk).delete(),
                lambda: ActivitySeal.objects.all().delete(),
                lambda: connection.cursor().execute("TRUNCATE activity_logs CASCADE"),
            ):
                with pytest.raises(DatabaseError), transaction.atomic():
                    change()
    assert verdict().faults == []


def test_the_owner_of_the_tables_cannot_change_the_log_either(rows, admin_database):
    admin_database.execute("SET ROLE doorstep_owner")
    try:
        # Its own policies keep even the owner from seeing a row; what needs no row to be seen is refused by a trigger.
        assert admin_database.execute("UPDATE activity_logs SET user_name = 'x'").rowcount == 0
        assert admin_database.execute("DELETE FROM activity_seals").rowcount == 0
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
            admin_database.execute("TRUNCATE activity_logs CASCADE")
    finally:
        admin_database.execute("RESET ROLE")
    assert verdict().faults == []


def test_each_row_is_queued_whoever_writes_it_and_sealed_once(tenant):
    row = ActivityLogFactory(tenant=tenant)
    with in_tenant(tenant):
        assert list(UnsealedActivity.objects.values_list("pk", flat=True)) == [row.pk]
    assert (seal(), seal()) == (1, 0)
    with in_tenant(tenant):
        assert ActivitySeal.objects.get().log_ids == [row.pk]
        assert not UnsealedActivity.objects.exists()


def test_a_row_that_is_not_committed_is_neither_waited_for_nor_lost(tenant):
    ready, done = threading.Event(), threading.Event()

    def slow_writer():
        with in_tenant(tenant), transaction.atomic():
            ActivityLogFactory(tenant=tenant, user_name="slow")
            ready.set()
            done.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(slow_writer)
        assert ready.wait(10)
        ActivityLogFactory(tenant=tenant, user_name="quick")
        assert seal() == 1
        done.set()
        writing.result(10)
    assert seal() == 1
    assert (verdict().rows, verdict().faults) == (2, [])


def test_sealers_at_once_make_one_chain(tenant):
    other = TenantFactory(slug="buriganga")
    for _ in range(20):
        ActivityLogFactory(tenant=tenant, user_name="x")
        ActivityLogFactory(tenant=other)
    start = threading.Barrier(4, timeout=10)

    def one():
        start.wait()
        try:
            return seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sealed = [future.result(30) for future in [pool.submit(one) for _ in range(4)]]
    assert sum(sealed) == 40
    for slug in ("atlas-home", "buriganga"):
        assert (verdict(slug).rows, verdict(slug).faults) == (20, [])
