"""One's own sign-ins of devices: seen and ended by their person only, at a fixed cost, and swept when they are over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.sessions import begin_session, sweep_sessions
from accounts.models import ActivityLog, Session
from accounts.tenancy import as_operator, in_tenant
from tests.accounts.devices import Device, change_sign_ins, everything, problem, signed_in
from tests.browsing import browser_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(delivery_agent=True)


def begin_more(person, number):
    with in_tenant(person.tenant):
        for _sign_in in range(number):
            begin_session(person)


class TestOnesOwnSignIns:
    def test_the_list_shows_them_newest_first_and_which_one_is_asking(self, person):
        signed_in(person, device_name="هاتف")
        device = signed_in(person, device_name="Tablet 📱")
        listed = device.sessions().json()
        assert [(row["device_name"], row["current"]) for row in listed["results"]] == [("Tablet 📱", True), ("هاتف", False)]
        assert set(listed["results"][0]) == {
            "id", "device_name", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "current",
        }  # fmt: skip

    def test_ended_and_expired_ones_are_not_in_it(self, person):
        signed_in(person).sign_out()
        signed_in(person)
        change_sign_ins(person, expires_at=timezone.now() - timedelta(seconds=1))
        device = signed_in(person)
        assert [row["id"] for row in device.sessions().json()["results"]] == [device.tokens["session"]]

    def test_nobody_elses_are_seen(self, person):
        signed_in(UserFactory(tenant=person.tenant, admin=True))
        signed_in(UserFactory())
        signed_in(UserFactory(superadmin=True))
        device = signed_in(person)
        assert [row["id"] for row in device.sessions().json()["results"]] == [device.tokens["session"]]

    def test_an_operator_sees_only_their_own(self, person):
        signed_in(person)
        device = signed_in(UserFactory(superadmin=True))
        assert [row["id"] for row in device.sessions().json()["results"]] == [device.tokens["session"]]

    def test_ending_one(self, person):
        phone, tablet = signed_in(person), signed_in(person)
        assert tablet.end(phone.tokens["session"]).status_code == 204
        problem(phone.sessions(), 401, "invalid_token")
        assert len(tablet.sessions().json()["results"]) == 1
        assert tablet.end(phone.tokens["session"]).status_code == 204
        with in_tenant(person.tenant):
            assert ActivityLog.objects.filter(action="device_signed_out").count() == 1

    def test_ending_the_one_that_asks(self, person):
        device = signed_in(person)
        assert device.end(device.tokens["session"]).status_code == 204
        problem(device.sessions(), 401, "invalid_token")

    @pytest.mark.parametrize("whose", ["a colleague", "another merchant", "an operator", "nobody"])
    @pytest.mark.parametrize("asking", ["a person", "an operator"])
    def test_ending_somebody_elses_is_not_found_and_changes_nothing(self, person, whose, asking):
        device = signed_in(person if asking == "a person" else UserFactory(superadmin=True))
        others = {
            "a colleague": lambda: UserFactory(tenant=person.tenant),
            "another merchant": UserFactory,
            "an operator": lambda: UserFactory(superadmin=True),
        }
        session_id = signed_in(others[whose]()).tokens["session"] if whose in others else "01900000-0000-7000-8000-000000000000"
        before = everything(Session)
        problem(device.end(session_id), 404, "not_found")
        assert everything(Session) == before

    def test_an_id_that_is_none_is_not_found(self, person):
        assert signed_in(person).end("not-an-id").status_code == 404

    def test_a_browser_sees_them_too_and_ends_one_with_its_csrf_token(self, person):
        phone = signed_in(person)
        browser = browser_of(person, enforce_csrf_checks=True)
        assert [row["current"] for row in browser.get("/api/auth/sessions").json()["results"]] == [False]
        address = f"/api/auth/sessions/{phone.tokens['session']}"
        before = everything(Session)
        assert browser.delete(address).status_code == 403
        assert everything(Session) == before
        browser.get("/me/")
        assert browser.delete(address, headers={"X-CSRFToken": browser.cookies["csrftoken"].value}).status_code == 204

    def test_no_other_method_is_answered(self, person):
        device = signed_in(person)
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(device.client, method)("/api/auth/sessions", {}, content_type="application/json", headers=device.bearer)
            problem(answer, 405, "method_not_allowed")


class TestCosts:
    def test_a_token_check_is_one_statement_and_the_list_one_more_at_1_and_at_30(self, person):
        device = signed_in(person)
        counts = []
        for more in (0, 29):
            begin_more(person, more)
            with CaptureQueriesContext(connection) as asked:
                listed = device.sessions().json()["results"]
            counts.append((len(listed), len(asked)))
        assert counts == [(1, 2), (30, 2)]

    def test_a_bad_token_costs_no_statement(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            Device().client.get("/api/auth/sessions", headers={"Authorization": "Bearer x.y.z"})

    def test_pages_of_the_list(self, person):
        device = signed_in(person)
        begin_more(person, 4)
        first = device.sessions(limit=3).json()
        second = device.client.get(first["next"], headers=device.bearer).json()
        ids = [row["id"] for row in first["results"] + second["results"]]
        assert (len(ids), len(set(ids)), second["next"]) == (5, 5, None)
        problem(device.sessions(limit="x"), 400, "invalid_limit")
        problem(device.sessions(cursor="x"), 400, "invalid_cursor")


class TestSweeping:
    def test_it_removes_what_expired_or_ended_more_than_a_day_ago(self):
        now = timezone.now()
        younger, older = now - timedelta(hours=23), now - timedelta(hours=25)
        kept = [self._one(expires_at=younger), self._one(ended_at=younger), self._one()]
        gone = [self._one(expires_at=older), self._one(ended_at=older)]
        with as_operator("a test sweeps"):
            assert sweep_sessions() == len(gone)
            assert sweep_sessions() == 0
        assert {str(row["id"]) for row in everything(Session)} == set(kept)

    def _one(self, **columns):
        person = UserFactory()
        device = signed_in(person)
        if columns:
            change_sign_ins(person, **columns)
        return device.tokens["session"]
