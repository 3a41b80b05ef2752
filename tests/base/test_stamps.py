"""Every way to change a row moves its `updated_at` (source 002, trigger update_updated_at_column)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import Tenant
from accounts.tenancy import as_operator

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """A tenant that was made and last changed long ago."""
    with as_operator("a test of the time stamps"):
        made = Tenant.objects.create(name="Shop", slug="shop")
        Tenant.objects.filter(pk=made.pk).update(created_at=LONG_AGO, updated_at=LONG_AGO)
        made.refresh_from_db()
        assert made.updated_at == LONG_AGO
        yield made


def just_changed(row):
    row.refresh_from_db()
    assert row.created_at == LONG_AGO
    return datetime.now(UTC) - row.updated_at < timedelta(minutes=1)


def test_save_moves_it(shop):
    shop.name = "Other"
    shop.save()
    assert just_changed(shop)


def test_save_of_a_few_fields_moves_it(shop):
    shop.name = "Other"
    shop.save(update_fields=["name"])
    assert just_changed(shop)
    assert shop.name == "Other"


def test_save_of_a_row_that_was_read_in_part_moves_it(shop):
    part = Tenant.objects.only("name").get(pk=shop.pk)
    part.name = "Other"
    part.save()
    assert just_changed(shop)


def test_an_update_moves_it(shop):
    Tenant.objects.filter(pk=shop.pk).update(name=F("slug"))
    assert just_changed(shop)


def test_an_update_that_names_it_keeps_the_named_time(shop):
    Tenant.objects.filter(pk=shop.pk).update(name="Other", updated_at=LONG_AGO)
    shop.refresh_from_db()
    assert shop.updated_at == LONG_AGO


def test_a_bulk_update_moves_it(shop):
    shop.name = "Other"
    Tenant.objects.bulk_update([shop], ["name"])
    assert just_changed(shop)


def test_an_upsert_moves_it_on_the_row_that_was_there(shop):
    again = Tenant(name="Other", slug=shop.slug)
    Tenant.objects.bulk_create([again], update_conflicts=True, unique_fields=["slug"], update_fields=["name"])
    assert just_changed(shop)
    assert shop.name == "Other"


def test_update_or_create_moves_it(shop):
    Tenant.objects.update_or_create(slug=shop.slug, defaults={"name": "Other"})
    assert just_changed(shop)


def test_a_save_of_nothing_changes_nothing(shop):
    shop.save(update_fields=[])
    shop.refresh_from_db()
    assert shop.updated_at == LONG_AGO


def test_a_row_written_by_plain_sql_is_stamped_by_the_database(shop):
    sql = (
        "INSERT INTO tenants (id, name, slug, status, settings, suspension_reason) VALUES (gen_random_uuid(), 'x', 'x', 'active', '{}', '')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert datetime.now(UTC) - Tenant.objects.get(slug="x").created_at < timedelta(minutes=1)
