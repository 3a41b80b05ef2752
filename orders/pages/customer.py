"""One customer: who they are, what they ordered, where they live, what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.pages.signing_in import signed_in
from accounts.queries.activity import entity_timeline
from base import toasts
from base.access import Page
from base.form_pages import FormPage
from base.paging import page_of
from orders.actions import customers
from orders.forms.customers import AddressForm, BlockForm, CustomerForm, TagForm
from orders.models import Address, Customer, Order

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

ORDERS_SHOWN = 20
TIMELINE_SHOWN = 15
# A return rate, in percent, from which on it is told in amber and in red.
_WATCHED, _BAD = 15, 30
_FIELDS = ("full_name", "phone", "email", "address", "area", "city", "postal_code", "notes")


def customer_or_404(pk: UUID) -> Customer:
    """The customer; nothing there (404) for one of another merchant. One that was merged is found as well: it leads to who is kept."""
    found: Customer = get_object_or_404(Customer.objects.select_related("tenant"), pk=pk)
    return found


class _CustomerPage(FormPage, abstract=True):
    """The page of a customer with its forms; each subclass is the address of one of them, refused or not."""

    permission = "customers.edit"
    template_name = "orders/customer.html"

    @cached_property
    def customer(self) -> Customer:
        """The customer of this page."""
        return customer_or_404(self.kwargs["customer_id"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer, customer = signed_in(self.request), self.customer
        rate = customer.return_rate or 0
        shown = {
            "address_form": AddressForm(auto_id="address_%s"),
            "tag_form": TagForm(auto_id="tag_%s"),
            "block_form": BlockForm(auto_id="block_%s"),
        }
        return super().get_context_data(
            customer=customer,
            currency=customer.tenant.config.currency,
            rate_tone="bad" if rate >= _BAD else "wait" if rate >= _WATCHED else "ok",
            orders=self._orders() if viewer.has_perm("orders.view") else None,
            addresses=list(Address.objects.filter(customer=customer).order_by("-is_default", "-created_at", "-id")[:50]),
            timeline=entity_timeline(customer, limit=TIMELINE_SHOWN) if viewer.has_perm("activity.view") else None,
            can_edit=viewer.has_perm("customers.edit"),
            **{**shown, **kwargs},
        )

    def back(self) -> HttpResponseBase:
        """To the page itself."""
        return redirect("orders:customer", self.customer.pk)

    def _orders(self) -> Any:
        rows = Order.objects.present().filter(customer=self.customer)
        return page_of(rows, self.request, order=("-created_at", "-id"), size=ORDERS_SHOWN)


class CustomerPage(_CustomerPage):
    """`/customers/<id>/`; of a customer who was merged, the page of who was kept."""

    permission = "customers.view"
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.customer.merged_into_id:
            return redirect("orders:customer", self.customer.merged_into_id)
        return self.render_to_response(self.get_context_data())


class EditCustomer(FormPage):
    """`/customers/<id>/edit/`."""

    permission = "customers.edit"
    template_name = "orders/customer_form.html"
    form_class = CustomerForm

    @cached_property
    def customer(self) -> Customer:
        """The customer who is changed."""
        return customer_or_404(self.kwargs["customer_id"])

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.customer, name) for name in _FIELDS}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(customer=self.customer, **kwargs)

    def act(self, form: CustomerForm) -> HttpResponseBase:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed:
            customers.change_customer(self.customer, **changed, actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return redirect("orders:customer", self.customer.pk)


class AddAddress(_CustomerPage):
    """`POST /customers/<id>/addresses/`."""

    form_name = "address_form"

    def make_form(self, data: QueryDict | None = None) -> AddressForm:
        return AddressForm(data, auto_id="address_%s")

    def act(self, form: AddressForm) -> HttpResponseBase:
        customers.add_address(self.customer, **form.cleaned_data, actor=signed_in(self.request))
        toasts.add(self.request, _("The address is added."))
        return self.back()


class _AddressVerb(Page, abstract=True):
    """Something done to one address of a customer."""

    permission = "customers.edit"
    http_method_names = ("post",)

    @cached_property
    def address(self) -> Address:
        """The address, which must be this customer's."""
        found: Address = get_object_or_404(Address.objects, pk=self.kwargs["address_id"], customer_id=self.kwargs["customer_id"])
        return found

    def back(self) -> HttpResponseBase:
        """To the customer."""
        return redirect("orders:customer", self.kwargs["customer_id"])


class MakeDefaultAddress(_AddressVerb):
    """`POST /customers/<id>/addresses/<id>/default/`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customers.make_default_address(self.address, actor=signed_in(request))
        toasts.add(request, _("New orders start from this address."))
        return self.back()


class RemoveAddress(_AddressVerb):
    """`POST /customers/<id>/addresses/<id>/remove/`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customers.remove_address(self.address, actor=signed_in(request))
        toasts.add(request, _("The address is removed. Orders keep the words they were placed with."), tone="info")
        return self.back()


class Tags(_CustomerPage):
    """`POST /customers/<id>/tags/`: add the tag of the form (or, to take a removal back, of the address), or `remove` one by its id."""

    form_name = "tag_form"

    def make_form(self, data: QueryDict | None = None) -> TagForm:
        return TagForm(data if data and "label" in data else self.request.GET, auto_id="tag_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        gone = request.POST.get("remove")
        return self._remove(gone) if gone else super().post(request, *args, **kwargs)

    def act(self, form: TagForm) -> HttpResponseBase:
        customers.tag_customers([self.customer.pk], add=[form.tag()], actor=signed_in(self.request))
        return self.back()

    def _remove(self, gone: str) -> HttpResponseBase:
        tag = next((tag for tag in self.customer.tags if tag["id"] == gone), None)
        if tag:
            customers.tag_customers([self.customer.pk], remove=[gone], actor=signed_in(self.request))
            address = reverse("orders:customer-tags", args=[self.customer.pk])
            again = f"{address}?{urlencode({'label': tag['label'], 'color': tag['color']})}"
            toasts.add(self.request, _("The tag %(tag)s is taken off.") % {"tag": tag["label"]}, undo=again)
        return self.back()


class Block(_CustomerPage):
    """`POST /customers/<id>/block/`, with a reason."""

    form_name = "block_form"

    def make_form(self, data: QueryDict | None = None) -> BlockForm:
        return BlockForm(data, auto_id="block_%s")

    def act(self, form: BlockForm) -> HttpResponseBase:
        customers.block_customer(self.customer, reason=form.cleaned_data["reason"], actor=signed_in(self.request))
        words = _("No more orders are taken from %(name)s.") % {"name": self.customer.full_name}
        toasts.add(self.request, words, tone="info", undo=reverse("orders:customer-unblock", args=[self.customer.pk]))
        return self.back()


class Unblock(_CustomerPage):
    """`POST /customers/<id>/unblock/`."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customers.unblock_customer(self.customer, actor=signed_in(request))
        toasts.add(request, _("Orders are taken from %(name)s again.") % {"name": self.customer.full_name})
        return self.back()
