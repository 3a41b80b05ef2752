"""The platform operator's pages: how merchants fare, opening one, suspending it, its fees."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import ActivityLog, Message, Tenant, User
from accounts.states import MessageStatus, Role
from accounts.tenancy import as_operator
from tests.browsing import browser_of
from tests.factories.accounts import MessageFactory, TenantFactory, UserFactory
from tests.factories.accounts_rows import ActivityLogFactory

pytestmark = pytest.mark.django_db
PAGE = "/platform/tenants/"
NEW = {
    "name": "Buriganga Bazaar",
    "slug": "",
    "country_code": "BD",
    "currency": "BDT",
    "timezone": "Asia/Dhaka",
    "languages": ["en"],
    "full_name": "Tariq Rahman",
    "email": "tariq@buriganga.example",
    "locale": "en",
}


@pytest.fixture
def browser():
    return browser_of(UserFactory(superadmin=True, full_name="Ines Operator"))


@pytest.fixture
def tenant():
    return TenantFactory(name="Atlas Home")


def page_of(tenant, action=""):
    return f"{PAGE}{tenant.pk}/{action}"


def test_the_list_tells_how_each_merchant_fares(browser, tenant):
    UserFactory(tenant=tenant)
    UserFactory(tenant=tenant, is_active=False)
    MessageFactory(tenant=tenant, status=MessageStatus.FAILED)
    MessageFactory(tenant=tenant)
    log = ActivityLogFactory(tenant=tenant, user=UserFactory(tenant=tenant, is_active=False))
    TenantFactory(name="Quiet")
    busy, quiet = browser.get(PAGE).context["page"].rows
    assert (busy.name, busy.people_count, busy.messages_failed, busy.unsealed) == ("Atlas Home", 1, 1, 1)
    assert busy.last_activity == log.created_at
    assert (quiet.people_count, quiet.last_sign_in, quiet.last_activity, quiet.messages_failed) == (0, None, None, 0)


def test_the_list_is_searched_and_narrowed(browser, tenant):
    TenantFactory(name="Buriganga", slug="buriganga", suspended=True)
    assert [row.name for row in browser.get(PAGE, {"q": "atlas"}).context["page"].rows] == ["Atlas Home"]
    assert [row.name for row in browser.get(PAGE, {"status": "suspended"}).context["page"].rows] == ["Buriganga"]


def test_one_merchant_and_thirty_cost_the_same_queries(browser, django_assert_max_num_queries):
    def queries(merchants):
        for _ in range(merchants):
            MessageFactory(status=MessageStatus.FAILED)
        browser.get(PAGE)
        with django_assert_max_num_queries(100) as counted:
            browser.get(PAGE)
        return len(counted)

    one = queries(1)
    assert queries(29) == one
    assert one <= 14


def test_a_merchant_is_opened_with_its_first_administrator_who_is_written_to(browser):
    response = browser.post(f"{PAGE}new/", NEW)
    with as_operator("a test looks"):
        tenant = Tenant.objects.get(slug="buriganga-bazaar")
        person = User.objects.get(tenant=tenant)
        message = Message.objects.get(tenant=tenant)
    assert response.headers["Location"] == page_of(tenant)
    assert (tenant.config.currency, tenant.config.timezone) == ("BDT", "Asia/Dhaka")
    assert (person.role, person.email) == (Role.ADMIN, "tariq@buriganga.example")
    assert message.recipient == person.email


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"slug": "atlas-home"}, "slug"),
        ({"name": "متجر", "slug": ""}, "slug"),
        ({"email": "taken@example.com"}, "email"),
        ({"currency": "XXX"}, "currency"),
        ({"languages": []}, "languages"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_opened(browser, changes, field):
    TenantFactory(slug="atlas-home")
    UserFactory(email="taken@example.com")
    with as_operator("a test counts"):
        before = Tenant.objects.count()
    response = browser.post(f"{PAGE}new/", NEW | changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["full_name"].value() == "Tariq Rahman"
    with as_operator("a test counts"):
        assert Tenant.objects.count() == before


def test_a_merchant_is_suspended_with_a_reason_and_resumed(browser, tenant):
    assert browser.post(page_of(tenant, "suspend/"), {"reason": "The bill of May is open"}).status_code == 302
    page = browser.get(page_of(tenant)).content.decode()
    assert "The bill of May is open" in page
    assert "Resume" in page
    assert browser.post(page_of(tenant, "resume/")).status_code == 302
    with as_operator("a test looks"):
        assert not Tenant.objects.get(pk=tenant.pk).is_suspended
        actions = ActivityLog.objects.filter(tenant=tenant).values_list("action", flat=True)
        assert {"tenant_suspended", "tenant_resumed"} <= set(actions)


def test_a_suspension_without_a_reason_asks_again(browser, tenant):
    response = browser.post(page_of(tenant, "suspend/"), {"reason": " "})
    assert response.status_code == 422
    page = response.content.decode()
    assert "data-open-now" in page
    assert "Say why the merchant is suspended" in page
    with as_operator("a test looks"):
        assert not Tenant.objects.get(pk=tenant.pk).is_suspended


def test_a_merchant_is_suspended_once(browser, tenant):
    browser.post(page_of(tenant, "suspend/"), {"reason": "The bill of May"})
    assert browser.post(page_of(tenant, "suspend/"), {"reason": "Another"}).status_code == 409
    with as_operator("a test looks"):
        assert Tenant.objects.get(pk=tenant.pk).suspension_reason == "The bill of May"


def test_the_operator_sets_the_fees(browser, tenant):
    fees = {"fees__platform_pct": "1.5", "fees__service_fee": "2"}
    assert browser.post(page_of(tenant, "fees/"), fees).status_code == 302
    wrong = browser.post(page_of(tenant, "fees/"), fees | {"fees__platform_pct": "101"})
    assert list(wrong.context["fees"].errors) == ["fees__platform_pct"]
    with as_operator("a test looks"):
        config = Tenant.objects.get(pk=tenant.pk).config
    assert (config.fees.platform_pct, config.fees.service_fee) == (Decimal("1.50"), Decimal("2.00"))


def test_a_monitor_looks_and_finds_no_button(tenant):
    UserFactory(tenant=tenant)
    browser = browser_of(UserFactory(monitor=True))
    page = browser.get(page_of(tenant)).content.decode()
    assert "Suspend" not in page
    assert "Act as" not in page
    assert "Save the fees" not in page


def test_a_merchant_that_does_not_exist_is_told_as_such(browser, tenant):
    nothing = UserFactory().pk
    assert browser.get(f"{PAGE}{nothing}/").status_code == 404
    assert browser.post(reverse("accounts:act-as", args=[tenant.pk, nothing]), {"reason": "To look"}).status_code == 404
