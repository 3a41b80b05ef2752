"""Encrypted fields: what the database holds, what the program sees, and what a rotation of the keys does."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import F, Value

from accounts.models import Tenant, TotpDevice, User
from accounts.states import Role
from accounts.tenancy import as_operator
from base import crypto
from base.fields import EncryptedJSONField, EncryptedTextField

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_key(settings):
    settings.FIELD_KEYS = [OLD]
    with as_operator("a test of encrypted fields"):
        yield


@pytest.fixture
def devices():
    """Three authenticator apps of two tenants, each with its own key."""
    made = []
    for number, slug in enumerate(["atlas", "atlas", "dhaka"]):
        shop, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": slug})
        person = User.objects.create(tenant=shop, email=f"p{number}@example.com", full_name="P", role=Role.ADMIN)
        made.append(TotpDevice.objects.create(tenant=shop, user=person, key=f"key-{number}"))
    return made


def stored(device):
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM totp_devices WHERE id = %s", [device.pk])
        return cursor.fetchone()[0]


def test_the_database_holds_no_readable_text(devices):
    assert "key-0" not in stored(devices[0])
    assert TotpDevice.objects.get(pk=devices[0].pk).key == "key-0"


def test_every_way_of_writing_encrypts(devices):
    first, second, third = devices
    TotpDevice.objects.filter(pk=first.pk).update(key="by-update")
    second.key = "by-bulk-update"
    TotpDevice.objects.bulk_update([second], ["key"])
    TotpDevice.objects.filter(pk=third.pk).update(key=F("key"))

    keys = {device.pk: device.key for device in TotpDevice.objects.all()}
    assert keys == {first.pk: "by-update", second.pk: "by-bulk-update", third.pk: "key-2"}
    assert not any(word in stored(device) for device in devices for word in ("by-", "key-"))


@pytest.mark.parametrize("lookup", ["key", "key__contains", "key__in", "key__length"])
def test_it_cannot_be_searched(lookup):
    with pytest.raises(FieldError, match="encrypted"):
        TotpDevice.objects.filter(**{lookup: "key-0"}).exists()


def test_it_can_be_asked_whether_there_is_one(devices):
    assert TotpDevice.objects.filter(key__isnull=False).count() == 3


def round_trip(field, value):
    """What comes back of `value` through the database."""
    return Tenant.objects.annotate(back=Value(value, output_field=field)).values_list("back", flat=True)[0]


@pytest.mark.parametrize("value", [{"token": "é", "scopes": ["a", 1, None]}, [], {}, 0, False, "text"])
def test_json_comes_back_as_it_was(value, devices):
    assert round_trip(EncryptedJSONField(), value) == value


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_stored_as_nothing(value, devices):
    assert EncryptedTextField().get_prep_value(value) == value
    assert round_trip(EncryptedTextField(), value) == value


def test_a_form_edits_json_as_json():
    assert isinstance(EncryptedJSONField().formfield(), forms.JSONField)
    assert isinstance(EncryptedTextField().formfield(), forms.CharField)


def rotate(**options):
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def test_rotating_brings_every_tenants_values_under_the_new_key(devices, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate(batch=2).startswith("3 values re-encrypted")

    settings.FIELD_KEYS = [NEW]
    assert sorted(TotpDevice.objects.values_list("key", flat=True)) == ["key-0", "key-1", "key-2"]


def test_rotating_again_changes_nothing(devices, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    before = [stored(device) for device in devices]
    assert rotate().startswith("0 values")
    assert [stored(device) for device in devices] == before


def test_a_value_that_no_key_opens_is_named(devices, settings):
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match=r"TotpDevice .*FIELD_KEYS"):
        rotate()


def test_reading_a_value_that_no_key_opens_says_what_to_do(devices, settings):
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(crypto.Undecipherable):
        TotpDevice.objects.first()
