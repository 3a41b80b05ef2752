"""Orders: list, place, read, edit before they leave, and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema

from accounts.idempotency import once
from base.openapi import problems
from orders.actions.editing import edit_order
from orders.actions.placing import Draft, place_order
from orders.api.resource import IF_MATCH, IF_NONE_MATCH, ONCE, Listing, Resource
from orders.buyers import Buyer
from orders.filters import OrderFilter
from orders.items import Line
from orders.models import Order, OrderHistory
from orders.serializers.orders import HistoryOut, OrderOut
from orders.serializers.placing import OrderEdit, OrderIn
from orders.verbs import allowed_actions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.serializers import BaseSerializer

_NEW = OpenApiExample(
    "A shop's order",
    {
        "external_id": "1042",
        "customer": {"full_name": "أمينة الإدريسي", "phone": "0612-345678", "address": "12 rue des Oudayas", "area": "Maârif"},
        "items": [{"sku": "LAMP-01-RED", "quantity": 2}],
        "delivery_fee": "25.00",
        "discount_code": "EID10",
        "total_amount": "205.00",
    },
    request_only=True,
)
_EDIT = OpenApiExample(
    "Another address and quantity",
    {"delivery_address": "7 rue Taha Hussein", "items": [{"sku": "LAMP-01-RED", "quantity": 1}]},
    request_only=True,
)


class OrderResource(Resource):
    """Orders that the caller may see: a delivery agent their own, everybody else the merchant's."""

    queryset = Order.objects.none()
    serializer_class: type[BaseSerializer[Any]] | None = OrderOut
    lookup_url_kwarg = "order_id"

    def rows(self) -> QuerySet[Order]:
        rows: QuerySet[Order] = Order.objects.seen_by(self.request.user)
        return rows.select_related("customer", "assigned_rep", "assigned_agent")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "allowed_actions": lambda order: allowed_actions(order, self.request.user)}


class OrdersView(Listing, OrderResource):
    """All orders."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "orders.view", "post": "orders.create"}
    permission = "orders.view"
    filterset_class = OrderFilter

    @extend_schema(
        summary="List orders",
        description="Newest first. Choices take several values by comma (`status=new,confirmed`); days are UTC and both included; "
        "`rep` and `agent` take an id, `me` or `none`. An unknown parameter is refused.",
        responses={200: OrderOut(many=True), **problems(400, 401, 403)},
        tags=["orders"],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Place an order",
        description="Prices come from the catalogue unless they are given; `total_amount`, when given, must be what it adds up to. Errors "
        "name the field (`items.3.quantity`, `customer.phone`): unknown_sku, unknown_variant, invalid_quantity, total_does_not_add_up, "
        "invalid_phone, foreign_phone, customer_blocked, duplicate_external_id, too_many_items, … and nothing is written.",
        parameters=[ONCE],
        request=OrderIn,
        responses={201: OrderOut, **problems(400, 401, 403, 409, 422)},
        examples=[_NEW],
        tags=["orders"],
    )
    def post(self, request: Request) -> Response:
        return once(request, "orders.create", lambda: self.shown(place_order(draft_of(self.given(OrderIn)), actor=self.actor), 201))


class OrderView(OrderResource):
    """One order."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "orders.view", "patch": "orders.edit"}
    permission = "orders.view"

    @extend_schema(
        summary="Read an order",
        description="With an `ETag`, for `If-None-Match` and `If-Match`. A deleted order is shown too, with `deleted_at`.",
        parameters=[IF_NONE_MATCH],
        responses={200: OrderOut, 304: None, **problems(401, 403, 404)},
        tags=["orders"],
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        return self.shown(self.one())

    @extend_schema(
        summary="Edit an order before it leaves",
        description="Sums are worked out anew, held stock follows. `items` replaces all lines. The status is not edited: POST a verb. "
        "After dispatch: 409 `left_already`.",
        parameters=[IF_MATCH],
        request=OrderEdit,
        responses={200: OrderOut, **problems(400, 401, 403, 404, 409, 412)},
        examples=[_EDIT],
        tags=["orders"],
    )
    def patch(self, request: Request, order_id: UUID) -> Response:
        values = self.given(OrderEdit)
        lines = lines_of(values.pop("items")) if "items" in values else None
        return self.changed(lambda order: edit_order(order, lines=lines, actor=self.actor, **values))


class HistoryView(Listing, OrderResource):
    """An order's changes of status."""

    permission = "orders.view"
    serializer_class = HistoryOut
    ordering = ("created_at", "id")

    @extend_schema(
        summary="An order's changes of status",
        description="Oldest first: what it was and became, by whom, why.",
        responses={200: HistoryOut(many=True), **problems(401, 403, 404)},
        tags=["orders"],
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Any]:
        changes: QuerySet[OrderHistory] = OrderHistory.objects.filter(order=self.one())
        return changes.select_related("changed_by_user")


def draft_of(values: dict[str, Any]) -> Draft:
    """What was sent, as the action takes it."""
    rest = dict(values)
    items, buyer, total = rest.pop("items"), rest.pop("customer", None), rest.pop("total_amount", None)
    return Draft(lines=lines_of(items), buyer=Buyer(**buyer) if buyer else None, total=total, **rest)


def lines_of(items: list[dict[str, Any]]) -> list[Line]:
    """The lines that were sent, as the action takes them."""
    return [Line(**item) for item in items]
