"""An operator who works in a person's name: with a reason, for 30 minutes, under a banner, and both logs say so."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.acting import LIMIT
from accounts.models import ActivityLog, User
from accounts.tenancy import in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(admin=True, full_name="Amina El Idrissi", tenant=TenantFactory(name="Atlas Home"))


@pytest.fixture
def operator():
    return UserFactory(superadmin=True, full_name="Ines Operator")


@pytest.fixture
def browser(operator):
    return browser_of(operator)


def act(browser, person, reason="She asked why a rep cannot sign in"):
    return browser.post(reverse("accounts:act-as", args=[person.tenant.pk, person.pk]), {"reason": reason})


def log_of(tenant, **asked):
    with in_tenant(tenant):
        return list(ActivityLog.objects.filter(**asked))


def test_the_browser_works_as_the_person_under_a_banner_with_the_minutes_left(browser, person):
    assert act(browser, person).status_code == 302
    page = browser.get("/")
    assert page.context["user"] == person
    text = page.content.decode()
    assert "You act for Amina El Idrissi" in text
    assert "30 minutes left" in text
    assert browser.get("/platform/tenants/").status_code == 403


def test_the_merchants_log_names_the_operator_the_reason_and_what_was_done(browser, person, operator):
    act(browser, person)
    browser.post("/people/new/", {"full_name": "Salma Bennani", "email": "salma@atlas.example", "role": "customer_rep"})
    [began] = log_of(person.tenant, action="acting_began")
    assert (began.user_id, began.user_name, began.entity_id) == (operator.pk, "Ines Operator", person.pk)
    assert began.details["justification"] == "She asked why a rep cannot sign in"
    [made] = log_of(person.tenant, action="user_created")
    assert (made.user_id, made.user_name) == (operator.pk, "Ines Operator")
    assert made.details["acting_for"] == "Amina El Idrissi"
    browser.post("/act-as/stop/")
    [ended] = log_of(person.tenant, action="acting_ended")
    assert ended.user_id == operator.pk
    page = browser_of(person).get("/activity/").content.decode()
    assert "Ines Operator" in page
    assert "She asked why a rep cannot sign in" in page


def test_without_a_reason_nothing_begins(browser, person):
    response = act(browser, person, reason="")
    assert response.status_code == 422
    assert "Say why you act for this person" in response.content.decode()
    assert browser.get("/platform/tenants/").status_code == 200


def test_it_ends_by_itself_after_thirty_minutes(browser, person, operator):
    act(browser, person)
    assert timedelta(minutes=30) == LIMIT
    session = browser.session
    began = session["acting"]
    session["acting"] = {**began, "until": (timezone.now() + timedelta(seconds=50)).isoformat()}
    session.save()
    assert "1 minute left" in browser.get("/people/").content.decode()
    session["acting"] = {**began, "until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    session.save()
    page = browser.get("/people/")
    assert page.context["user"] == operator
    assert "You act for" not in page.content.decode()
    assert "acting" not in browser.session


def test_it_ends_when_the_person_is_deactivated_or_the_operator_loses_the_right(browser, person, operator):
    act(browser, person)
    with in_tenant(person.tenant):
        User.objects.filter(pk=person.pk).update(is_active=False)
    assert browser.get("/people/").context["user"] == operator


def test_money_and_ways_in_stay_out_of_reach(browser, person):
    act(browser, person)
    acting = browser.get("/").context["user"]
    denied = ("financial.create", "financial.edit", "financial.export", "returns.refund")
    assert not any(acting.has_perm(name) for name in denied)
    assert acting.has_perm("financial.view")
    assert all(person.has_perm(name) for name in denied)
    for address in ("/me/security/", f"/people/{person.pk}/password-link/", "/me/security/off/"):
        assert browser.post(address, {"current": "x", "password": "y", "reason": "z"}).status_code in {403, 409}, address


def test_only_a_merchants_active_person_can_be_acted_for(browser, person):
    with in_tenant(person.tenant):
        User.objects.filter(pk=person.pk).update(is_active=False)
    assert act(browser, person).status_code == 409
    other = UserFactory()
    address = reverse("accounts:act-as", args=[person.tenant.pk, other.pk])
    assert browser.post(address, {"reason": "To look"}).status_code == 404


def test_a_monitor_and_a_tenants_admin_act_for_nobody(person):
    for other in (UserFactory(monitor=True), UserFactory(admin=True, tenant=person.tenant)):
        assert act(browser_of(other), person).status_code == 403


def test_stopping_when_nothing_runs_is_no_error(person):
    assert browser_of(person).post("/act-as/stop/").status_code == 302
    assert log_of(person.tenant, action="acting_ended") == []
