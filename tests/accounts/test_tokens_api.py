"""The tokens API: how a device signs in, and what it answers to anything that is sent."""

import json
import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from accounts.actions.people import deactivate_person
from accounts.actions.tenants import suspend_tenant
from accounts.models import ActivityLog, Session, User
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from tests.accounts.devices import Device, everything, only_session, problem, second_factor_of, signed_in
from tests.base.test_json import peak_of
from tests.factories.accounts import PASSWORD, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
MB = 1024**2


@pytest.fixture
def person():
    return UserFactory(email="omar@atlas.example", delivery_agent=True)


@pytest.fixture
def device():
    return Device()


class TestSigningIn:
    def test_it_gives_tokens_that_open_the_api(self, device, person):
        answer = device.sign_in(person, device_name="Omar's phone")
        assert answer.status_code == 201
        assert answer["Cache-Control"] == "no-store"
        given = answer.json()
        assert set(given) == {"access", "refresh", "session", "access_expires_in", "refresh_expires_at"}
        assert given["access_expires_in"] == 900
        assert device.sessions().status_code == 200

    def test_the_tokens_themselves_are_not_in_the_database(self, device, person):
        given = device.sign_in(person).json()
        row = str(everything(Session))
        assert given["refresh"] not in row
        assert given["access"] not in row

    def test_the_sign_in_keeps_device_address_and_program(self, device, person):
        device.post("token", {"email": person.email, "password": PASSWORD, "device_name": "هاتف عمر 📱"}, **{"User-Agent": "Doorstep/1.0"})
        session = only_session(person)
        assert (session.device_name, session.ip_address, session.user_agent) == ("هاتف عمر 📱", "127.0.0.1", "Doorstep/1.0")
        assert timedelta(days=29) < session.expires_at - timezone.now() <= timedelta(days=30)

    def test_it_is_in_the_activity_log(self, device, person):
        device.sign_in(person)
        with in_tenant(person.tenant):
            row = ActivityLog.objects.get(action="device_signed_in")
        assert (row.user_id, row.entity_id, row.ip_address) == (person.pk, only_session(person).pk, "127.0.0.1")

    def test_it_is_the_persons_last_sign_in(self, device, person):
        device.sign_in(person)
        with in_tenant(person.tenant):
            assert User.objects.get(pk=person.pk).last_login is not None

    def test_an_operator_signs_in_too(self, device):
        assert device.sign_in(UserFactory(superadmin=True)).status_code == 201
        assert len(device.sessions().json()["results"]) == 1

    def test_case_and_spaces_of_the_address_do_not_matter(self, device, person):
        assert device.sign_in("  Omar@Atlas.EXAMPLE ").status_code == 201

    def test_wrong_password_unknown_address_and_deactivated_person_read_the_same(self, device, person):
        UserFactory(email="gone@atlas.example", is_active=False)
        tries = [("omar@atlas.example", "not the password"), ("nobody@atlas.example", PASSWORD), ("gone@atlas.example", PASSWORD)]
        bodies = [problem(device.sign_in(email, password=password), 401, "wrong_credentials") for email, password in tries]
        assert len({json.dumps({**body, "request_id": ""}) for body in bodies}) == 1
        assert everything(Session) == []

    def test_a_browsers_form_is_not_taken_for_json(self, person):
        answer = Client().post("/api/auth/token", {"email": person.email, "password": PASSWORD})
        problem(answer, 415, "unsupported_media_type")


