"""Products, categories and promo codes."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from orders.models import Category, Discount, Product
from orders.serializers.inputs import Input, amount
from orders.states import DiscountKind


class VariantOut(serializers.Serializer[Any]):
    """A variant (source 002 `products.variants`). `price` null: the product's."""

    id = serializers.CharField()
    name = serializers.CharField()
    sku = serializers.CharField()
    price = amount(allow_null=True)
    stock = serializers.IntegerField()
    attributes = serializers.DictField(child=serializers.CharField())


class ImageOut(serializers.Serializer[Any]):
    """An image (source 002 `products.images`)."""

    url = serializers.CharField()
    alt = serializers.CharField()
    is_primary = serializers.BooleanField()
    order = serializers.IntegerField()


class ProductOut(serializers.ModelSerializer[Product]):
    """A product. `stock_quantity` is what can still be sold; `allowed_actions` what its listing may become next."""

    category = serializers.UUIDField(source="category_id", allow_null=True)
    variants = VariantOut(many=True)
    images = ImageOut(many=True)
    is_low = serializers.BooleanField(help_text="Whether it should be ordered again.")
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = (
            "id", "name", "sku", "description", "category", "price", "cost_price", "stock_quantity", "low_stock_threshold", "is_low",
            "allow_backorders", "variants", "images", "is_active", "listing_status", "allowed_actions", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_allowed_actions(self, product: Product) -> list[str]:
        allowed: list[str] = self.context["allowed_actions"](product)
        return allowed


class VariantIn(Input):
    """A variant. `stock` is its opening stock, read when the product is made."""

    id = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    sku = serializers.CharField(max_length=100, required=False, allow_blank=True)
    price = amount(required=False, allow_null=True, min_value=0)
    stock = serializers.IntegerField(required=False, min_value=0, max_value=10_000_000)
    attributes = serializers.DictField(child=serializers.CharField(max_length=200), required=False)


class ImageIn(Input):
    """An image by its address."""

    url = serializers.URLField(max_length=2000)
    alt = serializers.CharField(max_length=250, required=False, allow_blank=True)
    is_primary = serializers.BooleanField(required=False)


class ProductEdit(Input):
    """What may be changed of a product; its stock is moved, not edited."""

    name = serializers.CharField(max_length=250, required=False)
    sku = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    category = serializers.UUIDField(required=False, allow_null=True)
    price = amount(required=False)
    cost_price = amount(required=False)
    low_stock_threshold = serializers.IntegerField(required=False, max_value=10_000_000)
    allow_backorders = serializers.BooleanField(required=False)
    variants = VariantIn(many=True, required=False)
    images = ImageIn(many=True, required=False)
    is_active = serializers.BooleanField(required=False)


class ProductIn(ProductEdit):
    """A new product with its opening stock; of a product with variants, each brings its own."""

    name = serializers.CharField(max_length=250)
    sku = serializers.CharField(max_length=100)
    price = amount()
    stock = serializers.IntegerField(default=0, min_value=0, max_value=10_000_000)


class CategoryOut(serializers.ModelSerializer[Category]):
    """A node in the tree of categories."""

    parent = serializers.UUIDField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # a field of this name

    class Meta:
        model = Category
        fields = ("id", "name", "parent", "created_at", "updated_at")


class CategoryIn(Input):
    """A new category, below `parent` or at the top."""

    name = serializers.CharField(max_length=120)
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # a field of this name


class DiscountOut(serializers.ModelSerializer[Discount]):
    """A promo code: `value` is a percentage or an amount, as `kind` says."""

    class Meta:
        model = Discount
        fields = (
            "id", "code", "kind", "value", "minimum_subtotal", "starts_at", "ends_at", "max_uses", "max_uses_per_customer", "uses",
            "is_active", "created_at", "updated_at",
        )  # fmt: skip


class DiscountIn(Input):
    """A new promo code."""

    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=DiscountKind.choices)
    value = amount()
    minimum_subtotal = amount(required=False, min_value=0)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    max_uses = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2_000_000_000)
    max_uses_per_customer = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2_000_000_000)
    is_active = serializers.BooleanField(default=True)
