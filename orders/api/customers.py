"""Customers: list, create, change, tag, block, merge, and their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from accounts.idempotency import once
from base.errors import Invalid, NotFound
from base.openapi import problems
from orders.actions import customers
from orders.api.resource import IF_MATCH, IF_NONE_MATCH, ONCE, Listing, Resource
from orders.filters import CustomerFilter
from orders.models import Address, Customer
from orders.serializers.customers import AddressIn, AddressOut, CustomerEdit, CustomerIn, CustomerOut, MergeIn, TagsIn
from orders.serializers.inputs import NothingIn, ReasonIn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

_TAGS = ["customers"]
_NEW = OpenApiExample(
    "A customer",
    {"full_name": "أمينة الإدريسي", "phone": "0612-345678", "address": "12 rue des Oudayas", "area": "Maârif", "city": "Casablanca"},
    request_only=True,
)


class CustomerResource(Resource):
    """The merchant's customers; one that was merged into another is not there any more."""

    permission = "customers.edit"
    queryset = Customer.objects.none()
    serializer_class: type[BaseSerializer[Any]] | None = CustomerOut
    lookup_url_kwarg = "customer_id"

    def rows(self) -> QuerySet[Customer]:
        rows: QuerySet[Customer] = Customer.objects.present()
        return rows


class CustomersView(Listing, CustomerResource):
    """All customers."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "customers.view", "post": "customers.create"}
    filterset_class = CustomerFilter

    @extend_schema(
        summary="List customers",
        description="Newest first. `q` looks for any part of name, phone and e-mail; `tag` takes a tag's id.",
        responses={200: CustomerOut(many=True), **problems(400, 401, 403)},
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Create a customer",
        description="A phone belongs to one customer (409 `duplicate_phone`). Errors name the field: name_needed, hidden_characters, "
        "symbols, invalid_phone, foreign_phone, invalid_email.",
        parameters=[ONCE],
        request=CustomerIn,
        responses={201: CustomerOut, **problems(400, 401, 403, 409, 422)},
        examples=[_NEW],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        def create() -> Response:
            made = customers.create_customer(actor=self.actor, **self.given(CustomerIn))
            return self.shown(self.rows().get(pk=made.pk), 201)

        return once(request, "customers.create", create)


class CustomerView(CustomerResource):
    """One customer."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "customers.view", "patch": "customers.edit"}

    @extend_schema(
        summary="Read a customer",
        description="With an `ETag`, for `If-None-Match` and `If-Match`.",
        parameters=[IF_NONE_MATCH],
        responses={200: CustomerOut, 304: None, **problems(401, 403, 404)},
        tags=_TAGS,
    )
    def get(self, request: Request, customer_id: UUID) -> Response:
        return self.shown(self.one())

    @extend_schema(
        summary="Change a customer",
        description="Name, phone, address, notes. The figures follow the orders; tags and blocking have their own addresses.",
        parameters=[IF_MATCH],
        request=CustomerEdit,
        responses={200: CustomerOut, **problems(400, 401, 403, 404, 409, 412)},
        examples=[OpenApiExample("Another phone", {"phone": "+212612345679"}, request_only=True)],
        tags=_TAGS,
    )
    def patch(self, request: Request, customer_id: UUID) -> Response:
        values = self.given(CustomerEdit)
        return self.changed(lambda customer: customers.change_customer(customer, actor=self.actor, **values))


