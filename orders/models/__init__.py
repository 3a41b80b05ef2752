"""The tables of orders, one subject a file."""

from orders.models.catalogue import Category, Product
from orders.models.customers import Address, Customer
from orders.models.discounts import Discount
from orders.models.history import OrderHistory
from orders.models.orders import Order
from orders.models.stock import StockMovement, Warehouse
from orders.models.views import AgentPerformance, OrderDetails
from orders.models.work import BulkJob, SavedView

__all__ = [
    "Address",
    "AgentPerformance",
    "BulkJob",
    "Category",
    "Customer",
    "Discount",
    "Order",
    "OrderDetails",
    "OrderHistory",
    "Product",
    "SavedView",
    "StockMovement",
    "Warehouse",
]
