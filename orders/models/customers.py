"""The people who order, and where they live."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, NullIf, Round, Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.money import money_field
from base.stamps import Stamped
from orders.queries import CustomerQuerySet

FIGURES = frozenset({"total_orders", "total_spent", "returned_orders"})


class Customer(Identified, TenantOwned, Stamped):
    """An end customer (source 002 `customers`). The statistics move with the orders, by signal and by difference."""

    full_name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=20)
    address = models.TextField(_("address"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    area = models.CharField(_("area"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    total_orders = models.IntegerField(_("orders"), default=0, db_default=0)
    total_spent = money_field(verbose_name=_("spent"), default=0, db_default=0)
    returned_orders = models.IntegerField(_("returned"), default=0, db_default=0)
    return_rate = models.GeneratedField(
        expression=Round(
            Cast(F("returned_orders"), models.DecimalField(max_digits=12, decimal_places=2)) * 100 / NullIf(F("total_orders"), Value(0)),
            precision=2,
        ),
        output_field=models.DecimalField(max_digits=8, decimal_places=2, null=True),
        db_persist=True,
    )
    notes = models.TextField(_("notes"), blank=True)
    blocked = models.BooleanField(_("blocked"), default=False, db_default=False)
    blocked_reason = models.CharField(_("why blocked"), max_length=200, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    objects: ClassVar[Any] = ScopedManager(tenant="tenant", _manager_class=models.Manager.from_queryset(CustomerQuerySet))

    class Meta:
        db_table = "customers"
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = (
            models.Index(fields=["tenant", "email"], name="idx_customers_email", condition=~Q(email="")),
            models.Index(fields=["tenant", "area"], name="idx_customers_area"),
            models.Index(fields=["tenant", "city"], name="idx_customers_city"),
            GinIndex(fields=["tags"], name="idx_customers_tags", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_customers_created_at"),
            models.Index(fields=["tenant", "-total_orders", "-id"], name="idx_customers_total_orders"),
            models.Index(fields=["tenant", "-total_spent", "-id"], name="idx_customers_total_spent"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_customers_blocked", condition=Q(blocked=True)),
            GinIndex(OpClass(Upper("full_name"), "gin_trgm_ops"), name="idx_customers_name_trgm"),
            GinIndex(OpClass(Upper("phone"), "gin_trgm_ops"), name="idx_customers_phone_trgm"),
            GinIndex(OpClass(Upper("email"), "gin_trgm_ops"), name="idx_customers_email_trgm"),
        )
        constraints = (
            models.UniqueConstraint(fields=["tenant", "phone"], name="idx_customers_phone"),
            models.UniqueConstraint(fields=["tenant", "id"], name="customers_of_tenant"),
            models.CheckConstraint(condition=Q(total_orders__gte=0, returned_orders__gte=0), name="customers_counts_positive"),
            models.CheckConstraint(condition=~Q(blocked=True) | ~Q(blocked_reason=""), name="customers_blocked_with_reason"),
        )

    def __str__(self) -> str:
        return self.full_name

    def save(self, **options: Any) -> None:
        """As Django's, but never the figures of a customer that is there: they move with the orders, and what was loaded may be old."""
        if not self._state.adding and options.get("update_fields") is None and not options.get("force_insert"):
            kept = {field.name for field in self._meta.concrete_fields if not field.generated and not field.primary_key}
            options["update_fields"] = kept - FIGURES - self.get_deferred_fields()
        super().save(**options)


class Address(Identified, TenantOwned, Stamped):
    """One of a customer's addresses; exactly one may be the default."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=60, blank=True)
    address = models.TextField(_("address"))
    city = models.CharField(_("city"), max_length=100, blank=True)
    area = models.CharField(_("area"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        db_table = "customer_addresses"
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = (models.UniqueConstraint(fields=["customer"], condition=Q(is_default=True), name="customer_addresses_one_default"),)

    def __str__(self) -> str:
        return self.address
