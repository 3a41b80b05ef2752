"""Connects what accounts listens to."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Floor 0."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Connect the receivers, and register what accounts adds to navigation and search."""
        from accounts import banners, navigation, receivers, signals  # noqa: F401, PLC0415  # models must be loaded first
