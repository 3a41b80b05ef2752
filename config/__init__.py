"""The project itself: settings, addresses, background work and the one-command runner. Nothing imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
