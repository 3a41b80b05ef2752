"""The admin: one's own tenant only, by the same rules as the pages, its history from the activity log."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from accounts.models import ActivityLog, Message, Tenant, User
from accounts.states import Role
from accounts.tenancy import as_operator, in_tenant
from accounts.tenant_admin import TenantAdmin
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.accounts_rows import RecoveryCodeFactory, SessionFactory, TotpDeviceFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
NEW = {"full_name": "Salma Bennani", "email": "salma@atlas.example", "phone": "", "locale": "", "role": "customer_rep", "permissions": "{}"}


@pytest.fixture
def amina():
    return UserFactory(admin=True, full_name="Amina El Idrissi")


@pytest.fixture
def browser(amina):
    return browser_of(amina)


@pytest.fixture
def operator():
    return browser_of(UserFactory(superadmin=True))


def test_every_table_of_the_admin_stands_on_the_one_base_and_names_its_permissions():
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, TenantAdmin), model._meta.label
        assert model_admin.permission_area, model._meta.label


def test_nobody_signed_in_is_sent_to_our_sign_in(client):
    assert client.get(PEOPLE).headers["Location"] == "/sign-in/?next=/admin/accounts/user/"
    assert client.get("/admin/login/").headers["Location"] == "/sign-in/"


def test_a_person_without_the_right_is_told_which_one_is_missing():
    refused = browser_of(UserFactory(customer_rep=True)).get(PEOPLE)
    assert refused.status_code == 403
    assert "admin.view" in refused.content.decode()


def test_a_password_is_changed_on_our_page_and_signing_out_is_ours(browser):
    assert browser.get("/admin/password_change/").headers["Location"] == "/me/security/"
    assert browser.post("/admin/logout/").headers["Location"] == "/sign-in/"
    assert browser.get("/").headers["Location"].startswith("/sign-in/")


def test_scripts_of_the_admin_come_from_us_alone(browser):
    policy = browser.get(PEOPLE).headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" not in policy
    assert "unsafe" not in browser.get("/people/").headers["Content-Security-Policy"]


def test_a_person_added_here_is_of_ones_own_tenant_and_is_written_to(browser, amina):
    stranger = TenantFactory()
    assert browser.post(f"{PEOPLE}add/", {**NEW, "tenant": str(stranger.pk)}).status_code == 302
    with as_operator("a test looks"):
        person = User.objects.get(email="salma@atlas.example")
        assert Message.objects.get(recipient=person.email).tenant_id == amina.tenant_id
        assert ActivityLog.objects.get(action="user_created").user_id == amina.pk
    assert person.tenant_id == amina.tenant_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "taken@example.com"}, "email"),
        ({"email": "no address"}, "email"),
        ({"role": "superadmin"}, "role"),
        ({"phone": "123"}, "phone"),
        ({"permissions": '{"orders": {"fly": true}}'}, "permissions"),
        ({"permissions": '{"platform": {"view": true}}'}, "permissions"),
        ({"permissions": '{"orders": {"view": "yes"}}'}, "permissions"),
    ],
)
def test_the_rules_of_people_hold_here_too_and_what_was_typed_stays(browser, changes, field):
    UserFactory(email="taken@example.com")
    response = browser.post(f"{PEOPLE}add/", NEW | changes)
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert list(form.errors) == [field]
    assert form["full_name"].value() == "Salma Bennani"
    with as_operator("a test looks"):
        assert not User.objects.filter(full_name="Salma Bennani").exists()


def test_nobody_grants_here_what_they_do_not_hold(amina):
    person = UserFactory(tenant=amina.tenant, role=Role.MANAGER, permissions={"users": {"create": True, "edit": True}})
    response = browser_of(person).post(f"{PEOPLE}add/", NEW | {"role": "admin"})
    assert list(response.context["adminform"].form.errors) == ["permissions"]


def test_the_last_administrator_stays_one(browser, amina):
    sent = NEW | {"email": amina.email, "full_name": amina.full_name, "role": "manager"}
    response = browser.post(f"{PEOPLE}{amina.pk}/change/", sent)
    assert list(response.context["adminform"].form.errors) == ["role"]


def test_a_change_is_made_by_the_action_and_told_in_the_history(browser, amina):
    rep = UserFactory(tenant=amina.tenant, full_name="Salma Bennani", email="salma@atlas.example")
    assert browser.post(f"{PEOPLE}{rep.pk}/change/", NEW | {"full_name": "Salma Idrissi", "phone": "0661204418"}).status_code == 302
    with in_tenant(amina.tenant):
        rep = User.objects.get(pk=rep.pk)
    assert (rep.full_name, rep.phone) == ("Salma Idrissi", "+212661204418")
    history = browser.get(f"{PEOPLE}{rep.pk}/history/").content.decode()
    assert "Changed a person" in history
    assert "Salma Bennani" in history
    assert "Amina El Idrissi" in history
    assert not LogEntry.objects.exists()


def test_operators_see_all_tenants_with_a_column_that_says_whose(browser, operator, amina):
    other = UserFactory(full_name="Tariq Rahman", tenant=TenantFactory(name="Buriganga"))
    seen = operator.get(PEOPLE)
    assert {amina, other} <= set(seen.context["cl"].result_list)
    assert "tenant" in seen.context["cl"].list_display
    own = browser.get(PEOPLE)
    assert list(own.context["cl"].result_list) == [amina]
    assert "tenant" not in own.context["cl"].list_display


def test_a_row_never_moves_to_another_tenant(operator, amina):
    other = TenantFactory()
    operator.post(f"{PEOPLE}{amina.pk}/change/", NEW | {"role": "admin", "email": amina.email, "tenant": str(other.pk)})
    with as_operator("a test looks"):
        assert User.objects.get(pk=amina.pk).tenant_id == amina.tenant_id


def test_secrets_are_shown_to_nobody(browser, operator, amina):
    device = TotpDeviceFactory(tenant=amina.tenant, user=amina)
    session = SessionFactory(tenant=amina.tenant, user=amina)
    code = RecoveryCodeFactory(tenant=amina.tenant, user=amina)
    for reader in (browser, operator):
        for name, row, secret in (
            ("totpdevice", device, device.key),
            ("session", session, session.refresh_token),
            ("recoverycode", code, code.code_hash),
            ("user", amina, amina.password),
        ):
            page = reader.get(f"/admin/accounts/{name}/{row.pk}/change/")
            assert page.status_code == 200
            assert secret not in page.content.decode()


def test_sign_ins_are_ended_from_the_list(browser, amina):
    session = SessionFactory(tenant=amina.tenant, user=amina)
    browser.post("/admin/accounts/session/", {"action": "end_sign_ins", "_selected_action": [str(session.pk)]})
    with in_tenant(amina.tenant):
        session.refresh_from_db()
    assert session.end_reason == "ended_in_admin"


def test_merchants_are_opened_and_set_up_by_their_actions(operator):
    new = {"name": "Buriganga", "slug": "buriganga", "settings": '{"currency": "BDT"}'}
    assert operator.post("/admin/accounts/tenant/add/", new).status_code == 302
    with as_operator("a test looks"):
        tenant = Tenant.objects.get(slug="buriganga")
        assert ActivityLog.objects.filter(action="tenant_opened", tenant=tenant).exists()
    assert tenant.config.currency == "BDT"
    wrong = operator.post(f"/admin/accounts/tenant/{tenant.pk}/change/", new | {"settings": '{"delivery": {"max_attempts": 99}}'})
    assert list(wrong.context["adminform"].form.errors) == ["settings"]


def test_the_choices_of_people_are_ones_own(browser, amina):
    UserFactory(full_name="Tariq Rahman")
    asked = {"app_label": "accounts", "model_name": "session", "field_name": "user"}
    assert [found["text"] for found in browser.get("/admin/autocomplete/", asked).json()["results"]] == ["Amina El Idrissi"]


def test_a_suspended_administrators_exception_takes_the_history_away():
    person = UserFactory(admin=True, permissions={"activity": {"view": False}})
    assert browser_of(person).get(f"{PEOPLE}{person.pk}/history/").status_code == 403
