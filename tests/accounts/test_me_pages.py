"""One's own pages: the first page, profile, language, availability, security, phones and programs."""

import re
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from accounts.actions.second_factor import begin_totp, confirm_totp
from accounts.actions.sessions import begin_session
from accounts.models import Session, TotpDevice, User
from accounts.tenancy import as_operator, in_tenant
from base import cards, navigation
from tests.browsing import browser_of
from tests.factories.accounts import PASSWORD, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = {"current": PASSWORD, "password": "parcels by noon 7", "again": "parcels by noon 7"}


@pytest.fixture
def person():
    return UserFactory(full_name="Salma Benjelloun", email="salma@atlas.example")


def fresh(person):
    with as_operator("a test looks at the person"):
        return User.objects.select_related("tenant").get(pk=person.pk)


def code_of(person, *, steps=0):
    with as_operator("a test reads the key"):
        device = TotpDevice.objects.get(user=person)
    totp = TOTP(bytes.fromhex(device.key), step=30)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def acting(person):
    """The browser of an operator who acts in the person's name."""
    client = browser_of(UserFactory(superadmin=True))
    session = client.session
    session["acting"] = {"user": str(person.pk), "reason": "ticket 4411", "until": (timezone.now() + timedelta(minutes=20)).isoformat()}
    session.save()
    return client


class TestToday:
    def test_greets_by_name(self, person):
        assert re.search(r"Good (morning|afternoon|evening), Salma", browser_of(person).get("/").text)

    def test_a_newcomer_is_told_what_to_do_first_by_role(self):
        tenant = TenantFactory()
        admin, rep = UserFactory(admin=True, tenant=tenant), UserFactory(tenant=tenant)
        admins, reps = (browser_of(each).get("/").text for each in (admin, rep))
        assert reverse("accounts:settings") in admins.split("First steps")[1]
        assert "Fill in the settings" not in reps
        assert "Protect your sign-in" in reps

    def test_an_operator_begins_with_a_merchant(self):
        assert "Open the first merchant" in browser_of(UserFactory(superadmin=True)).get("/").text

    def test_the_steps_go_away_when_all_are_done(self):
        person = UserFactory(phone="+212661204418", locale="en")
        with in_tenant(person.tenant):
            begin_totp(person)
            confirm_totp(person, code=code_of(person, steps=-1))
        assert "First steps" not in browser_of(person).get("/").text

    def test_numbers_of_the_navigation_wait_here(self, person, monkeypatch):
        entry = navigation.NavEntry(navigation.Group.SELL, "Confirm", "accounts:me", None, count=lambda _user: 47)
        monkeypatch.setattr(navigation, "_entries", [*navigation._entries, entry])
        page = browser_of(person).get("/").text
        assert re.search(r'class="waiting">.*Confirm.*47', page, re.DOTALL)
        assert "Nothing waits for you" not in page

    def test_an_apps_card_is_drawn_for_who_may_see_it(self, person, monkeypatch):
        card = cards.Card("Cash now", "components/empty.html", lambda _request: {"title": "No cash is out"}, "financial.view")
        quiet = cards.Card("Nothing today", "components/empty.html", lambda _request: None, None)
        monkeypatch.setattr(cards, "_cards", [card, quiet])
        assert "No cash is out" not in browser_of(person).get("/").text
        page = browser_of(UserFactory(accountant=True)).get("/").text
        assert "No cash is out" in page
        assert "Nothing today" not in page


