"""A merchant's settings: every one has a field, a wrong one is told beside it, and only who may changes them."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import BaseModel

from accounts.actions.tenants import change_settings
from accounts.forms.settings import SettingsForm
from accounts.models import ActivityLog, Tenant
from accounts.tenancy import in_tenant
from accounts.tenant_settings import TenantSettings
from base.actor import SYSTEM
from base.errors import DomainError
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/settings/"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def tenant():
    return TenantFactory(name="Atlas Home", settings={"currency": "MAD", "fees": {"platform_pct": "1.50", "service_fee": "2.00"}})


@pytest.fixture
def browser(tenant):
    return browser_of(UserFactory(admin=True, tenant=tenant))


def filled(browser, **changes):
    """What the form sends when only `changes` were typed."""
    form = browser.get(PAGE).context["form"]
    sent = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if value is None or (value is False) or field.disabled:
            continue
        sent[name] = list(value) if isinstance(value, tuple) else "on" if value is True else value
    sent["delivery__areas"] = "\n".join(sent.get("delivery__areas") or [])
    return {name: value for name, value in (sent | changes).items() if value is not None}


def stored(tenant):
    with in_tenant(tenant):
        return Tenant.objects.get(pk=tenant.pk)


def leaves(model, prefix=""):
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from leaves(field.annotation, f"{name}__")
        else:
            yield prefix + name


def test_every_setting_has_its_field_in_a_section(tenant):
    form = SettingsForm(tenant=tenant, editable=True)
    drawn = {field.name for section in form.sections() for field in section.fields}
    assert set(leaves(TenantSettings)) - {"brand__logo"} <= drawn
    assert drawn == set(form.fields)


def test_what_is_changed_is_saved_and_recorded_and_the_rest_stays(browser, tenant):
    response = browser.post(
        PAGE, filled(browser, delivery__max_attempts="5", timezone="Asia/Dhaka", delivery__areas="Maârif\n\n Anfa ", name="Atlas")
    )
    assert response.status_code == 302
    changed = stored(tenant)
    assert (changed.config.delivery.max_attempts, changed.config.timezone) == (5, "Asia/Dhaka")
    assert changed.config.delivery.areas == ("Maârif", "Anfa")
    assert changed.config.fees.platform_pct == Decimal("1.50")
    assert changed.name == "Atlas"
    with in_tenant(tenant):
        actions = list(ActivityLog.objects.filter(entity_type="tenant").values_list("action", flat=True))
    assert actions
    assert set(actions) == {"tenant_changed"}


@pytest.mark.parametrize(
    ("field", "typed", "rule"),
    [
        ("delivery__max_attempts", "99", "less than or equal to 10"),
        ("delivery__max_attempts", "many", "whole number"),
        ("return_window_days", "-1", "greater than or equal to 0"),
        ("auto_approve_limit", "1.005", "2 decimal places"),
        ("currency", "XXX", "not one of the available choices"),
        ("country_code", "ZZ", "not one of the available choices"),
        ("timezone", "Mars/Olympus", "not one of the available choices"),
        ("brand__colour", "green", "is not a colour"),
        ("delivery__areas", "x" * 101, "at most 100 characters"),
        ("name", "", "required"),
    ],
)
def test_a_wrong_setting_is_told_at_its_field_and_nothing_typed_is_lost(browser, tenant, field, typed, rule):
    response = browser.post(PAGE, filled(browser, **{"brand__name": "Still here", field: typed}))
    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert rule in str(form.errors[field])
    assert form["brand__name"].value() == "Still here"
    assert stored(tenant).settings == tenant.settings


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"delivery": {"max_attempts": 99}}, "settings.delivery.max_attempts"),
        ({"delivery": {"areas": ["Anfa", ""]}}, "settings.delivery.areas.1"),
        ({"timezone": "Mars/Olympus"}, "settings.timezone"),
        ({"languages": []}, "settings.languages"),
        ({"fees": {"platform_pct": "101"}}, "settings.fees.platform_pct"),
        ({"colour": "red"}, "settings.colour"),
    ],
)
def test_the_action_names_the_field_of_a_wrong_setting(tenant, values, field):
    with in_tenant(tenant):
        with pytest.raises(DomainError) as refused:
            change_settings(tenant, values=values, actor=SYSTEM)
        assert (refused.value.code, refused.value.field, refused.value.status) == ("invalid_setting", field, 400)
        assert Tenant.objects.get(pk=tenant.pk).settings == tenant.settings


def test_a_merchant_cannot_change_its_own_fees(browser, tenant):
    assert browser.post(PAGE, filled(browser, fees__platform_pct="0", fees__service_fee="0")).status_code == 302
    assert stored(tenant).config.fees.service_fee == Decimal("2.00")


def test_a_manager_reads_the_settings_and_changes_none(tenant):
    browser = browser_of(UserFactory(manager=True, tenant=tenant))
    response = browser.get(PAGE)
    assert response.status_code == 200
    assert all(field.disabled for field in response.context["form"].fields.values())
    assert "Save settings" not in response.content.decode()
    assert browser.post(PAGE, {"name": "Mine"}).status_code == 403
    assert stored(tenant).name == "Atlas Home"


def test_an_operator_is_led_to_the_merchants():
    browser = browser_of(UserFactory(superadmin=True))
    assert browser.get(PAGE).headers["Location"] == "/platform/tenants/"
    assert browser.post(PAGE, {}).status_code == 403


def test_a_logo_is_kept_shown_and_taken_away(browser, tenant):
    assert browser.post(PAGE, {**filled(browser), "logo": SimpleUploadedFile("logo.png", PICTURE)}).status_code == 302
    name = stored(tenant).config.brand.logo
    assert name.startswith(f"brand/{tenant.pk}/")
    assert "/files/" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, filled(browser, remove_logo="on")).status_code == 302
    assert stored(tenant).config.brand.logo == ""


def test_a_logo_that_is_no_picture_is_refused_at_its_field(browser, tenant):
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    response = browser.post(PAGE, {**filled(browser), "logo": svg})
    assert list(response.context["form"].errors) == ["logo"]
    assert stored(tenant).config.brand.logo == ""


def test_nobody_points_the_logo_at_another_file(browser, tenant):
    browser.post(PAGE, filled(browser, brand__logo="brand/another/secret.png"))
    assert stored(tenant).config.brand.logo == ""
