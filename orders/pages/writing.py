"""Writing orders by hand: a new one, and the edit of one that has not left.

The same address draws the form again with what is typed when a button named `draft` is pressed (add a line, look the phone
up), and so does htmx while one types, which takes the piece that it needs. Only the last button places or saves.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.idempotency import only_once
from accounts.pages.signing_in import signed_in
from accounts.tenancy import current_tenant
from base import toasts
from base.access import Page
from base.errors import DomainError, NotAllowed
from base.form_pages import FormPage
from orders import words
from orders.actions.editing import edit_order
from orders.actions.placing import Draft, place_order
from orders.buyers import Buyer
from orders.forms import lines
from orders.forms.writing import NewOrderForm, OrderForm
from orders.models import Customer, Order, Product
from orders.states import BEFORE_DISPATCH
from orders.sums import Sums, sum_up

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.http.response import HttpResponseBase

    from accounts.models import Tenant

_FOUND = 12
_PAST_SHOWN = 4
_BUYER = ("full_name", "phone", "email")
_PLACE = ("delivery_address", "delivery_area", "delivery_city")
_REST = ("delivery_fee", "discount", "priority", "payment_method", "service_code", "customer_notes", "internal_notes")


class _WritingPage(FormPage, abstract=True):
    """Both forms: lines beside the fields, sums from what is typed."""

    @cached_property
    def tenant(self) -> Tenant:
        """Orders are written inside a merchant."""
        found = current_tenant()
        if found is None:
            raise NotAllowed("no_merchant", _("Orders belong to a merchant: act as one of its people to write them."))
        return found

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "draft" in request.POST or "add" in request.POST or "remove" in request.POST:
            return self.render_to_response(self.get_context_data(**{self.form_name: self.draft(request.POST)}))
        return super().post(request, *args, **kwargs)

    def draft(self, data: QueryDict) -> OrderForm:
        """The form with what is typed, without looking at what is wrong or missing."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        sums = self.sums(context["form"])
        for line, product in zip(lines.filled(context["form"].lines), sums.products, strict=True):
            line.variants = product.variants if product else []
        return {**context, "sums": sums, "areas": self.tenant.config.delivery.areas}

    def sums(self, form: OrderForm) -> Sums:
        """What the form comes to; an amount that cannot be read counts as nothing."""
        amounts = {}
        for name in ("delivery_fee", "discount"):
            try:
                amounts[name] = form.fields[name].clean(form[name].value())
            except Exception:  # noqa: BLE001  # whatever is wrong with it is told beside the field
                amounts[name] = form.fields[name].clean("")
        code = str(form["discount_code"].value() or "") if "discount_code" in form.fields else ""
        customer = self.customer.pk if self.customer else None
        return sum_up(_quietly(form), self.tenant.config.currency, code=code, customer_id=customer, **amounts)

    customer: Customer | None = None


