"""Telling people: the bell, the list, their wishes; and that nobody sees what others are told."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from accounts.actions.notifications import mark_read, notify, notify_many, set_preferences
from accounts.models import Message, Notification
from accounts.queries.notifications import unread_count, wishes_of
from accounts.states import NotificationType
from accounts.tenancy import as_operator, in_tenant
from base.errors import DomainError
from tests.browsing import browser_of
from tests.factories.accounts import NotificationFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def person(tenant):
    return UserFactory(tenant=tenant)


def tell(person, **values):
    with in_tenant(person.tenant):
        return notify(person, **{"type": "order", "title": "Order ORD-1 was confirmed", **values})


def held_by(person):
    with as_operator("a test looks"):
        return list(Notification.objects.filter(user=person).order_by("created_at"))


def mails():
    with as_operator("a test looks"):
        return list(Message.objects.all())


class TestTelling:
    def test_it_keeps_the_shape_of_the_source(self, person):
        data = {"order_id": "1", "order_number": "ORD-2025-001", "action": "status_changed", "link": "/orders/1"}
        tell(person, message="Amina said yes", data=data)
        (row,) = held_by(person)
        assert (row.tenant_id, row.type, row.message, row.data, row.is_read) == (person.tenant_id, "order", "Amina said yes", data, False)

    def test_the_same_key_tells_a_person_once_and_each_person(self, person, tenant):
        other = UserFactory(tenant=tenant)
        assert tell(person, key="order-1", type="alert")
        assert tell(person, key="order-1", type="alert") is None
        assert tell(other, key="order-1", type="alert")
        assert len(held_by(person)) == 1
        assert len(mails()) == 2

    def test_without_a_key_each_time_is_a_new_one(self, person):
        tell(person)
        tell(person)
        assert len(held_by(person)) == 2

    def test_it_goes_with_the_transaction_it_belongs_to(self, person):
        with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  # what fails comes after what was told
            tell(person, type="alert")
            raise RuntimeError
        assert held_by(person) == mails() == []

    def test_an_inactive_person_is_told_nothing(self, tenant):
        assert tell(UserFactory(tenant=tenant, is_active=False), type="alert") is None
        assert mails() == []

    def test_many_take_as_many_statements_as_one(self, tenant):
        def statements(people):
            with in_tenant(tenant), CaptureQueriesContext(connection) as captured:
                assert len(notify_many(people, type="alert", title="Cash is over the limit", key="x")) == len(people)
            return len(captured)

        assert statements(UserFactory.create_batch(1, tenant=tenant)) == statements(UserFactory.create_batch(30, tenant=tenant))

    def test_nobody_costs_nothing(self, tenant, django_assert_num_queries):
        with in_tenant(tenant), django_assert_num_queries(0):
            assert notify_many([], type="alert", title="x") == []

    def test_a_lazy_text_is_written_in_each_persons_language(self, tenant):
        people = [UserFactory(tenant=tenant, locale=locale) for locale in ("en", "fr", "ar")]
        with in_tenant(tenant):
            notify_many(people, type="order", title=format_lazy("{} 7", gettext_lazy("Yes")))
        assert [held_by(person)[0].title for person in people] == ["Yes 7", "Oui 7", "نعم 7"]

    def test_a_person_of_another_tenant_cannot_be_told_by_this_one(self, tenant):
        from django.db import DatabaseError

        stranger = UserFactory()
        with pytest.raises(DatabaseError), transaction.atomic(), in_tenant(tenant):
            notify(stranger, type="order", title="x")
        assert held_by(stranger) == []


class TestWishes:
    def test_by_default_everything_rings_and_alerts_are_mailed_too(self, person):
        tell(person, type="order")
        tell(person, type="alert", title="Cash over the limit", message="Omar holds 21,000", data={"link": "/cash/"})
        assert [row.type for row in held_by(person)] == ["order", "alert"]
        (mail,) = mails()
        assert (mail.recipient, mail.subject, mail.template_key, mail.user_id) == (person.email, "Cash over the limit", "alert", person.pk)
        assert "Omar holds 21,000" in mail.body
        assert "http://localhost:8000/cash/" in mail.body

    def test_a_person_is_told_as_they_wish(self, person):
        with in_tenant(person.tenant):
            set_preferences(
                person, {("alert", "bell"): False, ("alert", "email"): False, ("order", "email"): True, ("order", "bell"): False}
            )
        tell(person, type="alert")
        tell(person, type="order")
        assert held_by(person) == []
        assert [mail.subject for mail in mails()] == ["Order ORD-1 was confirmed"]

    def test_wishes_can_be_taken_back_and_others_stay(self, person):
        with in_tenant(person.tenant):
            set_preferences(person, {("alert", "email"): False})
            assert set_preferences(person, {("alert", "email"): True, ("system", "bell"): False})[("alert", "email")] is True
            assert wishes_of(person)[("alert", "email")] is True
            assert wishes_of(person)[("system", "bell")] is False

    def test_an_unknown_wish_is_refused_and_nothing_kept(self, person):
        with in_tenant(person.tenant):
            with pytest.raises(DomainError, match="pigeon"):
                set_preferences(person, {("order", "bell"): False, ("order", "pigeon"): True})
            assert wishes_of(person)[("order", "bell")] is True

    def test_a_tenant_may_switch_mail_off_for_all(self):
        person = UserFactory(tenant=TenantFactory(settings={"email_notifications": False}))
        tell(person, type="alert")
        assert len(held_by(person)) == 1
        assert mails() == []


class TestReading:
    def test_some_or_all_are_marked_and_only_ones_own(self, person, tenant):
        mine = NotificationFactory.create_batch(3, user=person)
        others = NotificationFactory(user=UserFactory(tenant=tenant))
        with in_tenant(tenant):
            assert mark_read(person, [mine[0].pk, others.pk]) == 1
            assert unread_count(person) == 2
            assert mark_read(person) == 2
            assert mark_read(person) == 0
            assert unread_count(others.user) == 1

    def test_the_number_on_the_bell_comes_from_its_index(self, person, tenant):
        crowd = [person, *UserFactory.create_batch(20, tenant=tenant)]
        rows = [Notification(user=who, tenant=tenant, type="order", title="x" * 80, is_read=n > 2) for who in crowd for n in range(150)]
        with in_tenant(tenant), CaptureQueriesContext(connection) as captured:
            Notification.objects.bulk_create(rows)
            assert unread_count(person) == 3
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {captured[-1]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "idx_notifications_user_unread" in plan


class TestPages:
    @pytest.fixture
    def browser(self, person):
        return browser_of(person)

    def test_the_bell_says_how_many_are_unread(self, browser, person):
        assert "none unread" in browser.get(reverse("accounts:bell")).content.decode()
        NotificationFactory.create_batch(2, user=person)
        NotificationFactory(user=person, is_read=True)
        assert "2 unread" in browser.get(reverse("accounts:bell")).content.decode()

    def test_the_bell_needs_somebody(self, client):
        assert client.get(reverse("accounts:bell")).status_code == 302

    def test_the_list_shows_ones_own_and_is_narrowed(self, browser, person, tenant):
        NotificationFactory(user=person, title="Mine <b>")
        NotificationFactory(user=person, title="Read", is_read=True, type=NotificationType.ALERT)
        NotificationFactory(user=UserFactory(tenant=tenant), title="A colleague's")

        def shown(**query):
            return {row.title for row in browser.get(reverse("accounts:notifications"), query).context["page"].rows}

        assert shown() == {"Mine <b>", "Read"}
        assert shown(unread="true") == {"Mine <b>"}
        assert shown(type="alert") == {"Read"}
        assert "Mine &lt;b&gt;" in browser.get(reverse("accounts:notifications")).content.decode()

    def test_the_list_costs_the_same_for_one_row_and_for_thirty(self, browser, person):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(reverse("accounts:notifications")).status_code == 200
            return len(captured)

        NotificationFactory(user=person)
        queries()
        one = queries()
        NotificationFactory.create_batch(29, user=person)
        assert queries() == one

    def test_the_list_is_read_page_by_page(self, browser, person):
        NotificationFactory.create_batch(60, user=person)
        first = browser.get(reverse("accounts:notifications"))
        second = browser.get(reverse("accounts:notifications") + first.context["page"].next_url)
        seen = [row.pk for page in (first, second) for row in page.context["page"].rows]
        assert len(seen) == len(set(seen)) == 60

    @pytest.mark.parametrize(
        ("link", "place"),
        [
            ("/me/sessions/", "/me/sessions/"),
            ("", "/notifications/"),
            ("https://evil.example/", "/notifications/"),
            ("//evil.example/", "/notifications/"),
            ("/\\evil.example", "/notifications/"),
            ("javascript:alert(1)", "/notifications/"),
        ],
    )
    def test_opening_one_marks_it_read_and_leads_to_places_of_ours_only(self, browser, person, link, place):
        notification = NotificationFactory(user=person, data={"link": link})
        assert browser.get(reverse("accounts:notification", args=[notification.pk])).url == place
        assert held_by(person)[0].is_read

    def test_marking_ticked_ones_and_all(self, browser, person):
        first, _second = NotificationFactory.create_batch(2, user=person)
        browser.post(reverse("accounts:notifications-read"), {"ids": [str(first.pk)]})
        assert [row.is_read for row in held_by(person)] == [True, False]
        browser.post(reverse("accounts:notifications-read"))
        assert [row.is_read for row in held_by(person)] == [True, True]
        assert browser.post(reverse("accounts:notifications-read"), {"ids": ["x"]}).status_code == 400

    def test_what_others_were_told_is_not_there(self, browser, tenant):
        for stranger in (UserFactory(tenant=tenant), UserFactory()):
            notification = NotificationFactory(user=stranger)
            assert browser.get(reverse("accounts:notification", args=[notification.pk])).status_code == 404
            browser.post(reverse("accounts:notifications-read"), {"ids": [str(notification.pk)]})
            assert not held_by(stranger)[0].is_read

    def test_wishes_are_a_table_of_switches(self, browser, person):
        page = browser.get(reverse("accounts:me-notifications"))
        assert page.content.decode().count('role="switch"') >= 10
        answer = browser.post(reverse("accounts:me-notifications"), {"order-bell": "on", "alert-email": "on"})
        assert answer.status_code == 302
        with in_tenant(person.tenant):
            assert {wish for wish, wanted in wishes_of(person).items() if wanted} == {("order", "bell"), ("alert", "email")}

    def test_an_operator_has_a_bell_too(self):
        operator = UserFactory(superadmin=True)
        with as_operator("a test"):
            notify(operator, type="system", title="A merchant joined")
        client = browser_of(operator)
        assert "1 unread" in client.get(reverse("accounts:bell")).content.decode()
        assert client.get(reverse("accounts:notifications")).context["page"].rows[0].title == "A merchant joined"
