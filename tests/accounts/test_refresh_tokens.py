"""Refresh tokens: each works once, a used one ends its whole family and raises the alarm, and signing out ends it quietly."""

import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import ActivityLog, Notification, Session
from accounts.signals import refresh_token_reused
from accounts.tenancy import as_operator, in_tenant
from tests.accounts.devices import Device, change_sign_ins, everything, only_session, problem, signed_in
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(delivery_agent=True)


@pytest.fixture
def alarms():
    """Sign-ins that the signal of a reused token told of."""
    told = []

    def listen(session, **_):
        told.append(session.pk)

    refresh_token_reused.connect(listen)
    yield told
    refresh_token_reused.disconnect(listen)


class TestRotation:
    def test_each_refresh_gives_new_tokens_and_moves_the_end(self, person):
        device = signed_in(person)
        first, before = device.tokens, only_session(person)
        assert device.refresh().status_code == 200
        after = only_session(person)
        assert {first["access"], first["refresh"]}.isdisjoint({device.tokens["access"], device.tokens["refresh"]})
        assert device.tokens["session"] == first["session"]
        assert after.rotation == before.rotation + 1
        assert after.expires_at > before.expires_at
        assert after.last_used_at > before.last_used_at
        assert device.sessions().status_code == 200

    def test_a_reused_token_ends_the_whole_family(self, person):
        device = signed_in(person)
        stolen = device.tokens["refresh"]
        device.refresh()
        problem(Device().refresh(stolen), 401, "refresh_token_reused")
        assert only_session(person).end_reason == "reused"
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")
        problem(Device().refresh(stolen), 401, "invalid_refresh_token")

    def test_it_raises_the_alarm_once(self, person, alarms):
        administrator = UserFactory(admin=True, tenant=person.tenant, locale="fr")
        UserFactory(admin=True)
        UserFactory(admin=True, tenant=person.tenant, is_active=False)
        device = signed_in(person, device_name="هاتف {عمر}")
        stolen = device.tokens["refresh"]
        device.refresh()
        for _try in range(2):
            Device().refresh(stolen)
        session = only_session(person)
        assert alarms == [session.pk]
        with as_operator("a test looks who was told"):
            told = {row.user_id: row for row in Notification.objects.all()}
            row = ActivityLog.objects.get(action="refresh_token_reused")
        assert set(told) == {person.pk, administrator.pk}
        assert {(row.type, row.tenant_id) for row in told.values()} == {("alert", person.tenant_id)}
        assert person.full_name in told[administrator.pk].message
        assert "هاتف {عمر}" in told[administrator.pk].message
        assert (row.entity_id, row.user_id, row.tenant_id) == (session.pk, person.pk, person.tenant_id)
        assert row.details["device"] == "هاتف {عمر}"

    def test_another_device_of_the_person_goes_on(self, person):
        phone, tablet = signed_in(person), signed_in(person)
        stolen = phone.tokens["refresh"]
        phone.refresh()
        Device().refresh(stolen)
        assert tablet.sessions().status_code == 200
        assert tablet.refresh().status_code == 200

    def test_an_alarm_that_fails_takes_nothing_back_by_halves(self, person):
        device = signed_in(person)
        stolen = device.tokens["refresh"]
        device.refresh()

        def fail(**_):
            raise RuntimeError("a higher floor is broken")

        refresh_token_reused.connect(fail)
        device.client.raise_request_exception = False
        before = everything(Session)
        try:
            problem(device.refresh(stolen), 500, "internal")
        finally:
            refresh_token_reused.disconnect(fail)
        assert everything(Session) == before
        assert everything(Notification) == []

    @pytest.mark.parametrize("columns", [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"ended_at": timezone.now()}])
    def test_an_expired_or_ended_sign_in_is_refused(self, person, columns):
        device = signed_in(person)
        change_sign_ins(person, **columns)
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")

    def test_an_expired_token_is_refused(self, person):
        device = signed_in(person)
        for kind, name in ((AccessToken, "access"), (RefreshToken, "refresh")):
            token = kind(device.tokens[name])
            token.set_exp(lifetime=-timedelta(seconds=1))
            device.tokens[name] = str(token)
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")

    def test_neither_token_does_the_others_work(self, person):
        device = signed_in(person)
        problem(device.refresh(device.tokens["access"]), 401, "invalid_refresh_token")
        device.tokens["access"] = device.tokens["refresh"]
        problem(device.sessions(), 401, "invalid_token")

    def test_a_token_signed_by_somebody_else_is_refused(self, person):
        device = signed_in(person)
        head, body, _signature = device.tokens["refresh"].split(".")
        problem(device.refresh(f"{head}.{body}.{'A' * 43}"), 401, "invalid_refresh_token")
        assert device.refresh().status_code == 200


@pytest.mark.django_db(transaction=True)
class TestTwoRefreshesAtOnce:
    """Whoever gets the lock first is given tokens; the other comes with a used token, so the sign-in ends, the winner's new tokens too."""

    def test_one_wins_the_other_counts_as_reuse_and_the_family_ends(self, person, admin_database, alarms):
        device = signed_in(person)
        answers = self._both_waiting_for_the_row(person, device.tokens["refresh"], admin_database)
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        problem(lost, 401, "refresh_token_reused")
        device.tokens = won.json()
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")
        session = only_session(person)
        assert (session.rotation, session.end_reason) == (1, "reused")
        assert alarms == [session.pk]

    def _both_waiting_for_the_row(self, person, token, database):
        """Two requests that both stand before the locked row, let go at the same moment."""
        answers = []

        def ask():
            answers.append(Device().refresh(token))
            connections.close_all()

        threads = [threading.Thread(target=ask) for _number in range(2)]
        with psycopg.connect(database.info.dsn, password=database.info.password) as holder:
            holder.execute("SELECT 1 FROM sessions WHERE user_id = %s FOR UPDATE", [person.pk])
            for thread in threads:
                thread.start()
            self._wait_for_two(database)
        for thread in threads:
            thread.join(20)
        return answers

    def _wait_for_two(self, database):
        deadline = time.monotonic() + 20
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        while database.execute(waiting).fetchone() != (2,):
            assert time.monotonic() < deadline, "the two refreshes did not meet at the row"
            time.sleep(0.01)


class TestSigningOut:
    def test_it_ends_the_sign_in_and_doing_it_again_changes_nothing(self, person):
        device = signed_in(person)
        assert device.sign_out().status_code == 204
        ended = everything(Session)
        assert (ended[0]["end_reason"], ended[0]["ended_at"] is None) == ("signed_out", False)
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")
        assert device.sign_out().status_code == 204
        assert everything(Session) == ended
        with in_tenant(person.tenant):
            row = ActivityLog.objects.get(action="device_signed_out")
        assert (row.user_id, row.details["reason"]) == (person.pk, "signed_out")

    @pytest.mark.parametrize("token", ["x", "a.b.c", "é🙂", "." * 2000])
    def test_a_token_that_is_none_is_no_error(self, token):
        assert Device().sign_out(token).status_code == 204

    def test_a_used_token_signs_its_device_out_too(self, person):
        device = signed_in(person)
        used = device.tokens["refresh"]
        device.refresh()
        assert device.sign_out(used).status_code == 204
        problem(device.sessions(), 401, "invalid_token")

    def test_other_devices_stay(self, person):
        phone, tablet = signed_in(person), signed_in(person)
        phone.sign_out()
        assert tablet.sessions().status_code == 200