class CustomerTagsView(CustomerResource):
    """A customer's tags."""

    @extend_schema(
        summary="Add and remove a customer's tags",
        description="A tag that is there already takes the new label and colour.",
        request=TagsIn,
        responses={200: CustomerOut, **problems(400, 401, 403, 404)},
        examples=[
            OpenApiExample("VIP", {"add": [{"id": "vip", "label": "VIP", "color": "#FFD700"}], "remove": ["new"]}, request_only=True)
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID) -> Response:
        given = self.given(TagsIn)
        customers.tag_customers([self.one().pk], add=given.get("add", ()), remove=given.get("remove", ()), actor=self.actor)
        return self.shown(self.one())


class BlockView(CustomerResource):
    """Blocks a customer."""

    @extend_schema(
        summary="Block a customer",
        description="No more orders are taken from them (409 `customer_blocked`), with the reason.",
        request=ReasonIn,
        responses={200: CustomerOut, **problems(400, 401, 403, 404)},
        examples=[OpenApiExample("Refusals", {"reason": "Refused five parcels"}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID) -> Response:
        reason = self.given(ReasonIn)["reason"]
        return self.changed(lambda customer: customers.block_customer(customer, reason=reason, actor=self.actor))


class UnblockView(CustomerResource):
    """Unblocks a customer."""

    @extend_schema(
        summary="Unblock a customer",
        description="Orders are taken from them again.",
        request=NothingIn,
        responses={200: CustomerOut, **problems(400, 401, 403, 404)},
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID) -> Response:
        self.given(NothingIn)
        return self.changed(lambda customer: customers.unblock_customer(customer, actor=self.actor))


class MergeView(CustomerResource):
    """Merges customers."""

    @extend_schema(
        summary="Merge customers into this one",
        description="Their orders, addresses, tags and figures go to this customer; their phones find it from now on. It cannot be "
        "taken back.",
        request=MergeIn,
        responses={200: CustomerOut, **problems(400, 401, 403, 404)},
        examples=[OpenApiExample("The same person twice", {"others": ["019a0000-0000-7000-8000-000000000002"]}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID) -> Response:
        wanted = set(self.given(MergeIn)["others"])
        others = list(self.rows().filter(pk__in=wanted))
        kept = self.one()
        if len(others) != len(wanted):
            raise Invalid("unknown_customer", _("One of these customers is not there, or was merged already."), "others")
        customers.merge_customers(kept, others, actor=self.actor)
        return self.shown(self.one())


class AddressesView(Listing, CustomerResource):
    """A customer's addresses."""

    permissions: ClassVar[Mapping[str, str]] = {"get": "customers.view", "post": "customers.edit"}
    serializer_class = AddressOut

    @extend_schema(
        summary="List a customer's addresses",
        description="Newest first. New orders start from the one that `is_default`.",
        responses={200: AddressOut(many=True), **problems(401, 403, 404)},
        tags=_TAGS,
    )
    def get(self, request: Request, customer_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Any]:
        addresses: QuerySet[Address] = Address.objects.filter(customer=self.one())
        return addresses

    @extend_schema(
        summary="Add an address",
        description="The first one is the default.",
        parameters=[ONCE],
        request=AddressIn,
        responses={201: AddressOut, **problems(400, 401, 403, 404, 422)},
        examples=[OpenApiExample("At work", {"label": "Work", "address": "7 rue Taha Hussein", "city": "Casablanca"}, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID) -> Response:
        def add() -> Response:
            return Response(self.drawn(customers.add_address(self.one(), actor=self.actor, **self.given(AddressIn))), 201)

        return once(request, f"addresses.create.{customer_id}", add)


class AddressView(CustomerResource):
    """One address of a customer."""

    @extend_schema(
        summary="Forget an address",
        description="Orders keep the words that they were placed with.",
        request=None,
        responses={204: None, **problems(401, 403, 404)},
        tags=_TAGS,
    )
    def delete(self, request: Request, customer_id: UUID, address_id: UUID) -> Response:
        customers.remove_address(_address(self.one(), address_id), actor=self.actor)
        return Response(status=204)


class DefaultAddressView(CustomerResource):
    """Which address new orders start from."""

    serializer_class = AddressOut

    @extend_schema(
        summary="Let new orders start from this address",
        description="It also becomes the customer's own address.",
        request=NothingIn,
        responses={200: AddressOut, **problems(400, 401, 403, 404)},
        tags=_TAGS,
    )
    def post(self, request: Request, customer_id: UUID, address_id: UUID) -> Response:
        self.given(NothingIn)
        made = customers.make_default_address(_address(self.one(), address_id), actor=self.actor)
        return Response(self.drawn(made))


def _address(customer: Customer, pk: UUID) -> Address:
    found: Address | None = Address.objects.filter(customer=customer, pk=pk).first()
    if found is None:
        raise NotFound("not_found", _("The customer has no such address."))
    return found