class TestProfile:
    def test_name_phone_language_and_colours_are_ones_own(self, person):
        client = browser_of(person)
        answer = client.post("/me/", {"full_name": "Salma B.", "phone": "06 61 20 44 18", "locale": "ar", "theme": "dark"})
        changed = fresh(person)
        assert (changed.full_name, changed.phone, changed.locale, changed.theme) == ("Salma B.", "+212661204418", "ar", "dark")
        assert answer.cookies["theme"].value == "dark"
        page = client.get("/me/").text
        assert '<html lang="ar" dir="rtl" data-theme="dark"' in page

    def test_a_wrong_phone_is_told_beside_it_and_nothing_is_lost(self, person):
        answer = browser_of(person).post("/me/", {"full_name": "Typed", "phone": "12", "locale": "", "theme": ""})
        assert answer.status_code == 422
        assert 'id="id_phone_error"' in answer.text
        assert 'value="Typed"' in answer.text
        assert fresh(person).full_name == "Salma Benjelloun"

    def test_role_and_address_are_not(self, person):
        browser_of(person).post("/me/", {"full_name": "S", "phone": "", "locale": "", "theme": "", "role": "admin", "email": "x@y.example"})
        assert (fresh(person).role, fresh(person).email) == ("customer_rep", "salma@atlas.example")

    def test_the_language_of_the_menu_is_kept_with_the_person(self, person):
        client = browser_of(person)
        client.post("/language/", {"language": "fr", "next": "/me/"})
        assert fresh(person).locale == "fr"
        assert '<html lang="fr"' in client.get("/me/").text

    def test_a_visitor_chooses_a_language_too(self, client):
        client.post("/language/", {"language": "ar", "next": "/sign-in/"})
        assert 'dir="rtl"' in client.get("/sign-in/").text

    def test_an_unknown_language_changes_nothing(self, person):
        browser_of(person).post("/language/", {"language": "xx", "next": "/me/"})
        assert fresh(person).locale == ""

    def test_the_colours_chosen_follow_to_the_next_browser(self, client):
        person = UserFactory(theme="dark")
        client.post("/sign-in/", {"email": person.email, "password": PASSWORD})
        assert 'data-theme="dark"' in client.get("/me/").text


class TestAvailability:
    def test_is_switched_and_leads_back(self, person):
        answer = browser_of(person).post("/me/availability/", {"availability": "busy", "next": "/people/"})
        assert answer["Location"] == "/people/"
        assert fresh(person).availability_status == "busy"

    def test_nothing_else_is_accepted(self, person):
        assert browser_of(person).post("/me/availability/", {"availability": "asleep"}).status_code == 400
        assert fresh(person).availability_status == "offline"

    def test_stands_in_the_menu_of_every_page_for_people_of_a_merchant(self, person):
        assert "/me/availability/" in browser_of(person).get("/").text
        assert "/me/availability/" not in browser_of(UserFactory(superadmin=True)).get("/").text


class TestThePassword:
    def test_is_changed_and_this_browser_stays_signed_in(self, person):
        client, elsewhere = browser_of(person), browser_of(person)
        assert client.post("/me/security/", NEW)["Location"] == "/me/security/"
        assert fresh(person).check_password("parcels by noon 7")
        assert client.get("/me/").status_code == 200
        assert elsewhere.get("/me/").status_code == 302

    def test_ends_phones_and_programs(self, person):
        with in_tenant(person.tenant):
            begin_session(person, device_name="Phone")
        browser_of(person).post("/me/security/", NEW)
        with in_tenant(person.tenant):
            assert Session.objects.get().end_reason == "password_changed"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"current": "wrong"}, "current"),
            ({"password": "short", "again": "short"}, "password"),
            ({"password": "salma@atlas.example", "again": "salma@atlas.example"}, "password"),
            ({"again": "something else"}, "again"),
        ],
    )
    def test_what_is_wrong_is_told_beside_its_field(self, person, changes, field):
        answer = browser_of(person).post("/me/security/", {**NEW, **changes})
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        assert fresh(person).check_password(PASSWORD)

    def test_an_operator_who_acts_for_somebody_cannot_touch_it(self, person):
        client = acting(person)
        assert "Stop" in client.get("/me/").text
        assert client.post("/me/security/", NEW).status_code == 403
        assert client.get("/sign-in/set-up/").status_code == 403
        assert client.post("/me/security/codes/", {"code": "000000"}).status_code == 403
        assert client.post("/me/security/off/", {"code": "000000"}).status_code == 403
        assert 'name="current"' not in client.get("/me/security/").text
        assert fresh(person).check_password(PASSWORD)

    def test_nor_send_or_see_a_password_link_of_anybody(self):
        admin = UserFactory(admin=True)
        rep = UserFactory(tenant=admin.tenant)
        client = acting(admin)
        assert client.post(reverse("accounts:person-password-link", args=[rep.pk])).status_code == 403
        assert client.post(reverse("accounts:person-second-factor", args=[rep.pk]), {"reason": "lost"}).status_code == 403
        invited = client.post(
            "/people/new/", {"full_name": "N", "email": "n@x.example", "role": "customer_rep", "phone": "", "locale": ""}, follow=True
        )
        assert "/set-password/" not in invited.text


