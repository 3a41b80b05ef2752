"""Several workers do what they like to the same orders, on every path, at once; afterwards every figure adds up."""

from contextlib import suppress
from threading import Thread

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import customers, deleting, editing, moving, stockkeeping
from orders.actions.placing import place_order, place_orders
from orders.items import lines_of
from orders.models import Customer, Order, Product
from orders.reconcile import find_drift
from orders.states import OrderStatus
from tests.factories.accounts import TenantFactory
from tests.orders.conftest import a_draft, a_phone, a_product

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, ORDERS = 3, 5


class Shop:
    """A merchant with a few products, customers and orders that the workers share."""

    def __init__(self):
        self.tenant = TenantFactory(settings={"confirmation": {"required": False}})
        with in_tenant(self.tenant):
            self.products = [a_product(stock=7), a_product(stock=1000)]
            self.phones = [a_phone() for _n in range(3)]
            drafts = [a_draft(self.products[n % 2], quantity=n + 1, phone=self.phones[n % 3]) for n in range(ORDERS)]
            self.orders = [order.pk for order in place_orders(drafts, actor=SYSTEM).orders.values()]

    def order(self, which):
        return Order.objects.get(pk=self.orders[which])

    def do(self, step):
        name, which, status = step
        getattr(self, name)(which, status)

    def move(self, which, status):
        moving.change_status(self.order(which), status, actor=SYSTEM, note="by an action")

    def move_all(self, _which, status):
        moving.change_statuses(self.orders, status, actor=SYSTEM)

    def save(self, which, status):
        order = self.order(which)
        order.status = status
        order.save()

    def update(self, which, status):
        Order.objects.filter(pk=self.orders[which]).update(status=status)

    def update_several(self, which, status):
        Order.objects.filter(pk__in=self.orders[which:]).update(status=status)

    def bulk_update(self, which, status):
        order = self.order(which)
        order.status, order.payment_status = status, "collected"
        Order.objects.bulk_update([order], ["status", "payment_status"])

    def pay(self, which, _status):
        Order.objects.filter(pk=self.orders[which]).update(payment_status="collected")

    def refund(self, which, _status):
        order = self.order(which)
        order.payment_status = "refunded"
        order.save(update_fields=["payment_status"])

    def edit(self, which, _status):
        order = self.order(which)
        lines = lines_of(order.items)
        editing.edit_order(order, lines=[*lines, *lines][:3], actor=SYSTEM)

    def hide(self, which, _status):
        deleting.delete_orders([self.orders[which]], reason="twice", actor=SYSTEM)

    def show(self, which, _status):
        deleting.restore_orders([self.orders[which]], actor=SYSTEM)

    def place(self, which, _status):
        place_order(a_draft(self.products[which % 2], phone=self.phones[which % 3]), actor=SYSTEM)

    def make_many(self, which, status):
        made = []
        for number in range(2):
            order = self.order(which)
            order.pk, order._state.adding, order.status = Order._meta.pk.get_default(), True, status
            order.order_number = f"C{order.pk.hex}{number}"
            made.append(order)
        Order.objects.bulk_create(made)

    def change_hands(self, which, _status):
        with transaction.atomic():
            Order.objects.filter(pk=self.orders[which]).update(customer=self.order((which + 1) % ORDERS).customer)

    def merge(self, which, _status):
        keep, other = self.order(which).customer, self.order((which + 1) % ORDERS).customer
        customers.merge_customers(keep, [other], actor=SYSTEM)

    def adjust(self, which, _status):
        stockkeeping.adjust_stock(self.products[which % 2], which - 2 or 1, reason="found", actor=SYSTEM)

    def count(self, which, _status):
        stockkeeping.count_stock({(self.products[which % 2].pk, ""): which * 10}, actor=SYSTEM)

    def take_back(self, which, _status):
        stockkeeping.accept_back([self.order(which)], actor=SYSTEM)

    def roll_back(self, which, _status):
        with transaction.atomic():
            Order.objects.filter(pk=self.orders[which]).update(payment_status="collected")
            transaction.set_rollback(True)


STEPS = [name for name in vars(Shop) if not name.startswith("_") and name not in {"order", "do"}]
a_step = st.tuples(st.sampled_from(STEPS), st.integers(0, ORDERS - 1), st.sampled_from(OrderStatus.values))
a_day = st.lists(st.lists(a_step, min_size=1, max_size=8), min_size=WORKERS, max_size=WORKERS)


def work(shop, steps, faults):
    try:
        with in_tenant(shop.tenant):
            for step in steps:
                with suppress(DomainError):  # refused with a reason: that is an answer, and nothing is written
                    shop.do(step)
    except Exception as fault:  # noqa: BLE001  # a fault in a thread has to reach the test
        faults.append(fault)
    finally:
        connections.close_all()


def live_a_day(day):
    shop, faults = Shop(), []
    workers = [Thread(target=work, args=(shop, steps, faults)) for steps in day]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    with in_tenant(shop.tenant):
        assert list(find_drift()) == []
        assert all(product.stock_quantity >= 0 for product in Product.objects.all())
        assert all(customer.total_spent >= 0 for customer in Customer.objects.all())


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(day=a_day)
def test_whatever_several_workers_do_everything_adds_up(day):
    live_a_day(day)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=a_day)
def test_for_a_long_time(day):
    live_a_day(day)
