"""Celery: background work. Tasks live in each app's tasks.py; the schedule is data in settings."""

import os

from celery import Celery

import config.heartbeat  # noqa: F401  # connects its signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("doorstep")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
