"""Getting in: the password, the lock after wrong ones, the second factor, the links to a new password."""

import re
import time

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from accounts.actions.people import password_link
from accounts.actions.second_factor import begin_totp, confirm_totp
from accounts.models import ActivityLog, Message, RecoveryCode, TotpDevice, User
from accounts.tenancy import as_operator, in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import PASSWORD, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
WRONG = "E-mail and password do not belong together"


def send(client, email, password=PASSWORD, **more):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def code_of(person, *, steps=0):
    with as_operator("a test reads the key"):
        device = TotpDevice.objects.get(user=person)
    totp = TOTP(bytes.fromhex(device.key), step=30)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def with_second_factor(person):
    """Set it up with the code of half a minute ago, so that the present one is still good. Returns the recovery codes."""
    with in_tenant(person.tenant):
        begin_totp(person)
        return confirm_totp(person, code=code_of(person, steps=-1))


@pytest.fixture
def person():
    return UserFactory(email="salma@atlas.example")


class TestThePassword:
    def test_the_right_one_leads_to_the_first_page(self, client, person):
        answer = send(client, "salma@atlas.example")
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.get("/").status_code == 200

    def test_case_and_spaces_of_the_address_do_not_matter(self, client, person):
        assert send(client, " Salma@Atlas.EXAMPLE ").status_code == 302

    def test_it_leads_on_to_where_one_wanted_to_go(self, client, person):
        assert client.get("/me/")["Location"] == "/sign-in/?next=/me/"
        assert 'value="/me/"' in client.get("/sign-in/?next=/me/").text
        assert send(client, person.email, next="/me/")["Location"] == "/me/"

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "https:evil.example"])
    def test_it_never_leads_to_another_site(self, client, person, elsewhere):
        assert send(client, person.email, next=elsewhere)["Location"] == "/"

    def test_wrong_password_unknown_address_and_deactivated_person_read_the_same(self, client, person):
        UserFactory(email="gone@atlas.example", is_active=False)
        answers = [
            send(client, person.email, "not the password"),
            send(client, "nobody@atlas.example"),
            send(client, "gone@atlas.example"),
        ]
        assert {answer.status_code for answer in answers} == {422}
        pages = {re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.text) for answer in answers}
        assert len(pages) == 1
        assert WRONG in pages.pop()

    def test_what_was_typed_stays_but_the_password(self, client, person):
        page = send(client, person.email, "not the password").text
        assert 'value="salma@atlas.example"' in page
        assert "not the password" not in page

    def test_the_browsers_session_gets_a_new_key(self, client, person):
        client.get("/sign-in/")
        session = client.session
        session["planted"] = "by somebody who knows this key"
        session.save()
        client.cookies["doorstep_session"] = planted = session.session_key
        send(client, person.email)
        assert client.session.session_key != planted
        assert not BrowserSession.objects.filter(session_key=planted).exists()

    def test_who_is_signed_in_already_is_sent_on(self, person):
        assert browser_of(person).get("/sign-in/?next=/me/")["Location"] == "/me/"

    def test_it_is_in_the_activity_log(self, client, person):
        send(client, person.email)
        with in_tenant(person.tenant):
            assert ActivityLog.objects.filter(action="signed_in", user=person).count() == 1

    def test_signing_out_ends_it_and_needs_a_post(self, person):
        client = browser_of(person)
        assert client.get("/sign-out/").status_code == 405
        assert client.post("/sign-out/")["Location"] == "/sign-in/"
        assert client.get("/me/").status_code == 302

    def test_the_page_is_not_kept_by_the_browser(self, client):
        assert "no-store" in client.get("/sign-in/")["Cache-Control"]


