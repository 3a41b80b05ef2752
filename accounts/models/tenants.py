"""The merchants that one deployment serves."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import tenant_settings
from accounts.states import TenantStatus
from base.ids import Identified
from base.stamps import Stamped, StampedQuerySet

if TYPE_CHECKING:
    from datetime import tzinfo


class Tenant(Identified, Stamped):
    """A merchant (source 001 `tenants`). Its people, orders and money are walled off from every other's."""

    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    status = models.CharField(_("status"), max_length=20, choices=TenantStatus, default=TenantStatus.ACTIVE)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    suspension_reason = models.CharField(_("reason of the suspension"), max_length=300, blank=True)

    objects: ClassVar[Any] = StampedQuerySet.as_manager()

    class Meta:
        db_table = "tenants"
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ("name",)
        indexes = (models.Index(fields=["status", "-created_at"], name="idx_tenants_status_created"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(status__in=TenantStatus.values), name="tenants_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status=TenantStatus.SUSPENDED) | ~models.Q(suspension_reason=""),
                name="tenants_suspended_with_reason",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def config(self) -> tenant_settings.TenantSettings:
        """The settings with their types and defaults."""
        return tenant_settings.parse(self.settings)

    @property
    def tzinfo(self) -> tzinfo:
        """The time zone whose days its reports use."""
        return ZoneInfo(self.config.timezone)

    @property
    def is_suspended(self) -> bool:
        """Whether every write of its people and machines is refused."""
        return self.status == TenantStatus.SUSPENDED
