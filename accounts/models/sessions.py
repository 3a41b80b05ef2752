"""Sign-ins of phones and programs: one row a device, holding the hash of the one refresh token that is good now."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.tenancy import MaybeTenantOwned
from base.ids import Identified


class Session(Identified, MaybeTenantOwned):
    """A device's sign-in (source 002 `sessions`). All refresh tokens it ever had are one family: a reused one ends the session."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    # SHA-256 of the refresh token, in hex: the token itself is never stored.
    refresh_token = models.CharField(max_length=64, unique=True)
    device_name = models.CharField(_("device"), max_length=120, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ip_address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    rotation = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(_("last used"))
    expires_at = models.DateTimeField(_("expires"))
    created_at = models.DateTimeField(_("signed in"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "sessions"
        verbose_name = _("device sign-in")
        verbose_name_plural = _("device sign-ins")
        indexes = (
            models.Index(fields=["user", "-last_used_at"], name="idx_sessions_user_id"),
            models.Index(fields=["expires_at"], name="idx_sessions_expires_at"),
        )

    def __str__(self) -> str:
        return self.device_name or str(self.pk)
