"""The pages of people: list, invitation, one person's profile, rights and access."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions.second_factor import begin_totp
from accounts.models import ActivityLog, Message, Session, TotpDevice, User
from accounts.navigation import find_people
from accounts.states import Availability, Role
from accounts.tenancy import as_operator, in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory(name="Atlas Home", settings={"country_code": "MA", "timezone": "Africa/Casablanca"})


@pytest.fixture
def admin(tenant):
    return UserFactory(admin=True, tenant=tenant, full_name="Amina El Idrissi", email="amina@atlas.example")


@pytest.fixture
def rep(tenant):
    return UserFactory(tenant=tenant, full_name="Salma Benjelloun", email="salma@atlas.example", phone="+212661204418")


def fresh(person):
    with as_operator("a test looks at the person"):
        return User.objects.select_related("tenant").get(pk=person.pk)


def profile(person, **changes):
    return {"full_name": person.full_name, "email": person.email, "phone": person.phone, "role": person.role, "locale": "", **changes}


def ticked(person, *, without=(), plus=()):
    """The boxes of the rights form as the person's page draws them, with some changed."""
    from accounts import permissions

    names = {name for name in permissions.MATRIX if permissions.allowed(person.role, person.permissions, name)}
    return dict.fromkeys((names - set(without)) | set(plus), "1")


class TestTheList:
    def test_names_everybody_of_ones_own_company_only(self, admin, rep):
        other = UserFactory(full_name="Farhana Rahman")
        page = browser_of(admin).get("/people/").text
        assert "Salma Benjelloun" in page
        assert other.full_name not in page

    def test_an_operator_sees_the_people_of_every_merchant(self, rep):
        operator = UserFactory(superadmin=True)
        other = UserFactory(full_name="Farhana Rahman")
        client = browser_of(operator)
        page = client.get("/people/").text
        assert "Salma Benjelloun" in page
        assert other.full_name in page
        narrowed = client.get("/people/", {"tenant": rep.tenant.slug}).text
        assert other.full_name not in narrowed
        assert operator.full_name in client.get("/people/", {"tenant": "none"}).text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "salma"}, True),
            ({"q": "amina@"}, False),
            ({"role": "customer_rep"}, True),
            ({"role": "admin"}, False),
            ({"active": "false"}, False),
            ({"active": "true"}, True),
            ({"availability": "offline"}, True),
            ({"availability": "busy"}, False),
        ],
    )
    def test_filters(self, admin, rep, query, found):
        page = browser_of(admin).get("/people/", query).text
        assert (reverse("accounts:person", args=[rep.pk]) in page) is found

    def test_a_filter_that_leaves_nobody_shows_the_way_back(self, admin):
        assert "Nothing matches" in browser_of(admin).get("/people/", {"q": "nobody at all"}).text

    def test_pages_follow_each_other_by_key(self, admin, tenant):
        for number in range(60):
            UserFactory(tenant=tenant, full_name=f"Rep {number:02}")
        client = browser_of(admin)
        first = client.get("/people/").text
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', first)[1].replace("&amp;", "&")
        second = client.get(f"/people/{following}" if following.startswith("?") else following).text
        shown = [set(re.findall(r"Rep \d\d", page)) for page in (first, second)]
        assert not shown[0] & shown[1]
        assert len(shown[0] | shown[1]) == 60

    def test_costs_the_same_queries_for_one_and_for_thirty(self, admin, tenant):
        client = browser_of(admin)
        client.get("/people/")
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get("/people/")
        for _each in range(29):
            UserFactory(tenant=tenant)
        with CaptureQueriesContext(connection) as many:
            client.get("/people/")
        assert len(many) == len(few)
        assert len(many) < 15

    def test_who_may_not_see_people_gets_a_page_that_says_what_is_missing(self, rep):
        answer = browser_of(rep).get("/people/")
        assert answer.status_code == 403
        assert "users.view" in answer.text
        assert "administrator" in answer.text

    def test_a_stranger_is_sent_to_sign_in(self, client):
        assert client.get("/people/")["Location"] == "/sign-in/?next=/people/"

    def test_who_may_only_look_is_offered_nothing_to_change(self, tenant, rep):
        client = browser_of(UserFactory(manager=True, tenant=tenant))
        assert reverse("accounts:person-new") not in client.get("/people/").text
        page = client.get(reverse("accounts:person", args=[rep.pk])).text
        assert "Save the rights" not in page
        assert "fieldset" in page
        assert client.get("/people/new/").status_code == 403
        assert client.post(reverse("accounts:person", args=[rep.pk]), profile(rep, full_name="X")).status_code == 403
        assert fresh(rep).full_name == "Salma Benjelloun"


