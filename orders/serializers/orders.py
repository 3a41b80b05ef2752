"""An order as the API gives it."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from orders.models import Customer, Order, OrderHistory
from orders.serializers.inputs import amount


class PersonOut(serializers.ModelSerializer[User]):
    """Somebody of the merchant's team."""

    class Meta:
        model = User
        fields = ("id", "full_name")


class BuyerOut(serializers.ModelSerializer[Customer]):
    """The customer of an order."""

    class Meta:
        model = Customer
        fields = ("id", "full_name", "phone", "email", "blocked")


class ItemOut(serializers.Serializer[Any]):
    """One line of an order (source 002 `orders.items`)."""

    product_id = serializers.UUIDField(allow_null=True)
    variant_id = serializers.CharField(allow_null=True)
    sku = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = amount()
    total = amount()
    notes = serializers.CharField(allow_null=True)


class OrderOut(serializers.ModelSerializer[Order]):
    """An order. `allowed_actions` are the verbs that this caller may `POST` to it now."""

    customer = BuyerOut()
    assigned_rep = PersonOut(allow_null=True)
    assigned_agent = PersonOut(allow_null=True)
    items = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "id", "order_number", "status", "allowed_actions", "priority", "customer", "assigned_rep", "assigned_agent", "items",
            "currency", "subtotal", "delivery_fee", "discount", "discount_code", "total_amount", "payment_status", "payment_method",
            "service_code", "customer_notes", "internal_notes", "delivery_address", "delivery_area", "delivery_city", "country_code",
            "source", "webhook_source", "external_id", "delivery_proof", "return_reason", "cancel_reason", "risk_score", "risk_reasons",
            "confirmation_attempts", "next_call_at", "created_at", "updated_at", "confirmed_at", "delivered_at", "returned_at",
            "cancelled_at", "deleted_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    @extend_schema_field(ItemOut(many=True))
    def get_items(self, order: Order) -> Any:
        # Stored in this shape already; drawing hundreds of lines through fields would only cost time.
        return order.items

    def get_allowed_actions(self, order: Order) -> list[str]:
        allowed: list[str] = self.context["allowed_actions"](order)
        return allowed


class HistoryOut(serializers.ModelSerializer[OrderHistory]):
    """One change of an order's status. `changed_by` null: no person did it."""

    changed_by = PersonOut(source="changed_by_user", allow_null=True)

    class Meta:
        model = OrderHistory
        fields = ("id", "old_status", "new_status", "changed_by", "notes", "created_at")
