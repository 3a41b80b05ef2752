"""The list of customers, a new one, and the list as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page
from base.errors import Invalid
from base.exports import Column, export
from base.form_pages import FormPage
from base.lists import ListPage
from orders.actions.customers import create_customer
from orders.forms.customers import SORTS, CustomerForm, CustomerListFilter
from orders.models import Customer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_COLUMNS = (
    Column("full_name", gettext_lazy("Name")),
    Column("phone", gettext_lazy("Phone")),
    Column("email", gettext_lazy("E-mail")),
    Column("address", gettext_lazy("Address")),
    Column("area", gettext_lazy("Area")),
    Column("city", gettext_lazy("City")),
    Column("postal_code", gettext_lazy("Postal code")),
    Column(lambda row: ", ".join(tag["label"] for tag in row.tags), gettext_lazy("Tags")),
    Column("total_orders", gettext_lazy("Orders"), "number"),
    Column("total_spent", gettext_lazy("Spent"), "money"),
    Column("returned_orders", gettext_lazy("Returned"), "number"),
    Column("return_rate", gettext_lazy("Return rate, %"), "number"),
    Column("blocked", gettext_lazy("Blocked"), "boolean"),
    Column("blocked_reason", gettext_lazy("Why blocked")),
    Column("created_at", gettext_lazy("Since"), "datetime"),
)


class Customers(ListPage):
    """`/customers/`: search, filters, newest or best first."""

    permission = "customers.view"
    template_name = "orders/customers.html"
    filterset_class = CustomerListFilter

    def get_queryset(self) -> QuerySet[Customer]:
        found: QuerySet[Customer] = Customer.objects.present().select_related("tenant")
        return found

    def get_order(self) -> Sequence[str]:
        return SORTS.get(self.request.GET.get("sort", ""), SORTS["newest"])


class NewCustomer(FormPage):
    """`/customers/new/`."""

    permission = "customers.create"
    template_name = "orders/customer_form.html"
    form_class = CustomerForm

    def act(self, form: CustomerForm) -> HttpResponseBase:
        customer = create_customer(**form.cleaned_data, actor=signed_in(self.request))
        toasts.add(self.request, _("%(name)s is in your list.") % {"name": customer.full_name})
        return redirect("orders:customer", customer.pk)


class CustomersExport(Page):
    """`/customers/export/<csv or xlsx>/`: what the filters leave, as a file. Taking it along is itself recorded."""

    permission = "customers.view"

    def get(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        filtered = CustomerListFilter(request.GET, queryset=Customer.objects.present(), request=request)
        refuse_wrong_filters(filtered)
        order = SORTS.get(request.GET.get("sort", ""), SORTS["newest"])
        record("customers_exported", entity_type="customer", details={"format": ending, "filters": filters_of(request, filtered)})
        name = _("customers") + f"-{timezone.localdate():%Y-%m-%d}"
        return export(request, filtered.qs.order_by(*order), _COLUMNS, name, ending)


def refuse_wrong_filters(filtered: Any) -> None:
    """Invalid, on the filter at fault: a file of everything instead would be a surprise."""
    if not filtered.is_valid():
        field, errors = next(iter(filtered.errors.items()))
        raise Invalid("invalid_filter", str(errors[0]), field)


def filters_of(request: HttpRequest, filtered: Any) -> dict[str, str]:
    """The filters that were set, for the record."""
    return {name: str(value) for name, value in request.GET.items() if value and name in filtered.parameters()}
