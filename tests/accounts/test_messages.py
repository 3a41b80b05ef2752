"""Messages: queued with their cause, sent once, tried again, followed, opted out of; and the pages that show them."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts import message_kinds
from accounts.actions.messages import (
    LIFECYCLE,
    SEND_TASK,
    Draft,
    mark_message,
    opt_out,
    queue_message,
    queue_messages,
    retry_message,
    set_words,
)
from accounts.actions.sending import LEASE, WAITS, claim_due, send_due
from accounts.channels.email import message_id
from accounts.message_kinds import Text, kind_of
from accounts.models import ActivityLog, Message, MessageTemplate
from accounts.queries.messages import due, may_read, outbox, recent_counts
from accounts.states import MESSAGE_TRANSITIONS, Channel, MessageStatus, Role
from accounts.tasks import send_due_messages
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from base.errors import DomainError
from base.lifecycle import move
from tests.browsing import browser_of
from tests.factories.accounts import MessageFactory, TenantFactory, UserFactory
from tests.stand_ins.smtp import smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp(settings):
    with smtp_server(settings) as mailbox:
        yield mailbox


@pytest.fixture
def tenant():
    return TenantFactory()


def queue(tenant, **values):
    """Queue a plain e-mail of this tenant."""
    draft = {"channel": "email", "recipient": "amina@example.com", "key": "k1", "subject": "Hello", "body": "It comes today.", **values}
    with in_tenant(tenant):
        return queue_message(tenant=tenant, actor=SYSTEM, **draft)


def now_as(message):
    with as_operator("a test looks"):
        return Message.objects.get(pk=message.pk)


def make_due(*messages, **values):
    """The time of the next try has come."""
    with as_operator("a test moves the time"):
        changes = {"next_attempt_at": timezone.now() - timedelta(seconds=1), **values}
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(**changes)


class TestQueueing:
    def test_a_message_belongs_to_the_transaction_that_needs_it(self, tenant):
        with in_tenant(tenant):
            with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  # what fails comes after what was queued
                queue(tenant)
                raise RuntimeError
            assert not outbox().exists()

    def test_the_same_key_of_a_tenant_is_the_same_message(self, tenant):
        first, again = queue(tenant), queue(tenant, body="Something else")
        elsewhere = queue(TenantFactory())
        assert (again.pk, again.body) == (first.pk, "It comes today.")
        assert elsewhere.pk != first.pk

    def test_the_platform_has_keys_of_its_own(self):
        with as_operator("a test"):
            made = [queue_message(channel="email", recipient="a@example.com", key="k1", body="Hi", tenant=None, actor=SYSTEM) for _ in "12"]
        assert made[0].pk == made[1].pk

    def test_a_set_takes_as_many_statements_as_one(self, tenant, django_assert_num_queries):
        def drafts(count, name):
            return [
                Draft(
                    channel="email",
                    recipient=f"{name}{n}@example.com",
                    key=f"{name}{n}",
                    tenant=tenant,
                    template_key="alert",
                    context=context,
                )
                for n in range(count)
            ]

        context = dict.fromkeys(kind_of("alert").sample, "x")
        with in_tenant(tenant), transaction.atomic():
            with django_assert_num_queries(6):  # words, opt-outs, savepoint, insert, read, release
                queue_messages(drafts(1, "a"), actor=SYSTEM)
            with django_assert_num_queries(6):
                rows = queue_messages(drafts(30, "b"), actor=SYSTEM)
        assert [row.recipient for row in rows] == [f"b{n}@example.com" for n in range(30)]

    def test_a_worker_is_woken_after_the_commit_only(self, tenant, valkey, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            queue(tenant)
            assert not _waiting_tasks(valkey)
        assert _waiting_tasks(valkey) == 1

    def test_a_queue_that_is_down_neither_stops_the_caller_nor_loses_the_message(self, tenant, django_capture_on_commit_callbacks):
        elsewhere = current_app.conf.broker_url
        current_app.conf.broker_url = current_app.conf.broker_write_url = "redis://127.0.0.1:1/0"
        current_app.amqp._producer_pool = None
        current_app._pool = None
        try:
            started = timezone.now()
            with django_capture_on_commit_callbacks(execute=True):
                message = queue(tenant)
        finally:
            current_app.conf.broker_url = current_app.conf.broker_write_url = elsewhere
            current_app.amqp._producer_pool = None
            current_app._pool = None
        assert timezone.now() - started < timedelta(seconds=5)
        assert now_as(message).status == MessageStatus.QUEUED

    @pytest.mark.parametrize(("channel", "recipient"), [("email", "no address"), ("email", ""), ("sms", " ")])
    def test_an_impossible_address_is_told_and_stops_nobody(self, tenant, channel, recipient):
        message = queue(tenant, channel=channel, recipient=recipient)
        assert message.status == MessageStatus.FAILED
        assert message.error

    def test_it_keeps_what_it_is_about_and_who_asked(self, tenant):
        rep = UserFactory(tenant=tenant)
        with in_tenant(tenant):
            message = queue_message(channel="sms", recipient="+212 661 20 44 18", key="k", body="Hi", tenant=tenant, related=rep, actor=rep)
        assert (message.recipient, message.related_type, message.related_id) == ("+212661204418", "accounts.user", rep.pk)
        assert message.queued_by_id == rep.pk

    def test_a_kind_without_one_of_its_values_is_our_mistake(self, tenant):
        with pytest.raises(TypeError, match="link"):
            queue(tenant, template_key="invitation", context={"name": "Amina"})


class TestLanguages:
    def test_it_is_written_as_wanted_else_for_the_person_else_for_the_tenant(self):
        tenant = TenantFactory(settings={"languages": ["fr", "ar"]})
        person = UserFactory(tenant=tenant, locale="ar")
        assert queue(tenant, key="1", user=person, language="en").language == "en"
        assert queue(tenant, key="2", user=person).language == "ar"
        assert queue(tenant, key="3").language == "fr"
        assert queue(tenant, key="4", language="bn").language == "fr"

    def test_a_tenants_own_words_are_used_and_only_in_their_language(self, tenant):
        with in_tenant(tenant):
            set_words(kind_of("alert"), channel="email", language="fr", text=Text("{{ title }} !", "Salut {{ name }}"), tenant=tenant)
        values = {
            "template_key": "alert",
            "context": dict.fromkeys(kind_of("alert").sample, "x") | {"title": "A\nB", "name": "Zoë & Co <x>"},
        }
        french = queue(tenant, key="1", language="fr", **values)
        assert (french.subject, french.body) == ("A B !", "Salut Zoë & Co <x>\n")
        assert queue(tenant, key="2", language="en", **values).body.startswith("Hello Zoë & Co <x>,")
        assert queue(TenantFactory(), key="1", language="fr", **values).body != french.body

    def test_every_default_can_be_sent_in_every_language(self):
        for kind in message_kinds.kinds():
            for language in message_kinds.LANGUAGES:
                text = kind.default(language)
                message_kinds.check(kind, text)
                filled = message_kinds.fill(kind, text, kind.example(language))
                assert "{{" not in filled.subject + filled.body
                assert all(value in filled.subject + filled.body for value in kind.example(language).values())


class TestWords:
    @pytest.mark.parametrize(
        ("subject", "body", "field", "code"),
        [
            ("", "Hello {{ nmae }}", "body", "unknown_variable"),
            ("{{ name.__class__ }}", "x", "subject", "unreadable_text"),
            ("", "{{ name.upper }}", "body", "unknown_variable"),
            ("", "{% if nmae %}x{% endif %}", "body", "unknown_variable"),
            ("", "{{ name|default:nmae }}", "body", "unknown_variable"),
            ("", "{% if name %}x", "body", "unreadable_text"),
            ("", "{% include 'accounts/message.html' %}", "body", "unreadable_text"),
            ("", "{% load static %}", "body", "unreadable_text"),
            ("", "{% for letter in name %}x{% endfor %}", "body", "unreadable_text"),
            ("", "{{ name|center:99999999 }}", "body", "unreadable_text"),
            ("", "{% if name %}" * 400 + "{% endif %}" * 400, "body", "text_too_long"),
            ("", "{%if name%}" * 200 + "{%endif%}" * 200, "body", "unreadable_text"),
            ("", "x" * 5001, "body", "text_too_long"),
        ],
    )
    def test_what_could_not_be_sent_is_refused_with_the_field(self, tenant, subject, body, field, code):
        with in_tenant(tenant), pytest.raises(DomainError) as refused:
            set_words(kind_of("invitation"), channel="email", language="en", text=Text(subject, body), tenant=tenant)
        assert (refused.value.field, refused.value.code) == (field, code)

    def test_empty_or_default_words_give_the_default_back(self, tenant):
        kind = kind_of("invitation")
        with in_tenant(tenant):
            set_words(kind, channel="email", language="en", text=Text("Welcome", "Here: {{ link }}"), tenant=tenant)
            assert set_words(kind, channel="email", language="en", text=kind.default("en"), tenant=tenant) is None
            assert not MessageTemplate.objects.exists()


class TestSending:
    def test_what_is_due_goes_out_and_says_so(self, smtp, tenant):
        message = queue(tenant)
        assert send_due() is None
        message = now_as(message)
        assert (message.status, message.provider, message.provider_id) == (MessageStatus.SENT, "smtp", message_id(message))
        assert (message.attempts, message.claimed_at, message.next_attempt_at) == (1, None, None)
        assert message.sent_at is not None
        assert smtp.recipients == [["amina@example.com"]]

    def test_all_tenants_and_the_platform_are_served_each_behind_its_wall(self, smtp):
        rows = [MessageFactory(), MessageFactory(), MessageFactory(tenant=None)]
        send_due_messages()
        assert [now_as(row).status for row in rows] == [MessageStatus.SENT] * 3

    def test_a_sent_message_is_not_sent_again(self, smtp, tenant):
        queue(tenant)
        send_due()
        send_due()
        assert len(smtp.mails) == 1

    def test_a_temporary_refusal_is_tried_again_later_and_later(self, smtp, tenant):
        message = queue(tenant)
        for tries, wait in enumerate(WAITS, start=1):
            smtp.refuse("451 Try later")
            asked = timezone.now()
            again = send_due()
            message = now_as(message)
            assert (message.status, message.attempts) == (MessageStatus.QUEUED, tries)
            assert 0.7 * wait < (message.next_attempt_at - asked).total_seconds() < 1.3 * wait + 5
            assert (again is not None) == (wait < 60)
            assert "451" in message.error
            make_due(message)
        smtp.refuse("451 Try later")
        send_due()
        message = now_as(message)
        assert (message.status, message.attempts) == (MessageStatus.FAILED, len(WAITS) + 1)
        assert message.error == "451 Try later"
        assert smtp.mails == []

    def test_before_its_time_nothing_is_tried(self, smtp, tenant):
        message = queue(tenant)
        smtp.refuse("451 Try later")
        send_due()
        send_due()
        assert now_as(message).attempts == 1

    def test_a_final_refusal_fails_at_once_with_the_reason(self, smtp, tenant):
        message = queue(tenant)
        smtp.refuse("550 No such mailbox")
        send_due()
        message = now_as(message)
        assert (message.status, message.error, message.next_attempt_at) == (MessageStatus.FAILED, "550 No such mailbox", None)

    def test_one_bad_message_does_not_hold_up_the_others(self, smtp, tenant):
        messages = [queue(tenant, key=str(n), recipient=f"a{n}@example.com") for n in range(4)]
        smtp.refuse("550 No such mailbox")
        send_due()
        assert sorted(now_as(message).status for message in messages) == ["failed", "sent", "sent", "sent"]

    def test_a_connection_cut_after_the_server_took_it_repeats_under_the_same_id(self, smtp, tenant):
        message = queue(tenant)
        smtp.cut(after_taking=True)
        send_due()
        make_due(message)
        send_due()
        assert [mail["Message-ID"] for mail in smtp.mails] == [message_id(message)] * 2
        assert now_as(message).status == MessageStatus.SENT


class TestWorkers:
    """Workers that really run at the same time, or really die."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_two_at_once_never_send_one_message_twice(self, smtp):
        tenant = TenantFactory()
        with in_tenant(tenant):
            drafts = [Draft(channel="email", recipient=f"a{n}@example.com", key=str(n), body="x", tenant=tenant) for n in range(60)]
            queue_messages(drafts, actor=SYSTEM)

        def work(_):
            try:
                send_due()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, range(2)))
        assert sorted(address for (address,) in smtp.recipients) == sorted(f"a{n}@example.com" for n in range(60))
        with in_tenant(tenant):
            assert set(Message.objects.values_list("status", "attempts")) == {(MessageStatus.SENT, 1)}

    def test_the_same_occasion_at_once_is_one_message(self):
        tenant = TenantFactory()

        def ask(_):
            try:
                return queue(tenant).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(ask, range(8)))) == 1

    def test_a_killed_one_leaves_the_message_to_the_next_which_does_not_hide_it(self, smtp):
        message = MessageFactory()
        smtp.hang()
        program = "import django; django.setup(); from accounts.actions.sending import send_due; send_due()"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
        with subprocess.Popen([sys.executable, "-c", program], env=environment) as worker:
            assert smtp.hanging.wait(30)
            worker.send_signal(signal.SIGKILL)
        left = now_as(message)
        assert (left.status, left.attempts) == (MessageStatus.QUEUED, 1)
        send_due()
        assert len(smtp.mails) == 1, "while the lease lasts nobody else takes it"
        assert left.next_attempt_at - left.claimed_at == LEASE
        make_due(message)
        send_due()
        done = now_as(message)
        assert (done.status, done.attempts, done.interruptions) == (MessageStatus.SENT, 2, 1)
        assert [mail["Message-ID"] for mail in smtp.mails] == [message_id(message)] * 2

    def test_a_message_that_kills_every_worker_is_given_up(self, smtp):
        message = MessageFactory(attempts=len(WAITS) + 1, claimed_at=timezone.now())
        send_due()
        assert now_as(message).status == MessageStatus.FAILED
        assert smtp.mails == []

    def test_one_that_comes_back_after_its_lease_changes_nothing(self, smtp):
        MessageFactory()
        with as_operator("a test is the slow worker"):
            (slow,) = claim_due()
        make_due(slow)
        with as_operator("a test is the quick worker"):
            (quick,) = claim_due()
        from accounts.actions import sending

        with in_tenant(slow.tenant):
            assert sending._put_off(slow, "451 Try later") is None
            sending._give_up(slow, "550 No")
        held = now_as(slow)
        assert (held.status, held.error, held.claimed_at) == (MessageStatus.QUEUED, "", quick.claimed_at)