class TestBruteForce:
    def test_the_sixth_wrong_password_is_locked_out_with_the_remaining_time(self, device, person):
        for _try in range(5):
            problem(device.sign_in(person, password="wrong"), 401, "wrong_credentials")
        locked = device.sign_in(person, password="wrong")
        body = problem(locked, 429, "locked_out")
        assert 890 <= int(locked["Retry-After"]) <= 900
        assert body["retry_after"] == int(locked["Retry-After"])
        assert "15" in body["detail"]

    def test_then_the_right_password_is_locked_out_too_but_nobody_else(self, device, person):
        for _try in range(6):
            device.sign_in(person, password="wrong")
        problem(device.sign_in(person), 429, "locked_out")
        assert device.sign_in(UserFactory()).status_code == 201

    def test_spelling_the_address_otherwise_gives_no_more_tries(self, device, person):
        for email in ("omar@atlas.example", "OMAR@atlas.example", "Omar@Atlas.Example", " omar@atlas.example", "oMar@atlas.example"):
            device.sign_in(email, password="wrong")
        problem(device.sign_in(person, password="wrong"), 429, "locked_out")

    def test_the_lock_ends_after_15_minutes(self, device, person):
        for _try in range(6):
            device.sign_in(person, password="wrong")
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
        assert device.sign_in(person).status_code == 201

    def test_signing_in_forgets_the_wrong_passwords_before(self, device, person):
        for _round in range(2):
            for _try in range(5):
                problem(device.sign_in(person, password="wrong"), 401, "wrong_credentials")
            assert device.sign_in(person).status_code == 201

    def test_but_not_those_for_somebody_else(self, device, person):
        for _try in range(5):
            device.sign_in(person, password="wrong")
        device.sign_in(UserFactory())
        problem(device.sign_in(person, password="wrong"), 429, "locked_out")

    def test_an_address_may_ask_thirty_times_a_minute(self, device):
        for _try in range(30):
            assert device.sign_out("no token").status_code == 204
        refused = device.sign_out("no token")
        problem(refused, 429, "throttled")
        assert 0 < int(refused["Retry-After"]) <= 60


class TestSecondFactor:
    def test_the_code_is_asked_for(self, device, person):
        second_factor_of(person)
        assert problem(device.sign_in(person), 401, "code_needed")["field"] == "code"
        assert everything(Session) == []

    def test_a_wrong_password_does_not_tell_that_there_is_one(self, device, person):
        code = second_factor_of(person)
        problem(device.sign_in(person, password="wrong", code=code()), 401, "wrong_credentials")

    def test_the_right_code_opens(self, device, person):
        code = second_factor_of(person)
        assert device.sign_in(person, code=code()).status_code == 201

    def test_a_code_works_once(self, device, person):
        shown = second_factor_of(person)()
        device.sign_in(person, code=shown)
        assert problem(Device().sign_in(person, code=shown), 400, "wrong_code")["field"] == "code"
        assert len(everything(Session)) == 1

    def test_a_wrong_code_makes_the_next_try_wait(self, device, person):
        code = second_factor_of(person)
        problem(device.sign_in(person, code="٠٠٠٠٠٠"), 400, "wrong_code")
        waiting = device.sign_in(person, code=code())
        assert problem(waiting, 429, "wait")["field"] == "code"
        assert int(waiting["Retry-After"]) >= 1
        time.sleep(1.05)
        assert device.sign_in(person, code=code()).status_code == 201

    def test_where_the_merchant_asks_for_it_nobody_signs_in_without(self, device):
        tenant = TenantFactory(settings={"security": {"second_factor_required": True}})
        problem(device.sign_in(UserFactory(tenant=tenant)), 403, "second_factor_needed")
        assert everything(Session) == []


class TestWhoMayStillCall:
    def test_a_deactivated_person_is_refused_at_once(self, person):
        device = signed_in(person)
        with in_tenant(person.tenant):
            deactivate_person(person, reason="Left us", actor=SYSTEM)
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")
        problem(Device().sign_in(person), 401, "wrong_credentials")

    def test_also_one_who_was_deactivated_around_the_action(self, person):
        device = signed_in(person)
        with in_tenant(person.tenant):
            User.objects.filter(pk=person.pk).update(is_active=False)
        problem(device.sessions(), 401, "invalid_token")
        problem(device.refresh(), 401, "invalid_refresh_token")

    def test_a_suspended_merchants_people_read_but_do_not_write(self, person):
        device = signed_in(person)
        with as_operator("a test suspends a merchant"):
            suspend_tenant(person.tenant, reason="The bill of May is open", actor=SYSTEM)
        before = everything(Session)
        assert device.sessions().status_code == 200
        body = problem(device.end(device.tokens["session"]), 403, "tenant_suspended")
        assert "The bill of May is open" in body["detail"]
        assert everything(Session) == before

    def test_and_they_sign_in_refresh_and_sign_out(self, person):
        with as_operator("a test suspends a merchant"):
            suspend_tenant(person.tenant, reason="The bill of May is open", actor=SYSTEM)
        device = signed_in(person)
        assert device.refresh().status_code == 200
        # Many clients send the access token with every call.
        assert device.post("refresh", {"refresh": device.tokens["refresh"]}, **device.bearer).status_code == 200
        device.sign_in(person)
        assert device.post("logout", {"refresh": device.tokens["refresh"]}, **device.bearer).status_code == 204

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Bearer " + "é" * 50, "Bearer " + "." * 5000, "Basic YTpi", "Token x"]
    )
    def test_without_a_good_token_nothing_is_told(self, device, header):
        answer = device.client.get("/api/auth/sessions", headers={"Authorization": header})
        body = answer.json()
        assert answer.status_code == 401, body
        assert answer["WWW-Authenticate"] == 'Bearer realm="doorstep"'
        assert body["code"] in {"invalid_token", "not_authenticated"}

    def test_the_schemes_name_has_no_case(self, person):
        device = signed_in(person)
        answer = device.client.get("/api/auth/sessions", headers={"Authorization": f"bearer {device.tokens['access']}"})
        assert answer.status_code == 200


