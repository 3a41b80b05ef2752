"""The parts of one's own pages, as tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs(here: str) -> list[dict[str, Any]]:
    """Items for `components/tabs.html`; `here` is the name of the page that is drawn."""
    parts = (
        ("accounts:me", _("Profile")),
        ("accounts:me-security", _("Sign-in and security")),
        ("accounts:me-sessions", _("Phones and programs")),
        ("accounts:me-notifications", _("Notifications")),
    )
    return [{"url": reverse(name), "label": label, "current": name == here} for name, label in parts]
