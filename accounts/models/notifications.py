"""What people are told inside Doorstep, and what they wish to be told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.states import NoticeChannel, NotificationType
from accounts.tenancy import MaybeTenantOwned
from base.ids import Identified


class Notification(Identified, MaybeTenantOwned):
    """One line in a person's bell (source 002 `notifications`); `data.link` is where it leads."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    type = models.CharField(_("type"), max_length=20, choices=NotificationType)
    title = models.CharField(_("title"), max_length=200)
    message = models.TextField(_("message"), blank=True)
    data = models.JSONField(default=dict, blank=True)
    is_read = models.BooleanField(_("read"), default=False)
    # What makes telling the same thing twice harmless: a person has one notification of a key.
    key = models.CharField(max_length=120, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        db_table = "notifications"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = (
            models.Index(fields=["user", "-created_at", "-id"], name="idx_notifications_user_id"),
            models.Index(fields=["user"], name="idx_notifications_user_unread", condition=models.Q(is_read=False), include=["tenant"]),
            models.Index(fields=["tenant", "is_read"], name="idx_notifications_is_read"),
            models.Index(fields=["tenant", "-created_at"], name="idx_notifications_created_at"),
            models.Index(fields=["tenant", "type"], name="idx_notifications_type"),
        )
        constraints = (
            models.UniqueConstraint(fields=["user", "key"], name="notifications_once"),
            models.CheckConstraint(condition=models.Q(type__in=NotificationType.values), name="notifications_type_known"),
        )

    def __str__(self) -> str:
        return self.title


class NotificationPreference(MaybeTenantOwned):
    """Whether a person wants one type of notification on one channel; no row: the default (the bell yes, e-mail for alerts)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences")
    type = models.CharField(max_length=20, choices=NotificationType)
    channel = models.CharField(max_length=10, choices=NoticeChannel)
    enabled = models.BooleanField()

    class Meta:
        db_table = "notification_preferences"
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = (models.UniqueConstraint(fields=["user", "type", "channel"], name="notification_preferences_once"),)

    def __str__(self) -> str:
        return f"{self.type} {self.channel}"
