"""An order's life: what may become what, and what follows."""

import pytest

from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import moving
from orders.models import Order, OrderHistory, Product
from orders.states import LIFECYCLE, OrderStatus
from tests.factories.accounts import TenantFactory, UserFactory
from tests.orders.conftest import a_product, an_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("start", OrderStatus.values)
@pytest.mark.parametrize("to", OrderStatus.values)
def test_every_pair_of_states_is_answered_by_the_table(scope, start, to):
    order = an_order(start)
    before = OrderHistory.objects.count()
    if to in LIFECYCLE.after(start):
        assert moving.change_status(order, to, actor=SYSTEM).status == to
        assert OrderHistory.objects.count() == before + 1
        return
    with pytest.raises(DomainError) as refusal:
        moving.change_status(order, to, actor=SYSTEM)
    assert refusal.value.code == ("already" if start == to else "illegal_transition")
    assert refusal.value.extra["from"] == start
    assert refusal.value.extra["allowed"] == [str(state) for state in LIFECYCLE.after(start)]
    assert Order.objects.get(pk=order.pk).status == start
    assert OrderHistory.objects.count() == before


def test_the_table_is_the_spec():
    assert {str(state): [str(after) for after in LIFECYCLE.after(state)] for state in OrderStatus} == {
        "new": ["confirmation_pending", "confirmed", "cancelled"],
        "confirmation_pending": ["confirmed", "cancelled"],
        "confirmed": ["being_prepared", "cancelled"],
        "being_prepared": ["ready_for_pickup", "cancelled"],
        "ready_for_pickup": ["out_for_delivery", "cancelled"],
        "out_for_delivery": ["delivered", "ready_for_pickup", "returned"],
        "delivered": ["returned"],
        "returned": [],
        "cancelled": [],
    }


def test_a_merchant_that_asks_for_a_call_cannot_skip_it(db):
    tenant = TenantFactory(settings={"confirmation": {"required": True}})
    with in_tenant(tenant):
        order = an_order("new")
        with pytest.raises(DomainError) as refusal:
            moving.confirm(order, actor=SYSTEM)
        assert refusal.value.code == "confirmation_needed"
        moving.send_to_confirmation(order, actor=SYSTEM)
        assert moving.confirm(order, actor=SYSTEM).status == "confirmed"


def test_the_times_of_a_life_are_kept(scope):
    delivered = an_order("delivered")
    assert delivered.delivered_at
    assert Order.objects.get(pk=delivered.pk).confirmed_at
    assert an_order("cancelled").cancelled_at
    assert an_order("returned").returned_at


def test_history_says_who_what_and_why(scope):
    rep = UserFactory(tenant=scope)
    order = an_order("confirmed")
    moving.cancel(order, reason="asked for another colour", actor=rep)
    last = order.history.latest("created_at")
    assert (last.old_status, last.new_status, last.changed_by_user, last.notes) == (
        "confirmed",
        "cancelled",
        rep,
        "asked for another colour",
    )
    assert Order.objects.get(pk=order.pk).cancel_reason == "asked for another colour"


def test_calling_off_and_taking_back_need_a_reason(scope):
    with pytest.raises(DomainError, match="Say why"):
        moving.cancel(an_order("new"), reason="  ", actor=SYSTEM)
    with pytest.raises(DomainError, match="Say why"):
        moving.return_order(an_order("delivered"), reason="", actor=SYSTEM)


def test_a_set_moves_what_it_can_and_says_why_not_of_the_rest(scope):
    ready, new, gone = an_order("ready_for_pickup"), an_order("new"), an_order("cancelled")
    moved = moving.change_statuses([ready.pk, new.pk, gone.pk], "out_for_delivery", actor=SYSTEM)
    assert [order.pk for order in moved.moved] == [ready.pk]
    assert {refusal.pk for refusal in moved.refused} == {new.pk, gone.pk}


def test_moving_a_set_costs_the_same_for_three_and_for_thirty(scope, django_assert_num_queries):
    three, thirty = ([an_order("confirmed").pk for _n in range(number)] for number in (3, 30))
    with django_assert_num_queries(9):
        moving.change_statuses(three, "being_prepared", actor=SYSTEM)
    with django_assert_num_queries(9):
        moving.change_statuses(thirty, "being_prepared", actor=SYSTEM)


def test_an_order_of_another_merchant_is_not_there(scope):
    order = an_order("new")
    with in_tenant(TenantFactory(settings={"confirmation": {"required": False}})):
        moved = moving.change_statuses([order.pk], "cancelled", actor=SYSTEM, note="not ours")
    assert [refusal.error.code for refusal in moved.refused] == ["not_found"]
    assert Order.objects.get(pk=order.pk).status == "new"


class TestMoney:
    def test_delivering_collects(self, scope):
        order = moving.deliver(an_order("out_for_delivery"), actor=SYSTEM)
        assert order.payment_status == "collected"
        assert order.customer.__class__.objects.get(pk=order.customer_id).total_spent == order.total_amount

    def test_what_was_left_open_can_be_collected_once(self, scope):
        order = moving.deliver(an_order("out_for_delivery"), collected=False, actor=SYSTEM)
        assert moving.collect_payment(order, actor=SYSTEM).payment_status == "collected"
        with pytest.raises(DomainError, match="not collected yet"):
            moving.collect_payment(order, actor=SYSTEM)


class TestStock:
    def left(self, product):
        return Product.objects.get(pk=product.pk).stock_quantity

    def test_units_are_held_from_confirmation_and_freed_by_calling_off(self, scope):
        product = a_product(stock=10)
        order = an_order("new", product, quantity=3)
        assert self.left(product) == 10
        moving.confirm(order, actor=SYSTEM)
        assert self.left(product) == 7
        moving.cancel(order, reason="no", actor=SYSTEM)
        assert self.left(product) == 10

    def test_leaving_ships_them_and_coming_back_to_the_hub_holds_them_again(self, scope):
        product = a_product(stock=10)
        order = an_order("out_for_delivery", product, quantity=3)
        assert self.left(product) == 7
        kinds = list(product.movements.filter(order_id=order.pk).order_by("created_at", "pk").values_list("kind", "quantity"))
        assert kinds == [("reserve", -3), ("release", 3), ("ship", -3)]
        moving.take_back_to_hub(order, actor=SYSTEM, note="not home")
        assert self.left(product) == 7

    def test_a_set_that_lacks_stock_confirms_what_there_is(self, scope):
        product = a_product(stock=2)
        orders = [an_order("new", product) for _n in range(3)]
        moved = moving.confirm_orders([order.pk for order in orders], actor=SYSTEM)
        assert len(moved.moved) == 2
        assert [refusal.error.code for refusal in moved.refused] == ["out_of_stock"]
        assert self.left(product) == 0

    def test_a_product_may_be_sold_without_stock(self, scope):
        product = a_product(stock=0, allow_backorders=True)
        moving.confirm(an_order("new", product, quantity=2), actor=SYSTEM)
        assert self.left(product) == -2


def test_nothing_is_written_of_an_order_whose_stock_is_short(scope):
    product = a_product(stock=1)
    order = an_order("new", product, quantity=5)
    with pytest.raises(DomainError) as refusal:
        moving.confirm(order, actor=SYSTEM)
    assert refusal.value.code == "out_of_stock"
    assert refusal.value.extra["left"] == 1
    assert Order.objects.get(pk=order.pk).status == "new"
    assert not order.history.exists()
