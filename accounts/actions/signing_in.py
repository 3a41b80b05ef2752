"""Signing in and out in a browser, and an operator's acting in a person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import login, logout
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import acting, second_factor
from accounts.audit import record
from accounts.models import TotpDevice, User
from accounts.tenancy import as_operator, in_tenant
from base import context
from base.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest


def sign_in(request: HttpRequest, person: User) -> None:
    """Start the browser's session of a person whose password was checked; the second factor is owed where one is set up."""
    walls = in_tenant(person.tenant) if person.tenant else as_operator("an operator signs in")
    with walls, transaction.atomic():
        owed = TotpDevice.objects.filter(user=person, confirmed=True).exists()
        login(request, person, backend="accounts.backends.PeopleBackend")
        second_factor.remember(request, second_factor.PENDING if owed else second_factor.NONE)
        record("signed_in", entity=person, user=person)


def sign_out(request: HttpRequest) -> None:
    """End the browser's session."""
    person: Any = getattr(request, "operator", None) or request.user
    if person.is_authenticated:
        record("signed_out", entity=person, user=person)
    logout(request)


def act_as(request: HttpRequest, person: User, *, reason: str, operator: User) -> datetime:
    """Let an operator work as a tenant's person in this browser for 30 minutes. Both logs say so. Returns until when."""
    if not operator.has_perm("platform.act_as"):
        raise DomainError("forbidden", _("Only the platform operator may act for somebody."), status=403)
    if not reason.strip():
        raise DomainError("reason_needed", _("Say why you act for this person: they can read it."), field="reason", status=400)
    if person.tenant is None or not person.is_active:
        raise DomainError("cannot_act_as", _("Choose an active person of a merchant."), field="person", status=409)
    with transaction.atomic(), as_operator("an operator begins to act for a person"), context.using(justification=reason.strip()):
        until = acting.begin(request, person, reason.strip())
        facts = {"operator": str(operator), "operator_id": str(operator.pk), "until": until.isoformat()}
        record("acting_began", entity=person, user=operator, details=facts, tenant_id=person.tenant_id)
    return until


def stop_acting(request: HttpRequest) -> None:
    """Give the browser back to the operator."""
    operator = getattr(request, "operator", None)
    if operator is None:
        return
    person: Any = request.user
    with transaction.atomic():
        record("acting_ended", entity=person, user=operator, tenant_id=person.tenant_id)
        acting.end(request)
