"""The two walls between tenants, raised together: scoped managers in Python, row-level security in PostgreSQL.

Outside any block nothing of a tenant can be read or written: the managers refuse, and the database shows no row.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from django.db import models
from django_scopes import ScopedManager, ScopeError, get_scope, scope, scopes_disabled

from base.postgres import wall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.models import Tenant

log = structlog.get_logger(__name__)


@contextmanager
def in_tenant(tenant: Tenant) -> Iterator[None]:
    """Run the block as one tenant: only its rows are seen, only its rows can be written."""
    with scope(tenant=tenant), wall.behind(wall.Wall(tenant=tenant.pk)):
        yield


@contextmanager
def as_operator(reason: str) -> Iterator[None]:
    """Run the block over all tenants. For named operator queries and entry points before a tenant is known; `reason` says which."""
    log.debug("operator mode", reason=reason)
    with scopes_disabled(), wall.behind(wall.OPERATOR):
        yield


def current_tenant() -> Tenant | None:
    """The tenant of the running block, or None outside one and in operator mode."""
    found = get_scope()
    return found.get("tenant") if found.get("_enabled", True) else None


def current_tenant_id() -> UUID | None:
    """The id of `current_tenant`."""
    tenant = current_tenant()
    return tenant.pk if tenant else None


def tenant_in_scope() -> Tenant:
    """The tenant of the running block; ScopeError where there is none, for what cannot be done without."""
    tenant = current_tenant()
    if tenant is None:
        raise ScopeError("this is done inside a tenant's scope")
    return tenant


class TenantOwned(models.Model):
    """A row of one tenant. Its table needs `EnableTenantRowSecurity` in a migration; a test fails when it is forgotten."""

    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = ScopedManager(tenant="tenant")

    class Meta:
        abstract = True


class MaybeTenantOwned(models.Model):
    """A row of one tenant, or of the platform (no tenant: seen in operator mode only)."""

    tenant = models.ForeignKey("accounts.Tenant", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager(tenant="tenant")

    class Meta:
        abstract = True
