"""The table of the tests of base, made by the owner's role as a migration would make it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# How long an example takes on a busy machine says nothing.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def owner():
    """The database alias of the role that owns the tables."""
    return "owner" if "owner" in settings.DATABASES else "default"


@pytest.fixture(scope="session")
def ticket_model():
    """Imported when Django is set up, which it is not yet when pytest reads this file."""
    from tests.base.shelf import Ticket

    return Ticket


@pytest.fixture(scope="session")
def tickets_table(ticket_model, owner, django_db_setup, django_db_blocker):
    from base.postgres.grants import grant

    table = ticket_model._meta.db_table
    with django_db_blocker.unblock():
        connection = connections[owner]
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{table}"')
        with connection.schema_editor() as editor:
            editor.create_model(ticket_model)
        grant(owner)
        connection.close()
    yield
    with django_db_blocker.unblock(), connections[owner].cursor() as cursor:
        cursor.execute(f'DROP TABLE "{table}"')


@pytest.fixture
def tickets(ticket_model, tickets_table, db):
    """The table, empty; what a test writes is rolled back."""
    return ticket_model.objects


@pytest.fixture
def committed_tickets(ticket_model, tickets_table, django_db_blocker):
    """The table, empty, for tests whose writes other connections must see; emptied again at the end."""
    with django_db_blocker.unblock():
        yield ticket_model.objects
        ticket_model.objects.all().delete()