class TestTheLock:
    def test_the_sixth_wrong_password_is_locked_out_with_the_minutes_said(self, client, person):
        for _try in range(5):
            assert send(client, person.email, "wrong").status_code == 422
        locked = send(client, person.email, "wrong")
        assert locked.status_code == 429
        assert "15 more minutes" in locked.text
        assert 0 < int(locked["Retry-After"]) <= 900

    def test_then_the_right_password_does_not_help_either(self, client, person):
        for _try in range(6):
            send(client, person.email, "wrong")
        assert send(client, person.email).status_code == 429
        assert client.get("/me/").status_code == 302

    def test_capital_letters_do_not_begin_a_new_count(self, client, person):
        spellings = ["salma@atlas.example", "Salma@atlas.example", "SALMA@ATLAS.EXAMPLE", "salma@Atlas.example", "salmA@atlas.example"]
        for spelling in spellings:
            send(client, spelling, "wrong")
        assert send(client, person.email, "wrong").status_code == 429

    def test_the_api_counts_the_same_account_whatever_its_spelling(self, client, person):
        for spelling in ["salma@atlas.example", "Salma@atlas.example", "SALMA@ATLAS.EXAMPLE", "salma@Atlas.example", "salmA@atlas.example"]:
            client.post("/api/auth/token", {"email": spelling, "password": "wrong"}, content_type="application/json")
        answer = client.post("/api/auth/token", {"email": person.email, "password": "wrong"}, content_type="application/json")
        assert answer.status_code == 429

    def test_an_unknown_address_is_locked_just_the_same(self, client):
        statuses = [send(client, "nobody@atlas.example", "wrong").status_code for _try in range(6)]
        assert statuses == [422] * 5 + [429]

    def test_somebody_else_in_the_same_office_still_gets_in(self, client, person):
        colleague = UserFactory(tenant=person.tenant)
        for _try in range(6):
            send(client, person.email, "wrong")
        assert send(Client(), colleague.email).status_code == 302

    def test_a_new_password_by_link_opens_it_again(self, client, person):
        for _try in range(6):
            send(client, person.email, "wrong")
        client.post(password_link(person), {"password": "a fresh one 2026", "again": "a fresh one 2026"})
        assert send(client, person.email, "a fresh one 2026").status_code == 302


class TestTheSecondFactor:
    def test_it_stands_before_every_page(self, client, person):
        with_second_factor(person)
        send(client, person.email)
        assert client.get("/me/")["Location"] == "/sign-in/code/?next=%2Fme%2F"
        assert client.get("/api/auth/sessions").status_code == 403

    def test_the_apps_code_opens_and_leads_on(self, client, person):
        with_second_factor(person)
        send(client, person.email)
        before = client.session.session_key
        answer = client.post("/sign-in/code/", {"code": code_of(person), "next": "/me/"})
        assert answer["Location"] == "/me/"
        assert client.session.session_key != before
        assert client.get("/me/").status_code == 200

    def test_a_code_works_once(self, client, person):
        with_second_factor(person)
        code = code_of(person)
        send(client, person.email)
        assert client.post("/sign-in/code/", {"code": code}).status_code == 302
        other = Client()
        send(other, person.email)
        refused = other.post("/sign-in/code/", {"code": code})
        assert refused.status_code == 422
        assert "This is not the right code" in refused.text
        assert other.get("/me/").status_code == 302

    def test_a_recovery_code_stands_in_once(self, client, person):
        codes = with_second_factor(person)
        send(client, person.email)
        answer = client.post("/sign-in/code/", {"code": f" {codes[0].upper()} "}, follow=True)
        assert "9 are left" in answer.text
        other = Client()
        send(other, person.email)
        assert other.post("/sign-in/code/", {"code": codes[0]}).status_code == 422

    def test_wrong_codes_make_the_next_try_wait(self, client, person):
        with_second_factor(person)
        send(client, person.email)
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
        waiting = client.post("/sign-in/code/", {"code": "000001"})
        assert waiting.status_code == 429
        assert "Wait 1 seconds" in waiting.text
        assert waiting["Retry-After"] == "1"

    def test_where_the_company_asks_for_it_it_is_set_up_first(self, client):
        tenant = TenantFactory(settings={"security": {"second_factor_required": True}})
        person = UserFactory(tenant=tenant)
        send(client, person.email)
        assert client.get("/me/")["Location"] == "/sign-in/set-up/?next=%2Fme%2F"
        page = client.get("/sign-in/set-up/?next=/me/").text
        assert 'src="data:image/svg+xml;base64,' in page
        confirmed = client.post("/sign-in/set-up/", {"code": code_of(person), "next": "/me/"})
        assert confirmed["Location"] == "/sign-in/recovery-codes/?next=%2Fme%2F"
        shown = client.get(confirmed["Location"]).text
        assert len(re.findall(r"<li><code>", shown)) == 10
        assert 'href="/me/"' in shown
        assert client.get("/me/").status_code == 200

    def test_the_recovery_codes_are_shown_once(self, person):
        client = browser_of(person)
        client.get("/sign-in/set-up/")
        codes = client.post("/sign-in/set-up/", {"code": code_of(person)})["Location"]
        assert "no-store" in client.get(codes)["Cache-Control"]
        assert client.get(codes)["Location"] == "/me/security/"

    def test_confirming_twice_still_shows_the_codes(self, person):
        client = browser_of(person)
        client.get("/sign-in/set-up/")
        code = code_of(person)
        client.post("/sign-in/set-up/", {"code": code})
        again = client.post("/sign-in/set-up/", {"code": code})
        assert "<li><code>" in client.get(again["Location"]).text
        with in_tenant(person.tenant):
            assert RecoveryCode.objects.count() == 10

    def test_the_key_stays_the_same_until_it_is_confirmed(self, person):
        client = browser_of(person)
        first, second = (re.search(r'id="secret"[^>]*>([^<]+)', client.get("/sign-in/set-up/").text)[1] for _time in "12")
        assert first == second
        assert "This is not the code" in client.post("/sign-in/set-up/", {"code": "000000"}).text

    def test_the_key_is_not_stored_in_clear(self, person, admin_database):
        with in_tenant(person.tenant):
            key = begin_totp(person).key
        with in_tenant(person.tenant):
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("SELECT key FROM totp_devices")
                assert key not in cursor.fetchone()[0]


