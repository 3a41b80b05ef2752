"""What the verbs of an order take, and what a bulk answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.serializers.inputs import Input

MOST_AT_ONCE = 500


class NoteIn(Input):
    """A note for the history."""

    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class DeliverIn(NoteIn):
    """Whether the money was handed over too."""

    collected = serializers.BooleanField(default=True)


class RepIn(Input):
    """Who calls, or null for nobody."""

    assigned_rep = serializers.UUIDField(allow_null=True)


class AgentIn(Input):
    """Who delivers, or null for nobody."""

    assigned_agent = serializers.UUIDField(allow_null=True)


class BulkIn(Input):
    """One action for many orders; `options` are what the action takes alone."""

    action = serializers.CharField(max_length=40)
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)
    options = serializers.DictField(default=dict)


class RefusedOut(serializers.Serializer[Any]):
    """Why one order stayed as it was."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class OutcomeOut(serializers.Serializer[Any]):
    """What became of one order of a bulk."""

    id = serializers.UUIDField()
    changed = serializers.BooleanField()
    error = RefusedOut(allow_null=True)


class BulkOut(serializers.Serializer[Any]):
    """What became of each order, in the order in which they were named."""

    action = serializers.CharField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = OutcomeOut(many=True)
