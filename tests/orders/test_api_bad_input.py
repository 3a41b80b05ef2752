"""What an order may not be made of: each a clear error on its field, and nothing half-written."""

import pytest

from accounts.models import ActivityLog, NumberSequence
from accounts.tenancy import as_operator
from orders.models import Customer, Order, Product, StockMovement
from tests.factories.accounts import UserFactory
from tests.factories.orders import CustomerFactory, DiscountFactory, OrderFactory, ProductFactory
from tests.orders.calling import Caller, good, refused

pytestmark = pytest.mark.django_db

BUYER = {"full_name": "Amina El Idrissi", "phone": "0612345678"}
LAMP = {"sku": "LAMP-01", "quantity": 1}
TURNED = "Amina \u202edrah"  # a right-to-left override


@pytest.fixture
def api(tenant):
    ProductFactory(tenant=tenant, sku="LAMP-01", price="90.00", stock=10)
    ProductFactory(tenant=tenant, sku="OLD-01", is_active=False)
    ProductFactory(
        tenant=tenant, sku="VASE", variants=[{"id": "red", "name": "Red", "sku": "VASE-RED", "price": None, "stock": 3, "attributes": {}}]
    )
    CustomerFactory(tenant=tenant, refused=True, phone="+212612000000")
    DiscountFactory(tenant=tenant, code="OVER", ends_at="2020-01-01T00:00Z")
    DiscountFactory(tenant=tenant, code="LARGE", minimum_subtotal=5000)
    OrderFactory(tenant=tenant, source="api", external_id="1042")
    return Caller(UserFactory(tenant=tenant, manager=True))


def what_is_there():
    with as_operator("a test counts"):
        return [
            sorted(map(str, model.objects.values_list()))
            for model in (Order, Customer, Product, StockMovement, NumberSequence, ActivityLog)
        ]


def line(**values):
    return {"items": [LAMP, {**LAMP, **values}]}


