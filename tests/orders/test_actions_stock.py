"""Stock by hand: taken in, adjusted, counted; never below zero, never twice, always the sum of its movements."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from accounts.models import ActivityLog
from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import stockkeeping
from orders.models import Product, StockMovement, Warehouse
from orders.reconcile import find_drift
from tests.factories.accounts import UserFactory
from tests.orders.conftest import a_product, an_order

pytestmark = pytest.mark.django_db
TWO = [{"id": "red", "name": "Red", "stock": 4}, {"id": "blue", "name": "Blue", "stock": 1}]


def refused(work, *args, **values):
    """The error of an action; and no stock was moved by it."""
    before = list(Product.objects.order_by("pk").values_list("stock_quantity", "variants")), StockMovement.objects.count()
    with pytest.raises(DomainError) as error:
        work(*args, **values, actor=SYSTEM)
    assert (list(Product.objects.order_by("pk").values_list("stock_quantity", "variants")), StockMovement.objects.count()) == before
    return error.value.code, error.value.field


class TestOneProduct:
    def test_goods_come_in_are_lost_and_are_counted(self, scope):
        lamp = a_product(stock=5)
        assert stockkeeping.take_in(lamp, 10, note="Invoice 2231", actor=SYSTEM).stock_quantity == 15
        assert stockkeeping.adjust_stock(lamp, -2, reason="broken", actor=SYSTEM).stock_quantity == 13
        stockkeeping.count_stock({(lamp.pk, ""): 12}, note="June", actor=SYSTEM)
        kinds = StockMovement.objects.filter(product=lamp).order_by("created_at", "pk").values_list("kind", "quantity", "note")
        assert list(kinds) == [("count", 5, ""), ("restock", 10, "Invoice 2231"), ("adjust", -2, "broken"), ("count", -1, "June")]
        assert list(find_drift()) == []

    def test_of_a_variant(self, scope):
        shirt = a_product(variants=TWO)
        stockkeeping.take_in(shirt, 3, variant_id="blue", actor=SYSTEM)
        stockkeeping.adjust_stock(shirt, -4, reason="moths", variant_id="red", actor=SYSTEM)
        shirt.refresh_from_db()
        assert (shirt.stock_quantity, [v["stock"] for v in shirt.variants]) == (4, [0, 4])
        assert list(find_drift()) == []

    @pytest.mark.parametrize("quantity", [0, -1, 10_000_001])
    def test_a_quantity_that_cannot_come_in(self, scope, quantity):
        assert refused(stockkeeping.take_in, a_product(), quantity) == ("invalid_quantity", "quantity")

    @pytest.mark.parametrize("change", [0, 10_000_001, -10_000_001])
    def test_a_change_that_is_none_or_absurd(self, scope, change):
        assert refused(stockkeeping.adjust_stock, a_product(), change, reason="x") == ("invalid_quantity", "quantity")

    def test_a_change_needs_a_reason(self, scope):
        assert refused(stockkeeping.adjust_stock, a_product(), 1, reason=" ") == ("reason_needed", "reason")

    def test_no_more_is_lost_than_there_is(self, scope):
        assert refused(stockkeeping.adjust_stock, a_product(stock=5), -6, reason="gone") == ("out_of_stock", "items")
        shirt = a_product(variants=TWO)
        assert refused(stockkeeping.adjust_stock, shirt, -2, reason="gone", variant_id="blue") == ("out_of_stock", "items")

    def test_a_variant_is_named_where_there_are_some_and_one_that_is_there(self, scope):
        shirt = a_product(variants=TWO)
        assert refused(stockkeeping.take_in, shirt, 1) == ("variant_needed", "variant_id")
        assert refused(stockkeeping.take_in, shirt, 1, variant_id="green") == ("unknown_variant", "variant_id")
        assert refused(stockkeeping.take_in, a_product(), 1, variant_id="red") == ("unknown_variant", "variant_id")

    def test_nobody_has_a_billion_of_it(self, scope):
        lamp = a_product(stock=0)
        Product.objects.filter(pk=lamp.pk).update(stock_quantity=999_999_999)
        assert refused(stockkeeping.take_in, lamp, 10, note="") == ("too_much_stock", "items")

    def test_the_log_tells_who_moved_what(self, scope, tenant):
        person = UserFactory(manager=True, tenant=tenant)
        lamp = a_product()
        stockkeeping.take_in(lamp, 3, note="Invoice", actor=person)
        row = ActivityLog.objects.get(action="stock_taken_in")
        assert (row.user_id, row.entity_id, row.details["movements"][0]["quantity"]) == (person.pk, lamp.pk, 3)
        assert StockMovement.objects.order_by("-created_at").first().user_id == person.pk


class TestCounting:
    def test_only_differences_are_written_and_returned(self, scope):
        lamp, shirt = a_product(stock=5), a_product(variants=TWO)
        wrong = stockkeeping.count_stock({(lamp.pk, ""): 5, (shirt.pk, "red"): 6, (shirt.pk, "blue"): 0}, actor=SYSTEM)
        assert [(row.variant_id, row.quantity) for row in wrong] == [("red", 2), ("blue", -1)]
        assert stockkeeping.count_stock({(lamp.pk, ""): 5}, actor=SYSTEM) == []
        assert list(find_drift()) == []

    def test_what_orders_hold_is_not_counted_as_sellable(self, scope):
        lamp = a_product(stock=5)
        an_order("confirmed", lamp, quantity=2)
        assert stockkeeping.count_stock({(lamp.pk, ""): 3}, actor=SYSTEM) == []

    @pytest.mark.parametrize("counted", [-1, 10_000_001])
    def test_a_count_that_is_none_writes_nothing_of_the_sheet(self, scope, counted):
        lamp, other = a_product(stock=5), a_product(stock=5)
        assert refused(stockkeeping.count_stock, {(other.pk, ""): 2, (lamp.pk, ""): counted}) == ("invalid_quantity", "quantity")

    def test_a_product_of_nobody_writes_nothing_of_the_sheet(self, scope):
        lamp = a_product(stock=5)
        unknown = Warehouse().pk
        assert refused(stockkeeping.count_stock, {(lamp.pk, ""): 2, (unknown, ""): 1}) == ("unknown_product", "product")


class TestWarehouses:
    def test_the_first_takes_new_stock_until_another_does(self, scope):
        first = stockkeeping.open_warehouse(name="Depot", actor=SYSTEM)
        second = stockkeeping.open_warehouse(name="Aïn Sebaâ", actor=SYSTEM)
        assert (first.is_default, second.is_default) == (True, False)
        stockkeeping.change_warehouse(second, name="Aïn Sebaâ", is_default=True, actor=SYSTEM)
        a_product(stock=1)
        assert StockMovement.objects.get().warehouse_id == second.pk
        assert list(Warehouse.objects.filter(is_default=True)) == [second]

    def test_names_are_there_once(self, scope):
        stockkeeping.open_warehouse(name="Depot", actor=SYSTEM)
        second = stockkeeping.open_warehouse(name="Other", actor=SYSTEM)
        assert refused(stockkeeping.open_warehouse, name=" Depot ") == ("duplicate_name", "name")
        assert refused(stockkeeping.change_warehouse, second, name="Depot") == ("duplicate_name", "name")
        assert refused(stockkeeping.open_warehouse, name="😀") == ("name_needed", "name")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def together(self, tenant, works):
        barrier, codes = Barrier(len(works)), []

        def run(work):
            barrier.wait(10)
            try:
                with in_tenant(tenant):
                    work()
            except DomainError as error:
                codes.append(error.code)
            finally:
                connections.close_all()

        threads = [Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return codes

    def test_eight_take_the_last_three(self, tenant):
        with in_tenant(tenant):
            lamp = a_product(stock=3)
        works = [lambda: stockkeeping.adjust_stock(lamp, -1, reason="given away", actor=SYSTEM)] * 8
        assert self.together(tenant, works) == ["out_of_stock"] * 5
        with in_tenant(tenant):
            assert Product.objects.get().stock_quantity == 0
            assert list(find_drift()) == []

    def test_counts_and_deliveries_of_many_products_wait_for_each_other_without_a_circle(self, tenant):
        with in_tenant(tenant):
            products = [a_product(stock=5) for _each in range(6)]

        def count(order):
            return lambda: stockkeeping.count_stock({(row.pk, ""): 7 for row in order}, actor=SYSTEM)

        works = [
            count(products),
            count(products[::-1]),
            *(lambda row=row: stockkeeping.take_in(row, 1, actor=SYSTEM) for row in products[:4]),
        ]
        assert self.together(tenant, works) == []
        with in_tenant(tenant):
            assert list(find_drift()) == []

    def test_two_defaults_at_once_leave_one(self, tenant):
        with in_tenant(tenant):
            rows = [stockkeeping.open_warehouse(name=name, actor=SYSTEM) for name in "abcd"]
        works = [lambda row=row: stockkeeping.change_warehouse(row, name=row.name, is_default=True, actor=SYSTEM) for row in rows]
        assert self.together(tenant, works) == []
        with in_tenant(tenant):
            assert Warehouse.objects.filter(is_default=True).count() == 1