class TestOptingOut:
    def test_it_is_honoured_whatever_the_spelling_and_counted(self, smtp, tenant):
        with in_tenant(tenant):
            opt_out(channel="email", address="Amina@Example.com ", tenant=tenant, reason="wrote so")
            opt_out(channel="email", address="amina@example.com", tenant=tenant)
        message = queue(tenant)
        send_due()
        assert now_as(message).status == MessageStatus.OPTED_OUT
        assert smtp.mails == []
        with in_tenant(tenant):
            assert recent_counts()["opted_out"] == 1

    def test_it_reaches_what_waits_already(self, smtp, tenant):
        message = queue(tenant)
        with in_tenant(tenant):
            opt_out(channel="email", address="amina@example.com", tenant=tenant)
        send_due()
        assert now_as(message).status == MessageStatus.OPTED_OUT
        assert smtp.mails == []

    def test_other_channels_and_other_tenants_are_not_meant(self, smtp, tenant):
        with in_tenant(tenant):
            opt_out(channel="sms", address="amina@example.com", tenant=tenant)
        other = TenantFactory()
        with in_tenant(other):
            opt_out(channel="email", address="amina@example.com", tenant=other)
        assert queue(tenant).status == MessageStatus.QUEUED

    def test_what_the_recipient_asked_for_still_goes_out(self, smtp, tenant):
        with in_tenant(tenant):
            opt_out(channel="email", address="amina@example.com", tenant=tenant)
        message = queue(tenant, template_key="password_link", context={"name": "Amina", "link": "https://x.example/"})
        send_due()
        assert now_as(message).status == MessageStatus.SENT

    def test_the_address_is_not_kept_in_clear(self, tenant):
        with in_tenant(tenant):
            row = opt_out(channel="email", address="amina@example.com", tenant=tenant)
        assert "amina" not in row.fingerprint

    def test_an_unknown_channel_is_refused(self, tenant):
        with in_tenant(tenant), pytest.raises(DomainError, match="email"):
            opt_out(channel="pigeon", address="x", tenant=tenant)