UGLY = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "5",
    "null": "null",
    "a text": '"x"',
    "no number": '{"email": NaN}',
    "nested": json.dumps({"email": {"a": [1]}, "password": [1]}),
    "numbers": json.dumps({"email": 1, "password": 2}),
    "truths": json.dumps({"email": True, "password": True}),
    "nulls": json.dumps({"email": None, "password": None}),
    "null bytes": '{"email": "a\\u0000@b.example", "password": "a\\u0000"}',
    "half a character": '{"email": "a@b.example", "password": "\\ud800"}',
    "emoji": json.dumps({"email": "🙂@🙂.🙂", "password": "🙂"}),
    "huge": json.dumps({"email": "a" * 100_000 + "@b.example", "password": "x" * 100_000}),
    "not UTF-8": b'{"email": "\xff\xfe"}',
}


class TestUglyInput:
    @pytest.mark.parametrize("name", ["token", "refresh", "logout"])
    @pytest.mark.parametrize("body", UGLY.values(), ids=UGLY)
    def test_a_body_that_is_none_is_told_so(self, device, name, body):
        answer = device.client.post(f"/api/auth/{name}", body, content_type="application/json")
        told = answer.json()
        assert answer.status_code == 400, told
        assert answer["Content-Type"] == "application/problem+json"
        assert everything(Session) == []

    def test_each_field_is_named_with_its_rule(self, device):
        body = problem(device.post("token", {"email": "no address", "password": "", "device_name": "x" * 121}), 400, "invalid")
        assert {error["field"]: error["code"] for error in body["errors"]} == {
            "email": "invalid", "password": "blank", "device_name": "max_length",
        }  # fmt: skip
        assert problem(device.post("refresh", {}), 400, "required")["field"] == "refresh"

    @pytest.mark.parametrize(
        "name", ["هاتف عمر", "📱" * 120, "  padded  ", "<script>alert(1)</script>", "'; DROP TABLE sessions; --", "\u202eخلف", "x" * 120]
    )
    def test_any_device_name_is_kept_as_it_is(self, person, name):
        device = signed_in(person, device_name=name)
        assert device.sessions().json()["results"][0]["device_name"] == name.strip()

    def test_a_header_of_any_bytes_is_kept_in_part(self, person):
        device = Device()
        body = {"email": person.email, "password": PASSWORD}
        answer = device.post("token", body, **{"User-Agent": "é\x80" * 2000})
        assert answer.status_code == 201
        assert len(only_session(person).user_agent) == 300

    @pytest.mark.parametrize("name", ["token", "refresh", "logout"])
    def test_three_megabytes_are_too_large(self, device, name):
        body = json.dumps({"email": "a@b.example", "password": "x" * 3_000_000})
        problem(device.client.post(f"/api/auth/{name}", body, content_type="application/json"), 413, "too_large")

    def test_nested_ten_thousand_deep_takes_no_memory(self, device):
        body = b'{"email": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        answers = []

        def send():
            answers.append(device.client.post("/api/auth/token", body, content_type="application/json"))

        send()
        assert peak_of(send) < MB
        for answer in answers:
            problem(answer, 400, "malformed_json")
