"""Placing orders: what is in is in with all that hangs on it; what is wrong has a clear reason on its field and leaves nothing."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import ActivityLog
from accounts.tenancy import in_tenant
from base import context
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import catalogue, customers
from orders.actions.placing import Buyer, Draft, place_order, place_orders
from orders.items import Line
from orders.models import Customer, Discount, Order
from orders.reconcile import find_drift
from tests.factories.accounts import TenantFactory, UserFactory
from tests.orders.conftest import a_draft, a_phone, a_product

pytestmark = pytest.mark.django_db


def refused(draft):
    """The error of a draft; and nothing was written of it."""
    before = (Order.objects.count(), Customer.objects.count())
    with pytest.raises(DomainError) as error:
        place_order(draft, actor=SYSTEM)
    assert (Order.objects.count(), Customer.objects.count()) == before
    return error.value


class TestWhatIsPlaced:
    def test_prices_come_from_the_catalogue_and_sums_add_up(self, scope):
        lamp = a_product(price="29.99")
        order = place_order(a_draft(lamp, quantity=2, delivery_fee=Decimal("20.00"), discount=Decimal("5.00")), actor=SYSTEM)
        assert (order.subtotal, order.total_amount, order.currency) == (Decimal("59.98"), Decimal("74.98"), "MAD")
        assert order.items == [
            {
                "product_id": str(lamp.pk),
                "variant_id": None,
                "sku": lamp.sku,
                "name": lamp.name,
                "quantity": 2,
                "unit_price": "29.99",
                "total": "59.98",
                "notes": None,
            }
        ]
        assert (order.status, order.payment_status, order.payment_method, order.source) == ("new", "pending", "COD", "manual")
        stored = Order.objects.get(pk=order.pk)
        assert (stored.total_amount, stored.items, stored.priority_rank) == (order.total_amount, order.items, 1)

    def test_a_variant_is_found_by_its_own_sku_and_has_its_own_price(self, scope):
        shirt = a_product(variants=[{"id": "l", "name": "L", "sku": "SHIRT-L", "price": "30.00", "stock": 3}])
        order = place_order(Draft(lines=[Line(quantity=1, sku="SHIRT-L")], buyer=Buyer("Amina", a_phone())), actor=SYSTEM)
        assert order.items[0]["variant_id"] == "l"
        assert order.items[0]["product_id"] == str(shirt.pk)
        assert order.total_amount == Decimal("30.00")

    def test_numbers_go_on_per_merchant(self, scope):
        numbers = [place_order(a_draft(), actor=SYSTEM).order_number for _n in range(3)]
        assert numbers == ["ORD-000001", "ORD-000002", "ORD-000003"]
        with in_tenant(TenantFactory()):
            assert place_order(a_draft(), actor=SYSTEM).order_number == "ORD-000001"

    def test_a_phone_in_any_spelling_is_one_customer(self, scope):
        for spelling in ("+212 6 61 20 44 18", "0661204418", "00212661204418", "+2120661204418"):
            place_order(a_draft(phone=spelling), actor=SYSTEM)
        [customer] = Customer.objects.all()
        assert (customer.phone, customer.total_orders) == ("+212661204418", 4)

    def test_an_arabic_address_stays_as_it_was_written(self, scope):
        buyer = Buyer("محمد المنصوري", a_phone(), address="شارع الحسن الثاني، رقم ١٢", city="الدار البيضاء", area="المعاريف")
        order = place_order(Draft(lines=[Line(quantity=1, name="شاي", unit_price=Decimal(10))], buyer=buyer), actor=SYSTEM)
        assert order.customer.full_name == "محمد المنصوري"
        assert (order.delivery_address, order.delivery_area) == ("شارع الحسن الثاني، رقم ١٢", "المعاريف")

    def test_a_person_leaves_one_row_in_the_activity_log_and_a_machine_none(self, scope):
        place_order(a_draft(), actor=SYSTEM)
        assert not ActivityLog.objects.filter(action="order_created").exists()
        rep = UserFactory(tenant=scope)
        order = place_order(a_draft(), actor=rep)
        row = ActivityLog.objects.get(action="order_created")
        assert (row.user_id, row.entity_id) == (rep.pk, order.pk)
        with context.using(user=rep):
            place_orders([a_draft(), a_draft()], actor=rep)
        assert len(ActivityLog.objects.get(action="orders_created").details["ids"]) == 2

    def test_a_merged_customers_phone_still_finds_the_one_that_was_kept(self, scope):
        kept, other = (place_order(a_draft(), actor=SYSTEM).customer for _n in range(2))
        customers.merge_customers(kept, [other], actor=SYSTEM)
        assert place_order(a_draft(phone=other.phone), actor=SYSTEM).customer_id == kept.pk


class TestWhatIsRefused:
    def test_an_unknown_sku(self, scope):
        error = refused(Draft(lines=[Line(quantity=1, sku="NOPE")], buyer=Buyer("Amina", a_phone())))
        assert (error.code, error.field) == ("unknown_sku", "items.0.sku")

    def test_a_variant_of_another_product(self, scope):
        shirt = a_product(variants=[{"id": "l", "name": "L", "sku": "S-L"}])
        lamp = a_product()
        error = refused(
            Draft(
                lines=[Line(quantity=1, product_id=product.pk, variant_id="l") for product in (lamp, shirt)],
                buyer=Buyer("Amina", a_phone()),
            )
        )
        assert (error.code, error.field) == ("unknown_variant", "items.0.variant_id")

    @pytest.mark.parametrize("quantity", [0, -1, 10**9])
    def test_a_quantity_that_is_none(self, scope, quantity):
        error = refused(a_draft(a_product(), quantity=quantity))
        assert (error.code, error.field) == ("invalid_quantity", "items.0.quantity")

    def test_a_total_that_does_not_add_up(self, scope):
        error = refused(a_draft(a_product(price="10"), total=Decimal("11.00")))
        assert (error.code, error.field) == ("total_does_not_add_up", "total_amount")
        assert "10.00" in error.message

    @pytest.mark.parametrize("phone", ["", "12", "hello", "+1 555", "+33 6 12 34 56 78 99"])
    def test_a_phone_that_is_none(self, scope, phone):
        tea = Line(quantity=1, name="Tea", unit_price=Decimal(1))
        assert refused(Draft(lines=[tea], buyer=Buyer("Amina", phone))).field == "customer.phone"

    def test_the_same_number_of_a_shop_twice(self, scope):
        place_order(a_draft(external_id="1001", source="webhook", webhook_source="atlas.example"), actor=SYSTEM)
        error = refused(a_draft(external_id="1001", source="webhook", webhook_source="atlas.example"))
        assert (error.code, error.field) == ("duplicate_external_id", "external_id")
        place_order(a_draft(external_id="1001", source="webhook", webhook_source="other.example"), actor=SYSTEM)

    def test_five_thousand_lines(self, scope):
        line = Line(quantity=1, name="Tea", unit_price=Decimal(1))
        assert refused(Draft(lines=[line] * 5000, buyer=Buyer("Amina", a_phone()))).code == "too_many_items"

    def test_no_line_at_all(self, scope):
        assert refused(Draft(lines=[], buyer=Buyer("Amina", a_phone()))).field == "items"

    @pytest.mark.parametrize("name", ["", "   ", "Amina 🎉", "Amina\u202egnp.exe", "A\u0000b", "x" * 300])
    def test_a_name_that_is_none(self, scope, name):
        error = refused(Draft(lines=[Line(quantity=1, name="Tea", unit_price=Decimal(1))], buyer=Buyer(name, a_phone())))
        assert error.field == "customer.full_name"

    def test_what_a_shop_sends_is_cleaned_not_lost(self, scope):
        buyer = Buyer("Amina 🎉\u202e", a_phone())
        order = place_order(
            Draft(lines=[Line(quantity=1, name="Tea", unit_price=Decimal(1))], buyer=buyer, source="webhook", external_id="7"), actor=SYSTEM
        )
        assert order.customer.full_name == "Amina"

    def test_a_blocked_customer(self, scope):
        customer = place_order(a_draft(), actor=SYSTEM).customer
        customers.block_customer(customer, reason="refused six times", actor=SYSTEM)
        error = refused(a_draft(phone=customer.phone))
        assert (error.code, error.field) == ("customer_blocked", "customer")
        assert "refused six times" in error.message

    def test_a_customer_of_another_merchant(self, scope):
        with in_tenant(TenantFactory()):
            foreign = place_order(a_draft(), actor=SYSTEM).customer
        error = refused(Draft(lines=[Line(quantity=1, name="Tea", unit_price=Decimal(1))], customer_id=foreign.pk))
        assert (error.code, error.field) == ("unknown_customer", "customer")

    def test_a_product_of_another_merchant(self, scope):
        with in_tenant(TenantFactory()):
            foreign = a_product()
        assert refused(Draft(lines=[Line(quantity=1, product_id=foreign.pk)], buyer=Buyer("Amina", a_phone()))).code == "unknown_product"

    @pytest.mark.parametrize("field", ["delivery_fee", "discount"])
    @pytest.mark.parametrize("amount", ["-1", "NaN", "1e13"])
    def test_an_amount_that_is_none(self, scope, field, amount):
        assert refused(a_draft(a_product(), **{field: Decimal(amount)})).field == field

    def test_of_a_set_the_good_ones_are_in(self, scope):
        drafts = [a_draft(), a_draft(quantity=0), a_draft(external_id="5"), a_draft(external_id="5")]
        placed = place_orders(drafts, actor=SYSTEM)
        assert set(placed.orders) == {0, 2}
        assert {place: error.code for place, error in placed.refused.items()} == {1: "invalid_quantity", 3: "duplicate_external_id"}


class TestPromoCodes:
    def code(self, **values):
        return catalogue.create_discount(actor=SYSTEM, **{"code": "ramadan10", "kind": "percent", "value": Decimal(10), **values})

    def test_it_takes_a_share_or_an_amount_and_is_counted(self, scope):
        self.code()
        order = place_order(a_draft(a_product(price="99.99"), discount_code="RAMADAN10"), actor=SYSTEM)
        assert (order.discount, order.total_amount) == (Decimal("10.00"), Decimal("89.99"))
        self.code(code="MINUS5", kind="fixed", value=Decimal(5))
        assert place_order(a_draft(a_product(price="3.00"), discount_code="minus5"), actor=SYSTEM).total_amount == 0
        assert Discount.objects.get(code="RAMADAN10").uses == 1

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"is_active": False}, "unknown_discount"),
            ({"ends_at": timezone.datetime(2020, 1, 1, tzinfo=timezone.get_current_timezone())}, "discount_not_now"),
            ({"minimum_subtotal": Decimal(1000)}, "discount_minimum"),
            ({"max_uses": 0}, "discount_used_up"),
        ],
    )
    def test_it_holds_only_as_it_says(self, scope, values, code):
        self.code(**values)
        error = refused(a_draft(a_product(), discount_code="RAMADAN10"))
        assert (error.code, error.field) == (code, "discount_code")

    def test_a_limit_per_customer_counts_within_a_set_too(self, scope):
        self.code(max_uses_per_customer=1)
        phone = a_phone()
        placed = place_orders([a_draft(a_product(), phone=phone, discount_code="RAMADAN10") for _n in range(2)], actor=SYSTEM)
        assert (len(placed.orders), [error.code for error in placed.refused.values()]) == (1, ["discount_used_up"])


def test_placing_costs_the_same_number_of_statements_for_three_and_for_thirty(scope, django_assert_max_num_queries):
    lamp = a_product()
    for number in (3, 30):
        with django_assert_max_num_queries(12):
            place_orders([a_draft(lamp) for _n in range(number)], actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def together(self, tenant, number, work):
        """Run `work` in so many threads that all start at once; their answers or errors."""
        answers, gate = [], Barrier(number)

        def run(place):
            try:
                gate.wait()
                with in_tenant(tenant):
                    answers.append(work(place))
            except DomainError as error:
                answers.append(error.code)
            finally:
                connections.close_all()

        threads = [Thread(target=run, args=(place,)) for place in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_one_number_of_a_shop_is_placed_once(self, tenant):
        answers = self.together(tenant, 8, lambda _place: place_order(a_draft(external_id="42"), actor=SYSTEM).external_id)
        assert sorted(answers) == ["42", *["duplicate_external_id"] * 7]

    def test_one_phone_makes_one_customer(self, tenant):
        phone = a_phone()
        self.together(tenant, 8, lambda _place: place_order(a_draft(phone=phone), actor=SYSTEM).pk)
        with in_tenant(tenant):
            [customer] = Customer.objects.all()
            assert customer.total_orders == 8
            assert sorted(Order.objects.values_list("order_number", flat=True)) == [f"ORD-{n:06d}" for n in range(1, 9)]

    def test_the_last_unit_is_sold_once(self, tenant):
        from orders.actions import moving

        with in_tenant(tenant):
            lamp = a_product(stock=1)
            orders = [place_order(a_draft(lamp), actor=SYSTEM) for _n in range(16)]
        answers = self.together(tenant, 16, lambda place: moving.confirm(orders[place], actor=SYSTEM).status)
        assert sorted(answers) == ["confirmed", *["out_of_stock"] * 15]
        with in_tenant(tenant):
            lamp.refresh_from_db()
            assert lamp.stock_quantity == 0
            assert list(find_drift()) == []


def test_what_is_stored_adds_up_even_for_raw_sql(scope, tenant):
    from django.db import IntegrityError, transaction

    order = place_order(a_draft(), actor=SYSTEM)
    for statement in (
        "UPDATE orders SET subtotal = subtotal + 1, total_amount = total_amount + 1 WHERE id = %s",
        "UPDATE orders SET total_amount = total_amount + 1 WHERE id = %s",
        "UPDATE orders SET items = '[]' WHERE id = %s",
        "UPDATE orders SET status = 'lost' WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [order.pk])
