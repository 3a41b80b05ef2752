"""What is sold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.money import money_field
from base.stamps import Stamped
from orders.queries import ProductQuerySet
from orders.states import ListingStatus


class Category(Identified, TenantOwned, Stamped):
    """A node in the tree of product categories."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        db_table = "categories"
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["tenant", "parent", "name"], name="categories_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="categories_not_own_parent"),
        )

    def __str__(self) -> str:
        return self.name


class Product(Identified, TenantOwned, Stamped):
    """A product (source 002 `products`). `stock_quantity` is what can still be sold: the sum of its stock movements."""

    name = models.CharField(_("name"), max_length=250)
    sku = models.CharField(_("SKU"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products", db_index=False)
    price = money_field(verbose_name=_("price"))
    cost_price = money_field(verbose_name=_("cost price"), default=0)
    stock_quantity = models.IntegerField(_("in stock"), default=0, db_default=0)
    low_stock_threshold = models.IntegerField(_("low below"), default=0, db_default=0)
    allow_backorders = models.BooleanField(_("sell without stock"), default=False, db_default=False)
    variants = models.JSONField(_("variants"), default=list, blank=True)
    images = models.JSONField(_("images"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    listing_status = models.CharField(
        _("listing"), max_length=10, choices=ListingStatus, default=ListingStatus.DRAFT, db_default=ListingStatus.DRAFT
    )

    objects: ClassVar[Any] = ScopedManager(tenant="tenant", _manager_class=models.Manager.from_queryset(ProductQuerySet))

    class Meta:
        db_table = "products"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = (
            models.Index(fields=["tenant", "category"], name="idx_products_category"),
            models.Index(fields=["tenant", "is_active", "name"], name="idx_products_is_active"),
            models.Index(fields=["tenant", "stock_quantity"], name="idx_products_stock_quantity"),
            models.Index(
                fields=["tenant", "stock_quantity"],
                name="idx_products_low_stock",
                condition=Q(is_active=True, stock_quantity__lte=F("low_stock_threshold")),
            ),
            GinIndex(SearchVector("name", config="simple"), name="idx_products_name"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="idx_products_name_trgm"),
            GinIndex(fields=["variants"], name="idx_products_variants", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_products_created_at"),
        )
        constraints = (
            models.UniqueConstraint(fields=["tenant", "sku"], name="idx_products_sku"),
            models.UniqueConstraint(fields=["tenant", "id"], name="products_of_tenant"),
            models.CheckConstraint(condition=Q(price__gte=0, cost_price__gte=0), name="products_prices_positive"),
            models.CheckConstraint(condition=Q(low_stock_threshold__gte=0), name="products_threshold_positive"),
            models.CheckConstraint(condition=Q(allow_backorders=True) | Q(stock_quantity__gte=0), name="products_stock_not_negative"),
            models.CheckConstraint(condition=Q(listing_status__in=ListingStatus.values), name="products_listing_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_low(self) -> bool:
        """Whether it should be ordered again."""
        return self.is_active and self.stock_quantity <= self.low_stock_threshold
