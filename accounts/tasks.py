"""The background work of accounts. Each task may run twice, late or never: the tables say what is to be done."""

from __future__ import annotations

from celery import shared_task

from accounts.actions.activity import seal_all
from accounts.actions.sending import send_due
from accounts.actions.sessions import sweep_sessions as sweep_ended_sessions
from accounts.tenancy import as_operator


@shared_task
def send_due_messages() -> None:
    """Send what is due, and come back by itself where a next try is due before the schedule looks again."""
    again = send_due()
    if again is not None:
        send_due_messages.apply_async(countdown=again)


@shared_task
def seal_activity() -> None:
    """Seal the new rows of the activity log, chain by chain."""
    with as_operator("seals the activity logs of all tenants"):
        seal_all()


@shared_task
def sweep_sessions() -> None:
    """Delete sign-ins of devices that ended or expired more than a day ago."""
    with as_operator("sweeps the ended sign-ins of all tenants"):
        sweep_ended_sessions()
