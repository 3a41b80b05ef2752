"""The two walls between tenants: from behind tenant A's, nothing of tenant B is seen and nothing of it changed, by SQL or ORM.

Every model with a tenant is found by itself; a new one without policy, or without a factory to make a row of it, fails here.
"""

import json

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.utils import ProgrammingError
from django_scopes.exceptions import ScopeError

from accounts.models import Tenant
from accounts.tenancy import in_tenant
from base.ids import new_id
from tests.accounts.walls import (
    OWNED,
    each_owned,
    each_walled,
    key_column,
    query,
    refused_by_the_database,
    rows_reached,
    stored,
    tenant_column,
    tenant_field,
    unchanged,
)
from tests.factories.accounts import TenantFactory
from tests.factories.rows import has_factory, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return TenantFactory(name="Atlas Home")


@pytest.fixture
def theirs():
    return TenantFactory(name="Buriganga Bazaar")


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
    copy = stored(model, row_of(model, theirs))
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
    copy = stored(model, row_of(model, ours))
    copy = {**copy, "tenant_id": None, key_column(model): 10**9 if isinstance(copy[key_column(model)], int) else str(new_id())}
    with in_tenant(ours):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            query(f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s)', json.dumps(copy))
        assert query(f'SELECT 1 FROM "{table}" WHERE tenant_id IS NULL') == []


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
        copy = stored(model, row)
        with refused_by_the_database():
            query(f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s)', json.dumps(copy))
