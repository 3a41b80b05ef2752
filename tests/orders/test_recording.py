"""History and statistics follow on every path that changes an order, exactly once, in the same transaction."""

from decimal import Decimal

import pytest
from django.core import serializers
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from base.actor import SYSTEM
from base.errors import DomainError
from orders.models import Customer, Order, OrderHistory
from orders.reconcile import find_drift, mend_drift
from tests.orders.conftest import a_phone, an_order

pytestmark = pytest.mark.django_db


def figures(order):
    customer = Customer.objects.get(pk=order.customer_id)
    return customer.total_orders, customer.total_spent, customer.returned_orders


def changes(order):
    return list(OrderHistory.objects.filter(order=order).order_by("created_at", "pk").values_list("old_status", "new_status"))


def by_save(order, **values):
    loaded = Order.objects.get(pk=order.pk)
    for name, value in values.items():
        setattr(loaded, name, value)
    loaded.save()


def by_save_of_some_columns(order, **values):
    loaded = Order.objects.get(pk=order.pk)
    for name, value in values.items():
        setattr(loaded, name, value)
    loaded.save(update_fields=list(values))


def by_update(order, **values):
    Order.objects.filter(pk=order.pk).update(**values)


def by_update_with_an_expression(order, **values):
    Order.objects.filter(pk=order.pk).update(**{name: Concat(Value(str(value)), Value("")) for name, value in values.items()})


def by_bulk_update(order, **values):
    loaded = Order.objects.get(pk=order.pk)
    for name, value in values.items():
        setattr(loaded, name, value)
    Order.objects.bulk_update([loaded], list(values))


def by_the_related_manager(order, **values):
    order.customer.orders.filter(pk=order.pk).update(**values)


def by_a_fixture(order, **values):
    loaded = Order.objects.get(pk=order.pk)
    for name, value in values.items():
        setattr(loaded, name, value)
    for found in serializers.deserialize("json", serializers.serialize("json", [loaded])):
        with transaction.atomic():
            found.save()


PATHS = [by_save, by_save_of_some_columns, by_update, by_update_with_an_expression, by_bulk_update, by_the_related_manager, by_a_fixture]
each_path = pytest.mark.parametrize("write", PATHS, ids=lambda path: path.__name__)


@each_path
def test_a_change_of_status_leaves_one_row_of_history(scope, write):
    order = an_order("out_for_delivery")
    OrderHistory.objects.all().delete()
    write(order, status="delivered")
    assert changes(order) == [("out_for_delivery", "delivered")]


@each_path
def test_delivered_and_collected_counts_as_spent_and_coming_back_takes_it_away(scope, write):
    order = an_order("out_for_delivery")
    write(order, status="delivered", payment_status="collected")
    assert figures(order) == (1, order.total_amount, 0)
    write(order, status="returned", payment_status="refunded")
    assert figures(order) == (1, Decimal(0), 1)
    assert Customer.objects.get(pk=order.customer_id).return_rate == Decimal("100.00")
    assert list(find_drift()) == []


@each_path
def test_a_move_that_the_lifecycle_does_not_know_raises_and_changes_nothing(scope, write):
    order = an_order("delivered")
    before = changes(order)
    with pytest.raises(DomainError, match="cannot become"), transaction.atomic():
        write(order, status="new")
    assert Order.objects.get(pk=order.pk).status == "delivered"
    assert changes(order) == before


@each_path
def test_a_write_that_changes_nothing_leaves_nothing(scope, write):
    order = an_order("confirmed")
    before = changes(order)
    write(order, status="confirmed")
    assert changes(order) == before
    assert figures(order) == (1, Decimal(0), 0)


def test_new_orders_count_however_they_are_made(scope):
    first = an_order("new")
    copies = []
    for number in range(3):
        copy = Order.objects.get(pk=first.pk)
        copy.pk, copy.order_number, copy._state.adding = None, f"COPY-{number}", True
        copy.pk = Order._meta.pk.get_default()
        copies.append(copy)
    copies[0].save()
    Order.objects.bulk_create(copies[1:])
    assert figures(first) == (4, Decimal(0), 0)
    assert OrderHistory.objects.count() == 0


