"""The links by which people set a password: an invitation, a new link by an administrator, a forgotten password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _

from accounts.actions.messages import queue_message
from accounts.actions.people import password_link, refuse_above, set_first_password
from accounts.audit import record
from accounts.models import User
from accounts.states import Channel
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from base.crypto import fingerprint
from base.errors import DomainError
from base.ids import new_id

if TYPE_CHECKING:
    from base.actor import Actor

HOUR = 3600
LINKS_AN_HOUR = 3
"""How many links one e-mail address is sent in an hour."""
REQUESTS_AN_HOUR = 30
"""How many links one network address may ask for in an hour; an office shares one."""


def send_invitation(person: User, *, actor: Actor) -> None:
    """Queue the message that welcomes a person and lets them set a password."""
    with transaction.atomic():
        _queue(person, "invitation", inviter=str(actor), actor=actor)


def send_password_link(person: User, *, actor: Actor) -> None:
    """Queue a new link for somebody who cannot get in, and log who asked. Not for a person of more rights than the actor."""
    if not person.is_active:
        raise DomainError("inactive", _("Let the person in again first."), status=409)
    with transaction.atomic():
        refuse_above(person, actor)
        _queue(person, "password_link", actor=actor)
        record("password_link_made", entity=person)


def forgot_password(email: str, *, ip: str | None) -> None:
    """Queue a link for the active person with this address, if there is one and it was not asked for too often. Never says which."""
    if _too_often(f"forgot:{fingerprint(email)}", LINKS_AN_HOUR) or _too_often(f"forgot:{ip}", REQUESTS_AN_HOUR):
        return
    with as_operator("a forgotten password is asked for before the tenant is known"):
        person: User | None = User.objects.select_related("tenant").filter(email__iexact=email, is_active=True).first()
    if person is None:
        return
    with in_tenant(person.tenant) if person.tenant else as_operator("an operator forgot the password"), transaction.atomic():
        _queue(person, "password_link", actor=SYSTEM)
        record("password_link_asked", entity=person, user=person)


def person_of_link(uid: str, token: str) -> User | None:
    """The active person whose link this is, while it is good; else None."""
    try:
        pk = urlsafe_base64_decode(uid).decode()
        with as_operator("a password link names its person before the tenant is known"):
            person: User | None = User.objects.select_related("tenant").filter(pk=pk, is_active=True).first()
    except (ValueError, ValidationError):
        return None
    return person if person and default_token_generator.check_token(person, token) else None


def set_password_by_link(person: User, *, new: str) -> User:
    """Set the password of the person whose link was followed, and forget the wrong tries that locked them out."""
    person = set_first_password(person, new=new)
    AxesProxyHandler.reset_attempts(username=person.email)
    return person


def _queue(person: User, template_key: str, *, actor: Actor, **context: str) -> None:
    queue_message(
        channel=Channel.EMAIL,
        recipient=person.email,
        template_key=template_key,
        context={"name": person.full_name, "link": settings.BASE_URL + password_link(person), **context},
        tenant=person.tenant,
        language=person.locale,
        user=person,
        related=person,
        key=f"{template_key}:{new_id()}",
        actor=actor,
    )


def _too_often(key: str, limit: int) -> bool:
    cache.add(key, 0, HOUR)
    return cache.incr(key) > limit
