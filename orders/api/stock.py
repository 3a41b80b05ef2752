"""Stock over the API: adjust, take in, count; movements and warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.idempotency import once
from base.openapi import problems
from orders.actions import stockkeeping
from orders.api.products import ProductResource
from orders.api.resource import ONCE, Listing
from orders.filters import StockMovementFilter
from orders.models import StockMovement, Warehouse
from orders.serializers.catalogue import ProductOut
from orders.serializers.stock import AdjustIn, CountIn, StockMovementOut, TakeIn, WarehouseIn, WarehouseOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request

_TAGS = ["stock"]
_ANSWERS: dict[Any, Any] = {200: ProductOut, **problems(400, 401, 403, 404, 409, 422)}


class AdjustView(ProductResource):
    """Adjusts stock."""

    @extend_schema(
        summary="Adjust stock",
        description="Adds to or takes from what can be sold. It cannot go below 0: 409 `out_of_stock`. With variants: `variant_needed`.",
        parameters=[ONCE],
        request=AdjustIn,
        responses=_ANSWERS,
        examples=[OpenApiExample("Broken", {"quantity": -2, "reason": "broken", "variant_id": "red"}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, product_id: UUID) -> Response:
        def adjust() -> Response:
            given = self.given(AdjustIn)
            change = given.pop("quantity")
            return self.shown(stockkeeping.adjust_stock(self.one(), change, actor=self.actor, **given))

        return once(request, f"stock.adjust.{product_id}", adjust)


class TakeInView(ProductResource):
    """Takes goods in."""

    @extend_schema(
        summary="Take goods in",
        description="They can be sold now.",
        parameters=[ONCE],
        request=TakeIn,
        responses=_ANSWERS,
        examples=[OpenApiExample("A delivery", {"quantity": 40, "note": "Invoice 2231", "variant_id": "red"}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, product_id: UUID) -> Response:
        def take_in() -> Response:
            given = self.given(TakeIn)
            quantity = given.pop("quantity")
            return self.shown(stockkeeping.take_in(self.one(), quantity, actor=self.actor, **given))

        return once(request, f"stock.take-in.{product_id}", take_in)


class CountView(ProductResource):
    """Counts stock."""

    @extend_schema(
        summary="Count stock",
        description="Somebody counted what can be sold: the difference to what was thought is written.",
        parameters=[ONCE],
        request=CountIn,
        responses=_ANSWERS,
        examples=[OpenApiExample("After the inventory", {"quantity": 12, "note": "June", "variant_id": "red"}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, product_id: UUID) -> Response:
        def count() -> Response:
            given = self.given(CountIn)
            counts = {(self.one().pk, given["variant_id"]): given["quantity"]}
            stockkeeping.count_stock(counts, note=given["note"], actor=self.actor)
            return self.shown(self.one())

        return once(request, f"stock.count.{product_id}", count)


class StockMovementsView(Listing):
    """Every movement of stock."""

    permission = "products.view"
    queryset = StockMovement.objects.none()
    serializer_class = StockMovementOut
    filterset_class = StockMovementFilter

    def rows(self) -> QuerySet[StockMovement]:
        rows: QuerySet[StockMovement] = StockMovement.objects.all()
        return rows

    @extend_schema(
        summary="List movements of stock",
        description="Newest first. Stock is their sum. Shipping an order writes two: its units are released (+), and leave (−).",
        responses={200: StockMovementOut(many=True), **problems(400, 401, 403)},
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


class WarehousesView(Listing):
    """Places where stock lies."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "products.view", "post": "products.edit"}
    permission = "products.view"
    queryset = Warehouse.objects.none()
    serializer_class = WarehouseOut

    def rows(self) -> QuerySet[Warehouse]:
        rows: QuerySet[Warehouse] = Warehouse.objects.all()
        return rows

    @extend_schema(
        summary="List warehouses",
        description="Newest first; one is the default.",
        responses={200: WarehouseOut(many=True), **problems(400, 401, 403)},
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Open a warehouse",
        description="Its name is not taken yet (400 `duplicate_name`).",
        parameters=[ONCE],
        request=WarehouseIn,
        responses={201: WarehouseOut, **problems(400, 401, 403, 422)},
        examples=[OpenApiExample("A depot", {"name": "Aïn Sebaâ", "is_default": False}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            return Response(self.drawn(stockkeeping.open_warehouse(actor=self.actor, **self.given(WarehouseIn))), 201)

        return once(request, "warehouses.create", create)
