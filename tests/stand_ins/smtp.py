"""A real SMTP server that keeps what it is given, and on demand refuses, hangs up or hangs."""

import asyncio
import socket
from contextlib import contextmanager
from email import message_from_bytes, policy
from threading import Event

from aiosmtpd.controller import Controller

TAKEN = "250 Taken"


class Mailbox:
    """What the server received, in order: `mails` (parsed) and `recipients`. `connections` counts the greetings."""

    def __init__(self):
        self.mails = []
        self.recipients = []
        self.connections = 0
        self.hanging = Event()
        self._replies = {"RCPT": [], "DATA": []}
        self._cuts = []
        self._hangs = False

    def refuse(self, reply, *, at="RCPT", times=1):
        """Answer the next messages at this step with e.g. "451 Try later" or "550 No such mailbox"."""
        self._replies[at] += [reply] * times

    def cut(self, *, after_taking):
        """Hang up during the next message: before it is taken, or after it was, without a word."""
        self._cuts.append(after_taking)

    def hang(self):
        """Take the next message and never answer; `hanging` is set then."""
        self._hangs = True

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802  # the name that aiosmtpd calls
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  # the name that aiosmtpd calls
        if self._replies["RCPT"]:
            return self._replies["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the name that aiosmtpd calls
        if self._replies["DATA"]:
            return self._replies["DATA"].pop(0)
        cut = self._cuts.pop(0) if self._cuts else None
        if cut is not False:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
        if self._hangs:
            self._hangs = False
            self.hanging.set()
            await asyncio.sleep(60)
        if cut is not None:
            server.transport.abort()
        return TAKEN


@contextmanager
def smtp_server(settings=None):
    """Runs the server; gives its `Mailbox` (with its `port`), and points Django's mail at it where `settings` are given."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    mailbox = Mailbox()
    mailbox.port = port
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    if settings is not None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        yield mailbox
    finally:
        controller.stop(no_assert=True)
