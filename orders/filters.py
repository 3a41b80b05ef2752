"""What the lists of orders can be narrowed by, the same for pages and API. Each filter is answered from an index of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters.fields import RangeField

from base.filters import DaysFilter, FilterSet, IdsFilter, SearchFilterSet
from base.money import DECIMALS, DIGITS
from orders.models import Customer, Discount, Order, Product, StockMovement
from orders.states import ListingStatus, MovementKind, OrderSource, OrderStatus, PaymentMethod, PaymentStatus, Priority, ServiceCode

if TYPE_CHECKING:
    from django.db.models import QuerySet

NOBODY, ME = "none", "me"
_HIGHEST_RISK = 100


class ChoicesFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """`?status=new,confirmed`: any of these."""


class AmountsField(RangeField):
    """A smallest and a largest amount, either of them open."""

    def __init__(self, **options: Any) -> None:
        bounds = tuple(forms.DecimalField(required=False, max_digits=DIGITS, decimal_places=DECIMALS) for _end in range(2))
        super().__init__(fields=bounds, **options)


class AmountsFilter(django_filters.RangeFilter):
    """`?total_min=100&total_max=250.50`, both included."""

    field_class = AmountsField


class ScoresField(RangeField):
    """From 0 to 100."""

    def __init__(self, **options: Any) -> None:
        bounds = tuple(forms.IntegerField(required=False, min_value=0, max_value=_HIGHEST_RISK) for _end in range(2))
        super().__init__(fields=bounds, **options)


class ScoresFilter(django_filters.RangeFilter):
    """`?risk_min=60&risk_max=100`, both included."""

    field_class = ScoresField


class PersonField(forms.CharField):
    """The id of a person, `me` or `none`."""

    default_error_messages = {"invalid": _("Give a person's id, “me” or “none”.")}  # noqa: RUF012  # as Django's own fields have it

    def clean(self, value: Any) -> UUID | str | None:
        text = super().clean(value)
        if not text or text in (NOBODY, ME):
            return text or None
        try:
            return UUID(text)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class PersonFilter(django_filters.CharFilter):
    """`?rep=<id>`, `?rep=me`, `?rep=none`."""

    field_class = PersonField

    def filter(self, queryset: QuerySet[Any], value: UUID | str | None) -> QuerySet[Any]:
        if value is None or value == "":
            return queryset
        if value == ME:
            asking = getattr(self.parent.request, "user", None)
            value = getattr(asking, "pk", None)
        return queryset.filter(**{self.field_name: None if value == NOBODY else value})


class OrderFilter(SearchFilterSet):
    """Orders that were not deleted, unless `deleted=true` asks for those that were."""

    status = ChoicesFilter(label=_("Status"), choices=OrderStatus.choices)
    priority = ChoicesFilter(label=_("Priority"), choices=Priority.choices)
    payment_status = ChoicesFilter(label=_("Payment"), choices=PaymentStatus.choices)
    payment_method = ChoicesFilter(label=_("Paid by"), choices=PaymentMethod.choices)
    source = ChoicesFilter(label=_("Source"), choices=OrderSource.choices)
    service = ChoicesFilter(label=_("Service"), field_name="service_code", choices=ServiceCode.choices)
    area = django_filters.CharFilter(label=_("Area"), field_name="delivery_area", max_length=100)
    city = django_filters.CharFilter(label=_("City"), field_name="delivery_city", max_length=100)
    rep = PersonFilter(label=_("Rep"), field_name="assigned_rep", max_length=40)
    agent = PersonFilter(label=_("Agent"), field_name="assigned_agent", max_length=40)
    customer = IdsFilter(label=_("Customer"), field_name="customer_id")
    created = DaysFilter(label=_("Created"), field_name="created_at")
    delivered = DaysFilter(label=_("Delivered"), field_name="delivered_at")
    risk = ScoresFilter(label=_("Risk"), field_name="risk_score")
    total = AmountsFilter(label=_("Total"), field_name="total_amount")
    sku = django_filters.CharFilter(label=_("Holds the SKU"), method="by_sku", max_length=100)
    external_id = django_filters.CharFilter(label=_("Number at the shop"), max_length=120)
    deleted = django_filters.BooleanFilter(label=_("Deleted"), method="by_deletion")

    class Meta:
        model = Order
        fields = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.cleaned_data.get("deleted"):
            queryset = queryset.filter(deleted_at=None)
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found

    def search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Number, or the customer's name, phone or e-mail."""
        found: QuerySet[Any] = queryset.search(value.strip()) if value.strip() else queryset
        return found

    def by_sku(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Orders with an item of this SKU."""
        return queryset.filter(items__contains=[{"sku": value}])

    def by_deletion(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # the signature that django-filter calls
        """Only those that were deleted."""
        return queryset.exclude(deleted_at=None) if value else queryset


class CustomerFilter(SearchFilterSet):
    """Customers by `q` (name, phone, e-mail) and by what is known of them."""

    phone = django_filters.CharFilter(label=_("Phone"), max_length=20)
    email = django_filters.CharFilter(label=_("E-mail"), max_length=254)
    area = django_filters.CharFilter(label=_("Area"), max_length=100)
    city = django_filters.CharFilter(label=_("City"), max_length=100)
    tag = django_filters.CharFilter(label=_("Tag"), method="by_tag", max_length=40)
    blocked = django_filters.BooleanFilter(label=_("Blocked"))
    created = DaysFilter(label=_("Created"), field_name="created_at")
    spent = AmountsFilter(label=_("Spent"), field_name="total_spent")

    class Meta:
        model = Customer
        fields = ()

    def search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Any part of name, phone or e-mail."""
        found: QuerySet[Any] = queryset.search(value.strip()) if value.strip() else queryset
        return found

    def by_tag(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those who carry the tag of this id."""
        return queryset.filter(tags__contains=[{"id": value}])


class ProductFilter(SearchFilterSet):
    """Products by `q` (name, start of the SKU), category, listing and stock."""

    sku = django_filters.CharFilter(label=_("SKU"), max_length=100)
    category = IdsFilter(label=_("Category"), field_name="category_id")
    active = django_filters.BooleanFilter(label=_("Active"), field_name="is_active")
    listing = ChoicesFilter(label=_("Listing"), field_name="listing_status", choices=ListingStatus.choices)
    price = AmountsFilter(label=_("Price"))
    created = DaysFilter(label=_("Created"), field_name="created_at")

    class Meta:
        model = Product
        fields = ()

    def search(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """Any part of the name, or the start of the SKU."""
        found: QuerySet[Any] = queryset.search(value.strip()) if value.strip() else queryset
        return found


class StockMovementFilter(FilterSet):
    """Movements of products and of orders."""

    product = IdsFilter(label=_("Product"), field_name="product_id")
    order = IdsFilter(label=_("Order"), field_name="order_id")
    warehouse = IdsFilter(label=_("Warehouse"), field_name="warehouse_id")
    kind = ChoicesFilter(label=_("Kind"), choices=MovementKind.choices)
    created = DaysFilter(label=_("When"), field_name="created_at")

    class Meta:
        model = StockMovement
        fields = ()


class DiscountFilter(SearchFilterSet):
    """Promo codes by `q` (part of the code) and whether they are in use."""

    search_fields = ("code",)

    active = django_filters.BooleanFilter(label=_("Active"), field_name="is_active")

    class Meta:
        model = Discount
        fields = ()
