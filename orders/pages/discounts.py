"""Promo codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.pages.signing_in import signed_in
from base import toasts
from base.form_pages import FormPage
from base.lists import ListPage
from orders.actions.catalogue import change_discount, create_discount
from orders.forms.discounts import DiscountForm, DiscountListFilter
from orders.models import Discount
from orders.pages.catalogue_tabs import tabs

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase

_FIELDS = ("code", "kind", "value", "minimum_subtotal", "starts_at", "ends_at", "max_uses", "max_uses_per_customer", "is_active")


class Discounts(ListPage):
    """`/discounts/`: every code with how often it was used."""

    permission = "products.view"
    template_name = "orders/discounts.html"
    filterset_class = DiscountListFilter

    def get_queryset(self) -> QuerySet[Discount]:
        found: QuerySet[Discount] = Discount.objects.select_related("tenant")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(tabs=tabs(self.request), **kwargs)
        now = timezone.now()
        for row in shown["page"].rows:
            row.state = state_of(row, now)
        return shown


class NewDiscount(FormPage):
    """`/discounts/new/`."""

    permission = "products.create"
    template_name = "orders/discount_form.html"
    form_class = DiscountForm

    def initial(self) -> dict[str, Any]:
        return {"is_active": True}

    def act(self, form: DiscountForm) -> HttpResponseBase:
        made = create_discount(**form.values(), actor=signed_in(self.request))
        toasts.add(self.request, _("The code %(code)s can be used.") % {"code": made.code})
        return redirect("orders:discounts")


class DiscountPage(FormPage):
    """`/discounts/<id>/`: change it, or switch it off."""

    permission = "products.edit"
    template_name = "orders/discount_form.html"
    form_class = DiscountForm

    @cached_property
    def discount(self) -> Discount:
        """The code that is changed."""
        found: Discount = get_object_or_404(Discount.objects, pk=self.kwargs["discount_id"])
        return found

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.discount, name) for name in _FIELDS}

    def act(self, form: DiscountForm) -> HttpResponseBase:
        change_discount(self.discount, **form.values(), actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return redirect("orders:discounts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(discount=self.discount, **kwargs)


def state_of(discount: Discount, now: datetime) -> tuple[str, str]:
    """Whether the code holds now, in words and with its tone."""
    if not discount.is_active:
        return _("Off"), "no"
    if discount.max_uses is not None and discount.uses >= discount.max_uses:
        return _("Used up"), "wait"
    if discount.ends_at and now >= discount.ends_at:
        return _("Over"), "no"
    if discount.starts_at and now < discount.starts_at:
        return _("Not yet"), "info"
    return _("Holds"), "ok"
