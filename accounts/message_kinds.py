"""The kinds of messages that Doorstep sends: what each says by itself, and what may be filled into it.

A tenant may say it in its own words (`MessageTemplate`). Higher floors register their kinds in `AppConfig.ready()`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import Channel
from base import placeholders
from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from accounts.models import Tenant, User

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Text:
    """What a message says. Only e-mail has a subject."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`subject` and `body` are lazy, so that they exist in each language; `sample` names what they may be filled with, with an example.

    `secret`: the text lets its reader in, so pages show it only to those who could let themselves in anyway.
    `essential`: the recipient asked for it, so it goes also to those who opted out.
    """

    key: str
    label: StrOrPromise
    subject: StrOrPromise
    body: StrOrPromise
    sample: Mapping[str, StrOrPromise] = field(default_factory=dict)
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    secret: bool = False
    essential: bool = False

    def default(self, language: str) -> Text:
        """Doorstep's own words in `language`."""
        with translation.override(language):
            return Text(str(self.subject), str(self.body))

    def example(self, language: str) -> dict[str, str]:
        """The examples in `language`, to preview a text with."""
        with translation.override(language):
            return {name: str(value) for name, value in self.sample.items()}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Adds a kind; the same key again replaces it."""
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    """Every kind, in the order they were registered."""
    return list(_kinds.values())


def kind_of(key: str) -> Kind | None:
    """The kind of this key, or None for a free text."""
    return _kinds.get(key)


def check(kind: Kind, text: Text) -> None:
    """Refuses words that could not be sent; the error is on field `subject` or `body`."""
    if not text.body.strip():
        raise Invalid("text_needed", _("Write what the message says."), "body")
    if len(text.subject) > _LONGEST_SUBJECT:
        raise Invalid("text_too_long", _("Write at most %(limit)d characters.") % {"limit": _LONGEST_SUBJECT}, "subject")
    placeholders.check(text.subject, kind.sample, field="subject")
    placeholders.check(text.body, kind.sample, field="body")


def fill(kind: Kind, text: Text, values: Mapping[str, Any]) -> Text:
    """The words with `values` in them, the subject on one line. TypeError when one of the kind's values is missing."""
    missing = set(kind.sample) - set(values)
    if missing:
        raise TypeError(f"message {kind.key} needs {', '.join(sorted(missing))}")
    subject = " ".join(placeholders.render(text.subject, values).split())
    return Text(subject[:_LONGEST_SUBJECT], placeholders.render(text.body, values).strip() + "\n")


def company(tenant: Tenant | None) -> str:
    """The name under which a tenant speaks to people."""
    return (tenant.config.brand.name or tenant.name) if tenant else "Doorstep"


def language_of(wanted: str, person: User | None, tenant: Tenant | None) -> str:
    """The language to write in: as wanted, else the person's, else the tenant's first, else the house's."""
    choices = (wanted, person.locale if person else "", tenant.config.languages[0] if tenant else "")
    return next((choice for choice in choices if choice in LANGUAGES), settings.LANGUAGE_CODE)


register(
    Kind(
        key="invitation",
        label=gettext_lazy("Invitation of a colleague"),
        subject=gettext_lazy("{{ company }} invites you to Doorstep"),
        body=gettext_lazy(
            "Hello {{ name }},\n\n{{ inviter }} has opened an account for you at {{ company }}. "
            "Choose your password here, within an hour:\n\n{{ link }}\n\n"
            "Afterwards you sign in with this e-mail address."
        ),
        sample={
            "name": gettext_lazy("Salma Benjelloun"),
            "company": gettext_lazy("Atlas Home"),
            "inviter": gettext_lazy("Karim Benali"),
            "link": "https://doorstep.example/set-password/MQ/c1x2/",
        },
        secret=True,
    )
)
register(
    Kind(
        key="password_link",
        label=gettext_lazy("Link to a new password"),
        subject=gettext_lazy("Choose a new password"),
        body=gettext_lazy(
            "Hello {{ name }},\n\nsomebody asked for a new password of your account. Choose one here, within an hour:\n\n{{ link }}\n\n"
            "If it was not you, do nothing: your password stays as it is."
        ),
        sample={"name": gettext_lazy("Salma Benjelloun"), "link": "https://doorstep.example/set-password/MQ/c1x2/"},
        secret=True,
        essential=True,
    )
)
register(
    Kind(
        key="alert",
        label=gettext_lazy("Notification by e-mail"),
        subject=gettext_lazy("{{ title }}"),
        body=gettext_lazy(
            "Hello {{ name }},\n\n{{ title }}\n{% if message %}\n{{ message }}\n{% endif %}"
            "{% if link %}\nSee it here: {{ link }}\n{% endif %}\n"
            "You choose what {{ company }} tells you by e-mail: {{ preferences }}"
        ),
        sample={
            "name": gettext_lazy("Salma Benjelloun"),
            "company": gettext_lazy("Atlas Home"),
            "title": gettext_lazy("A device's sign-in was used twice"),
            "message": gettext_lazy("The sign-in was ended. If it was not you, change the password."),
            "link": "https://doorstep.example/me/sessions/",
            "preferences": "https://doorstep.example/me/notifications/",
        },
    )
)
