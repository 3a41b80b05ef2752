"""Pages of orders."""

from django.urls import path

from orders.pages.board import Board, MoveCard
from orders.pages.jobs import JobBar, JobPage, Jobs, RetryJob, StartBulk
from orders.pages.order import VERB_PAGES, OrderPage
from orders.pages.orders import Orders, OrdersExport
from orders.pages.pick_list import PickList
from orders.pages.views import ChangeView, SaveView
from orders.pages.writing import EditOrder, NewOrder, ProductChoices

_ORDER = "orders/<uuid:order_id>/"
_JOB = "orders/jobs/<uuid:job_id>/"
urlpatterns = [
    path("orders/", Orders.as_view(), name="orders"),
    path("orders/export/<str:ending>/", OrdersExport.as_view(), name="export"),
    path("orders/new/", NewOrder.as_view(), name="new"),
    path("orders/products/", ProductChoices.as_view(), name="product-choices"),
    path("orders/board/", Board.as_view(), name="board"),
    path("orders/board/move/", MoveCard.as_view(), name="board-move"),
    path("orders/pick-list/", PickList.as_view(), name="pick-list"),
    path("orders/bulk/", StartBulk.as_view(), name="bulk"),
    path("orders/jobs/", Jobs.as_view(), name="jobs"),
    path(_JOB, JobPage.as_view(), name="job"),
    path(f"{_JOB}bar/", JobBar.as_view(), name="job-bar"),
    path(f"{_JOB}retry/", RetryJob.as_view(), name="job-retry"),
    path("orders/views/", SaveView.as_view(), name="views"),
    path("orders/views/<uuid:view_id>/", ChangeView.as_view(), name="view"),
    path(_ORDER, OrderPage.as_view(), name="order"),
    path(f"{_ORDER}edit/", EditOrder.as_view(), name="edit"),
    *(path(f"{_ORDER}{name}/", page.as_view(), name=f"order-{name}") for name, page in VERB_PAGES.items()),
]
