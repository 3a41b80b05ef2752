"""The tables of orders in the admin: looked at and searched by who may, changed through the actions, walled off."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ActivityLog
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from orders.actions import moving
from orders.models import Customer, Order, OrderHistory, Product, StockMovement
from orders.states import LIFECYCLE, OrderStatus
from tests.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.factories.orders import CategoryFactory, CustomerFactory, OrderFactory, ProductFactory, StockMovementFactory
from tests.factories.rows import has_factory, row_of
from tests.orders.conftest import an_order

pytestmark = pytest.mark.django_db
MODELS = list(apps.get_app_config("orders").get_models())
HELD = [model for model in MODELS if has_factory(model)]
each_table = pytest.mark.parametrize("model", HELD, ids=lambda model: model.__name__)


@pytest.fixture
def manager(tenant):
    return UserFactory(admin=True, tenant=tenant)


@pytest.fixture
def browser(manager):
    return browser_of(manager)


def place(model, verb, *args):
    return reverse(f"admin:orders_{model._meta.model_name}_{verb}", args=args)


def fresh(row):
    with as_operator("a test looks"):
        return type(row).objects.get(pk=row.pk)


def test_every_table_of_orders_is_there():
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


class TestEveryTable:
    @each_table
    def test_is_listed_searched_filtered_and_opened(self, browser, tenant, model):
        row = row_of(model, tenant)
        listed = browser.get(place(model, "changelist"))
        assert listed.status_code == 200
        assert str(row.pk) in listed.text
        for query in ("a", "0612", "%00", "😀", "٣"):
            assert browser.get(f"{place(model, 'changelist')}?q={query}").status_code in {200, 302}, query
        for name in [each for each in admin.site._registry[model].list_filter if isinstance(each, str)]:
            assert browser.get(place(model, "changelist"), {f"{name}__exact": "nonsense"}).status_code in {200, 302}, name
        assert browser.get(place(model, "change", row.pk)).status_code == 200

    @each_table
    def test_shows_no_other_merchants_rows_and_changes_none(self, browser, model):
        theirs = row_of(model, UserFactory(admin=True).tenant)
        assert str(theirs.pk) not in browser.get(place(model, "changelist")).text
        for verb in ("change", "delete", "history"):
            assert browser.get(place(model, verb, theirs.pk)).status_code in {302, 403}, verb
            assert browser.post(place(model, verb, theirs.pk), {"post": "yes", "status": "delivered"}).status_code in {302, 403}, verb
        assert fresh(theirs) == theirs

    @each_table
    def test_is_not_for_who_has_no_business_in_the_admin(self, tenant, model):
        rep = browser_of(UserFactory(tenant=tenant))
        assert rep.get(place(model, "changelist")).status_code in {302, 403}

    @each_table
    def test_nothing_is_deleted_here(self, browser, tenant, model):
        row = row_of(model, tenant)
        assert browser.post(place(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert fresh(row)

    @each_table
    def test_a_long_list_costs_no_more(self, browser, tenant, model):
        row_of(model, tenant)
        browser.get(place(model, "changelist"))
        with CaptureQueriesContext(connection) as few:
            browser.get(place(model, "changelist"))
        for _each in range(10):
            row_of(model, tenant)
        with CaptureQueriesContext(connection) as many:
            browser.get(place(model, "changelist"))
        assert len(many) == len(few)


class TestWhatIsOnlyRead:
    @pytest.mark.parametrize("made", [StockMovementFactory, "history"])
    def test_movements_and_history_have_no_form(self, browser, tenant, made):
        if made == "history":
            order = OrderFactory(tenant=tenant)
            with in_tenant(tenant):
                moving.change_status(order, "confirmed", actor=SYSTEM)
                row = OrderHistory.objects.get()
        else:
            row = made(tenant=tenant)
        model = type(row)
        assert 'name="_save"' not in browser.get(place(model, "change", row.pk)).text
        assert browser.post(place(model, "change", row.pk), {"quantity": "9", "new_status": "delivered"}).status_code == 403
        assert browser.get(place(model, "add")).status_code == 403
        assert browser.post(place(model, "add"), {}).status_code == 403

    def test_an_order_shows_its_history(self, browser, tenant):
        with in_tenant(tenant):
            order = an_order("confirmed")
        assert "on its way" in browser.get(place(Order, "change", order.pk)).text


def sent(order, **changes):
    """What the form of an order sends."""
    inline = {"history-TOTAL_FORMS": "0", "history-INITIAL_FORMS": "0"}
    return {"status": order.status, "priority": order.priority, "internal_notes": order.internal_notes, **inline, **changes}


class TestOrders:
    def test_a_raw_change_of_status_is_recorded_once(self, browser, manager, tenant):
        with in_tenant(tenant):
            order = an_order()
        before = fresh(order.customer)
        assert browser.post(place(Order, "change", order.pk), sent(order, status="confirmed")).status_code == 302
        changed = fresh(order)
        assert changed.status == "confirmed"
        assert changed.confirmed_at is not None
        with in_tenant(tenant):
            row = OrderHistory.objects.get(order=order)
        assert (row.old_status, row.new_status, row.changed_by_user_id) == ("new", "confirmed", manager.pk)
        assert fresh(order.customer).total_orders == before.total_orders == 1

    @pytest.mark.parametrize("present", OrderStatus.values)
    def test_a_move_that_the_table_does_not_know_is_told_beside_the_field(self, browser, tenant, present):
        with in_tenant(tenant):
            order = an_order(present)
            known = OrderHistory.objects.filter(order=order).count()
        for to in OrderStatus.values:
            if to == present or to in LIFECYCLE.after(present):
                continue
            answer = browser.post(place(Order, "change", order.pk), sent(order, status=to, internal_notes="typed before"))
            assert answer.status_code == 200, to
            assert "cannot become" in answer.text
            assert "typed before" in answer.text
        assert (fresh(order).status, fresh(order).internal_notes) == (present, order.internal_notes)
        with in_tenant(tenant):
            assert OrderHistory.objects.filter(order=order).count() == known

    def test_stock_that_is_not_there_is_told_and_nothing_is_moved(self, browser, tenant):
        lamp = ProductFactory(tenant=tenant, stock=1)
        order = OrderFactory(tenant=tenant, product=lamp, quantity=5)
        answer = browser.post(place(Order, "change", order.pk), sent(order, status="confirmed"))
        assert answer.status_code == 200
        assert "5 asked for, 1 left" in answer.text
        assert (fresh(order).status, fresh(lamp).stock_quantity) == ("new", 1)

    def test_only_what_was_changed_is_written(self, browser, tenant):
        with in_tenant(tenant):
            order = an_order()
        browser.post(place(Order, "change", order.pk), sent(order, internal_notes="call twice", total_amount="1", customer="x"))
        changed = fresh(order)
        assert (changed.internal_notes, changed.total_amount) == ("call twice", order.total_amount)

    @pytest.mark.parametrize("status", ["", "lost", "😀"])
    def test_a_status_that_is_none_is_told(self, browser, tenant, status):
        order = OrderFactory(tenant=tenant)
        assert browser.post(place(Order, "change", order.pk), sent(order, status=status)).status_code == 200
        assert fresh(order).status == "new"

    def test_none_is_added_here(self, browser):
        assert browser.get(place(Order, "add")).status_code == 403


class TestCustomers:
    def sent(self, **changes):
        return {"full_name": "أمينة الإدريسي", "phone": "0661 20 44 18", "email": "", "address": "", "notes": "", **changes}

    def test_are_added_and_changed_by_the_actions(self, browser, manager, tenant):
        assert browser.post(place(Customer, "add"), self.sent()).status_code == 302
        with in_tenant(tenant):
            amina = Customer.objects.get()
        assert (amina.phone, amina.tenant_id) == ("+212661204418", tenant.pk)
        browser.post(place(Customer, "change", amina.pk), self.sent(full_name="Amina", total_orders="99"))
        assert (fresh(amina).full_name, fresh(amina).total_orders) == ("Amina", 0)
        with in_tenant(tenant):
            assert ActivityLog.objects.get(action="customer_changed").user_id == manager.pk

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"phone": "12"}, "is not a phone number"),
            ({"phone": "+33612345678"}, "phone of another country"),
            ({"full_name": "Amina \u202e"}, "invisible characters"),
            ({"full_name": "Amina 😀"}, "not emoji"),
            ({"email": "x"}, "valid email"),
        ],
    )
    def test_what_the_action_refuses_is_told_in_the_form(self, browser, tenant, changes, words):
        answer = browser.post(place(Customer, "add"), self.sent(**changes))
        assert answer.status_code == 200
        assert words in answer.text
        with in_tenant(tenant):
            assert not Customer.objects.exists()

    def test_a_phone_that_is_taken_is_told(self, browser, tenant):
        CustomerFactory(tenant=tenant, phone="+212661204418")
        assert "Another customer has this phone" in browser.post(place(Customer, "add"), self.sent()).text


class TestProducts:
    def sent(self, **changes):
        values = {
            "name": "Lamp",
            "sku": "LAMP",
            "price": "10",
            "cost_price": "0",
            "low_stock_threshold": "0",
            "variants": "[]",
            "images": "[]",
        }
        return {**values, "is_active": "on", **changes}

    def test_are_added_and_changed_by_the_actions(self, browser, tenant):
        variants = '[{"id": "red", "name": "Red", "stock": 4}]'
        assert browser.post(place(Product, "add"), self.sent(variants=variants)).status_code == 302
        with in_tenant(tenant):
            lamp = Product.objects.get()
            assert StockMovement.objects.get().quantity == 4
        browser.post(place(Product, "change", lamp.pk), self.sent(variants='[{"id": "red", "name": "Deep red", "stock": 900}]', price="12"))
        changed = fresh(lamp)
        assert (changed.price, changed.stock_quantity, changed.variants[0]["stock"]) == (Decimal(12), 4, 4)
        assert changed.variants[0]["name"] == "Deep red"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"sku": "TAKEN"}, "Another product has this SKU"),
            ({"price": "-1"}, "Give a price from 0 on"),
            ({"variants": '[{"name": "no id"}]'}, "Each variant needs an id"),
            ({"variants": '{"a": 1}'}, "A list of at most"),
            ({"variants": '[{"id": "x", "stock": "many"}]'}, "Stock is a whole number"),
            ({"images": '["x"]'}, "begins with https"),
            ({"variants": "not json"}, "valid JSON"),
        ],
    )
    def test_what_the_action_refuses_is_told_in_the_form(self, browser, tenant, changes, words):
        ProductFactory(tenant=tenant, sku="TAKEN")
        answer = browser.post(place(Product, "add"), self.sent(**changes))
        assert answer.status_code == 200
        assert words in answer.text
        with in_tenant(tenant):
            assert Product.objects.count() == 1

    def test_a_category_of_another_merchant_is_no_choice(self, browser, tenant):
        theirs = CategoryFactory(name="Theirs")
        assert "Theirs" not in browser.get(place(Product, "add")).text
        assert browser.post(place(Product, "add"), self.sent(category=theirs.pk)).status_code == 200


@pytest.mark.parametrize(
    ("name", "values", "changes"),
    [
        ("category", {"name": "Lights"}, {"name": "Lamps"}),
        ("warehouse", {"name": "Depot", "address": "x"}, {"name": "Depot 2", "address": "y"}),
        (
            "discount",
            {"code": "eid", "kind": "percent", "value": "10", "minimum_subtotal": "0"},
            {"code": "EID2", "kind": "fixed", "value": "20", "minimum_subtotal": "0"},
        ),
    ],
)
def test_smaller_tables_are_added_and_changed_too(browser, tenant, name, values, changes):
    model = apps.get_model("orders", name)
    assert browser.post(place(model, "add"), values).status_code == 302
    with in_tenant(tenant):
        row = model.objects.get()
    assert browser.post(place(model, "change", row.pk), changes).status_code == 302
    assert str(fresh(row)) == next(iter(changes.values()))
    again = browser.post(place(model, "add"), changes)
    assert again.status_code == 200
    assert "There is" in again.text
