"""Which models of orders leave a row in the activity log when a person changes them."""

from accounts.audit import tracked
from orders.models import Address, Category, Customer, Discount, Product, Warehouse

_FIGURES = ("total_orders", "total_spent", "returned_orders", "return_rate")
tracked(name="customer", ignored=_FIGURES)(Customer)
tracked(name="address")(Address)
tracked(name="product", ignored=("stock_quantity",))(Product)
tracked(name="category")(Category)
tracked(name="discount", ignored=("uses",))(Discount)
tracked(name="warehouse")(Warehouse)
