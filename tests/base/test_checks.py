"""Unsafe settings are refused, each by the variable's name and with an example."""

import pytest
from cryptography.fernet import Fernet
from django.db import connections

from base import checks

GOOD_KEY = "kX9-2mQ7vT4zB8wR1nY6cL3pH5jF0sD-aG_eUiOo"


@pytest.fixture(autouse=True)
def _safe(settings):
    """What a careful production sets."""
    settings.DEBUG = False
    settings.SECRET_KEY = GOOD_KEY
    settings.BASE_URL = "https://doorstep.example.com"
    settings.ALLOWED_HOSTS = ["doorstep.example.com"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def found():
    """The ids of what the checks refuse."""
    run = (checks.check_secret_key, checks.check_debug, checks.check_cookies, checks.check_hosts, checks.check_field_keys)
    messages = [message for check in run for message in check()]
    assert all(message.hint.startswith("Example: ") for message in messages)
    return [message.id for message in messages]


def test_safe_settings_pass():
    assert found() == []


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + GOOD_KEY])
def test_a_weak_secret_key_is_refused(settings, key):
    settings.SECRET_KEY = key
    assert found() == ["base.E001"]


def test_debug_before_strangers_is_refused(settings):
    settings.DEBUG = True
    assert found() == ["base.E002"]


def test_debug_at_home_is_fine(settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert found() == []


@pytest.mark.parametrize("cookie", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
def test_insecure_cookies_under_https_are_refused(settings, cookie):
    setattr(settings, cookie, False)
    assert found() == ["base.E003"]


def test_a_public_address_without_https_is_warned_of(settings):
    settings.BASE_URL = "http://doorstep.example.com"
    assert found() == ["base.W003"]


def test_a_local_address_without_https_is_fine(settings):
    settings.BASE_URL = "http://localhost:8000"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    assert found() == []


def test_every_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert found() == ["base.E004"]


@pytest.mark.parametrize("keys", [[], ["not a key"], [Fernet.generate_key().decode(), "c2hvcnQ="]])
def test_field_keys_that_cannot_encrypt_are_refused(settings, keys):
    settings.FIELD_KEYS = keys
    assert found() == ["base.E005"]


def test_the_bad_one_of_several_field_keys_is_told_by_its_place_not_its_value(settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), "my-secret"]
    [message] = checks.check_field_keys()
    assert "key 2" in message.msg
    assert "my-secret" not in message.msg + message.hint


@pytest.mark.django_db
class TestTheRuntimeRole:
    def test_the_role_that_tests_and_production_run_with_is_fit(self):
        assert checks.check_runtime_role(databases=["default"]) == []

    def test_it_is_asked_only_when_the_database_is(self):
        assert checks.check_runtime_role(databases=None) == []

    def test_what_makes_a_role_unfit_is_named(self):
        assert checks.unfit(("app", True, True, True)) == [
            "is a superuser",
            "may bypass row security (BYPASSRLS)",
            "owns tables",
        ]

    @pytest.mark.django_db(databases=["owner"])
    def test_the_owner_of_the_tables_is_unfit(self):
        assert "owns tables" in checks.unfit(checks.role_of(connections["owner"]))
