"""The two walls between tenants: from behind tenant A's, nothing of tenant B is seen and nothing of it changed, by any way in.

Every model with a tenant is found by itself; a new one without policy, or without a factory to make a row of it, fails here.
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import connection, models, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError
from django.urls import reverse
from django_scopes.exceptions import ScopeError

from accounts.models import Tenant, User
from accounts.tenancy import as_operator, in_tenant
from base.ids import new_id
from base.postgres.base import DatabaseWrapper
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.rows import has_factory, row_of
from tests.routes import every_route

pytestmark = pytest.mark.django_db


def tenant_field(model):
    """The field by which a row belongs to a tenant, or None."""
    try:
        field = model._meta.get_field("tenant")
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.ForeignKey) and field.related_model is Tenant else None


OWNED = [model for model in apps.get_models() if tenant_field(model) and model._meta.managed and not model._meta.proxy]
WALLED = [Tenant, *OWNED]
each_walled = pytest.mark.parametrize("model", WALLED, ids=lambda model: model._meta.label)
each_owned = pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)


def tenant_column(model):
    return "id" if model is Tenant else "tenant_id"


def key_column(model):
    return model._meta.pk.column


@pytest.fixture
def ours():
    return TenantFactory(name="Atlas Home")


@pytest.fixture
def theirs():
    return TenantFactory(name="Buriganga Bazaar")


def query(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def as_stored(model, row):
    """The whole row as the database holds it, read by the operator."""
    with as_operator("a test compares before and after"):
        found = query(f'SELECT to_jsonb(t) FROM "{model._meta.db_table}" t WHERE "{key_column(model)}" = %s', row.pk)
    return json.loads(found[0][0]) if found and isinstance(found[0][0], str) else found


@contextmanager
def unchanged(model, row):
    """The block may do what it wants: `row` is as it was."""
    before = as_stored(model, row)
    assert before, "the row is there to begin with"
    yield
    assert as_stored(model, row) == before


@contextmanager
def refused_by_the_database():
    """The block's statement is refused, and the transaction goes on."""
    with pytest.raises(DatabaseError), transaction.atomic():
        yield


def rows_reached(change):
    """How many rows `change` reached; none where the table is append-only and refuses it whole."""
    try:
        with transaction.atomic():
            return change()
    except (ProgrammingError, IntegrityError) as refusal:
        if "permission denied" not in str(refusal) and "append-only" not in str(refusal):
            raise
        return 0


@each_owned
def test_there_is_a_factory_for_each_model_of_a_tenant(model):
    assert has_factory(model), f"{model._meta.label} has no factory in tests/factories"