class TestFollowing:
    @pytest.fixture
    def sent(self, tenant):
        return MessageFactory(tenant=tenant, status=MessageStatus.SENT, provider="esp", provider_id="m-1", sent_at=timezone.now())

    def tell(self, status, **more):
        with as_operator("a provider calls"):
            return mark_message(provider="esp", provider_id="m-1", status=status, actor=SYSTEM, **more)

    def test_news_move_it_on_and_are_stamped(self, sent):
        self.tell("delivered")
        message = self.tell("opened")
        assert (message.status, bool(message.delivered_at), bool(message.opened_at)) == ("opened", True, True)

    def test_news_twice_or_out_of_order_do_no_harm(self, sent):
        self.tell("opened")
        first = now_as(sent).opened_at
        self.tell("opened")
        message = self.tell("delivered")
        assert (message.status, message.opened_at) == ("opened", first)
        assert message.delivered_at is not None

    def test_a_bounce_fails_it_with_the_reason(self, sent):
        message = self.tell("failed", error="mailbox full")
        assert (message.status, message.error) == ("failed", "mailbox full")

    def test_how_much_was_heard_only_grows(self, sent):
        self.tell("listened", listened_pct=80)
        assert self.tell("listened", listened_pct=30).listened_pct == 80

    def test_an_id_of_somebody_else_is_nobodys(self, db):
        assert self.tell("delivered") is None

    @pytest.mark.parametrize("before", MessageStatus)
    @pytest.mark.parametrize("after", MessageStatus)
    def test_the_table_decides_every_move(self, tenant, before, after):
        message = MessageFactory(tenant=tenant, status=before)
        with in_tenant(tenant), transaction.atomic():
            if after in MESSAGE_TRANSITIONS[before] or after == before:
                assert move(message, after, lifecycle=LIFECYCLE, actor=SYSTEM).status == after
            else:
                with pytest.raises(DomainError):
                    move(message, after, lifecycle=LIFECYCLE, actor=SYSTEM)


