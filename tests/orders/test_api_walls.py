"""Every endpoint of orders: nothing of another tenant is given or taken, nobody without the permission gets through."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.tenancy import as_operator
from orders.models import (
    Address,
    Category,
    Customer,
    Discount,
    Order,
    OrderHistory,
    Product,
    StockMovement,
    Warehouse,
)
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import (
    AddressFactory,
    CategoryFactory,
    CustomerFactory,
    DiscountFactory,
    OrderFactory,
    OrderHistoryFactory,
    ProductFactory,
    StockMovementFactory,
    WarehouseFactory,
)
from tests.orders.calling import Caller, good

pytestmark = pytest.mark.django_db

# What a call needs to be understood; `{…}` is filled with the ids of the rows that it is about.
REASON = {"reason": "a test"}
LISTS = ("orders/", "customers/", "products/", "products/low-stock/", "stock-movements/", "categories/", "warehouses/", "discounts/")
CALLS = {
    ("GET", "orders/{order}/"): None,
    ("PATCH", "orders/{order}/"): {"internal_notes": "seen"},
    ("GET", "orders/{order}/history/"): None,
    ("POST", "orders/{order}/send-to-confirmation"): {},
    **{("POST", f"orders/{{order}}/{verb}"): {} for verb in ("confirm", "prepare", "ready", "dispatch", "back-to-hub")},
    ("POST", "orders/{order}/deliver"): {},
    ("POST", "orders/{order}/return"): REASON,
    ("POST", "orders/{order}/cancel"): REASON,
    ("POST", "orders/{order}/collect"): {},
    ("POST", "orders/{order}/assign-rep"): {"assigned_rep": None},
    ("POST", "orders/{order}/assign-agent"): {"assigned_agent": None},
    ("POST", "orders/{order}/delete"): REASON,
    ("POST", "orders/{order}/restore"): {},
    ("GET", "customers/{customer}/"): None,
    ("PATCH", "customers/{customer}/"): {"notes": "seen"},
    ("POST", "customers/{customer}/tags"): {"add": [{"id": "vip"}]},
    ("POST", "customers/{customer}/block"): REASON,
    ("POST", "customers/{customer}/unblock"): {},
    ("POST", "customers/{customer}/merge"): {"others": ["{other}"]},
    ("GET", "customers/{customer}/addresses/"): None,
    ("POST", "customers/{customer}/addresses/"): {"address": "7 rue Taha Hussein"},
    ("DELETE", "customers/{customer}/addresses/{address}/"): None,
    ("POST", "customers/{customer}/addresses/{address}/default"): {},
    ("GET", "products/{product}/"): None,
    ("PATCH", "products/{product}/"): {"price": "1.00"},
    ("POST", "products/{product}/adjust"): {"quantity": 1, **REASON},
    ("POST", "products/{product}/take-in"): {"quantity": 1},
    ("POST", "products/{product}/count"): {"quantity": 1},
    **{("POST", f"products/{{product}}/{verb}"): {} for verb in ("submit", "approve", "reject", "publish", "redraft")},
}  # fmt: skip
CREATES = {
    ("POST", "orders/"): {"customer_id": "{customer}", "items": [{"product_id": "{product}", "quantity": 1}]},
    ("POST", "orders/bulk"): {"action": "cancel", "ids": ["{order}"], "options": REASON},
    ("POST", "customers/"): {"full_name": "Amina", "phone": "0612345678"},
    ("POST", "products/"): {"name": "Lamp", "sku": "LAMP", "price": "9.00", "category": "{category}"},
    ("POST", "categories/"): {"name": "Lamps", "parent": "{category}"},
    ("POST", "warehouses/"): {"name": "Depot"},
    ("POST", "discounts/"): {"code": "EID", "kind": "percent", "value": "5"},
}
# Creates that name nothing of another tenant go through.
INNOCENT = {"customers/", "warehouses/", "discounts/"}
EVERYTHING = {**{("GET", path): None for path in LISTS}, **CALLS, **CREATES}
each_call = pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda text: text)
each_endpoint = pytest.mark.parametrize(("method", "path"), EVERYTHING, ids=lambda text: text)


class Rows:
    """One of everything, of one tenant."""

    def __init__(self, tenant):
        self.order = OrderFactory(tenant=tenant)
        self.history = OrderHistoryFactory(tenant=tenant, order=self.order)
        self.customer = CustomerFactory(tenant=tenant)
        self.other = CustomerFactory(tenant=tenant)
        self.address = AddressFactory(tenant=tenant, customer=self.customer)
        self.product = ProductFactory(tenant=tenant)
        self.movement = StockMovementFactory(tenant=tenant, product=self.product)
        self.category = CategoryFactory(tenant=tenant)
        self.discount = DiscountFactory(tenant=tenant)
        self.warehouse = WarehouseFactory(tenant=tenant)

    @property
    def ids(self):
        return {name: str(row.pk) for name, row in vars(self).items()}

    def filled(self, text):
        for name, pk in self.ids.items():
            text = text.replace(f"{{{name}}}", pk)
        return text


def everything():
    """Every row of every table of orders."""
    with as_operator("a test compares before and after"):
        return {
            model: sorted(map(str, model.objects.values_list()))
            for model in (Order, OrderHistory, Customer, Address, Product, StockMovement, Category, Warehouse, Discount)
        }


def asked(client, method, path, rows):
    body = EVERYTHING[method, path]
    text = rows.filled(json.dumps(body)) if body is not None else ""
    return client.generic(method, f"/api/{rows.filled(path)}", text, content_type="application/json")


@pytest.fixture
def theirs():
    return Rows(TenantFactory(settings={"confirmation": {"required": False}}))


def test_every_address_of_the_api_is_tried_here():
    resolver = get_resolver("orders.urls.api")
    served = set()
    for pattern in resolver.url_patterns:
        text = str(pattern.pattern)
        for name in ("order", "customer", "address", "product"):
            text = text.replace(f"<uuid:{name}_id>", f"{{{name}}}")
        view = pattern.callback.cls
        served |= {(method.upper(), text) for method in ("get", "post", "patch", "delete", "put") if hasattr(view, method)}
    assert served == set(EVERYTHING)


@each_call
def test_what_is_anothers_is_not_there_and_stays_as_it_was(tenant, theirs, method, path):
    before = everything()
    answer = asked(Caller(UserFactory(tenant=tenant, admin=True)).client, method, path, theirs)
    assert answer.status_code == 404, answer.content.decode()
    assert answer.json()["code"] == "not_found"
    assert everything() == before


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_nothing_of_another(tenant, theirs, path):
    own = Rows(tenant)
    answer = Caller(UserFactory(tenant=tenant, admin=True)).get(path)
    assert good(answer)["results"]
    text = answer.content.decode()
    assert any(pk in text for pk in own.ids.values())
    assert not any(pk in text for pk in theirs.ids.values())


@pytest.mark.parametrize(("method", "path"), [key for key in CREATES if key[1] not in INNOCENT], ids=lambda text: text)
def test_nothing_is_made_of_anothers_rows(tenant, theirs, method, path):
    before = everything()
    answer = asked(Caller(UserFactory(tenant=tenant, admin=True)).client, method, path, theirs)
    if path == "orders/bulk":
        assert [row["error"]["code"] for row in good(answer)["results"]] == ["not_found"]
    else:
        assert answer.status_code == 400, answer.content.decode()
        assert answer.json()["code"] in {"unknown_customer", "unknown_product", "unknown_category"}
    assert everything() == before


@each_endpoint
def test_nobody_gets_in_without_a_token(theirs, method, path):
    before = everything()
    assert asked(Client(), method, path, theirs).status_code == 401
    assert everything() == before


@each_endpoint
def test_a_person_without_any_permission_gets_nowhere(tenant, method, path):
    rows = Rows(tenant)
    nothing = {"orders": {"view": False}, "customers": {"view": False}, "products": {"view": False}}
    api = Caller(UserFactory(tenant=tenant, accountant=True, permissions=nothing))
    before = everything()
    answer = asked(api.client, method, path, rows)
    assert answer.status_code == 403, answer.content.decode()
    assert answer.json()["code"] == "permission_denied"
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [key for key in EVERYTHING if key[0] != "GET"], ids=lambda text: text)
def test_who_may_only_look_changes_nothing(tenant, method, path):
    rows = Rows(tenant)
    before = everything()
    assert asked(Caller(UserFactory(tenant=tenant, accountant=True)).client, method, path, rows).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [key for key in EVERYTHING if key[0] == "GET"], ids=lambda text: text)
def test_who_may_look_looks(tenant, method, path):
    assert asked(Caller(UserFactory(tenant=tenant, accountant=True)).client, method, path, Rows(tenant)).status_code == 200


def test_an_agent_touches_no_order_of_another_agent_even_with_permission_to_edit(tenant):
    agent = UserFactory(tenant=tenant, delivery_agent=True, permissions={"orders": {"edit": True}})
    own, other = OrderFactory(tenant=tenant, assigned_agent=agent), OrderFactory(tenant=tenant)
    phone, before = Caller(agent), everything()
    assert phone.post(f"orders/{other.pk}/confirm").status_code == 404
    assert phone.patch(f"orders/{other.pk}/", {"internal_notes": "mine"}).status_code == 404
    body = {"action": "confirm", "ids": [str(other.pk)]}
    assert good(phone.post("orders/bulk", body))["results"][0]["error"]["code"] == "not_found"
    assert everything() == before
    good(phone.post(f"orders/{own.pk}/confirm"))


def test_an_address_is_reached_through_its_own_customer_only(tenant):
    rows, api = Rows(tenant), Caller(UserFactory(tenant=tenant, admin=True))
    before = everything()
    assert api.delete(f"customers/{rows.other.pk}/addresses/{rows.address.pk}/").status_code == 404
    assert api.post(f"customers/{rows.other.pk}/addresses/{rows.address.pk}/default").status_code == 404
    assert everything() == before