class TestTheLinkToAPassword:
    def test_the_answer_is_the_same_for_everybody(self, client, person):
        known, unknown = (client.post("/forgot/", {"email": email}, follow=True) for email in (person.email, "nobody@atlas.example"))
        assert known.status_code == unknown.status_code == 200
        assert re.sub(r'value="[^"]*"|content="[^"]*"', "", known.text) == re.sub(r'value="[^"]*"|content="[^"]*"', "", unknown.text)
        with as_operator("a test looks into the outbox"):
            message = Message.objects.get()
        assert (message.recipient, message.template_key) == (person.email, "password_link")
        assert "/set-password/" in message.body

    def test_an_address_gets_three_links_an_hour(self, client, person):
        for _time in range(5):
            assert client.post("/forgot/", {"email": person.email}).status_code == 302
        with as_operator("a test looks into the outbox"):
            assert Message.objects.count() == 3

    def test_a_deactivated_person_gets_none(self, client):
        client.post("/forgot/", {"email": UserFactory(is_active=False).email})
        with as_operator("a test looks into the outbox"):
            assert not Message.objects.exists()

    def test_the_link_works_once(self, client, person):
        link = password_link(person)
        assert person.email in client.get(link).text
        new = {"password": "parcels by noon 7", "again": "parcels by noon 7"}
        assert client.post(link, new)["Location"] == "/sign-in/"
        assert send(client, person.email, "parcels by noon 7").status_code == 302
        assert Client().get(link).status_code == 410
        assert Client().post(link, new).status_code == 410

    def test_it_is_gone_after_an_hour(self, client, person, settings):
        link = password_link(person)
        settings.PASSWORD_RESET_TIMEOUT = -1
        assert client.get(link).status_code == 410

    @pytest.mark.parametrize("link", ["/set-password/x/y/", "/set-password/!!/abc-def/", "/set-password/MDE5/c1x2-abc/"])
    def test_a_made_up_link_says_how_to_get_a_good_one(self, client, link):
        answer = client.get(link)
        assert answer.status_code == 410
        assert reverse("accounts:forgot") in answer.text

    def test_a_weak_password_is_refused_beside_its_field(self, client, person):
        answer = client.post(password_link(person), {"password": "1234567890", "again": "1234567890"})
        assert answer.status_code == 422
        assert 'id="id_password_error"' in answer.text
        with as_operator("a test looks at the person"):
            assert User.objects.get(pk=person.pk).check_password(PASSWORD)

    def test_two_different_passwords_are_told_apart(self, client, person):
        answer = client.post(password_link(person), {"password": "parcels by noon 7", "again": "parcels by noon 8"})
        assert 'id="id_again_error"' in answer.text