BAD = {
    "an unknown SKU": (line(sku="LAMP-99"), "unknown_sku", "items.1.sku"),
    "an unknown product": (line(sku="", product_id="019a0000-0000-7000-8000-000000000001"), "unknown_product", "items.1.product_id"),
    "a product that is not sold any more": (line(sku="OLD-01"), "product_inactive", "items.1.sku"),
    "a variant of another product": (line(variant_id="red"), "unknown_variant", "items.1.variant_id"),
    "no variant where there are some": (line(sku="VASE"), "variant_needed", "items.1.variant_id"),
    "none of it": (line(quantity=0), "invalid_quantity", "items.1.quantity"),
    "less than none of it": (line(quantity=-1), "invalid_quantity", "items.1.quantity"),
    "a thousand million of it": (line(quantity=10**9), "invalid_quantity", "items.1.quantity"),
    "a number beyond all columns": (line(quantity=10**60), "invalid_quantity", "items.1.quantity"),
    "half of it": (line(quantity=0.5), "invalid", "items.1.quantity"),
    "a quantity in words": (line(quantity="two"), "invalid", "items.1.quantity"),
    "a price below nothing": (line(unit_price="-1.00"), "invalid_price", "items.1.unit_price"),
    "a price with three decimals": (line(unit_price="1.005"), "max_decimal_places", "items.1.unit_price"),
    "a price that is no number": (line(unit_price="NaN"), "invalid", "items.1.unit_price"),
    "a line that does not say how many": ({"items": [{"sku": "LAMP-01"}]}, "required", "items.0.quantity"),
    "a line that is misspelt": (line(qty=2), "unknown_field", "items.1.qty"),
    "a line of nothing": ({"items": [{"quantity": 1, "name": ""}]}, "invalid_price", "items.0.unit_price"),
    "a line without a name": ({"items": [{"quantity": 1, "unit_price": "2.00"}]}, "name_needed", "items.0.name"),
    "no items": ({"items": []}, "no_items", "items"),
    "items that are no list": ({"items": {"sku": "LAMP-01"}}, "not_a_list", "items"),
    "five thousand items": ({"items": [LAMP] * 5000}, "too_many_items", "items"),
    "a total that does not add up": ({"total_amount": "89.99"}, "total_does_not_add_up", "total_amount"),
    "a fee below nothing": ({"delivery_fee": "-5.00"}, "invalid_amount", "delivery_fee"),
    "a discount larger than the order": ({"discount": "90.01"}, "invalid_amount", "discount"),
    "a number that the shop used": ({"external_id": "1042"}, "duplicate_external_id", "external_id"),
    "a blocked customer": ({"customer": {**BUYER, "phone": "0612000000"}}, "customer_blocked", "customer"),
    "a phone of another country": ({"customer": {**BUYER, "phone": "+33 6 12 34 56 78"}}, "foreign_phone", "customer.phone"),
    "a phone as another country writes it": ({"customer": {**BUYER, "phone": "01711-123456"}}, "invalid_phone", "customer.phone"),
    "a phone in words": ({"customer": {**BUYER, "phone": "call me"}}, "invalid_phone", "customer.phone"),
    "a name with emoji": ({"customer": {**BUYER, "full_name": "Amina 🌹"}}, "symbols", "customer.full_name"),
    "a name that turns around": ({"customer": {**BUYER, "full_name": TURNED}}, "hidden_characters", "customer.full_name"),
    "a name of spaces": ({"customer": {**BUYER, "full_name": "   "}}, "blank", "customer.full_name"),
    "a name without end": ({"customer": {**BUYER, "full_name": "A" * 300}}, "too_long", "customer.full_name"),
    "an e-mail that is none": ({"customer": {**BUYER, "email": "amina@"}}, "invalid", "customer.email"),
    "nobody": ({"customer": None}, "null", "customer"),
    "an unknown promo code": ({"discount_code": "NOPE"}, "unknown_discount", "discount_code"),
    "a promo code that is over": ({"discount_code": "over"}, "discount_not_now", "discount_code"),
    "a promo code for larger orders": ({"discount_code": "LARGE"}, "discount_minimum", "discount_code"),
    "a status": ({"status": "delivered"}, "unknown_field", "status"),
    "a source that is not its own": ({"source": "webhook"}, "invalid_choice", "source"),
    "a payment that is unknown": ({"payment_method": "bitcoin"}, "invalid_choice", "payment_method"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_on_its_field_and_nothing_is_written(api, name):
    values, code, field = BAD[name]
    before = what_is_there()
    status = 409 if code in {"customer_blocked", "duplicate_external_id"} else 400
    refused(api.post("orders/", {"customer": BUYER, "items": [LAMP], **values}), status, code, field)
    assert what_is_there() == before


@pytest.mark.parametrize("name", [name for name, (values, _code, _field) in BAD.items() if "items" in values])
def test_an_edit_is_held_to_the_same(api, tenant, name):
    values, code, field = BAD[name]
    order = OrderFactory(tenant=tenant)
    before = what_is_there()
    refused(api.patch(f"orders/{order.pk}/", values), 400, code, field)
    assert what_is_there() == before


def test_without_anybody_it_says_who_is_missing(api):
    refused(api.post("orders/", {"items": [LAMP]}), 400, "customer_needed", "customer")
    unknown = "019a0000-0000-7000-8000-000000000001"
    refused(api.post("orders/", {"items": [LAMP], "customer_id": unknown}), 400, "unknown_customer", "customer")


def test_several_wrong_values_are_all_named(api):
    answer = api.post("orders/", {"customer": {"full_name": "A"}, "items": [{"quantity": "x"}, LAMP, {"quantity": "y"}]})
    fields = {error["field"] for error in refused(answer, 400, "invalid")["errors"]}
    assert fields == {"customer.phone", "items.0.quantity", "items.2.quantity"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"items": ' + "[" * 100 + "]" * 100 + "}", '"order"'])
def test_what_is_no_order_at_all_is_a_problem_too(api, text):
    before = what_is_there()
    answer = api.client.post("/api/orders/", text, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert what_is_there() == before


def test_names_of_any_script_are_welcome(api):
    for number, name in enumerate(("أمينة الإدريسي", "ফারহানা রহমান", "Zoë d'Aragón-Ñuñez", "李小龙")):
        buyer = {"full_name": name, "phone": f"06123456{number:02d}"}
        assert good(api.post("orders/", {"customer": buyer, "items": [LAMP]}), 201)["customer"]["full_name"] == name


def test_the_same_number_of_two_sources_is_two_orders(api):
    good(api.post("orders/", {"customer": BUYER, "items": [LAMP], "external_id": "1042", "source": "manual"}), 201)
