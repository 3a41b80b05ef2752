"""A suspended merchant's people sign in and read; every write, by page or by API, is refused with the reason."""

import pytest
from django.urls import reverse

from accounts.actions.sessions import begin_session
from accounts.models import Tenant, User
from accounts.states import TenantStatus
from accounts.tenancy import as_operator, in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import PASSWORD, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
REASON = "The bill of May is open"


@pytest.fixture
def admin():
    return UserFactory(admin=True, tenant=TenantFactory(name="Atlas Home", suspended=True))


@pytest.fixture
def browser(admin):
    return browser_of(admin)


def test_people_sign_in_and_read_under_a_banner_that_says_why(admin, client):
    assert client.post("/sign-in/", {"email": admin.email, "password": PASSWORD}).status_code == 302
    for address in ("/", "/people/", "/settings/", "/activity/", "/me/"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "Atlas Home is suspended" in page.content.decode()
        assert REASON in page.content.decode()


@pytest.mark.parametrize("address", ["/settings/", "/people/new/", "/me/", "/admin/accounts/user/add/"])
def test_a_write_on_a_page_is_refused_with_the_reason(browser, admin, address):
    refused = browser.post(address, {"name": "Other", "full_name": "Other", "email": "other@example.com", "role": "manager"})
    assert refused.status_code == 403
    assert REASON in refused.content.decode()
    with in_tenant(admin.tenant):
        assert User.objects.count() == 1
        assert Tenant.objects.get().name == "Atlas Home"


def test_a_write_by_the_api_is_refused_as_a_problem(client, admin):
    with in_tenant(admin.tenant):
        tokens = begin_session(admin, device_name="Amina's phone")
    bearer = {"Authorization": f"Bearer {tokens.access}"}
    assert client.get(reverse("accounts-api:sessions"), headers=bearer).status_code == 200
    refused = client.delete(reverse("accounts-api:session", args=[tokens.session.pk]), headers=bearer)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "tenant_suspended"
    assert REASON in refused.json()["detail"]


def test_people_can_always_sign_out_and_choose_their_language(browser):
    assert browser.post("/language/", {"language": "fr"}).status_code == 302
    assert browser.post("/sign-out/").status_code == 302


def test_an_operator_who_acts_there_can_stop(admin):
    browser = browser_of(UserFactory(superadmin=True))
    browser.post(reverse("accounts:act-as", args=[admin.tenant.pk, admin.pk]), {"reason": "To look"})
    assert browser.get("/people/").context["user"] == admin
    assert browser.post("/act-as/stop/").headers["Location"] == f"/platform/tenants/{admin.tenant.pk}/"
    assert browser.get("/platform/tenants/").status_code == 200


def test_a_resumed_merchant_works_again(browser, admin):
    with as_operator("a test resumes"):
        Tenant.objects.filter(pk=admin.tenant.pk).update(status=TenantStatus.ACTIVE, suspension_reason="")
    page = browser.get("/people/")
    assert "is suspended" not in page.content.decode()
    assert browser.post("/me/", {"full_name": "Amina"}).status_code == 302
