"""Django's entry to the building blocks that every app stands on."""

from importlib import import_module

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """The domain-free floor. It has no table of its own."""

    name = "base"
    label = "base"

    def ready(self) -> None:
        import_module("base.checks")