class TestTheSecondFactor:
    @pytest.fixture
    def codes(self, person):
        with in_tenant(person.tenant):
            begin_totp(person)
            return confirm_totp(person, code=code_of(person, steps=-1))

    def test_the_page_says_whether_it_is_on_and_how_many_codes_are_left(self, person, codes):
        page = browser_of(person).get("/me/security/").text
        assert re.search(r"Recovery codes left.*?>10<", page, re.DOTALL)
        assert "Set it up" in browser_of(UserFactory()).get("/me/security/").text

    def test_switching_off_needs_a_code(self, person, codes):
        client = browser_of(person)
        refused = client.post("/me/security/off/", {"code": "000000"})
        assert refused.status_code == 422
        assert 'id="off_code_error"' in refused.text
        time.sleep(1.1)
        client.post("/me/security/off/", {"code": code_of(person)})
        with in_tenant(person.tenant):
            assert not TotpDevice.objects.exists()
        assert client.get("/me/").status_code == 200

    def test_moving_to_another_phone_leads_to_a_new_key(self, person, codes):
        client = browser_of(person)
        answer = client.post("/me/security/off/", {"code": code_of(person), "again": "1"})
        assert answer["Location"].startswith("/sign-in/set-up/")

    def test_new_recovery_codes_take_the_place_of_the_old(self, person, codes):
        client = browser_of(person)
        page = client.post("/me/security/codes/", {"code": codes[0]}, follow=True).text
        shown = re.findall(r"<li><code>([^<]+)", page)
        assert len(shown) == 10
        assert not set(shown) & set(codes)
        assert client.post("/me/security/codes/", {"code": codes[1]}).status_code == 422

    def test_the_codes_can_be_kept_as_a_file_without_scripts(self, person, codes):
        page = browser_of(person).post("/me/security/codes/", {"code": codes[0]}, follow=True)
        assert 'href="data:text/plain;charset=utf-8,' in page.text


class TestPhonesAndPrograms:
    def test_one_is_ended_and_the_other_stays(self, person):
        with in_tenant(person.tenant):
            lost, kept = (begin_session(person, device_name=name).session for name in ("Lost phone", "Scanner"))
        client = browser_of(person)
        assert "Lost phone" in client.get("/me/sessions/").text
        client.post(reverse("accounts:me-session-end", args=[lost.pk]))
        with in_tenant(person.tenant):
            assert [session.ended_at is None for session in Session.objects.filter(pk__in=[lost.pk, kept.pk]).order_by("device_name")] == [
                False,
                True,
            ]
        assert "Lost phone" not in client.get("/me/sessions/", follow=True).text.split("</table>")[0].split("<table")[1]

    def test_all_are_ended(self, person):
        with in_tenant(person.tenant):
            begin_session(person)
            begin_session(person)
        page = browser_of(person).post("/me/sessions/end/", follow=True).text
        assert "2 devices are signed out" in page
        assert "No phone or program is signed in" in page

    def test_a_colleagues_is_not_there(self, person):
        colleague = UserFactory(tenant=person.tenant)
        with in_tenant(person.tenant):
            session = begin_session(colleague).session
        assert browser_of(person).post(reverse("accounts:me-session-end", args=[session.pk])).status_code == 404
        with in_tenant(person.tenant):
            assert Session.objects.get().ended_at is None