class TestRetrying:
    def test_a_failed_message_starts_anew(self, smtp, tenant):
        message = MessageFactory(tenant=tenant, status=MessageStatus.FAILED, attempts=8, error="550 No", next_attempt_at=None)
        with in_tenant(tenant):
            retry_message(message, actor=SYSTEM)
            assert ActivityLog.objects.filter(action="message_retried", entity_id=message.pk).exists()
        send_due()
        assert now_as(message).status == MessageStatus.SENT

    def test_one_that_waits_is_brought_forward_but_not_taken_from_a_worker(self, smtp, tenant):
        later = timezone.now() + timedelta(hours=6)
        waiting = MessageFactory(tenant=tenant, attempts=6, next_attempt_at=later)
        in_hand = MessageFactory(tenant=tenant, attempts=1, next_attempt_at=later, claimed_at=timezone.now())
        with in_tenant(tenant):
            retry_message(waiting, actor=SYSTEM)
            retry_message(in_hand, actor=SYSTEM)
        send_due()
        assert now_as(waiting).status == MessageStatus.SENT
        assert now_as(in_hand).next_attempt_at == later

    def test_a_sent_one_is_not_sent_again(self, tenant):
        message = MessageFactory(tenant=tenant, status=MessageStatus.SENT)
        with in_tenant(tenant), pytest.raises(DomainError):
            retry_message(message, actor=SYSTEM)


