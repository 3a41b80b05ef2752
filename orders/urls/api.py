"""The API of orders. A thing's address ends with a slash, a verb's does not."""

from django.urls import path

from orders.api.catalogue import CategoriesView, DiscountsView
from orders.api.customers import (
    AddressesView,
    AddressView,
    BlockView,
    CustomersView,
    CustomerTagsView,
    CustomerView,
    DefaultAddressView,
    MergeView,
    UnblockView,
)
from orders.api.orders import HistoryView, OrdersView, OrderView
from orders.api.products import LISTING_VIEWS, LowStockView, ProductsView, ProductView
from orders.api.stock import AdjustView, CountView, StockMovementsView, TakeInView, WarehousesView
from orders.api.transitions import VERB_VIEWS, BulkView

app_name = "orders-api"
_ORDER = "orders/<uuid:order_id>/"
_CUSTOMER = "customers/<uuid:customer_id>/"
_PRODUCT = "products/<uuid:product_id>/"
urlpatterns = [
    path("orders/", OrdersView.as_view(), name="orders"),
    path("orders/bulk", BulkView.as_view(), name="bulk"),
    path(_ORDER, OrderView.as_view(), name="order"),
    path(f"{_ORDER}history/", HistoryView.as_view(), name="history"),
    *(path(f"{_ORDER}{name}", view.as_view(), name=name) for name, view in VERB_VIEWS.items()),
    path("customers/", CustomersView.as_view(), name="customers"),
    path(_CUSTOMER, CustomerView.as_view(), name="customer"),
    path(f"{_CUSTOMER}tags", CustomerTagsView.as_view(), name="customer-tags"),
    path(f"{_CUSTOMER}block", BlockView.as_view(), name="block"),
    path(f"{_CUSTOMER}unblock", UnblockView.as_view(), name="unblock"),
    path(f"{_CUSTOMER}merge", MergeView.as_view(), name="merge"),
    path(f"{_CUSTOMER}addresses/", AddressesView.as_view(), name="addresses"),
    path(f"{_CUSTOMER}addresses/<uuid:address_id>/", AddressView.as_view(), name="address"),
    path(f"{_CUSTOMER}addresses/<uuid:address_id>/default", DefaultAddressView.as_view(), name="default-address"),
    path("products/", ProductsView.as_view(), name="products"),
    path("products/low-stock/", LowStockView.as_view(), name="low-stock"),
    path(_PRODUCT, ProductView.as_view(), name="product"),
    path(f"{_PRODUCT}adjust", AdjustView.as_view(), name="adjust"),
    path(f"{_PRODUCT}take-in", TakeInView.as_view(), name="take-in"),
    path(f"{_PRODUCT}count", CountView.as_view(), name="count"),
    *(path(f"{_PRODUCT}{name}", view.as_view(), name=name) for name, view in LISTING_VIEWS.items()),
    path("stock-movements/", StockMovementsView.as_view(), name="stock-movements"),
    path("categories/", CategoriesView.as_view(), name="categories"),
    path("warehouses/", WarehousesView.as_view(), name="warehouses"),
    path("discounts/", DiscountsView.as_view(), name="discounts"),
]
