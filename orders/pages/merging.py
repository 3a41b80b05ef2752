"""Two customers who are the same person: find the other, see what will happen, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.pages.signing_in import signed_in
from base import toasts
from base.errors import Invalid
from base.form_pages import FormPage
from orders.actions.customers import merge_customers
from orders.forms.customers import MergeForm
from orders.models import Address, Customer
from orders.pages.customer import customer_or_404

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

_FOUND = 10
_SHORTEST = 2


class Merge(FormPage):
    """`/customers/<id>/merge/`: `?q=` looks for the other, `?other=<id>` shows both side by side, POST merges into this one."""

    permission = "customers.edit"
    template_name = "orders/customer_merge.html"

    @cached_property
    def customer(self) -> Customer:
        """The one who is kept."""
        return customer_or_404(self.kwargs["customer_id"])

    def make_form(self, data: QueryDict | None = None) -> MergeForm:
        return MergeForm(data, initial={"other": self.request.GET.get("other", "")})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.customer.merged_into_id:
            return redirect("orders:customer", self.customer.merged_into_id)
        return super().get(request, *args, **kwargs)

    def act(self, form: MergeForm) -> HttpResponseBase:
        other = self._other(form.cleaned_data["other"])
        if other is None:
            raise Invalid("cannot_merge", _("The other customer is not there any more, or was merged already."))
        merge_customers(self.customer, [other], actor=signed_in(self.request))
        words = _("%(other)s is merged into %(name)s.") % {"other": other.full_name, "name": self.customer.full_name}
        toasts.add(self.request, words)
        return redirect("orders:customer", self.customer.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").replace("\0", "").strip()[:200]
        other = self._other(self._asked(kwargs["form"]))
        return super().get_context_data(
            customer=self.customer,
            currency=self.customer.tenant.config.currency,
            query=query,
            found=self._found(query) if len(query) >= _SHORTEST and not other else [],
            other=other,
            sides=self._sides(other) if other else [],
            **kwargs,
        )

    def _found(self, query: str) -> list[Customer]:
        return list(Customer.objects.search(query).exclude(pk=self.customer.pk).order_by("-created_at", "-id")[:_FOUND])

    def _asked(self, form: MergeForm) -> UUID | None:
        try:
            given: UUID | None = form.fields["other"].to_python(form["other"].value() or None)
        except ValidationError:
            return None
        return given

    def _other(self, pk: UUID | None) -> Customer | None:
        if pk is None or pk == self.customer.pk:
            return None
        found: Customer | None = Customer.objects.present().filter(pk=pk).first()
        return found

    def _sides(self, other: Customer) -> list[tuple[Customer, list[str]]]:
        """Each of the two with all addresses, the present one first."""
        pair = (self.customer, other)
        listed = {customer.pk: [customer.address] if customer.address else [] for customer in pair}
        for row in Address.objects.filter(customer__in=pair).order_by("-is_default", "created_at", "id"):
            if row.address not in listed[row.customer_id]:
                listed[row.customer_id].append(row.address)
        return [(customer, listed[customer.pk]) for customer in pair]
