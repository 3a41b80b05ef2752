"""Products: list, low stock, create, change, and the review of their listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from accounts.idempotency import once
from base.errors import Invalid
from base.openapi import problems
from orders.actions import catalogue
from orders.api.resource import IF_MATCH, IF_NONE_MATCH, ONCE, Listing, Resource
from orders.filters import ProductFilter
from orders.models import Category, Product
from orders.serializers.catalogue import ProductEdit, ProductIn, ProductOut
from orders.serializers.verbs import NoteIn
from orders.states import LISTING, ListingStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response

_TAGS = ["products"]
_EDIT = "products.edit"
# `POST /api/products/{id}/<verb>`: what the listing becomes.
LISTING_VERBS = {
    "submit": (ListingStatus.SUBMITTED, "Submit a listing for review"),
    "approve": (ListingStatus.APPROVED, "Approve a listing"),
    "reject": (ListingStatus.REJECTED, "Reject a listing"),
    "publish": (ListingStatus.PUBLISHED, "Publish a listing"),
    "redraft": (ListingStatus.DRAFT, "Take a listing back to its draft"),
}
_NEW = OpenApiExample(
    "A lamp in two colours",
    {
        "name": "Brass lamp",
        "sku": "LAMP-01",
        "price": "90.00",
        "low_stock_threshold": 5,
        "variants": [
            {"id": "red", "name": "Red", "sku": "LAMP-01-RED", "stock": 10, "attributes": {"colour": "red"}},
            {"id": "blue", "name": "Blue", "sku": "LAMP-01-BLUE", "price": "95.00", "stock": 4},
        ],
    },
    request_only=True,
)


class ProductResource(Resource):
    """The merchant's products."""

    permission = _EDIT
    queryset = Product.objects.none()
    serializer_class = ProductOut
    lookup_url_kwarg = "product_id"

    def rows(self) -> QuerySet[Product]:
        rows: QuerySet[Product] = Product.objects.all()
        return rows

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "allowed_actions": self._allowed_actions}

    def _allowed_actions(self, product: Product) -> list[str]:
        options = LISTING.after(product.listing_status) if self.request.user.has_perm(_EDIT) else ()
        return [name for name, (to, _summary) in LISTING_VERBS.items() if to in options]


class ProductsView(Listing, ProductResource):
    """All products."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "products.view", "post": "products.create"}
    filterset_class = ProductFilter

    @extend_schema(
        summary="List products",
        description="Newest first. `q` looks for any part of the name and for the start of the SKU.",
        responses={200: ProductOut(many=True), **problems(400, 401, 403)},
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Create a product",
        description="With its opening stock. Errors name the field: duplicate_sku (409), invalid_price, duplicate_variant, "
        "unknown_category.",
        parameters=[ONCE],
        request=ProductIn,
        responses={201: ProductOut, **problems(400, 401, 403, 409, 422)},
        examples=[_NEW],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            made = catalogue.create_product(actor=self.actor, **_with_category(self.given(ProductIn)))
            return self.shown(made, 201)

        return once(request, "products.create", create)


class LowStockView(Listing, ProductResource):
    """Products to be ordered again."""

    permission = "products.view"
    filterset_class = ProductFilter
    ordering = ("stock_quantity", "id")

    def rows(self) -> QuerySet[Product]:
        rows: QuerySet[Product] = Product.objects.low_stock()
        return rows

    @extend_schema(
        operation_id="products_low_stock",
        summary="List products that are low in stock",
        description="Active products at or below their threshold, the emptiest first.",
        responses={200: ProductOut(many=True), **problems(400, 401, 403)},
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


class ProductView(ProductResource):
    """One product."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "products.view", "patch": _EDIT}

    @extend_schema(
        summary="Read a product",
        description="With an `ETag`, for `If-None-Match` and `If-Match`.",
        parameters=[IF_NONE_MATCH],
        responses={200: ProductOut, 304: None, **problems(401, 403, 404)},
        tags=_TAGS,
    )
    def get(self, request: Request, product_id: UUID) -> Response:
        return self.shown(self.one())

    @extend_schema(
        summary="Change a product",
        description="Its stock is moved (adjust, take-in, count), its listing by verbs. `variants` and `images` replace the whole list; a "
        "variant with stock stays (409 `variant_has_stock`).",
        parameters=[IF_MATCH],
        request=ProductEdit,
        responses={200: ProductOut, **problems(400, 401, 403, 404, 409, 412)},
        examples=[OpenApiExample("Another price", {"price": "85.00"}, request_only=True)],
        tags=_TAGS,
    )
    def patch(self, request: Request, product_id: UUID) -> Response:
        values = _with_category(self.given(ProductEdit))
        return self.changed(lambda product: catalogue.change_product(product, actor=self.actor, **values))


class ListingView(ProductResource):
    """Moves a product's listing."""

    to: ClassVar[str]

    def post(self, request: Request, product_id: UUID) -> Response:
        note = self.given(NoteIn)["note"]
        return self.changed(lambda product: catalogue.change_listing(product, self.to, actor=self.actor, note=note))


def _view_of(verb: str, to: str, summary: str) -> type[ListingView]:
    made = type(f"{verb.title()}View", (ListingView,), {"to": to, "__doc__": summary, "__module__": __name__})
    described = extend_schema(
        operation_id=f"products_{verb}",
        summary=summary,
        description=f"The listing becomes `{to}`. Elsewhere: 409 `illegal_transition` with `from`, `to` and `allowed`.",
        request=NoteIn,
        responses={200: ProductOut, **problems(400, 401, 403, 404, 409)},
        tags=_TAGS,
    )
    view: type[ListingView] = extend_schema_view(post=described)(made)
    return view


LISTING_VIEWS = {verb: _view_of(verb, to, summary) for verb, (to, summary) in LISTING_VERBS.items()}


def _with_category(values: dict[str, Any]) -> dict[str, Any]:
    """The category itself in place of its id."""
    pk = values.get("category")
    if pk is None:
        return values
    found = Category.objects.filter(pk=pk).first()
    if found is None:
        raise Invalid("unknown_category", _("There is no such category."), "category")
    return {**values, "category": found}
