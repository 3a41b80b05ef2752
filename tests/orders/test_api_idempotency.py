"""The same request twice: `Idempotency-Key` makes it one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.tenancy import in_tenant
from orders.models import Customer, Order, Product, StockMovement
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import OrderFactory, ProductFactory
from tests.orders.calling import Caller, good, refused

BODY = {"customer": {"full_name": "Amina El Idrissi", "phone": "0612345678"}, "items": [{"sku": "LAMP-01", "quantity": 1}]}
KEY = {"Idempotency-Key": "shop-1042"}


@pytest.fixture
def api(tenant):
    ProductFactory(tenant=tenant, sku="LAMP-01", stock=10)
    return Caller(UserFactory(tenant=tenant, manager=True))


def count(model, tenant):
    with in_tenant(tenant):
        return model.objects.count()


@pytest.mark.django_db
class TestTwice:
    def test_the_repeat_gets_the_first_answer_and_does_nothing(self, api, tenant):
        first, again = api.post("orders/", BODY, **KEY), api.post("orders/", BODY, **KEY)
        assert (first.status_code, again.status_code, again["Idempotent-Replay"]) == (201, 201, "true")
        assert again.json() == first.json()
        assert count(Order, tenant) == 1

    def test_without_a_key_it_is_done_twice(self, api, tenant):
        api.post("orders/", BODY)
        api.post("orders/", BODY)
        assert count(Order, tenant) == 2

    def test_a_key_with_another_body_is_refused(self, api, tenant):
        good(api.post("orders/", BODY, **KEY), 201)
        refused(api.post("orders/", {**BODY, "internal_notes": "other"}, **KEY), 422, "idempotency_key_reused", "Idempotency-Key")
        assert count(Order, tenant) == 1

    def test_after_an_error_the_key_is_free_again(self, api, tenant):
        refused(api.post("orders/", {**BODY, "total_amount": "1.00"}, **KEY), 400, "total_does_not_add_up", "total_amount")
        good(api.post("orders/", BODY, **KEY), 201)

    def test_a_key_without_end_is_refused(self, api):
        refused(api.post("orders/", BODY, **{"Idempotency-Key": "k" * 201}), 400, "invalid_idempotency_key", "Idempotency-Key")

    def test_keys_of_two_merchants_and_of_two_kinds_are_apart(self, api, tenant):
        other = TenantFactory()
        ProductFactory(tenant=other, sku="LAMP-01", stock=10)
        good(api.post("orders/", BODY, **KEY), 201)
        good(Caller(UserFactory(tenant=other, manager=True)).post("orders/", BODY, **KEY), 201)
        good(api.post("customers/", {"full_name": "Nadia", "phone": "0612345679"}, **KEY), 201)
        assert (count(Order, tenant), count(Order, other)) == (1, 1)

    def test_each_create_keeps_to_its_key(self, api, tenant):
        with in_tenant(tenant):
            lamp = Product.objects.get(sku="LAMP-01")
        order = OrderFactory(tenant=tenant)
        for path, body in (
            ("customers/", {"full_name": "Nadia", "phone": "0612345679"}),
            (f"customers/{order.customer_id}/addresses/", {"address": "7 rue Taha Hussein"}),
            ("products/", {"name": "Vase", "sku": "VASE", "price": "9.00"}),
            (f"products/{lamp.pk}/take-in", {"quantity": 5}),
            (f"products/{lamp.pk}/adjust", {"quantity": -1, "reason": "broken"}),
            ("categories/", {"name": "Lamps"}),
            ("warehouses/", {"name": "Depot"}),
            ("discounts/", {"code": "EID", "kind": "percent", "value": "5"}),
            ("orders/bulk", {"action": "cancel", "ids": [str(order.pk)], "options": {"reason": "x"}}),
        ):
            first, again = api.post(path, body, **KEY), api.post(path, body, **KEY)
            assert first.status_code in (200, 201), first.content
            assert (again.status_code, again.json()) == (first.status_code, first.json())
            assert "Idempotent-Replay" in again
        with in_tenant(tenant):
            assert Product.objects.get(sku="LAMP-01").stock_quantity == 14
            assert StockMovement.objects.filter(kind="restock").count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def both(self, person, bodies, **headers):
        """The answers to two requests that are sent at the same moment."""
        meet = threading.Barrier(2, timeout=10)

        def send(body):
            caller = Caller(person)
            meet.wait()
            try:
                return caller.post("orders/", body, **headers)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(send, bodies))

    @pytest.fixture
    def person(self):
        tenant = TenantFactory()
        ProductFactory(tenant=tenant, sku="LAMP-01", stock=10)
        return UserFactory(tenant=tenant, manager=True)

    def test_one_key_makes_one_order(self, person):
        answers = self.both(person, [BODY, BODY], **KEY)
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert sorted("Idempotent-Replay" in answer for answer in answers) == [False, True]
        assert (count(Order, person.tenant), count(Customer, person.tenant)) == (1, 1)

    def test_one_number_of_the_shop_makes_one_order_without_a_key_too(self, person):
        answers = self.both(person, [{**BODY, "external_id": "1042"}] * 2)
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "duplicate_external_id"}
        assert count(Order, person.tenant) == 1

    def test_one_new_phone_makes_one_customer(self, person):
        answers = self.both(person, [BODY, BODY])
        assert [answer.status_code for answer in answers] == [201, 201]
        with in_tenant(person.tenant):
            assert Customer.objects.get().total_orders == 2
