"""E-mail by Django's mail: an SMTP server (EMAIL_URL), or a provider's API by django-anymail (EMAIL_BACKEND)."""

from __future__ import annotations

import contextlib
import smtplib
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.channels.protocol import Permanent, Sent, Temporary
from accounts.message_kinds import company

if TYPE_CHECKING:
    from accounts.models import Message

try:
    from anymail.exceptions import AnymailError, AnymailRecipientsRefused
except ImportError:  # it is an extra: a provider's API is used where somebody chose one

    class AnymailError(Exception):  # type: ignore[no-redef]
        """Nothing raises it."""

    class AnymailRecipientsRefused(AnymailError):  # type: ignore[no-redef]  # noqa: N818  # the library's name
        """Nothing raises it."""


_NONE = "django.core.mail.backends.dummy.EmailBackend"
_REFUSED = 500
_CALLER = 400
# They refuse us, not the message: somebody mends the settings while the message waits.
_OURS = (smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError, smtplib.SMTPConnectError)
_OURS_BY_API = frozenset({401, 402, 403, 408, 429})


def is_configured() -> bool:
    """Whether there is a server to give e-mail to."""
    return str(settings.EMAIL_BACKEND) != _NONE


class EmailChannel:
    """Sends plain text. The connection stays open from one message to the next, and is opened anew after an error."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, message: Message) -> Sent:
        mail = _mail(message)
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([mail])
        except (OSError, ValueError, AnymailError) as error:
            self.close()
            raise _judged(error) from error
        status = getattr(mail, "anymail_status", None)
        return Sent(getattr(self._connection, "esp_name", "smtp"), getattr(status, "message_id", None) or message_id(message))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()


def message_id(message: Message) -> str:
    """The Message-ID header. It is the row's, so that a message that went out twice is known as one by whoever receives it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{message.pk}@{address.rpartition('@')[2] or 'localhost'}>"


def _mail(message: Message) -> EmailMessage:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    if message.language:
        headers["Content-Language"] = message.language
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=formataddr((company(message.tenant), address)),
        to=[message.recipient],
        headers=headers,
    )


def _judged(error: Exception) -> Temporary | Permanent:
    """Whether another try can help.

    SMTP (RFC 5321, 4.2.1): a reply from 500 on is final, from 400 on it is not. HTTP: 4xx is final, 5xx is not.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, words)
    if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, _OURS):
        return _by_code(error.smtp_code, error.smtp_error)
    code = getattr(error, "status_code", None) or 0
    refused = isinstance(error, AnymailRecipientsRefused) or (_CALLER <= code < _REFUSED and code not in _OURS_BY_API)
    if refused or isinstance(error, ValueError):
        return Permanent(" ".join(str(error).split()))
    return Temporary(f"{type(error).__name__}: {' '.join(str(error).split())}")


def _by_code(code: int, words: bytes | str) -> Temporary | Permanent:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return (Permanent if code >= _REFUSED else Temporary)(f"{code} {text}")
