"""What leaves the house by e-mail, against a real SMTP server; and that nothing is lost while no channel is configured."""

from smtplib import SMTPAuthenticationError, SMTPConnectError

import pytest

from accounts import channels
from accounts.actions.sending import claim_due, send_due
from accounts.channels.email import EmailChannel, message_id
from accounts.models import Message
from accounts.states import Channel, MessageStatus
from accounts.tenancy import as_operator, in_tenant
from tests.factories.accounts import MessageFactory, TenantFactory
from tests.stand_ins.postmark import postmark_api
from tests.stand_ins.smtp import smtp_server

pytestmark = pytest.mark.django_db

INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: x@example.com. "
    "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
)


@pytest.fixture
def smtp(settings):
    with smtp_server(settings) as mailbox:
        yield mailbox


@pytest.fixture
def channel():
    made = EmailChannel()
    yield made
    made.close()


def test_a_mail_says_who_writes_in_which_language_and_under_which_id(smtp, channel):
    tenant = TenantFactory(settings={"brand": {"name": "أطلس"}})
    message = MessageFactory(tenant=tenant, recipient="amina@example.com", subject="طلبك في الطريق", body="يصل اليوم.", language="ar")
    with in_tenant(tenant):
        sent = channel.send(message)
    (mail,) = smtp.mails
    assert mail["From"].addresses[0].display_name == "أطلس"
    assert (mail["To"], mail["Subject"], mail["Content-Language"]) == ("amina@example.com", "طلبك في الطريق", "ar")
    assert mail.get_content().strip() == "يصل اليوم."
    assert mail["Message-ID"] == message_id(message) == sent.provider_id
    assert str(message.pk) in sent.provider_id
    assert (sent.provider, sent.cost) == ("smtp", None)


def test_one_connection_serves_a_batch(smtp, channel):
    for message in MessageFactory.create_batch(3):
        with in_tenant(message.tenant):
            channel.send(message)
    assert (len(smtp.mails), smtp.connections) == (3, 1)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("reply", "error"),
    [("451 Try later", channels.Temporary), ("421 Too busy", channels.Temporary), ("550 No such mailbox", channels.Permanent)],
)
def test_the_server_says_whether_trying_again_helps(smtp, channel, step, reply, error):
    smtp.refuse(reply, at=step)
    message = MessageFactory()
    with in_tenant(message.tenant):
        with pytest.raises(error) as refused:
            channel.send(message)
        assert reply in str(refused.value)
        # The next message is not harmed by it.
        channel.send(message)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("after_taking", [False, True])
def test_a_connection_that_breaks_is_no_fault_of_the_message(smtp, channel, after_taking):
    smtp.cut(after_taking=after_taking)
    message = MessageFactory()
    with in_tenant(message.tenant):
        with pytest.raises(channels.Temporary):
            channel.send(message)
        channel.send(message)
    assert {mail["Message-ID"] for mail in smtp.mails} == {message_id(message)}
    assert len(smtp.mails) == 1 + after_taking


def test_a_server_that_is_away_is_no_fault_of_the_message(settings, channel):
    with smtp_server(settings):
        pass
    message = MessageFactory()
    with in_tenant(message.tenant), pytest.raises(channels.Temporary, match="refused"):
        channel.send(message)


@pytest.mark.parametrize("error", [SMTPAuthenticationError(535, b"Wrong password"), SMTPConnectError(554, b"Not you")])
def test_a_server_that_refuses_us_keeps_the_message_waiting(error):
    from accounts.channels.email import _judged

    assert isinstance(_judged(error), channels.Temporary)


def test_a_subject_cannot_smuggle_a_header_in(smtp, channel):
    message = MessageFactory(subject="Hello\nBcc: everybody@example.com")
    with in_tenant(message.tenant), pytest.raises(channels.Permanent):
        channel.send(message)
    assert smtp.mails == []


@pytest.mark.parametrize("name", [Channel.SMS, Channel.WHATSAPP, Channel.VOICE])
def test_without_an_adapter_a_message_waits_untouched(smtp, name):
    message = MessageFactory(channel=name, recipient="+212661204418")
    send_due()
    with as_operator("a test looks"):
        message = Message.objects.get(pk=message.pk)
    assert (message.status, message.attempts, message.error) == (MessageStatus.QUEUED, 0, "")


def test_without_a_mail_server_mail_waits_and_goes_out_when_there_is_one(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    message = MessageFactory()
    with as_operator("a test is the worker"):
        assert claim_due() == []
    with smtp_server(settings) as mailbox:
        send_due()
    assert len(mailbox.mails) == 1
    with in_tenant(message.tenant):
        assert Message.objects.get(pk=message.pk).status == MessageStatus.SENT


def test_an_unexpected_failure_is_written_down_and_tried_again(settings):
    # A backend that does not exist, as after a typing mistake in the settings.
    settings.EMAIL_BACKEND = "no.such.Backend"
    message = MessageFactory()
    send_due()
    with in_tenant(message.tenant):
        message = Message.objects.get(pk=message.pk)
    assert (message.status, message.attempts, message.claimed_at) == (MessageStatus.QUEUED, 1, None)
    assert "ModuleNotFoundError" in message.error


class TestAProvidersApi:
    """By django-anymail, here Postmark's, against a stand-in that speaks its protocol."""

    @pytest.fixture
    def postmark(self, settings):
        pytest.importorskip("anymail", reason="needs the extra `mail`")
        with postmark_api() as api:
            settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
            settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": api.url}
            yield api

    def test_the_providers_id_is_kept(self, postmark, channel):
        message = MessageFactory()
        with in_tenant(message.tenant):
            sent = channel.send(message)
        assert (sent.provider, sent.provider_id) == ("Postmark", "id-1")
        assert postmark.mails[0]["To"] == message.recipient
        assert {"Name": "Message-ID", "Value": message_id(message)} in postmark.mails[0]["Headers"]

    @pytest.mark.parametrize(
        ("status", "answer", "error"),
        [
            (422, {"ErrorCode": 406, "Message": INACTIVE}, channels.Permanent),
            (422, {"ErrorCode": 300, "Message": "Error parsing 'Subject'"}, channels.Permanent),
            (401, {"ErrorCode": 10, "Message": "Bad token"}, channels.Temporary),
            (429, {"ErrorCode": 429, "Message": "Slow down"}, channels.Temporary),
            (503, {"Message": "Down"}, channels.Temporary),
        ],
    )
    def test_it_says_whether_trying_again_helps(self, postmark, channel, status, answer, error):
        postmark.answers.append((status, answer))
        message = MessageFactory(recipient="x@example.com")
        with in_tenant(message.tenant), pytest.raises(error):
            channel.send(message)