class TestPages:
    @pytest.fixture
    def manager(self, tenant):
        return UserFactory(manager=True, tenant=tenant)

    @pytest.fixture
    def browser(self, manager):
        return browser_of(manager)

    def test_the_outbox_costs_the_same_for_one_row_and_for_thirty(self, browser, tenant, django_assert_max_num_queries):
        from django.test.utils import CaptureQueriesContext

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(reverse("accounts:messages")).status_code == 200
            return len(captured)

        MessageFactory(tenant=tenant)
        queries()
        one = queries()
        MessageFactory.create_batch(29, tenant=tenant)
        assert queries() == one

    def test_the_outbox_is_narrowed_by_status_channel_and_how_the_address_begins(self, browser, tenant):
        MessageFactory(tenant=tenant, recipient="amina@example.com", status=MessageStatus.SENT)
        MessageFactory(tenant=tenant, recipient="bilal@example.com")
        MessageFactory(tenant=tenant, recipient="+212661204418", channel=Channel.SMS)

        def shown(**query):
            return {row.recipient for row in browser.get(reverse("accounts:messages"), query).context["page"].rows}

        assert shown(q="AMI") == {"amina@example.com"}
        assert shown(q="+212 661") == {"+212661204418"}
        assert shown(q="mina") == set()
        assert shown(status="sent") == {"amina@example.com"}
        assert shown(channel="sms") == {"+212661204418"}

    def test_a_message_without_a_channel_says_so(self, browser, tenant):
        message = MessageFactory(tenant=tenant, recipient="+212661204418", channel=Channel.SMS)
        assert "no channel configured" in browser.get(reverse("accounts:messages")).content.decode()
        assert "no channel configured" in browser.get(reverse("accounts:message", args=[message.pk])).content.decode()

    def test_the_list_shows_the_first_words_where_there_is_no_subject_but_no_secret(self, browser, tenant):
        MessageFactory(tenant=tenant, subject="", body="It comes today")
        MessageFactory(tenant=tenant, subject="", body="LINK", template_key="password_link")
        page = browser.get(reverse("accounts:messages")).content.decode()
        assert "It comes today" in page
        assert "LINK" not in page

    def test_a_message_shows_its_text_and_can_be_sent_again(self, browser, tenant, smtp):
        message = MessageFactory(tenant=tenant, status=MessageStatus.FAILED, error="550 No such mailbox", body="<b>Today</b>")
        page = browser.get(reverse("accounts:message", args=[message.pk])).content.decode()
        assert "550 No such mailbox" in page
        assert "&lt;b&gt;Today" in page
        assert browser.post(reverse("accounts:message-retry", args=[message.pk])).status_code == 302
        send_due()
        assert now_as(message).status == MessageStatus.SENT

    def test_a_rep_reads_but_does_not_send_again(self, tenant):
        client = browser_of(UserFactory(customer_rep=True, tenant=tenant))
        message = MessageFactory(tenant=tenant, status=MessageStatus.FAILED)
        assert "Send again" not in client.get(reverse("accounts:message", args=[message.pk])).content.decode()
        assert client.post(reverse("accounts:message-retry", args=[message.pk])).status_code == 403
        assert client.get(reverse("accounts:message-template", args=["alert", "email"])).status_code == 403
        assert now_as(message).status == MessageStatus.FAILED

    def test_another_tenant_sees_and_changes_nothing(self, browser):
        message = MessageFactory(status=MessageStatus.FAILED)
        assert browser.get(reverse("accounts:messages")).context["page"].rows == []
        assert browser.get(reverse("accounts:message", args=[message.pk])).status_code == 404
        assert browser.post(reverse("accounts:message-retry", args=[message.pk])).status_code == 404
        assert now_as(message).status == MessageStatus.FAILED

    def test_an_operator_sees_whose_message_it_is(self, tenant):
        client = browser_of(UserFactory(superadmin=True))
        message = MessageFactory(tenant=tenant)
        page = client.get(reverse("accounts:messages")).content.decode()
        assert tenant.name in page
        assert client.get(reverse("accounts:message", args=[message.pk])).status_code == 200

    @pytest.mark.parametrize(
        ("reader", "person", "readable"),
        [
            (Role.ADMIN, Role.MANAGER, True),
            (Role.ADMIN, Role.DELIVERY_AGENT, True),
            (Role.ADMIN, Role.ADMIN, True),
            (Role.MANAGER, Role.CUSTOMER_REP, False),
            (Role.CUSTOMER_REP, Role.ADMIN, False),
        ],
    )
    def test_a_link_that_lets_its_reader_in_is_shown_to_those_who_could_anyway(self, tenant, reader, person, readable):
        message = MessageFactory(tenant=tenant, template_key="password_link", user=UserFactory(tenant=tenant, role=person), body="LINK")
        client = browser_of(UserFactory(tenant=tenant, role=reader))
        assert ("LINK" in client.get(reverse("accounts:message", args=[message.pk])).content.decode()) == readable

    def test_the_administration_pages_do_not_show_the_text(self, browser, tenant):
        message = MessageFactory(tenant=tenant, template_key="password_link", user=UserFactory(tenant=tenant, admin=True), body="LINK")
        page = browser.get(reverse("admin:accounts_message_change", args=[message.pk]))
        assert page.status_code == 200
        assert "LINK" not in page.content.decode()

    def test_managing_people_is_not_enough_to_read_an_administrators_link(self, tenant):
        manager = UserFactory(tenant=tenant, manager=True, permissions={"users": {"edit": True}})
        message = MessageFactory(tenant=tenant, template_key="password_link", user=UserFactory(tenant=tenant, admin=True))
        assert not may_read(manager, message)

    def test_words_are_edited_with_a_preview_in_each_language(self, browser, tenant):
        address = reverse("accounts:message-template", args=["invitation", "email"])
        page = browser.get(address)
        assert [part["language"]["code"] for part in page.context["parts"]] == ["en", "fr", "ar"]
        assert 'dir="rtl"' in page.content.decode()
        shown = browser.post(f"{address}preview/fr/", {"subject_fr": "Salut {{ name }}", "body_fr": "<i>{{ link }}</i>"}).content.decode()
        assert "Salut" in shown
        assert "&lt;i&gt;https://" in shown
        assert "nmae" in browser.post(f"{address}preview/fr/", {"body_fr": "{{ nmae }}"}).content.decode()
        sent = {name: field.initial for name, field in page.context["form"].fields.items()} | {"body_ar": "مرحبا {{ name }} {{ link }}"}
        assert browser.post(address, sent).status_code == 302
        with in_tenant(tenant):
            assert [(row.language, row.body) for row in MessageTemplate.objects.all()] == [("ar", "مرحبا {{ name }} {{ link }}")]
            assert ActivityLog.objects.filter(action="message_template_created").exists()

    def test_words_that_cannot_be_sent_come_back_with_what_is_wrong(self, browser, tenant):
        address = reverse("accounts:message-template", args=["invitation", "email"])
        page = browser.post(address, {"subject_en": "x", "body_en": "Hello {{ nmae }}"})
        assert page.status_code == 422
        assert "nmae" in page.context["form"].errors["body_en"][0]
        with in_tenant(tenant):
            assert not MessageTemplate.objects.exists()

    def test_there_is_no_page_for_what_is_not_a_kind(self, browser):
        assert browser.get(reverse("accounts:message-templates")).status_code == 200
        for place in (["nothing", "email"], ["invitation", "voice"]):
            assert browser.get(reverse("accounts:message-template", args=place)).status_code == 404
        assert browser.post(reverse("accounts:message-template-preview", args=["alert", "email", "xx"])).status_code == 404


def test_the_question_of_the_workers_is_answered_from_its_index(tenant, settings):
    with as_operator("a test looks"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "idx_messages_due" in due(timezone.now()).explain()


def test_an_address_is_found_by_its_index_behind_the_wall(tenant):
    from accounts.forms.messages import OutboxFilter

    with in_tenant(tenant), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = OutboxFilter({"q": "amina"}, queryset=Message.objects.all()).qs.explain()
    assert "idx_messages_recipient" in plan
    assert "recipient" in plan.split("Index Cond")[1].splitlines()[0]


def test_texts_of_errors_stay_in_the_rows_own_length(smtp, tenant):
    message = queue(tenant)
    smtp.refuse("550 " + "x" * 400)
    with translation.override("fr"):
        send_due()
    assert now_as(message).error.startswith("550 xxx")


def _waiting_tasks(valkey):
    """How many calls of the sending task are in the queue."""
    return sum(SEND_TASK.encode() in entry for entry in valkey.lrange("doorstep:celery", 0, -1))
