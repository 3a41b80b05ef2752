"""Where stock lies, and every movement of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.stamps import Stamped
from orders.models.catalogue import Product
from orders.states import MovementKind


class Warehouse(Identified, TenantOwned, Stamped):
    """A place where stock lies; one is the default."""

    name = models.CharField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "warehouses"
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints = (
            models.UniqueConstraint(fields=["tenant", "name"], name="warehouses_once"),
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_default=True), name="warehouses_one_default"),
        )

    def __str__(self) -> str:
        return self.name


class StockMovement(Identified, TenantOwned):
    """A change of what can be sold of a product (or variant). Append-only: stock is their sum, and a mistake is mended by another.

    Shipping an order writes two: the reservation is released (+) and the units leave (−).
    """

    append_only = True

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements", db_index=False)
    variant_id = models.CharField(max_length=100, blank=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("kind"), max_length=10, choices=MovementKind)
    quantity = models.IntegerField(_("change"))
    order_id = models.UUIDField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_default=models.functions.Now())

    class Meta:
        db_table = "stock_movements"
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = (
            models.Index(fields=["product", "-created_at", "-id"], name="idx_stock_movements_product"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_stock_movements_created"),
            models.Index(fields=["order_id"], name="idx_stock_movements_order", condition=Q(order_id__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="stock_movements_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["reserve", "ship"], quantity__lt=0)
                | Q(kind__in=["release", "restock"], quantity__gt=0)
                | Q(kind__in=["adjust", "count"]),
                name="stock_movements_sign",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d}"
