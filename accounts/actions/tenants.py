"""Tenants: open, set up, suspend, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tenant_settings
from accounts.audit import by, record
from accounts.models import Tenant
from accounts.signals import tenant_status_changed
from accounts.states import TENANT_TRANSITIONS, TenantStatus
from base.errors import DomainError
from base.lifecycle import Lifecycle, move

if TYPE_CHECKING:
    from base.actor import Actor

LIFECYCLE = Lifecycle("tenant", TENANT_TRANSITIONS, stamps={TenantStatus.SUSPENDED: "suspended_at"})


def open_tenant(*, name: str, slug: str, settings: dict[str, Any] | None = None, actor: Actor) -> Tenant:
    """A new merchant with these settings. Errors: name_needed, duplicate_slug, invalid_setting, each on its field."""
    if not name.strip():
        raise DomainError("name_needed", _("Give the merchant's name."), field="name", status=400)
    parsed = tenant_settings.parse(settings or {})
    try:
        with transaction.atomic(), by(actor):
            tenant: Tenant = Tenant.objects.create(name=name.strip(), slug=slug, settings=tenant_settings.dump(parsed))
            record("tenant_opened", entity=tenant)
    except IntegrityError as error:
        raise DomainError("duplicate_slug", _("Another merchant has this short name."), field="slug", status=409) from error
    return tenant


def change_settings(tenant: Tenant, *, values: dict[str, Any], actor: Actor) -> Tenant:
    """Merge `values` (top-level keys of `TenantSettings`) into the tenant's settings. A wrong one is named and nothing changes."""
    with transaction.atomic(), by(actor):
        tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
        merged = tenant_settings.parse({**tenant.settings, **values})
        tenant.settings = tenant_settings.dump(merged)
        tenant.__dict__.pop("config", None)
        tenant.save(update_fields=["settings"])
    return tenant


def rename_tenant(tenant: Tenant, *, name: str, actor: Actor) -> Tenant:
    """The name that the merchant's people and customers read."""
    if not name.strip():
        raise DomainError("name_needed", _("Give the merchant's name."), field="name", status=400)
    with transaction.atomic(), by(actor):
        tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
        tenant.name = name.strip()
        tenant.save(update_fields=["name"])
    return tenant


def suspend_tenant(tenant: Tenant, *, reason: str, actor: Actor) -> Tenant:
    """Refuse every write of the merchant's people and machines from now on; they can still sign in and read. Needs a reason."""
    if not reason.strip():
        raise DomainError("reason_needed", _("Say why the merchant is suspended: its people will read it."), field="reason", status=400)
    with transaction.atomic(), by(actor):
        Tenant.objects.select_for_update().filter(pk=tenant.pk).get()
        Tenant.objects.filter(pk=tenant.pk, status=TenantStatus.ACTIVE).update(suspension_reason=reason.strip()[:300])
        tenant = move(tenant, TenantStatus.SUSPENDED, lifecycle=LIFECYCLE, actor=actor)
        record("tenant_suspended", entity=tenant, details={"justification": reason.strip()})
        tenant_status_changed.send(sender=Tenant, tenant=tenant, actor=actor)
    return tenant


def resume_tenant(tenant: Tenant, *, actor: Actor) -> Tenant:
    """Let a suspended merchant work again."""
    with transaction.atomic(), by(actor):
        tenant = move(tenant, TenantStatus.ACTIVE, lifecycle=LIFECYCLE, actor=actor)
        Tenant.objects.filter(pk=tenant.pk).update(suspension_reason="", suspended_at=None, updated_at=timezone.now())
        tenant.refresh_from_db()
        record("tenant_resumed", entity=tenant)
        tenant_status_changed.send(sender=Tenant, tenant=tenant, actor=actor)
    return tenant
