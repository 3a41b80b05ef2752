"""What is sent to place an order, and to edit one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from base.errors import Invalid
from orders.items import MOST_LINES
from orders.serializers.inputs import Input, amount
from orders.states import OrderSource, PaymentMethod, Priority, ServiceCode

# The others have their own ways in.
_SOURCES = [(source.value, source.label) for source in (OrderSource.API, OrderSource.MANUAL)]


class _Lines(serializers.ListSerializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        # Said before each of thousands of lines is looked at.
        if isinstance(data, list) and len(data) > MOST_LINES:
            words = {"count": len(data), "most": MOST_LINES}
            raise Invalid("too_many_items", _("%(count)s lines: an order takes %(most)s at most. Split it.") % words, "items")
        return super().to_internal_value(data)


class LineIn(Input):
    """One line: a product by `sku` (its own or a variant's) or by `product_id`; without either only a name and a price."""

    sku = serializers.CharField(max_length=100, required=False, allow_blank=True)
    product_id = serializers.UUIDField(required=False, allow_null=True)
    variant_id = serializers.CharField(max_length=100, required=False, allow_blank=True)
    name = serializers.CharField(max_length=250, required=False, allow_blank=True)
    quantity = serializers.IntegerField(help_text="From 1 to 100,000.")
    unit_price = amount(required=False, allow_null=True, help_text="Without it the catalogue's price.")
    notes = serializers.CharField(max_length=500, required=False, allow_null=True)

    class Meta:
        list_serializer_class = _Lines


class BuyerIn(Input):
    """Who orders. Found by phone; made when not known yet."""

    full_name = serializers.CharField(max_length=400)
    phone = serializers.CharField(max_length=60, help_text="As people write it; kept as E.164, read with the merchant's country.")
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    address = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    area = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)


class _Words(Input):
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    payment_method = serializers.ChoiceField(choices=PaymentMethod.choices, required=False)
    service_code = serializers.ChoiceField(choices=ServiceCode.choices, required=False)
    delivery_fee = amount(required=False)
    discount = amount(required=False)
    customer_notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    internal_notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    delivery_address = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    delivery_area = serializers.CharField(max_length=100, required=False, allow_blank=True)
    delivery_city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    items = LineIn(many=True, required=False)


class OrderIn(_Words):
    """A new order: `customer` or `customer_id`, and what it holds. `total_amount`, when given, must be what it adds up to."""

    customer = BuyerIn(required=False)
    customer_id = serializers.UUIDField(required=False)
    items = LineIn(many=True)
    discount_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    total_amount = amount(required=False)
    source = serializers.ChoiceField(choices=_SOURCES, default=OrderSource.API)  # type: ignore[assignment]  # a field of this name
    external_id = serializers.CharField(max_length=120, required=False, allow_blank=True, help_text="Your number of it: placed once.")

    def validate(self, attrs: Any) -> Any:
        if "customer" in attrs and "customer_id" in attrs:
            raise Invalid("customer_twice", _("Give either the customer or its id."), "customer_id")
        return attrs


class OrderEdit(_Words):
    """What may change before an order leaves. `items` replaces all lines."""

    def refusal(self, name: str) -> str:
        if name == "status":
            return _("A status is not edited: POST one of the order's allowed_actions.")
        return super().refusal(name)
