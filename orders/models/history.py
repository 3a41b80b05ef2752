"""Every change of an order's status."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned
from base.ids import Identified
from orders.models.orders import Order
from orders.states import OrderStatus


class OrderHistory(Identified, TenantOwned):
    """One change of status (source 002 `order_history`). Written by signal on every path, never by hand."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history", db_index=False)
    changed_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    old_status = models.CharField(_("from"), max_length=20, choices=OrderStatus)
    new_status = models.CharField(_("to"), max_length=20, choices=OrderStatus)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        db_table = "order_history"
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        indexes: ClassVar[Any] = (
            models.Index(fields=["order", "created_at"], name="idx_order_history_order_id"),
            models.Index(fields=["changed_by_user", "-created_at"], name="idx_order_history_user_id"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_order_history_created_at"),
            models.Index(fields=["tenant", "new_status", "-created_at"], name="idx_order_history_new_status"),
        )

    def __str__(self) -> str:
        return f"{self.old_status} → {self.new_status}"
