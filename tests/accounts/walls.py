"""What the tests of the two walls share: which models have a tenant, and a look at the database beside the managers."""

import json
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError

from accounts.models import Tenant
from accounts.tenancy import as_operator


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
    """The column that the policy of its table compares."""
    return "id" if model is Tenant else "tenant_id"


def key_column(model):
    """The column of its primary key."""
    return model._meta.pk.column


def query(statement, *parameters):
    """Plain SQL as the runtime role: the rows, or how many were touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def stored(model, row):
    """The whole row as the database holds it, read by the operator; None when it is gone."""
    with as_operator("a test compares before and after"):
        found = query(f'SELECT to_jsonb(t)::text FROM "{model._meta.db_table}" t WHERE "{key_column(model)}" = %s', row.pk)
    return json.loads(found[0][0]) if found else None


@contextmanager
def unchanged(model, row):
    """The block may do what it wants: `row` is as it was."""
    before = stored(model, row)
    assert before, "the row is there to begin with"
    yield
    assert stored(model, row) == before


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
