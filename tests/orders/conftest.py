"""A merchant that does not ask for a call first, and one that does; products with stock; quick ways to an order in a state."""

from decimal import Decimal
from itertools import count

import pytest

from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from orders.actions import catalogue, moving
from orders.actions.placing import Buyer, Draft, place_order
from orders.items import Line
from orders.models import Order
from orders.states import OrderStatus
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory

_numbers = count(1)
WAY = {
    "new": (),
    "confirmation_pending": ("confirmation_pending",),
    "confirmed": ("confirmed",),
    "being_prepared": ("confirmed", "being_prepared"),
    "ready_for_pickup": ("confirmed", "being_prepared", "ready_for_pickup"),
    "out_for_delivery": ("confirmed", "being_prepared", "ready_for_pickup", "out_for_delivery"),
    "delivered": ("confirmed", "being_prepared", "ready_for_pickup", "out_for_delivery", "delivered"),
    "returned": ("confirmed", "being_prepared", "ready_for_pickup", "out_for_delivery", "returned"),
    "cancelled": ("cancelled",),
}
assert set(WAY) == set(OrderStatus.values)


def a_phone():
    """A valid Moroccan mobile number, another each time."""
    return f"+21261{next(_numbers):07d}"


def a_product(*, stock=100, price="50.00", **values):
    number = next(_numbers)
    return catalogue.create_product(name=f"Lamp {number}", sku=f"LAMP-{number}", price=price, stock=stock, actor=SYSTEM, **values)


def a_draft(product=None, *, quantity=1, phone=None, **values):
    lines = [Line(quantity=quantity, sku=product.sku)] if product else [Line(quantity=quantity, name="Tea", unit_price=Decimal("20.00"))]
    buyer = Buyer(full_name="Amina El Idrissi", phone=phone or a_phone(), address="12 rue des Oudayas", area="Maârif", city="Casablanca")
    return Draft(lines=lines, buyer=buyer, **values)


def an_order(state="new", product=None, **values):
    """An order that has gone the usual way to `state`."""
    order = place_order(a_draft(product, **values), actor=SYSTEM)
    for step in WAY[state]:
        order = moving.change_status(order, step, actor=SYSTEM, note="on its way")
    return order


@pytest.fixture
def tenant(db):
    """A merchant whose orders need no call."""
    return TenantFactory(settings={"confirmation": {"required": False}, "country_code": "MA", "currency": "MAD"})


@pytest.fixture
def scope(tenant):
    with in_tenant(tenant):
        yield tenant


def fresh(order):
    """The row as it now is."""
    with in_tenant(order.tenant):
        return Order.objects.get(pk=order.pk)


@pytest.fixture
def manager(tenant):
    return UserFactory(manager=True, tenant=tenant, full_name="Salma Benjelloun")


@pytest.fixture
def desk(manager):
    """The browser of a manager."""
    return browser_of(manager)
