"""What accounts adds to the navigation and to the search."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base import navigation, search
from base.navigation import Group, NavEntry


def _works_for_a_merchant(person: Any) -> bool:
    return not person.is_operator


navigation.register(NavEntry(Group.TODAY, _("Today"), "accounts:today", None, order=0))
navigation.register(NavEntry(Group.IMPROVE, _("People"), "accounts:people", "users.view", order=500))
navigation.register(NavEntry(Group.IMPROVE, _("Messages"), "accounts:messages", "messages.view", order=510))
navigation.register(NavEntry(Group.IMPROVE, _("Activity"), "accounts:activity", "activity.view", order=520))
navigation.register(NavEntry(Group.IMPROVE, _("Settings"), "accounts:settings", "settings.view", order=530, when=_works_for_a_merchant))
navigation.register(NavEntry(Group.PLATFORM, _("Merchants"), "accounts:tenants", "platform.view", order=10))


def find_people(query: str, user: Any, limit: int) -> list[search.Hit]:
    """People by name, e-mail or phone; the active ones first. An operator finds those of every merchant."""
    digits = "".join(letter for letter in query if letter.isdigit()).lstrip("0")
    wanted = Q(full_name__icontains=query) | Q(email__icontains=query)
    if len(digits) >= 4:  # noqa: PLR2004  # fewer digits stand in too many numbers
        wanted |= Q(phone__contains=digits)
    found = User.objects.filter(wanted).select_related("tenant").order_by("-is_active", "full_name", "id")
    return [
        search.Hit(person.full_name, _told_apart(person, user), reverse("accounts:person", args=[person.pk]), _("Person"))
        for person in found[:limit]
    ]


def _told_apart(person: User, viewer: Any) -> str:
    parts = [person.get_role_display(), person.email]
    if viewer.is_operator and person.tenant:
        parts.insert(0, person.tenant.name)
    return " · ".join(parts)


search.register("people", "users.view", find_people)
