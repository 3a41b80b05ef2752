"""What people keep for their work with orders: their views of the list, and bulk jobs that go on when they leave the page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.stamps import Stamped


class SavedView(Identified, TenantOwned, Stamped):
    """A named set of filters of a list; a person's own, or shared with the tenant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000)
    is_shared = models.BooleanField(_("for everybody"), default=False)

    class Meta:
        db_table = "saved_views"
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["user", "page", "name"], name="saved_views_once"),)

    def __str__(self) -> str:
        return self.name


class BulkJob(Identified, TenantOwned, Stamped):
    """One action over many orders, carried out by a worker in portions: the row is the truth, and says how far it is."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(_("action"), max_length=40)
    options = models.JSONField(default=dict, blank=True)
    order_ids = models.JSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    # [{order, message}] of those that were refused.
    refusals = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=500, blank=True)
    idempotency_key = models.CharField(max_length=80)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "bulk_jobs"
        verbose_name = _("bulk job")
        verbose_name_plural = _("bulk jobs")
        indexes: ClassVar[Any] = (
            models.Index(fields=["user", "-created_at"], name="idx_bulk_jobs_user"),
            models.Index(fields=["created_at"], name="idx_bulk_jobs_open", condition=models.Q(status__in=["waiting", "running"])),
        )
        constraints = (models.UniqueConstraint(fields=["tenant", "user", "idempotency_key"], name="bulk_jobs_once"),)

    def __str__(self) -> str:
        return f"{self.action} ({self.done}/{self.total})"
