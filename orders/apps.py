"""Connects what orders listens to."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Floor 1."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Connect the receivers, register what orders adds to navigation and search, and give the demo its orders."""
        from accounts import demo as accounts_demo  # noqa: PLC0415  # models must be loaded first
        from orders import demo, navigation, receivers, signals  # noqa: F401, PLC0415  # models must be loaded first

        accounts_demo.register("orders", demo.live)
