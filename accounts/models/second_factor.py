"""The second factor: a code from a phone's authenticator app, and recovery codes for the day the phone is lost."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import ThrottlingMixin, TimestampMixin

from accounts.models.users import User
from accounts.tenancy import MaybeTenantOwned
from base.fields import EncryptedTextField
from base.ids import Identified


class _Unthrottled:
    """What the throttling of django-otp falls back on: nothing else forbids a try."""

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any]]:
        return True, {}


class TotpDevice(Identified, MaybeTenantOwned, TimestampMixin, ThrottlingMixin, _Unthrottled):
    """A person's authenticator app (RFC 6238, SHA-1, 6 digits, 30 s). The key is encrypted; a code works once."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="totp")
    # The shared key in hex.
    key = EncryptedTextField()
    confirmed = models.BooleanField(default=False)
    # The last time step whose code was accepted: a code seen by somebody else cannot be used again.
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        db_table = "totp_devices"
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    def __str__(self) -> str:
        return str(self.user_id)

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code; doubled with each further one."""
        return 1


class RecoveryCode(Identified, MaybeTenantOwned):
    """A code that stands in once for the authenticator app; stored as a salted hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "recovery_codes"
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = (models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_codes_once"),)

    def __str__(self) -> str:
        return str(self.pk)