class TestTheSearch:
    @pytest.mark.parametrize("query", ["salma", "SALMA@ATLAS", "0661204418", "661 20 44 18"])
    def test_finds_people_by_name_address_or_phone(self, admin, rep, query):
        with in_tenant(admin.tenant):
            assert [hit.title for hit in find_people(query, admin, 8)] == ["Salma Benjelloun"]

    def test_is_closed_to_those_who_may_not_see_people(self, rep):
        assert "Amina" not in browser_of(rep).get("/search/", {"q": "amina"}).text


class TestInviting:
    def form(self, **changes):
        given = {
            "full_name": "Nadia Haddad",
            "email": "Nadia@Atlas.example",
            "phone": "06 61 90 10 51",
            "role": "customer_rep",
            "locale": "fr",
        }
        return {**given, **changes}

    def test_makes_the_person_shows_the_link_once_and_queues_the_message(self, admin):
        client = browser_of(admin)
        answer = client.post("/people/new/", self.form())
        with in_tenant(admin.tenant):
            nadia = User.objects.get(email="nadia@atlas.example")
            message = Message.objects.get()
        assert (nadia.phone, nadia.locale, nadia.role) == ("+212661901051", "fr", "customer_rep")
        assert not nadia.has_usable_password()
        assert answer["Location"] == reverse("accounts:person", args=[nadia.pk])
        assert (message.template_key, message.recipient, message.user_id) == ("invitation", "nadia@atlas.example", nadia.pk)
        link = re.search(r'id="link"[^>]*>([^<]+)', client.get(answer["Location"]).text)[1]
        assert "/set-password/" in link
        assert "/set-password/" not in client.get(answer["Location"]).text

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "AMINA@atlas.example"}, "email"),
            ({"email": "amina"}, "email"),
            ({"full_name": " "}, "full_name"),
            ({"phone": "12"}, "phone"),
            ({"role": "superadmin"}, "role"),
            ({"role": ""}, "role"),
        ],
    )
    def test_a_wrong_value_is_told_beside_its_field_and_nothing_typed_is_lost(self, admin, changes, field):
        answer = browser_of(admin).post("/people/new/", self.form(**changes))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        assert "Nadia Haddad" in answer.text or field == "full_name"
        with in_tenant(admin.tenant):
            assert User.objects.count() == 1
            assert not Message.objects.exists()

    def test_sending_it_twice_makes_one_person(self, admin):
        client = browser_of(admin)
        client.post("/people/new/", self.form())
        assert client.post("/people/new/", self.form()).status_code == 422
        with in_tenant(admin.tenant):
            assert User.objects.filter(email="nadia@atlas.example").count() == 1

    def test_an_address_of_another_merchants_person_is_taken(self, admin):
        other = UserFactory(email="farhana@other.example")
        answer = browser_of(admin).post("/people/new/", self.form(email=other.email))
        assert "Somebody already signs in with this e-mail address" in answer.text

    def test_an_operator_invites_for_a_merchant_or_for_the_own_team(self, tenant):
        client = browser_of(UserFactory(superadmin=True))
        client.post("/people/new/", self.form(tenant=tenant.slug, role="admin"))
        client.post("/people/new/", self.form(tenant="", role="monitor", email="max@platform.example", phone="+212661901051"))
        with as_operator("a test looks at both"):
            assert User.objects.get(email="nadia@atlas.example").tenant_id == tenant.pk
            assert User.objects.get(email="max@platform.example").tenant_id is None

    def test_an_operators_role_is_not_for_a_merchants_person(self, tenant):
        answer = browser_of(UserFactory(superadmin=True)).post("/people/new/", self.form(tenant=tenant.slug, role="monitor"))
        assert 'id="id_role_error"' in answer.text

    def test_who_may_invite_but_holds_less_cannot_invite_an_administrator(self, tenant):
        manager = UserFactory(manager=True, tenant=tenant, permissions={"users": {"create": True, "edit": True}})
        answer = browser_of(manager).post("/people/new/", self.form(role="admin"))
        assert answer.status_code == 422
        assert "You cannot grant what you do not hold yourself" in answer.text


