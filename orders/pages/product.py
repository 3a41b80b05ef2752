"""One product: its stock and how it moved, what was shipped, the review of its listing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.idempotency import only_once
from accounts.pages.signing_in import signed_in
from base import toasts
from base.charts import Chart, Series
from base.form_pages import FormPage
from base.paging import page_of
from orders import queries
from orders.actions import catalogue, stockkeeping
from orders.forms.stock import AdjustForm, CountForm, TakeInForm
from orders.models import Order, Product, StockMovement
from orders.pages.products import LISTING_TONES
from orders.states import LISTING, ListingStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

    from base.forms import DomainForm

MOVEMENTS_SHOWN = 30
CHART_DAYS = 30
# What a listing becomes, in the words of a button.
LISTING_WORDS: Mapping[str, Any] = {
    ListingStatus.SUBMITTED: gettext_lazy("Submit for review"),
    ListingStatus.APPROVED: gettext_lazy("Approve"),
    ListingStatus.REJECTED: gettext_lazy("Reject"),
    ListingStatus.PUBLISHED: gettext_lazy("Publish"),
    ListingStatus.DRAFT: gettext_lazy("Back to draft"),
}


class _ProductPage(FormPage, abstract=True):
    """The page of a product with its forms; each subclass is the address of one of them, refused or not."""

    permission = "products.edit"
    template_name = "orders/product.html"

    @cached_property
    def product(self) -> Product:
        """The product of this page; nothing there (404) for one of another merchant."""
        found: Product = get_object_or_404(Product.objects.select_related("tenant", "category"), pk=self.kwargs["product_id"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        product = self.product
        may_edit = signed_in(self.request).has_perm("products.edit")
        movements = page_of(
            StockMovement.objects.filter(product=product).select_related("user", "warehouse"),
            self.request,
            order=("-created_at", "-id"),
            size=MOVEMENTS_SHOWN,
        )
        shown: dict[str, DomainForm] = {name: form(product=product, auto_id=f"{name}_%s") for name, form in FORMS.items()}
        return super().get_context_data(
            product=product,
            currency=product.tenant.config.currency,
            tone=LISTING_TONES[product.listing_status],
            can_edit=may_edit,
            listing=[(to, LISTING_WORDS[to]) for to in LISTING.after(product.listing_status)] if may_edit else [],
            movements=movements,
            order_numbers=_order_numbers(movements.rows),
            variant_names={str(variant["id"]): variant.get("name") or variant["id"] for variant in product.variants},
            chart=_chart(product),
            **{**shown, **kwargs},
        )

    def back(self) -> HttpResponseBase:
        """To the page itself."""
        return redirect("orders:product", self.product.pk)


class ProductPage(_ProductPage):
    """`/products/<id>/`."""

    permission = "products.view"
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data())


class _StockVerb(_ProductPage, abstract=True):
    """One of the forms that move stock; the same form sent twice moves it once."""

    def make_form(self, data: QueryDict | None = None) -> Any:
        return FORMS[self.form_name](data, product=self.product, auto_id=f"{self.form_name}_%s")

    def act(self, form: Any) -> HttpResponseBase:
        given = dict(form.cleaned_data)
        given.pop("variant", None)
        quantity, key = given.pop("quantity"), given.pop("key")

        def move() -> dict[str, str]:
            return {"told": stock_now(self.move(quantity, variant_id=form.variant_id, **given))}

        done = only_once(f"stock.{self.form_name}.{self.product.pk}", key, move)
        toasts.add(self.request, done["told"])
        return self.back()

    def move(self, quantity: int, **given: str) -> Product:
        """The action."""
        raise NotImplementedError


class Adjust(_StockVerb):
    """`POST /products/<id>/adjust/`: units found or lost, with the reason."""

    form_name = "adjust"

    def move(self, quantity: int, **given: str) -> Product:
        return stockkeeping.adjust_stock(self.product, quantity, **given, actor=signed_in(self.request))


class TakeIn(_StockVerb):
    """`POST /products/<id>/take-in/`: units that came in."""

    form_name = "take_in"

    def move(self, quantity: int, **given: str) -> Product:
        return stockkeeping.take_in(self.product, quantity, **given, actor=signed_in(self.request))


class Count(_StockVerb):
    """`POST /products/<id>/count/`: units that somebody counted; the difference is written."""

    form_name = "count"

    def move(self, quantity: int, **given: str) -> Product:
        variant_id = given.pop("variant_id")
        stockkeeping.count_stock({(self.product.pk, variant_id): quantity}, **given, actor=signed_in(self.request))
        self.product.refresh_from_db()
        return self.product


class Listing(_ProductPage):
    """`POST /products/<id>/listing/` with `to`: one step of the review."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        product = catalogue.change_listing(self.product, request.POST.get("to", ""), actor=signed_in(request))
        toasts.add(request, _("The listing is now: %(state)s.") % {"state": product.get_listing_status_display()})
        return self.back()


FORMS: Mapping[str, type[Any]] = {"adjust": AdjustForm, "take_in": TakeInForm, "count": CountForm}


def stock_now(product: Product) -> str:
    """What a person is told when stock has moved."""
    return _("%(product)s: %(stock)s in stock now.") % {"product": product.name, "stock": product.stock_quantity}


def _order_numbers(movements: list[StockMovement]) -> dict[Any, str]:
    ids = {movement.order_id for movement in movements if movement.order_id}
    return dict(Order.objects.filter(pk__in=ids).values_list("pk", "order_number"))


def _chart(product: Product) -> Chart | None:
    """Units shipped a day; None when none were."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    shipped = queries.shipped_by_day(product, days[0])
    if not shipped:
        return None
    return Chart(
        id="shipped",
        title=_("Shipped in the last 30 days"),
        labels=[f"{day:%d/%m}" for day in days],
        series=[Series(_("Units"), [shipped.get(day, 0) for day in days])],
        unit=_("units"),
        kind="bar",
        label_name=_("Day"),
    )
