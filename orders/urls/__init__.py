"""The addresses of orders: pages under the namespace `orders`, the API under `orders-api`."""

from orders.urls import catalogue, orders

app_name = "orders"
urlpatterns = [*orders.urlpatterns, *catalogue.urlpatterns]
