"""Writing orders on pages: a new one, an edit; sums while one types, refusals beside their field."""

import re
from decimal import Decimal

import pytest

from base.actor import SYSTEM
from orders.actions.customers import block_customer
from orders.models import Order, Product
from tests.factories.orders import CustomerFactory, DiscountFactory, OrderFactory, ProductFactory
from tests.orders.conftest import a_product, an_order, fresh

pytestmark = pytest.mark.django_db


def new_order(**changes):
    given = {
        "key": "a-key-of-this-form",
        "phone": "0661 20 44 18",
        "full_name": "محمد المنصوري",
        "email": "",
        "delivery_address": "١٢ زنقة الوداية، الطابق الثاني",
        "delivery_area": "Maârif",
        "delivery_city": "Casablanca",
        "items-0-sku": "",
        "items-0-quantity": "1",
        "delivery_fee": "25",
        "discount": "",
        "discount_code": "",
        "priority": "medium",
        "payment_method": "COD",
        "service_code": "standard",
        "customer_notes": "",
        "internal_notes": "",
    }
    return {**given, **changes}


def edited(lamp):
    """The edit form of an order of one lamp, with another address."""
    return {
        "items-0-sku": lamp.sku,
        "items-0-quantity": "1",
        "items-0-unit_price": "50.00",
        "delivery_address": "New street 1",
        "delivery_fee": "0",
        "discount": "0",
        "priority": "medium",
        "payment_method": "COD",
        "service_code": "standard",
    }


VARIANTS = [
    {"id": "s", "name": "Small", "sku": "RUG-S", "price": "100.00", "stock": 3, "attributes": {"size": "S"}},
    {"id": "l", "name": "Large", "sku": "RUG-L", "price": "140.00", "stock": 3, "attributes": {"size": "L"}},
]


