"""Categories and promo codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.idempotency import once
from base.errors import Invalid
from base.openapi import problems
from orders.actions import catalogue
from orders.api.resource import ONCE, Listing
from orders.filters import DiscountFilter
from orders.models import Category, Discount
from orders.serializers.catalogue import CategoryIn, CategoryOut, DiscountIn, DiscountOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from rest_framework.request import Request

_BY_METHOD: Mapping[str, str] = {"get": "products.view", "post": "products.create"}


class CategoriesView(Listing):
    """The tree of categories."""

    permissions: ClassVar[Mapping[str, str]] = _BY_METHOD
    permission = "products.view"
    queryset = Category.objects.none()
    serializer_class = CategoryOut

    def rows(self) -> QuerySet[Category]:
        rows: QuerySet[Category] = Category.objects.all()
        return rows

    @extend_schema(
        summary="List categories",
        description="Newest first; `parent` names the category above, null at the top.",
        responses={200: CategoryOut(many=True), **problems(400, 401, 403)},
        tags=["products"],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Create a category",
        description="Its name is not taken yet below the same parent (400 `duplicate_name`).",
        parameters=[ONCE],
        request=CategoryIn,
        responses={201: CategoryOut, **problems(400, 401, 403, 422)},
        examples=[OpenApiExample("At the top", {"name": "Lamps"}, request_only=True)],
        tags=["products"],
    )
    def post(self, request: Request) -> Response:
        return once(request, "categories.create", lambda: self._create(request))

    def _create(self, request: Request) -> Response:
        given = self.given(CategoryIn)
        above = given.get("parent")
        parent = self.rows().filter(pk=above).first() if above else None
        if above and parent is None:
            raise Invalid("unknown_category", _("There is no such category."), "parent")
        return Response(self.drawn(catalogue.create_category(name=given["name"], parent=parent, actor=self.actor)), 201)


class DiscountsView(Listing):
    """Promo codes."""

    permissions: ClassVar[Mapping[str, str]] = _BY_METHOD
    permission = "products.view"
    queryset = Discount.objects.none()
    serializer_class = DiscountOut
    filterset_class = DiscountFilter

    def rows(self) -> QuerySet[Discount]:
        rows: QuerySet[Discount] = Discount.objects.all()
        return rows

    @extend_schema(
        summary="List promo codes",
        description="Newest first, with how often each was used.",
        responses={200: DiscountOut(many=True), **problems(400, 401, 403)},
        tags=["discounts"],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Create a promo code",
        description="`percent` of the items, or a `fixed` amount; in a window, so often in all and per customer. Errors name the field: "
        "duplicate_code (409), invalid_value, invalid_window.",
        parameters=[ONCE],
        request=DiscountIn,
        responses={201: DiscountOut, **problems(400, 401, 403, 409, 422)},
        examples=[
            OpenApiExample(
                "Ten percent for the feast",
                {"code": "EID10", "kind": "percent", "value": "10.00", "ends_at": "2026-06-05T00:00:00Z", "max_uses_per_customer": 1},
                request_only=True,
            )
        ],
        tags=["discounts"],
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            return Response(self.drawn(catalogue.create_discount(actor=self.actor, **self.given(DiscountIn))), 201)

        return once(request, "discounts.create", create)