def test_of_orders_that_were_there_already_bulk_create_counts_none(scope):
    first = an_order("new")
    copy = Order.objects.get(pk=first.pk)
    copy.pk = Order._meta.pk.get_default()
    Order.objects.bulk_create([copy], ignore_conflicts=True)
    assert figures(first) == (1, Decimal(0), 0)


def test_upserts_are_refused_because_nobody_would_see_what_was_there(scope):
    with pytest.raises(NotImplementedError):
        Order.objects.bulk_create([], update_conflicts=True, update_fields=["status"], unique_fields=["id"])


def test_an_order_that_changes_hands_takes_its_figures_along(scope):
    order = an_order("delivered", phone=a_phone())
    Order.objects.filter(pk=order.pk).update(payment_status="collected")
    other = an_order("new", phone=a_phone()).customer
    Order.objects.filter(pk=order.pk).update(customer=other)
    assert figures(order) == (0, Decimal(0), 0)
    other.refresh_from_db()
    assert (other.total_orders, other.total_spent) == (2, order.total_amount)


def test_a_larger_total_of_a_collected_order_is_spent_too(scope):
    order = an_order("delivered")
    Order.objects.filter(pk=order.pk).update(payment_status="collected")
    Order.objects.filter(pk=order.pk).update(delivery_fee=F("delivery_fee") + 5, total_amount=F("total_amount") + 5)
    assert figures(order)[1] == order.total_amount + 5


def test_hiding_and_deleting_take_the_figures_away(scope):
    order, other = an_order("new"), an_order("new")
    Order.objects.filter(pk=order.pk).update(deleted_at="2026-01-01T00:00Z")
    assert figures(order) == (0, Decimal(0), 0)
    Order.objects.get(pk=other.pk).delete()
    assert figures(other) == (0, Decimal(0), 0)


def test_a_rolled_back_change_leaves_no_trace(scope):
    order = an_order("out_for_delivery")
    before = changes(order)
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(status="delivered", payment_status="collected")
        transaction.set_rollback(True)
    assert changes(order) == before
    assert figures(order) == (1, Decimal(0), 0)


def test_updated_at_moves_with_every_write(scope):
    order = an_order("new")
    before = Order.objects.get(pk=order.pk).updated_at
    Order.objects.filter(pk=order.pk).update(internal_notes="call after six")
    assert Order.objects.get(pk=order.pk).updated_at > before


class TestReconcile:
    def test_it_finds_and_mends_what_went_around_everything(self, scope, admin_database):
        order = an_order("delivered")
        admin_database.execute("SELECT 1")
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers SET total_orders = 9, total_spent = 77 WHERE id = %s", [order.customer_id])
        [drift] = find_drift()
        assert (drift.kind, drift.kept, drift.counted) == ("customer", (9, Decimal("77.00"), 0), (1, Decimal(0), 0))
        assert mend_drift() == 1
        assert list(find_drift()) == []

    def test_a_gap_in_the_history_is_told(self, scope):
        order = an_order("being_prepared")
        order.history.filter(new_status="being_prepared").delete()
        assert [drift.kind for drift in find_drift()] == ["history"]


def test_the_actor_of_an_action_is_the_one_in_the_history_also_inside_a_request(scope):
    from base import context
    from orders.actions import moving
    from tests.factories.accounts import UserFactory

    rep, boss = UserFactory(tenant=scope), UserFactory(tenant=scope, manager=True)
    order = an_order("new")
    with context.using(user=boss):
        moving.change_status(order, "confirmed", actor=rep)
    assert order.history.get().changed_by_user == rep
    with context.using(user=boss, justification="by hand"):
        Order.objects.filter(pk=order.pk).update(status="being_prepared")
    last = order.history.latest("created_at")
    assert (last.changed_by_user, last.notes) == (boss, "by hand")
    assert SYSTEM.pk is None


def test_saving_a_customer_that_was_read_long_ago_leaves_the_figures_alone(scope):
    order = an_order("new")
    stale = Customer.objects.get(pk=order.customer_id)
    an_order("new", phone=stale.phone)
    stale.full_name = "Amina Benali"
    stale.save()
    stale.refresh_from_db()
    assert (stale.full_name, stale.total_orders) == ("Amina Benali", 2)
