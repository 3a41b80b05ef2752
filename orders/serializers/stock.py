"""Stock: what moves it, where it lies, how it moved."""

from __future__ import annotations

from rest_framework import serializers

from orders.models import StockMovement, Warehouse
from orders.serializers.inputs import Input


class AdjustIn(Input):
    """Units that were found (+) or lost (−), and why."""

    quantity = serializers.IntegerField()
    reason = serializers.CharField(max_length=200)
    variant_id = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class TakeIn(Input):
    """Units that came in."""

    quantity = serializers.IntegerField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    variant_id = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class CountIn(TakeIn):
    """Units that somebody counted as sellable."""


class WarehouseOut(serializers.ModelSerializer[Warehouse]):
    """A place where stock lies."""

    class Meta:
        model = Warehouse
        fields = ("id", "name", "address", "is_default", "is_active", "created_at", "updated_at")


class WarehouseIn(Input):
    """A new warehouse."""

    name = serializers.CharField(max_length=120)
    address = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    is_default = serializers.BooleanField(default=False)


class StockMovementOut(serializers.ModelSerializer[StockMovement]):
    """A change of what can be sold. Stock is the sum of them."""

    product = serializers.UUIDField(source="product_id")
    warehouse = serializers.UUIDField(source="warehouse_id")
    order = serializers.UUIDField(source="order_id", allow_null=True)
    user = serializers.UUIDField(source="user_id", allow_null=True)

    class Meta:
        model = StockMovement
        fields = ("id", "product", "variant_id", "warehouse", "kind", "quantity", "order", "user", "note", "created_at")
