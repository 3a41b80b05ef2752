"""Stock of many products: what runs low, the counting sheet, the warehouses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.idempotency import only_once
from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import require
from base.errors import DomainError, Invalid
from base.form_pages import FormPage
from base.lists import ListPage
from orders.actions import stockkeeping
from orders.forms.products import CountFilter
from orders.forms.stock import CountSheet, TakeInForm, WarehouseForm, variant_choices
from orders.models import Product, Warehouse
from orders.pages.catalogue_tabs import tabs
from orders.pages.product import stock_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_UNPROCESSABLE = 422
_SUMMARY = "stock_counted"


class LowStock(ListPage):
    """`/stock/low/`: products at or below their threshold, emptiest first; what came in is written in the row."""

    permission = "products.view"
    template_name = "orders/stock_low.html"
    order: ClassVar[Sequence[str]] = ("stock_quantity", "id")

    def get_queryset(self) -> QuerySet[Product]:
        found: QuerySet[Product] = Product.objects.low_stock().order_by()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(can_edit=signed_in(self.request).has_perm("products.edit"), tabs=tabs(self.request), **kwargs)
        refused: TakeInForm | None = kwargs.get("refused")
        for row in shown["page"].rows:
            again = refused is not None and refused.product_id == row.pk
            row.take_in = refused if again else TakeInForm(product=row, auto_id=f"{row.pk}_%s")
        return shown

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Take in: `product` and the fields of its row."""
        require(request, "products.edit")
        chosen = _uuid(request.POST.get("product", ""))
        if chosen is None:
            raise Invalid("unknown_product", _("Say which product came in."), "product")
        product = get_object_or_404(Product.objects, pk=chosen)
        form = TakeInForm(request.POST, product=product, auto_id=f"{product.pk}_%s")
        if form.is_valid():
            try:
                return self._take_in(form, product)
            except DomainError as error:
                form.add_domain_error(error)
        return self.render_to_response(self.get_context_data(refused=form), status=_UNPROCESSABLE)

    def _take_in(self, form: TakeInForm, product: Product) -> HttpResponseBase:
        units, note, key = (form.cleaned_data[name] for name in ("quantity", "note", "key"))
        actor = signed_in(self.request)

        def move() -> dict[str, str]:
            return {"told": stock_now(stockkeeping.take_in(product, units, variant_id=form.variant_id, note=note, actor=actor))}

        toasts.add(self.request, only_once(f"stock.take_in.{product.pk}", key, move)["told"])
        return redirect(self.request.get_full_path())


class CountingSheet(ListPage):
    """`/stock/count/`: a line for each thing that is sold; what is filled in was counted, and only differences are written."""

    permission = "products.edit"
    template_name = "orders/stock_count.html"
    filterset_class = CountFilter
    order: ClassVar[Sequence[str]] = ("name", "id")
    size: ClassVar[int] = 50

    def get_queryset(self) -> QuerySet[Product]:
        found: QuerySet[Product] = Product.objects.active()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        sheet = kwargs.get("sheet") or CountSheet(products=shown["page"].rows)
        return {**shown, "sheet": sheet, "tabs": tabs(self.request), "summary": self.request.session.pop(_SUMMARY, None)}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Write the differences; the page then shows them."""
        wanted = {_uuid(name.split(":")[1]) for name in request.POST if name.startswith("count:")}
        products = Product.objects.filter(pk__in=[pk for pk in wanted if pk]).order_by("name", "id")
        sheet = CountSheet(request.POST, products=products)
        if sheet.is_valid():
            counts = sheet.counts()
            wrong = stockkeeping.count_stock(counts, note=sheet.cleaned_data["note"], actor=signed_in(request))
            request.session[_SUMMARY] = _summary(sheet.products, counts, wrong)
            return redirect(request.get_full_path())
        return self.render_to_response(self.get_context_data(sheet=sheet), status=_UNPROCESSABLE)


class Warehouses(FormPage):
    """`/warehouses/`: where stock lies, and one more."""

    permission = "products.view"
    template_name = "orders/warehouses.html"
    form_class = WarehouseForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request, "products.edit")
        return super().post(request, *args, **kwargs)

    def act(self, form: WarehouseForm) -> HttpResponseBase:
        made = stockkeeping.open_warehouse(**form.cleaned_data, actor=signed_in(self.request))
        toasts.add(self.request, _("%(warehouse)s is open.") % {"warehouse": made.name})
        return redirect("orders:warehouses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(Warehouse.objects.select_related("tenant").order_by("-is_default", "name", "id"))
        may_edit = signed_in(self.request).has_perm("products.edit")
        return super().get_context_data(warehouses=rows, can_edit=may_edit, tabs=tabs(self.request), **kwargs)


class WarehousePage(FormPage):
    """`/warehouses/<id>/`: another name or address, or the place where new stock lies."""

    permission = "products.edit"
    template_name = "orders/warehouse.html"
    form_class = WarehouseForm

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse of this page."""
        found: Warehouse = get_object_or_404(Warehouse.objects, pk=self.kwargs["warehouse_id"])
        return found

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.warehouse, name) for name in ("name", "address", "is_default")}

    def make_form(self, data: Any = None) -> WarehouseForm:
        form = WarehouseForm(data, initial=self.initial())
        if self.warehouse.is_default:
            # It stops being the place of new stock when another becomes it.
            del form.fields["is_default"]
        return form

    def act(self, form: WarehouseForm) -> HttpResponseBase:
        stockkeeping.change_warehouse(self.warehouse, **form.cleaned_data, actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return redirect("orders:warehouses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(warehouse=self.warehouse, **kwargs)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _summary(products: Sequence[Product], counts: Any, wrong: Sequence[Any]) -> dict[str, Any]:
    """What was counted, and each difference in words that the session can keep."""
    by_id = {product.pk: product for product in products}
    rows = []
    for movement in wrong:
        product = by_id[movement.product_id]
        counted = counts[movement.product_id, movement.variant_id]
        variant = dict(variant_choices(product)).get(movement.variant_id, "")
        rows.append(
            {
                "product": str(product.pk),
                "name": product.name,
                "variant": variant,
                "thought": counted - movement.quantity,
                "counted": counted,
                "change": movement.quantity,
            }
        )
    return {"counted": len(counts), "rows": rows}