class NewOrder(_WritingPage):
    """`/orders/new/`: the customer by phone, items, promo code. `?phone=` or `?customer=` begin with a known customer."""

    permission = "orders.create"
    template_name = "orders/new_order.html"

    @cached_property
    def customer(self) -> Customer | None:  # type: ignore[override]  # found once, when it is asked for
        """The customer of the phone that is typed, if known."""
        known = Customer.objects.present()
        chosen = self.request.GET.get("customer")
        if self.request.method == "GET" and chosen:
            picked: Customer = get_object_or_404(known, pk=_uuid(chosen))
            return picked
        typed = str((self.request.POST if self.request.method == "POST" else self.request.GET).get("phone", "")).strip()
        try:
            phone = words.e164(typed, self.tenant.config.country_code) if typed else ""
        except DomainError:
            return None
        found: Customer | None = known.filter(phone=phone).first() if phone else None
        return found

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"key": uuid.uuid4().hex, "phone": self.request.GET.get("phone", "")}
        return {**found, **self._known(), "phone": self.customer.phone if self.customer else found["phone"]}

    def make_form(self, data: QueryDict | None = None) -> OrderForm:
        typed = lines.typed(data if data is not None else {})
        form = NewOrderForm(data, typed=typed, initial=None if data is not None else self.initial())
        form.fields["full_name"].required = self.customer is None
        return form

    def draft(self, data: QueryDict) -> OrderForm:
        given = {name: value for name, value in data.dict().items() if name in NewOrderForm.base_fields}
        known = {name: value for name, value in self._known().items() if not given.get(name)}
        return NewOrderForm(typed=lines.typed(data.dict()), initial={**given, **known})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = Order.objects.of_customer(self.customer, _PAST_SHOWN) if self.customer else ()
        return super().get_context_data(customer=self.customer, past=past, **kwargs)

    def act(self, form: OrderForm) -> HttpResponse:
        given = form.cleaned_data
        done = only_once("orders.new", given["key"], lambda: {"order": str(self._place(given).pk)})
        order = get_object_or_404(Order.objects.all(), pk=done["order"])
        toasts.add(self.request, _("%(order)s is placed.") % {"order": order.order_number})
        return redirect("orders:order", order.pk)

    def _place(self, given: dict[str, Any]) -> Order:
        buyer = None
        if self.customer is None:
            who = {name: given[name] for name in _BUYER}
            buyer = Buyer(**who, address=given["delivery_address"], area=given["delivery_area"], city=given["delivery_city"])
        draft = Draft(
            lines=given["lines"],
            buyer=buyer,
            customer_id=self.customer.pk if self.customer else None,
            discount_code=given["discount_code"],
            **{name: given[name] for name in (*_PLACE, *_REST)},
        )
        return place_order(draft, actor=signed_in(self.request))

    def _known(self) -> dict[str, str]:
        """What the known customer brings into empty fields."""
        who = self.customer
        if who is None:
            return {}
        return {"full_name": who.full_name, "delivery_address": who.address, "delivery_area": who.area, "delivery_city": who.city}


class EditOrder(_WritingPage):
    """`/orders/<id>/edit/`: until it leaves."""

    permission = "orders.edit"
    template_name = "orders/edit_order.html"

    @cached_property
    def order(self) -> Order:
        """The order of this page; nothing there (404) for another tenant's."""
        rows = Order.objects.seen_by(signed_in(self.request)).present().select_related("customer")
        found: Order = get_object_or_404(rows, pk=self.kwargs["order_id"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.order.status not in BEFORE_DISPATCH:
            toasts.add(request, _("The order has left, or is closed: it cannot be edited any more."), tone="wait")
            return redirect("orders:order", self.order.pk)
        return super().get(request, *args, **kwargs)

    def make_form(self, data: QueryDict | None = None) -> OrderForm:
        stored = {name: getattr(self.order, name) for name in (*_PLACE, *_REST)}
        if data is None:
            return OrderForm(typed=lines.of_items(self.order.items), order=self.order, initial=stored)
        return OrderForm(data, typed=lines.typed(data.dict()), order=self.order)

    def draft(self, data: QueryDict) -> OrderForm:
        return OrderForm(typed=lines.typed(data.dict()), order=self.order, initial=data.dict())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(order=self.order, **kwargs)

    def act(self, form: OrderForm) -> HttpResponse:
        given = form.cleaned_data
        before = [line.line(form.stored) for line in lines.of_items(self.order.items)]
        asked = None if given["lines"] == before else given["lines"]
        values = {name: given[name] for name in (*_PLACE, *_REST)}
        edit_order(self.order, lines=asked, actor=signed_in(self.request), **values)
        toasts.add(self.request, _("Saved."))
        return redirect("orders:order", self.order.pk)


class ProductChoices(Page, TemplateView):
    """`/orders/products/?…-sku=`: what can be typed into a line, as the options of a list; a variant by its own SKU."""

    permission = "orders.edit"
    template_name: ClassVar[str] = "orders/_product_choices.html"  # type: ignore[misc]  # an instance's in Django

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = next((str(value) for name, value in self.request.GET.items() if name.endswith("-sku")), "").strip()
        found = Product.objects.active().search(typed).order_by("name", "id")[:_FOUND] if typed else ()
        return super().get_context_data(products=found, **kwargs)


def _quietly(form: OrderForm) -> list[Any]:
    """The lines for the sums; what cannot be read is told when the form is sent."""
    kept = [dict(line.errors) for line in form.lines]
    asked = form.asked()
    for line, errors in zip(form.lines, kept, strict=True):
        line.errors = errors
    return asked


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
