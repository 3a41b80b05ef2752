"""The list of products, a new one and changing one, and the list as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page
from base.errors import DomainError
from base.exports import Column, export
from base.form_pages import FormPage
from base.lists import ListPage
from orders.actions.catalogue import change_product, create_product
from orders.forms.products import SORTS, NewProductForm, ProductForm, ProductListFilter, VariantRows, images_text, variant_rows
from orders.models import Product
from orders.pages.catalogue_tabs import tabs
from orders.pages.customers import filters_of, refuse_wrong_filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.http.response import HttpResponseBase

_COLUMNS = (
    Column("name", gettext_lazy("Name")),
    Column("sku", gettext_lazy("SKU")),
    Column("category.name", gettext_lazy("Category")),
    Column("price", gettext_lazy("Price"), "money"),
    Column("cost_price", gettext_lazy("Cost price"), "money"),
    Column("stock_quantity", gettext_lazy("In stock"), "number"),
    Column("low_stock_threshold", gettext_lazy("Low at"), "number"),
    Column(lambda row: len(row.variants), gettext_lazy("Variants"), "number"),
    Column(lambda row: row.get_listing_status_display(), gettext_lazy("Listing")),
    Column("is_active", gettext_lazy("Sold"), "boolean"),
    Column("allow_backorders", gettext_lazy("Sold also without stock"), "boolean"),
    Column("created_at", gettext_lazy("Since"), "datetime"),
)
_STORED = ("name", "sku", "description", "price", "cost_price", "low_stock_threshold", "is_active", "allow_backorders")
_MORE_ROWS = 5
_UNPROCESSABLE = 422
LISTING_TONES = {"draft": "no", "submitted": "wait", "approved": "info", "rejected": "bad", "published": "ok"}


class Products(ListPage):
    """`/products/`: search, filters, newest or emptiest first."""

    permission = "products.view"
    template_name = "orders/products.html"
    filterset_class = ProductListFilter

    def get_queryset(self) -> QuerySet[Product]:
        found: QuerySet[Product] = Product.objects.select_related("tenant", "category")
        return found

    def get_order(self) -> Sequence[str]:
        return SORTS.get(self.request.GET.get("sort", ""), SORTS["newest"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tones=LISTING_TONES, tabs=tabs(self.request), **kwargs)


class ProductsExport(Page):
    """`/products/export/<csv or xlsx>/`: what the filters leave, as a file. Taking it along is itself recorded."""

    permission = "products.view"

    def get(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        filtered = ProductListFilter(request.GET, queryset=Product.objects.select_related("category"), request=request)
        refuse_wrong_filters(filtered)
        order = SORTS.get(request.GET.get("sort", ""), SORTS["newest"])
        record("products_exported", entity_type="product", details={"format": ending, "filters": filters_of(request, filtered)})
        name = _("products") + f"-{timezone.localdate():%Y-%m-%d}"
        return export(request, filtered.qs.order_by(*order), _COLUMNS, name, ending)


class _ProductForm(FormPage, abstract=True):
    """A form for the product and rows for its variants. The button `more` gives further rows and saves nothing."""

    template_name = "orders/product_form.html"

    def make_rows(self, data: QueryDict | None = None, *, more: int = 0) -> VariantRows:
        """The editor of the variants."""
        return variant_rows(data, more=more)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"rows": self.make_rows(), **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "more" in request.POST:
            return self._with_more_rows(request)
        form, rows = self.make_form(request.POST), self.make_rows(request.POST)
        # Both are looked at, so that all that is wrong is told at once.
        if all([form.is_valid(), rows.is_valid()]):
            try:
                return self.save(form, rows)
            except DomainError as error:
                if not rows.add_domain_error(error):
                    form.add_domain_error(error)
        return self.render_to_response(self.get_context_data(form=form, rows=rows), status=_UNPROCESSABLE)

    def save(self, form: Any, rows: VariantRows) -> HttpResponseBase:
        """Do it; a DomainError is shown in the form or in its row."""
        raise NotImplementedError

    def _with_more_rows(self, request: HttpRequest) -> HttpResponse:
        sent = request.POST.copy()
        total = sent.get("variants-TOTAL_FORMS", "")
        number = int(total) if total.isascii() and total.isdecimal() and len(total) <= 3 else 0  # noqa: PLR2004  # a few hundred rows
        sent["variants-TOTAL_FORMS"] = str(number + _MORE_ROWS)
        form, rows = self.make_form(sent), self.make_rows(sent)
        return self.render_to_response(self.get_context_data(form=form, rows=rows, unsaved=True))


class NewProduct(_ProductForm):
    """`/products/new/`: with its variants and what lies on the shelf."""

    permission = "products.create"
    form_class = NewProductForm

    def initial(self) -> dict[str, Any]:
        return {"is_active": True}

    def save(self, form: NewProductForm, rows: VariantRows) -> HttpResponseBase:
        product = create_product(**form.values(), variants=rows.variants(), actor=signed_in(self.request))
        toasts.add(self.request, _("%(product)s is in your catalogue.") % {"product": product.name})
        return redirect("orders:product", product.pk)


class EditProduct(_ProductForm):
    """`/products/<id>/edit/`: its stock is moved on its page, not edited here."""

    permission = "products.edit"
    form_class = ProductForm

    @cached_property
    def product(self) -> Product:
        """The product that is changed."""
        found: Product = get_object_or_404(Product.objects.select_related("tenant"), pk=self.kwargs["product_id"])
        return found

    def initial(self) -> dict[str, Any]:
        stored = {name: getattr(self.product, name) for name in _STORED}
        return {**stored, "category": str(self.product.category_id or ""), "images": images_text(self.product.images)}

    def make_rows(self, data: QueryDict | None = None, *, more: int = 0) -> VariantRows:
        return variant_rows(data, variants=self.product.variants, more=more)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(product=self.product, **kwargs)

    def save(self, form: ProductForm, rows: VariantRows) -> HttpResponseBase:
        values = {**form.values(), "variants": rows.variants()}
        change_product(self.product, **values, actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return redirect("orders:product", self.product.pk)