class TestAPerson:
    def test_the_profile_is_changed_and_logged(self, admin, rep):
        answer = browser_of(admin).post(reverse("accounts:person", args=[rep.pk]), profile(rep, full_name="Salma B.", role="accountant"))
        assert answer.status_code == 302
        assert (fresh(rep).full_name, fresh(rep).role) == ("Salma B.", "accountant")
        with in_tenant(admin.tenant):
            row = ActivityLog.objects.get(action="user_changed", entity_id=rep.pk)
        assert row.user_id == admin.pk
        assert row.details["changes"]["role"] == {"old": "customer_rep", "new": "accountant"}

    def test_a_wrong_value_is_told_beside_its_field(self, admin, rep):
        answer = browser_of(admin).post(reverse("accounts:person", args=[rep.pk]), profile(rep, phone="12", full_name="Typed"))
        assert answer.status_code == 422
        assert 'id="id_phone_error"' in answer.text
        assert 'value="Typed"' in answer.text

    def test_another_merchants_person_is_not_there_and_stays_as_they_are(self, admin):
        other = UserFactory(full_name="Farhana Rahman", admin=True)
        client = browser_of(admin)
        before = fresh(other)
        with in_tenant(other.tenant):
            begin_totp(other)
        names = ["person", "person-rights", "person-deactivate", "person-reactivate", "person-second-factor", "person-password-link"]
        sent = {**profile(other, full_name="Mine"), "reason": "because", "orders.view": "1"}
        for name in names:
            address = reverse(f"accounts:{name}", args=[other.pk])
            assert client.get(address).status_code == 404, name
            assert client.post(address, sent).status_code == 404, name
        after = fresh(other)
        assert (after.full_name, after.permissions, after.is_active, after.updated_at) == (
            before.full_name,
            before.permissions,
            before.is_active,
            before.updated_at,
        )
        with as_operator("a test looks"):
            assert TotpDevice.objects.filter(user=other).exists()
            assert not Message.objects.exists()

    def test_the_last_administrator_stays_one(self, admin):
        client = browser_of(admin)
        answer = client.post(reverse("accounts:person", args=[admin.pk]), profile(admin, role="manager"))
        assert answer.status_code == 422
        assert "Somebody must stay administrator" in answer.text
        assert fresh(admin).role == "admin"

    def test_the_last_administrator_is_not_deactivated_by_an_operator_either(self, admin):
        client = browser_of(UserFactory(superadmin=True))
        answer = client.post(reverse("accounts:person-deactivate", args=[admin.pk]), {"reason": "left the company"})
        assert answer.status_code == 422
        assert fresh(admin).is_active

    def test_nobody_deactivates_themselves(self, admin, tenant):
        UserFactory(admin=True, tenant=tenant)
        answer = browser_of(admin).post(reverse("accounts:person-deactivate", args=[admin.pk]), {"reason": "tired"})
        assert answer.status_code == 422
        assert fresh(admin).is_active

    def test_what_they_did_is_shown_to_who_may_see_it(self, admin, rep, client):
        client.post("/sign-in/", {"email": rep.email, "password": "correct horse battery staple"})
        page = browser_of(admin).get(reverse("accounts:person", args=[rep.pk])).text
        assert "Signed in" in page
        blind = UserFactory(manager=True, tenant=admin.tenant, permissions={"activity": {"view": False}})
        assert "What they did" not in browser_of(blind).get(reverse("accounts:person", args=[rep.pk])).text

    def test_costs_the_same_queries_however_much_they_did(self, admin, rep):
        client = browser_of(admin)
        address = reverse("accounts:person", args=[rep.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        with in_tenant(admin.tenant):
            for number in range(30):
                ActivityLog.objects.create(tenant=admin.tenant, user=rep, user_name=str(rep), action="signed_in", entity_name=str(number))
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == len(few)


class TestRights:
    def address(self, person):
        return reverse("accounts:person-rights", args=[person.pk])

    def test_one_permission_less_is_stored_as_one_exception(self, admin, rep):
        browser_of(admin).post(self.address(rep), ticked(rep, without=["orders.create"]))
        assert fresh(rep).permissions == {"orders": {"create": False}}
        assert not fresh(rep).has_perm("orders.create")
        assert fresh(rep).has_perm("orders.edit")

    def test_one_more_too_and_ticking_back_leaves_none(self, admin, rep):
        client = browser_of(admin)
        client.post(self.address(rep), ticked(rep, plus=["returns.approve"]))
        assert fresh(rep).permissions == {"returns": {"approve": True}}
        client.post(self.address(rep), ticked(fresh(rep), without=["returns.approve"]))
        assert fresh(rep).permissions == {}

    def test_exceptions_are_marked_and_taken_back_at_once(self, admin, rep):
        client = browser_of(admin)
        client.post(self.address(rep), ticked(rep, without=["orders.create"], plus=["returns.approve"]))
        assert "2 exceptions to the role" in client.get(reverse("accounts:person", args=[rep.pk])).text
        client.post(self.address(rep), {**ticked(rep), "reset": "1"})
        assert fresh(rep).permissions == {}

    def test_nobody_grants_beyond_their_own_rights(self, tenant, rep):
        manager = UserFactory(manager=True, tenant=tenant, permissions={"users": {"create": True, "edit": True}})
        answer = browser_of(manager).post(self.address(rep), ticked(rep, plus=["financial.export"]))
        assert answer.status_code == 422
        assert "financial.export" in answer.text
        assert re.search(r'name="financial.export"[^>]*checked', answer.text), "what was ticked is not lost"
        assert fresh(rep).permissions == {}

    def test_the_platforms_rights_are_not_on_offer(self, admin, rep):
        client = browser_of(admin)
        assert "platform." not in client.get(reverse("accounts:person", args=[rep.pk])).text
        client.post(self.address(rep), ticked(rep, plus=["platform.act_as"]))
        assert not fresh(rep).has_perm("platform.act_as")

    def test_nobody_takes_their_own_right_to_manage_people_away(self, admin):
        answer = browser_of(admin).post(self.address(admin), ticked(admin, without=["users.edit"]))
        assert answer.status_code == 422
        assert fresh(admin).has_perm("users.edit")

    def test_it_counts_from_the_next_click(self, admin, rep):
        client = browser_of(admin)
        seeing = browser_of(UserFactory(manager=True, tenant=admin.tenant))
        manager = fresh(rep)
        assert seeing.get("/people/").status_code == 200
        with in_tenant(admin.tenant):
            manager = User.objects.get(role=Role.MANAGER)
        client.post(self.address(manager), ticked(manager, without=["users.view"]))
        assert seeing.get("/people/").status_code == 403


class TestAccess:
    def test_deactivating_ends_browser_and_phones_and_needs_a_reason(self, admin, rep):
        client, reps = browser_of(admin), browser_of(rep)
        token = reps.post(
            "/api/auth/token", {"email": rep.email, "password": "correct horse battery staple"}, content_type="application/json"
        ).json()
        address = reverse("accounts:person-deactivate", args=[rep.pk])
        refused = client.post(address, {"reason": " "})
        assert refused.status_code == 422
        assert 'id="deactivate_reason_error"' in refused.text
        assert reps.get("/me/").status_code == 200
        client.post(address, {"reason": "left in May"})
        gone = fresh(rep)
        assert (gone.is_active, gone.availability_status) == (False, Availability.OFFLINE)
        assert reps.get("/me/").status_code == 302
        assert reps.get("/api/auth/sessions", headers={"Authorization": f"Bearer {token['access']}"}).status_code == 401
        with in_tenant(admin.tenant):
            assert not Session.objects.filter(user=rep, ended_at=None).exists()
            assert ActivityLog.objects.get(action="user_deactivated").details["justification"] == "left in May"

    def test_letting_in_again(self, admin, tenant):
        gone = UserFactory(tenant=tenant, is_active=False)
        client = browser_of(admin)
        assert "Let them in again" in client.get(reverse("accounts:person", args=[gone.pk])).text
        client.post(reverse("accounts:person-reactivate", args=[gone.pk]))
        assert fresh(gone).is_active

    def test_a_lost_phones_second_factor_is_taken_off_with_a_reason(self, admin, rep):
        with in_tenant(rep.tenant):
            device = begin_totp(rep)
            device.confirmed = True
            device.save()
        client = browser_of(admin)
        address = reverse("accounts:person-second-factor", args=[rep.pk])
        assert client.post(address, {"reason": ""}).status_code == 422
        client.post(address, {"reason": "phone stolen, called her back"})
        with in_tenant(rep.tenant):
            assert not TotpDevice.objects.filter(user=rep).exists()
            assert ActivityLog.objects.get(action="second_factor_removed").details["justification"] == "phone stolen, called her back"

    def test_a_new_password_link_is_sent_shown_once_and_logged(self, admin, rep):
        client = browser_of(admin)
        page = client.post(reverse("accounts:person-password-link", args=[rep.pk]), follow=True).text
        assert "/set-password/" in page
        with in_tenant(rep.tenant):
            assert Message.objects.get().template_key == "password_link"
            assert ActivityLog.objects.get(action="password_link_made").user_id == admin.pk

    @pytest.mark.parametrize("name", ["person-deactivate", "person-second-factor", "person-password-link"])
    def test_nobody_decides_over_the_access_of_who_may_do_more(self, tenant, admin, name):
        UserFactory(admin=True, tenant=tenant)
        with in_tenant(tenant):
            device = begin_totp(admin)
            device.confirmed = True
            device.save()
        manager = UserFactory(manager=True, tenant=tenant, permissions={"users": {"edit": True}})
        answer = browser_of(manager).post(reverse(f"accounts:{name}", args=[admin.pk]), {"reason": "I want to be administrator"})
        assert answer.status_code in {403, 422}
        assert "This person may do more than you" in answer.text
        assert fresh(admin).is_active
        with in_tenant(tenant):
            assert not Message.objects.exists()

    def test_nor_lets_somebody_in_who_may_do_more(self, tenant):
        gone = UserFactory(admin=True, tenant=tenant, is_active=False)
        manager = UserFactory(manager=True, tenant=tenant, permissions={"users": {"edit": True}})
        assert browser_of(manager).post(reverse("accounts:person-reactivate", args=[gone.pk])).status_code == 403
        assert not fresh(gone).is_active
