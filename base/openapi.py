"""How the OpenAPI document describes the errors of an endpoint."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

_MEDIA_TYPE = "application/problem+json"


class FieldProblem(serializers.Serializer[Any]):
    """What is wrong with one value of the input."""

    field = serializers.CharField(allow_null=True, help_text="Dotted path of the value (`lines.2.quantity`); null: the whole input.")
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457). `code` is stable and meant for machines, `detail` says to people what to do."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField(help_text="Names this request when you ask for help.")
    field = serializers.CharField(required=False)
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]  # a field of the document, not the serializer's own errors
    retry_after = serializers.IntegerField(required=False, help_text="Seconds.")


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Responses for `extend_schema`: a problem with each of these statuses."""
    return {(status, _MEDIA_TYPE): OpenApiResponse(Problem, HTTPStatus(status).phrase) for status in statuses}