@each_walled
def test_the_table_has_the_two_policies_and_forces_them_on_its_owner(model):
    table = model._meta.db_table
    [(enabled, forced)] = query("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    assert enabled, f"{table}: row-level security is off; add EnableTenantRowSecurity to a migration"
    assert forced, f"{table}: row-level security does not bind the owner"
    policies = {
        name: (roles, command, test, check)
        for name, roles, command, test, check in query(
            "SELECT policyname, roles::text[], cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public' AND tablename = %s", table
        )
    }
    assert set(policies) == {"tenant_wall", "operator_wall"}, f"{table}: its policies are {sorted(policies)}"
    roles, command, test, check = policies["tenant_wall"]
    assert (roles, command, check) == (["public"], "ALL", None)
    assert test == f"({tenant_column(model)} = (NULLIF(current_setting('doorstep.tenant'::text, true), ''::text))::uuid)"
    assert policies["operator_wall"][:3] == (["doorstep_operator"], "ALL", "true")


def test_each_table_with_a_tenant_belongs_to_a_model_that_is_tested_here():
    columns = query(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE a.attname = 'tenant_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND n.nspname = 'public'"
        " AND NOT c.relispartition"
    )
    assert {name for (name,) in columns} == {model._meta.db_table for model in OWNED}


def test_the_role_of_the_running_program_cannot_pass_the_walls():
    [(name, superuser, bypasses)] = query("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = session_user")
    assert (superuser, bypasses) == (False, False), name
    assert query("SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = session_user)") == []
    granted = query(
        "SELECT r.rolname, m.inherit_option FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " WHERE m.member = (SELECT oid FROM pg_roles WHERE rolname = session_user)"
    )
    assert granted == [("doorstep_operator", False)], "the operator's mode is entered by SET ROLE only"
    [(logs_in, superuser, bypasses)] = query("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'doorstep_operator'")
    assert (logs_in, superuser, bypasses) == (False, False, False)


@each_walled
def test_raw_sql_neither_sees_nor_changes_another_tenants_row(model, ours, theirs):
    table, key, column = model._meta.db_table, key_column(model), tenant_column(model)
    row = row_of(model, theirs)
    row_of(model, ours)
    with unchanged(model, row), in_tenant(ours):
        assert query(f'SELECT 1 FROM "{table}" WHERE "{key}" = %s', row.pk) == []
        assert query(f'SELECT DISTINCT "{column}" FROM "{table}"') == [(ours.pk,)]
        assert rows_reached(lambda: query(f'UPDATE "{table}" SET "{column}" = "{column}" WHERE "{key}" = %s', row.pk)) == 0
        assert rows_reached(lambda: query(f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s', ours.pk, row.pk)) == 0
        assert rows_reached(lambda: query(f'DELETE FROM "{table}" WHERE "{key}" = %s', row.pk)) == 0


@each_walled
def test_raw_sql_cannot_put_a_row_into_another_tenant(model, ours, theirs):
    table, column = model._meta.db_table, tenant_column(model)
    [(copy,)] = as_stored_raw(model, row_of(model, theirs))
    copy = {**copy, key_column(model): 10**9 if isinstance(copy[key_column(model)], int) else str(new_id())}
    mine = row_of(model, ours)
    with in_tenant(ours):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            query(f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s)', json.dumps(copy))
        with refused_by_the_database():
            query(f'UPDATE "{table}" SET "{column}" = %s WHERE "{key_column(model)}" = %s', theirs.pk, mine.pk)


@each_owned
def test_a_tenant_neither_sees_nor_makes_rows_of_the_platform(model, ours):
    if not tenant_field(model).null:
        pytest.skip("every row of it has a tenant")
    table = model._meta.db_table
    [(copy,)] = as_stored_raw(model, row_of(model, ours))
    copy = {**copy, "tenant_id": None, key_column(model): 10**9 if isinstance(copy[key_column(model)], int) else str(new_id())}
    with in_tenant(ours):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            query(f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s)', json.dumps(copy))
        assert query(f'SELECT 1 FROM "{table}" WHERE tenant_id IS NULL') == []


def as_stored_raw(model, row):
    with as_operator("a test copies a row"):
        found = query(f'SELECT to_jsonb(t)::text FROM "{model._meta.db_table}" t WHERE "{key_column(model)}" = %s', row.pk)
    return [(json.loads(text),) for (text,) in found]


@each_walled
def test_the_orm_neither_sees_nor_changes_another_tenants_row(model, ours, theirs):
    row = row_of(model, theirs)
    with unchanged(model, row), in_tenant(ours):
        for manager in (model._default_manager, model._base_manager):
            assert not manager.filter(pk=row.pk).exists()
            with pytest.raises(ObjectDoesNotExist):
                manager.get(pk=row.pk)
            theirs_by_key = manager.filter(pk=row.pk)
            assert rows_reached(lambda rows=theirs_by_key: rows.update(**{tenant_column(model): ours.pk})) == 0
            assert rows_reached(lambda rows=theirs_by_key: rows._raw_delete(using="default")) == 0
        # An object that came from elsewhere cannot be written from here.
        with refused_by_the_database():
            row.save(force_update=True)


@each_owned
def test_the_orm_reaches_nothing_of_another_tenant_through_relations(model, ours, theirs):
    row = row_of(model, theirs)
    keys = [field for field in model._meta.concrete_fields if field.is_relation and getattr(row, field.attname) is not None]
    with in_tenant(ours):
        for field in keys:
            foreign = model(**{field.attname: getattr(row, field.attname)})
            with pytest.raises(ObjectDoesNotExist):
                getattr(foreign, field.name)
        for relation in model._meta.related_objects:
            if relation.get_accessor_name() is None or relation.hidden:
                continue
            if relation.one_to_one:
                with pytest.raises(ObjectDoesNotExist):
                    getattr(row, relation.get_accessor_name())
            else:
                assert list(getattr(row, relation.get_accessor_name()).all()) == []
        assert list(theirs.people.all()) == []


@each_walled
def test_without_a_scope_the_manager_refuses_and_the_database_shows_nothing(model, ours):
    row = row_of(model, ours)
    table, key = model._meta.db_table, key_column(model)
    with unchanged(model, row):
        if model is not Tenant:
            with pytest.raises(ScopeError):
                model._default_manager.count()
        assert model._base_manager.count() == 0
        assert query(f'SELECT 1 FROM "{table}"') == []
        assert rows_reached(lambda: query(f'DELETE FROM "{table}" WHERE "{key}" = %s', row.pk)) == 0
        [(copy,)] = as_stored_raw(model, row)
        with refused_by_the_database():
            query(f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s)', json.dumps(copy))


# The ways in over HTTP: as an administrator of ours, who holds every permission that a tenant's person can hold.


@pytest.fixture
def their_rows(theirs):
    return {model: row_of(model, theirs) for model in WALLED}


@pytest.fixture
def browser(ours):
    everything = {"admin": {"view": True}, "deliveries": {"deliver": True}}
    return browser_of(UserFactory(admin=True, tenant=ours, permissions=everything))


def shows(response, rows):
    """Which of `rows` an answer names, in any spelling of the id."""
    if getattr(response, "streaming", False):
        text = b"".join(response.streaming_content).decode(errors="replace")
    else:
        text = response.content.decode(errors="replace")
    return [model._meta.label for model, row in rows.items() if isinstance(row.pk, UUID) and (str(row.pk) in text or row.pk.hex in text)]


REGISTERED = [model for model in WALLED if admin.site.is_registered(model)]
each_registered = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


def test_every_model_of_a_tenant_is_in_the_admin():
    assert set(REGISTERED) == set(WALLED)


@each_registered
def test_the_admin_neither_shows_nor_changes_another_tenants_row(model, browser, their_rows):
    name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", their_rows[model]
    before = {each: as_stored_raw(each, found) for each, found in their_rows.items()}
    changelist = reverse(f"{name}_changelist")
    for address in (changelist, reverse(f"{name}_add")):
        assert shows(browser.get(address), their_rows) == []
    # The page repeats what it was asked for, so the row itself is counted.
    for asked in ({"q": str(row)}, {"pk__exact": str(row.pk)}, {"tenant__id__exact": str(their_rows[Tenant].pk)}):
        response = browser.get(changelist, asked)
        if response.status_code == 200:
            assert row not in response.context["cl"].result_list
    for page in ("change", "delete", "history"):
        address = reverse(f"{name}_{page}", args=[row.pk])
        for response in (browser.get(address), browser.post(address, {"post": "yes"})):
            assert response.status_code in (302, 403, 404), f"{page}: {response.status_code}"
    browser.post(changelist, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    browser.post(changelist, {"action": "end_sign_ins", "_selected_action": [str(row.pk)]})
    assert {each: as_stored_raw(each, found) for each, found in their_rows.items()} == before


@each_registered
def test_the_admins_choices_hold_nothing_of_another_tenant(model, browser, ours, their_rows, rf):
    mine = row_of(model, ours)
    person = User(tenant=ours, role="admin")
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model in WALLED:
            request = rf.get("/")
            request.user = person
            with in_tenant(ours):
                offered = admin.site._registry[model].formfield_for_foreignkey(field, request).queryset
                assert their_rows[field.related_model] not in offered
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            assert shows(browser.get(reverse("admin:autocomplete"), asked), their_rows) == []
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    assert shows(browser.get(reverse(name, args=[mine.pk])), their_rows) == []


def test_the_admins_shortcut_to_a_row_leads_to_nothing_of_another_tenant(browser, their_rows):
    for model, row in their_rows.items():
        kind = ContentType.objects.get_for_model(model)
        assert browser.get(reverse("admin:view_on_site", args=[kind.pk, row.pk])).status_code == 404


@pytest.mark.parametrize("route", [route for route in every_route() if not route.is_admin], ids=lambda route: route.text or "/")
def test_no_page_and_no_api_route_gives_or_takes_anything_of_another_tenant(route, browser, their_rows):
    before = {model: as_stored_raw(model, row) for model, row in their_rows.items()}
    keys = [row.pk for row in their_rows.values() if isinstance(row.pk, UUID)] if route.parameters else [""]
    for key in keys:
        address = route.url(dict.fromkeys(route.parameters, key))
        for method in route.methods:
            with transaction.atomic():
                response = browser.generic(method, address, content_type="application/json" if route.is_api else "")
                if "tenant_id" in route.parameters or "person_id" in route.parameters:
                    assert response.status_code in (302, 403, 404), f"{method} {address}: {response.status_code}"
                assert set(shows(response, {m: r for m, r in their_rows.items() if r.pk != key})) == set(), f"{method} {address}"
                assert {model: as_stored_raw(model, row) for model, row in their_rows.items()} == before, f"{method} {address}"
                transaction.set_rollback(True)


# The wall itself.


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
