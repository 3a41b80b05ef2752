"""The first page: what waits for this person, and, for a newcomer, what to set up first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import Tenant, TotpDevice, User
from accounts.pages.signing_in import signed_in
from base.access import Page
from base.cards import cards
from base.navigation import sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise

_NOON, _EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class Step:
    """Something useful to set up, and whether it is done."""

    title: StrOrPromise
    text: StrOrPromise
    url: str
    done: bool


class Today(Page, TemplateView):
    """`/`: a greeting, the numbers of the navigation that ask for somebody, the cards of the other apps, first steps."""

    permission = None
    template_name = "accounts/today.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        found, navigation = list(steps(person)), sections(self.request)
        return super().get_context_data(
            greeting=greeting(person),
            now=timezone.localtime(),
            navigation=navigation,
            waiting=[link for section in navigation for link in section.links if link.count],
            cards=cards(self.request),
            steps=found if any(not step.done for step in found) else [],
            **kwargs,
        )


def greeting(person: User) -> str:
    """Good morning, afternoon or evening by the clock of the person's company, with the first name."""
    hour = timezone.localtime().hour
    words = {"name": person.full_name.split()[0] if person.full_name.split() else person.email}
    if hour < _NOON:
        return _("Good morning, %(name)s") % words
    if hour < _EVENING:
        return _("Good afternoon, %(name)s") % words
    return _("Good evening, %(name)s") % words


def steps(person: User) -> Iterator[Step]:
    """What a newcomer of this role does first."""
    if person.has_perm("platform.edit"):
        yield Step(
            _("Open the first merchant"),
            _("Each merchant has its own people, orders and money, walled off from the others."),
            reverse("accounts:tenants"),
            Tenant.objects.exists(),
        )
    if person.tenant and person.has_perm("settings.edit"):
        yield Step(
            _("Fill in the settings"),
            _("Name, currency, time zone, and how orders are confirmed and delivered."),
            reverse("accounts:settings"),
            bool(person.tenant.config.brand.name),
        )
    if person.tenant and person.has_perm("users.create"):
        yield Step(
            _("Invite your people"),
            _("Reps, agents, an accountant: each gets a link and sees only their own work."),
            reverse("accounts:person-new"),
            User.objects.exclude(pk=person.pk).exists(),
        )
    yield Step(
        _("Give your phone number and language"),
        _("Colleagues reach you by it, and every page speaks your language."),
        reverse("accounts:me"),
        bool(person.phone and person.locale),
    )
    yield Step(
        _("Protect your sign-in with a second factor"),
        _("A code from an app on your phone, so that a stolen password is not enough."),
        reverse("accounts:me-security"),
        TotpDevice.objects.filter(user=person, confirmed=True).exists(),
    )
