"""Who did what, before and after, when and from where: append-only, and sealed so that a changed row shows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.tenancy import MaybeTenantOwned
from base.ids import Identified


class ActivityLog(Identified, MaybeTenantOwned):
    """One thing that a person or an API key did (source 002 `activity_logs`); a bulk action is one row with all its ids.

    The row outlives the person: `user` keeps the plain id, since an append-only row cannot be set to null.
    """

    append_only = True

    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+")
    # The name as it was then; also for operators, whom a tenant's people cannot look up.
    user_name = models.CharField(_("who"), max_length=200, blank=True)
    action = models.CharField(_("action"), max_length=60)
    entity_type = models.CharField(_("kind"), max_length=60, blank=True)
    entity_id = models.UUIDField(_("id"), null=True, blank=True)
    entity_name = models.CharField(_("name"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    ip_address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        db_table = "activity_logs"
        verbose_name = _("activity")
        verbose_name_plural = _("activity log")
        indexes = (
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_activity_logs_created_at"),
            models.Index(fields=["tenant", "action", "-created_at", "-id"], name="idx_activity_logs_action"),
            models.Index(fields=["tenant", "entity_type", "entity_id", "-created_at"], name="idx_activity_logs_entity"),
            models.Index(fields=["user"], name="idx_activity_logs_user_id"),
            models.Index(fields=["tenant", "user", "-created_at", "-id"], name="idx_activity_logs_user_created"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.entity_name}".strip()


class UnsealedActivity(MaybeTenantOwned):
    """The queue of rows that no seal covers yet. The database fills it with each row of the log, whoever writes it."""

    log = models.OneToOneField(ActivityLog, on_delete=models.DO_NOTHING, primary_key=True, related_name="unsealed")

    class Meta:
        db_table = "activity_unsealed"
        verbose_name = _("activity waiting for its seal")
        verbose_name_plural = _("activity waiting for its seal")

    def __str__(self) -> str:
        return str(self.log_id)


class ActivitySeal(Identified, MaybeTenantOwned):
    """The digest of a batch of rows, chained to the digest of the batch before: a row changed, removed or slipped in breaks it."""

    append_only = True

    number = models.PositiveBigIntegerField()
    log_ids = ArrayField(models.UUIDField())
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "activity_seals"
        verbose_name = _("seal of the activity log")
        verbose_name_plural = _("seals of the activity log")
        constraints = (models.UniqueConstraint(fields=["tenant", "number"], name="activity_seals_number", nulls_distinct=False),)

    def __str__(self) -> str:
        return f"{self.number}"
