"""Pages of customers, products and stock."""

from django.urls import path

from orders.pages import categories, customer, customers, discounts, merging, product, products, stock

_CUSTOMER = "customers/<uuid:customer_id>/"
_ADDRESS = f"{_CUSTOMER}addresses/<uuid:address_id>/"
_PRODUCT = "products/<uuid:product_id>/"
urlpatterns = [
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/new/", customers.NewCustomer.as_view(), name="customer-new"),
    path("customers/export/<str:ending>/", customers.CustomersExport.as_view(), name="customers-export"),
    path(_CUSTOMER, customer.CustomerPage.as_view(), name="customer"),
    path(f"{_CUSTOMER}edit/", customer.EditCustomer.as_view(), name="customer-edit"),
    path(f"{_CUSTOMER}addresses/", customer.AddAddress.as_view(), name="customer-addresses"),
    path(f"{_ADDRESS}default/", customer.MakeDefaultAddress.as_view(), name="address-default"),
    path(f"{_ADDRESS}remove/", customer.RemoveAddress.as_view(), name="address-remove"),
    path(f"{_CUSTOMER}tags/", customer.Tags.as_view(), name="customer-tags"),
    path(f"{_CUSTOMER}block/", customer.Block.as_view(), name="customer-block"),
    path(f"{_CUSTOMER}unblock/", customer.Unblock.as_view(), name="customer-unblock"),
    path(f"{_CUSTOMER}merge/", merging.Merge.as_view(), name="customer-merge"),
    path("products/", products.Products.as_view(), name="products"),
    path("products/new/", products.NewProduct.as_view(), name="product-new"),
    path("products/export/<str:ending>/", products.ProductsExport.as_view(), name="products-export"),
    path(_PRODUCT, product.ProductPage.as_view(), name="product"),
    path(f"{_PRODUCT}edit/", products.EditProduct.as_view(), name="product-edit"),
    path(f"{_PRODUCT}adjust/", product.Adjust.as_view(), name="product-adjust"),
    path(f"{_PRODUCT}take-in/", product.TakeIn.as_view(), name="product-take-in"),
    path(f"{_PRODUCT}count/", product.Count.as_view(), name="product-count"),
    path(f"{_PRODUCT}listing/", product.Listing.as_view(), name="product-listing"),
    path("stock/low/", stock.LowStock.as_view(), name="stock-low"),
    path("stock/count/", stock.CountingSheet.as_view(), name="stock-count"),
    path("warehouses/", stock.Warehouses.as_view(), name="warehouses"),
    path("warehouses/<uuid:warehouse_id>/", stock.WarehousePage.as_view(), name="warehouse"),
    path("categories/", categories.Categories.as_view(), name="categories"),
    path("categories/<uuid:category_id>/", categories.CategoryPage.as_view(), name="category"),
    path("categories/<uuid:category_id>/remove/", categories.RemoveCategory.as_view(), name="category-remove"),
    path("discounts/", discounts.Discounts.as_view(), name="discounts"),
    path("discounts/new/", discounts.NewDiscount.as_view(), name="discount-new"),
    path("discounts/<uuid:discount_id>/", discounts.DiscountPage.as_view(), name="discount"),
]
