"""Customers and their addresses."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.models import Address, Customer
from orders.serializers.inputs import Input


class TagOut(serializers.Serializer[Any]):
    """A tag (source 002 `customers.tags`)."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    color = serializers.CharField()


class CustomerOut(serializers.ModelSerializer[Customer]):
    """A customer. The figures follow the orders: `total_spent` is what was delivered and collected, `return_rate` percent."""

    tags = TagOut(many=True)

    class Meta:
        model = Customer
        fields = (
            "id", "full_name", "phone", "email", "address", "city", "area", "postal_code", "tags", "total_orders", "total_spent",
            "returned_orders", "return_rate", "notes", "blocked", "blocked_reason", "created_at", "updated_at",
        )  # fmt: skip


class AddressOut(serializers.ModelSerializer[Address]):
    """One of a customer's addresses. New orders start from the default one."""

    class Meta:
        model = Address
        fields = ("id", "label", "address", "city", "area", "postal_code", "is_default", "created_at", "updated_at")


class CustomerEdit(Input):
    """What may be changed of a customer."""

    full_name = serializers.CharField(max_length=400, required=False)
    phone = serializers.CharField(max_length=60, required=False)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    address = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    area = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class CustomerIn(CustomerEdit):
    """A new customer."""

    full_name = serializers.CharField(max_length=400)
    phone = serializers.CharField(max_length=60, help_text="As people write it; kept as E.164, read with the merchant's country.")


class TagIn(Input):
    """A tag; `label` and `color` may be left out."""

    id = serializers.CharField(max_length=40, help_text="Small letters, digits, - and _: vip")
    label = serializers.CharField(max_length=60, required=False, allow_blank=True)  # type: ignore[assignment]  # a field of this name
    color = serializers.CharField(max_length=7, required=False, allow_blank=True, help_text="#FFD700")


class TagsIn(Input):
    """Tags to add, and ids of tags to take away."""

    add = TagIn(many=True, required=False)
    remove = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class MergeIn(Input):
    """The customers that are the same person; this one is kept."""

    others = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)


class AddressIn(Input):
    """A new address."""

    label = serializers.CharField(max_length=60, required=False, allow_blank=True)  # type: ignore[assignment]  # a field of this name
    address = serializers.CharField(max_length=2000)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    area = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    is_default = serializers.BooleanField(default=False)
