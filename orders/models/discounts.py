"""Promo codes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.money import money_field
from base.stamps import Stamped
from orders.states import DiscountKind


class Discount(Identified, TenantOwned, Stamped):
    """A promo code: percent or fixed, in a window, so often in all and per customer, from a smallest order on."""

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=DiscountKind)
    value = money_field(verbose_name=_("value"))
    minimum_subtotal = money_field(verbose_name=_("from an order of"), default=0)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    max_uses_per_customer = models.PositiveIntegerField(_("uses per customer"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("used"), default=0, db_default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "discounts"
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        constraints = (
            models.UniqueConstraint("tenant", Upper("code"), name="discounts_code_once"),
            models.CheckConstraint(condition=Q(kind__in=DiscountKind.values), name="discounts_kind_known"),
            models.CheckConstraint(condition=Q(value__gt=0) & (~Q(kind="percent") | Q(value__lte=100)), name="discounts_value"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="discounts_window"
            ),
            models.CheckConstraint(condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")), name="discounts_limit"),
        )

    def __str__(self) -> str:
        return self.code