class TestWriting:
    def test_a_known_phone_brings_the_customer_and_their_past(self, desk, scope):
        customer = CustomerFactory(tenant=scope, phone="+212661204418", full_name="Nadia Haddad", address="7 rue Ibnou Majid")
        past = OrderFactory(tenant=scope, customer=customer, status="delivered")
        page = desk.post("/orders/new/", new_order(draft="buyer", full_name="", delivery_address="")).text
        assert "Nadia Haddad" in page
        assert past.order_number in page
        assert "7 rue Ibnou Majid" in page
        assert Order.objects.count() == 1

    def test_sums_come_from_the_server_while_one_types(self, desk, scope):
        rug = ProductFactory(tenant=scope, sku="RUG", price=Decimal(100), variants=VARIANTS)
        DiscountFactory(tenant=scope, code="EID10")
        page = desk.post(
            "/orders/new/", new_order(**{"items-0-sku": "RUG-L", "items-0-quantity": "2", "discount_code": "eid10", "draft": "sums"})
        ).text
        sums = re.search(r'id="sums".*?</div>', page, re.DOTALL)[0]
        assert f"{rug.name} – Large" in sums
        assert "280.00" in sums
        assert "28.00" in sums
        assert "277.00" in sums
        assert 'value="l" selected' in page
        assert not Order.objects.exists()

    def test_places_an_order_with_variant_and_code(self, desk, scope):
        ProductFactory(tenant=scope, sku="RUG", price=Decimal(100), variants=VARIANTS)
        DiscountFactory(tenant=scope, code="EID10")
        answer = desk.post("/orders/new/", new_order(**{"items-0-sku": "RUG-L", "items-0-quantity": "2", "discount_code": "eid10"}))
        order = Order.objects.select_related("customer").get()
        assert answer.headers["Location"] == f"/orders/{order.pk}/"
        assert order.total_amount == Decimal("277.00")
        assert order.discount_code == "EID10"
        assert order.customer.phone == "+212661204418"
        assert order.customer.full_name == "محمد المنصوري"
        assert order.delivery_address.startswith("١٢")

    def test_two_clicks_make_one_order(self, desk, scope):
        given = new_order(**{"items-0-free": "1", "items-0-name": "Mint tea", "items-0-unit_price": "20"})
        first, second = desk.post("/orders/new/", given), desk.post("/orders/new/", given)
        assert first.headers["Location"] == second.headers["Location"]
        assert Order.objects.count() == 1
        third = desk.post("/orders/new/", {**given, "key": "another"})
        assert third.headers["Location"] != first.headers["Location"]

    BAD = (
        ({"items-0-sku": "NOPE"}, "items-0-sku-error", "There is no product"),
        ({"items-0-sku": "RUG", "items-0-variant_id": "other"}, "items-0-variant-error", "has no variant"),
        ({"items-0-sku": "RUG"}, "items-0-variant-error", "Choose a variant"),
        ({"items-0-sku": "RUG-S", "items-0-quantity": "0"}, "items-0-quantity-error", "from 1 to"),
        ({"items-0-sku": "RUG-S", "items-0-quantity": "-1"}, "items-0-quantity-error", "from 1 to"),
        ({"items-0-sku": "RUG-S", "items-0-quantity": "1000000000"}, "items-0-quantity-error", "from 1 to"),
        ({"items-0-sku": "RUG-S", "items-0-quantity": "two"}, "items-0-quantity-error", "whole number"),
        ({"items-0-sku": "RUG-S", "items-0-unit_price": "cheap"}, "items-0-price-error", "Write a price"),
        ({"items-0-sku": "RUG-S", "phone": "+33612345678"}, "id_phone_error", "another country"),
        ({"items-0-sku": "RUG-S", "phone": "12"}, "id_phone_error", "not a phone number"),
        ({"items-0-sku": "RUG-S", "full_name": "Nadia 😀"}, "id_full_name_error", "not emoji"),
        ({"items-0-sku": "RUG-S", "full_name": "Nadia\u202eadmin"}, "id_full_name_error", "invisible characters"),
        ({"items-0-sku": "RUG-S", "full_name": ""}, "id_full_name_error", "Give a name"),
        ({"items-0-sku": "RUG-S", "discount_code": "NOPE"}, "id_discount_code_error", "no promo code"),
        ({"items-0-sku": "RUG-S", "discount": "500"}, "id_discount_error", "larger than the order"),
        ({"items-0-sku": "RUG-S", "delivery_fee": "-1"}, "id_delivery_fee_error", "from 0 on"),
        ({}, "", "at least one item"),
    )

    @pytest.mark.parametrize(("wrong", "place", "words"), BAD, ids=[case[2] + str(index) for index, case in enumerate(BAD)])
    def test_what_is_wrong_stands_on_its_field_and_nothing_typed_is_lost(self, desk, scope, wrong, place, words):
        ProductFactory(tenant=scope, sku="RUG", price=Decimal(100), variants=VARIANTS)
        answer = desk.post("/orders/new/", new_order(**wrong, customer_notes="ring twice"))
        assert answer.status_code == 422
        said = re.search(rf'id="{place}".*?</ul>', answer.text, re.DOTALL)[0] if place else answer.text
        assert words in said.replace("&quot;", '"')
        for typed in (
            "١٢ زنقة الوداية",
            "ring twice",
            *(value for name, value in wrong.items() if name.startswith("items") and "variant" not in name),
        ):
            assert typed in answer.text, typed
        assert not Order.objects.exists()

    def test_a_blocked_customer_is_told_at_the_phone(self, desk, scope):
        customer = CustomerFactory(tenant=scope, phone="+212661204418")
        block_customer(customer, reason="Refused five parcels", actor=SYSTEM)
        answer = desk.post("/orders/new/", new_order(**{"items-0-free": "1", "items-0-name": "Tea", "items-0-unit_price": "20"}))
        assert answer.status_code == 422
        assert "Refused five parcels" in re.search(r'id="id_phone_error".*?</ul>', answer.text, re.DOTALL)[0]

    def test_more_lines_than_an_order_takes_are_told(self, desk, scope):
        lines = {}
        for number in range(501):
            lines |= {
                f"items-{number}-free": "1",
                f"items-{number}-name": "Tea",
                f"items-{number}-unit_price": "1",
                f"items-{number}-quantity": "1",
            }
        answer = desk.post("/orders/new/", new_order(**lines))
        assert answer.status_code == 422
        assert "501 lines" in answer.text

    def test_lines_are_added_and_removed_without_scripts(self, desk, scope):
        page = desk.post("/orders/new/", new_order(**{"items-0-sku": "A", "add": "product"})).text
        assert 'name="items-1-sku"' in page
        page = desk.post("/orders/new/", new_order(**{"items-0-sku": "A", "items-1-sku": "B", "remove": "0"})).text
        assert 'name="items-0-sku"' not in page
        assert 'value="B"' in page

    def test_products_are_found_by_name_variant_by_variant(self, desk, scope):
        ProductFactory(tenant=scope, name="Beni rug", sku="RUG", variants=VARIANTS)
        found = desk.get("/orders/products/", {"items-0-sku": "beni"}).text
        assert 'value="RUG-L"' in found
        assert "Beni rug – Large" in found

    def test_an_edit_moves_sums_and_stock_and_keeps_what_it_does_not_touch(self, desk, scope):
        lamp = a_product(stock=10)
        order = an_order("confirmed", lamp, quantity=2)
        page = desk.get(f"/orders/{order.pk}/edit/").text
        assert f'value="{lamp.sku}"' in page
        given = {**edited(lamp), "items-0-quantity": "5", "delivery_area": "Anfa", "delivery_fee": "10", "priority": "high"}
        assert desk.post(f"/orders/{order.pk}/edit/", given).status_code == 302
        now = fresh(order)
        assert (now.total_amount, now.delivery_address, now.priority) == (Decimal("260.00"), "New street 1", "high")
        lamp.refresh_from_db()
        assert lamp.stock_quantity == 5
        page = desk.get(f"/orders/{order.pk}/").text
        assert "Edited an order" in page

    def test_an_order_of_a_product_that_is_not_sold_any_more_can_still_get_another_address(self, desk, scope):
        lamp = a_product()
        order = an_order("new", lamp)
        Product.objects.filter(pk=lamp.pk).update(is_active=False)
        given = edited(lamp)
        assert desk.post(f"/orders/{order.pk}/edit/", given).status_code == 302
        assert fresh(order).delivery_address == "New street 1"

    def test_what_has_left_is_not_edited(self, desk, scope):
        order = an_order("out_for_delivery")
        assert desk.get(f"/orders/{order.pk}/edit/").status_code == 302
        given = {
            "items-0-free": "1",
            "items-0-name": "Tea",
            "items-0-quantity": "1",
            "items-0-unit_price": "1",
            "priority": "low",
            "payment_method": "COD",
            "service_code": "standard",
        }
        assert desk.post(f"/orders/{order.pk}/edit/", given).status_code == 422
        assert fresh(order).priority == "medium"
