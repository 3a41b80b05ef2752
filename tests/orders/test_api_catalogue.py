"""Customers, products, stock, categories, warehouses and promo codes over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import in_tenant
from orders.models import Address, Customer, Order, StockMovement
from orders.reconcile import find_drift
from orders.states import LISTING, ListingStatus
from tests.factories.accounts import UserFactory
from tests.factories.orders import (
    AddressFactory,
    CategoryFactory,
    CustomerFactory,
    DiscountFactory,
    OrderFactory,
    ProductFactory,
    StockMovementFactory,
    WarehouseFactory,
)
from tests.orders.calling import Caller, good, refused

pytestmark = pytest.mark.django_db
RED, BLUE = (
    {"id": name, "name": name.title(), "sku": f"VASE-{name}", "price": None, "stock": 4, "attributes": {}} for name in ("red", "blue")
)


@pytest.fixture
def api(tenant):
    return Caller(UserFactory(tenant=tenant, admin=True))


@pytest.mark.parametrize(
    ("path", "factory"),
    [
        ("customers/", CustomerFactory),
        ("products/", ProductFactory),
        ("products/low-stock/", ProductFactory),
        ("stock-movements/", StockMovementFactory),
        ("categories/", CategoryFactory),
        ("warehouses/", WarehouseFactory),
        ("discounts/", DiscountFactory),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_list_costs_the_same_for_one_row_and_for_thirty(api, tenant, path, factory):
    counts = []
    for more in (1, 29):
        for _number in range(more):
            factory(tenant=tenant)
        with CaptureQueriesContext(connection) as asked:
            found = good(api.get(path))["results"]
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4
    assert len(found) == 30


class TestCustomers:
    def names(self, api, **query):
        return {row["full_name"] for row in good(api.get("customers/", query))["results"]}

    def test_one_is_made_read_and_changed(self, api):
        made = good(api.post("customers/", {"full_name": "أمينة الإدريسي", "phone": "0612-345678", "city": "الدار البيضاء"}), 201)
        assert (made["phone"], made["total_orders"], made["total_spent"], made["return_rate"]) == ("+212612345678", 0, "0.00", None)
        read = api.get(f"customers/{made['id']}/")
        assert good(read) == made
        assert api.get(f"customers/{made['id']}/", **{"If-None-Match": read["ETag"]}).status_code == 304
        changed = api.patch(f"customers/{made['id']}/", {"email": "Amina@Example.com"}, **{"If-Match": read["ETag"]})
        assert good(changed)["email"] == "amina@example.com"
        stale = api.patch(f"customers/{made['id']}/", {"email": ""}, **{"If-Match": read["ETag"]})
        refused(stale, 412, "changed_meanwhile", "If-Match")

    @pytest.mark.parametrize(
        ("values", "status", "code", "field"),
        [
            ({"full_name": "Amina 🌹"}, 400, "symbols", "full_name"),
            ({"full_name": "Amina \u202edrah"}, 400, "hidden_characters", "full_name"),
            ({"phone": "12"}, 400, "invalid_phone", "phone"),
            ({"phone": "+33612345678"}, 400, "foreign_phone", "phone"),
            ({"phone": "0612000000"}, 409, "duplicate_phone", "phone"),
            ({"email": "amina@"}, 400, "invalid_email", "email"),
            ({"total_spent": "100.00"}, 400, "unknown_field", "total_spent"),
            ({"blocked": True}, 400, "unknown_field", "blocked"),
        ],
    )
    def test_what_is_wrong_is_named(self, api, tenant, values, status, code, field):
        other = CustomerFactory(tenant=tenant, phone="+212612000000")
        refused(api.post("customers/", {"full_name": "Nadia", "phone": "0612345678", **values}), status, code, field)
        one = CustomerFactory(tenant=tenant)
        refused(api.patch(f"customers/{one.pk}/", values), status, code, field)
        with in_tenant(tenant):
            assert set(Customer.objects.values_list("pk", "full_name")) == {(row.pk, row.full_name) for row in (other, one)}

    def test_each_filter_finds_its_own(self, api, tenant):
        CustomerFactory(tenant=tenant, full_name="Other")
        CustomerFactory(
            tenant=tenant, full_name="Khadija", phone="+212661000111", email="kh@example.com", area="Agdal", city="Rabat", blocked=True,
            blocked_reason="x", tags=[{"id": "vip", "label": "VIP", "color": "#FFD700"}], total_spent="500.00",
        )  # fmt: skip
        for query in (
            {"q": "khad"}, {"q": "0661000"}, {"q": "kh@exa"}, {"area": "Agdal"}, {"city": "Rabat"}, {"tag": "vip"}, {"blocked": "true"},
            {"phone": "+212661000111"}, {"email": "kh@example.com"}, {"spent_min": "1"},
        ):  # fmt: skip
            assert self.names(api, **query) == {"Khadija"}, query
        refused(api.get("customers/", {"name": "x"}), 400, "unknown_filter", "name")

    def test_tags_come_and_go(self, api, tenant):
        customer = CustomerFactory(tenant=tenant)
        vip = {"id": "vip", "label": "VIP", "color": "#FFD700"}
        assert good(api.post(f"customers/{customer.pk}/tags", {"add": [vip]}))["tags"] == [vip]
        assert good(api.post(f"customers/{customer.pk}/tags", {"remove": ["vip"]}))["tags"] == []
        refused(api.post(f"customers/{customer.pk}/tags", {"add": [{"id": "V I P"}]}), 400, "invalid_tag", "tags")

    def test_a_blocked_customer_orders_nothing_until_unblocked(self, api, tenant):
        customer = CustomerFactory(tenant=tenant)
        order = {"customer_id": str(customer.pk), "items": [{"name": "Tea", "quantity": 1, "unit_price": "2.00"}]}
        refused(api.post(f"customers/{customer.pk}/block", {}), 400, "required", "reason")
        assert good(api.post(f"customers/{customer.pk}/block", {"reason": "refused five parcels"}))["blocked"] is True
        assert "refused five parcels" in refused(api.post("orders/", order), 409, "customer_blocked", "customer")["detail"]
        assert good(api.post(f"customers/{customer.pk}/unblock"))["blocked"] is False
        good(api.post("orders/", order), 201)

    def test_the_same_person_twice_becomes_one(self, api, tenant):
        kept, other = CustomerFactory(tenant=tenant), CustomerFactory(tenant=tenant)
        order = OrderFactory(tenant=tenant, customer=other)
        AddressFactory(tenant=tenant, customer=other)
        assert good(api.post(f"customers/{kept.pk}/merge", {"others": [str(other.pk)]}))["total_orders"] == 1
        refused(api.get(f"customers/{other.pk}/"), 404, "not_found")
        refused(api.post(f"customers/{kept.pk}/merge", {"others": [str(other.pk)]}), 400, "unknown_customer", "others")
        refused(api.post(f"customers/{kept.pk}/merge", {"others": [str(kept.pk)]}), 400, "cannot_merge", "customer")
        with in_tenant(tenant):
            assert Order.objects.get(pk=order.pk).customer_id == kept.pk
            assert list(find_drift()) == []

    def test_addresses_one_of_them_the_default(self, api, tenant):
        customer = CustomerFactory(tenant=tenant, address="")
        path = f"customers/{customer.pk}/addresses/"
        first = good(api.post(path, {"address": "12 rue des Oudayas", "city": "Rabat"}), 201)
        second = good(api.post(path, {"address": "7 rue Taha Hussein", "label": "Work"}), 201)
        assert (first["is_default"], second["is_default"]) == (True, False)
        assert good(api.post(f"{path}{second['id']}/default"))["is_default"] is True
        assert good(api.get(f"customers/{customer.pk}/"))["address"] == "7 rue Taha Hussein"
        assert api.delete(f"{path}{first['id']}/").status_code == 204
        assert [row["id"] for row in good(api.get(path))["results"]] == [second["id"]]
        with in_tenant(tenant):
            assert Address.objects.filter(is_default=True).count() == 1


class TestProducts:
    def skus(self, api, path="products/", **query):
        return [row["sku"] for row in good(api.get(path, query))["results"]]

    def test_one_is_made_with_its_opening_stock(self, api, tenant):
        lamps = CategoryFactory(tenant=tenant)
        body = {
            "name": "Vase",
            "sku": "VASE",
            "price": "30.00",
            "category": str(lamps.pk),
            "low_stock_threshold": 8,
            "variants": [RED, BLUE],
        }
        made = good(api.post("products/", body), 201)
        assert (made["stock_quantity"], made["is_low"], made["price"], made["category"]) == (8, True, "30.00", str(lamps.pk))
        assert [(variant["id"], variant["stock"]) for variant in made["variants"]] == [("red", 4), ("blue", 4)]
        read = api.get(f"products/{made['id']}/")
        assert good(read) == made
        assert api.get(f"products/{made['id']}/", **{"If-None-Match": read["ETag"]}).status_code == 304
        assert good(api.patch(f"products/{made['id']}/", {"price": "28.50"}, **{"If-Match": read["ETag"]}))["price"] == "28.50"
        with in_tenant(tenant):
            assert list(find_drift()) == []

    @pytest.mark.parametrize(
        ("values", "status", "code", "field"),
        [
            ({"sku": "LAMP-01"}, 409, "duplicate_sku", "sku"),
            ({"name": "\u202e"}, 400, "name_needed", "name"),
            ({"price": "-1.00"}, 400, "invalid_price", "price"),
            ({"price": "1.001"}, 400, "max_decimal_places", "price"),
            ({"low_stock_threshold": -1}, 400, "invalid_quantity", "low_stock_threshold"),
            ({"category": "019a0000-0000-7000-8000-000000000001"}, 400, "unknown_category", "category"),
            ({"variants": [RED, RED]}, 400, "duplicate_variant", "variants"),
            ({"variants": [{"name": "no id"}]}, 400, "required", "variants.0.id"),
            ({"images": [{"url": "javascript:alert(1)"}]}, 400, "invalid", "images.0.url"),
            ({"stock_quantity": 5}, 400, "unknown_field", "stock_quantity"),
            ({"listing_status": "published"}, 400, "unknown_field", "listing_status"),
        ],
    )
    def test_what_is_wrong_is_named(self, api, tenant, values, status, code, field):
        ProductFactory(tenant=tenant, sku="LAMP-01")
        refused(api.post("products/", {"name": "Vase", "sku": "VASE", "price": "30.00", **values}), status, code, field)
        refused(api.patch(f"products/{ProductFactory(tenant=tenant).pk}/", values), status, code, field)
        assert "VASE" not in self.skus(api)

    def test_each_filter_finds_its_own(self, api, tenant):
        lamps = CategoryFactory(tenant=tenant)
        ProductFactory(tenant=tenant, sku="OTHER", stock=50, low_stock_threshold=5)
        ProductFactory(
            tenant=tenant, sku="LAMP-01", name="Zellige lamp", category=lamps, price="10.00", is_active=False, listing_status="submitted"
        )
        for query in (
            {"q": "zell"}, {"q": "lamp-0"}, {"sku": "LAMP-01"}, {"category": str(lamps.pk)}, {"active": "false"},
            {"listing": "submitted,approved"}, {"price_max": "20"},
        ):  # fmt: skip
            assert self.skus(api, **query) == ["LAMP-01"], query

    def test_low_stock_lists_the_emptiest_first(self, api, tenant):
        for sku, stock, threshold in (("SOME", 3, 5), ("NONE", 0, 0), ("PLENTY", 9, 5)):
            ProductFactory(tenant=tenant, sku=sku, stock=stock, low_stock_threshold=threshold)
        ProductFactory(tenant=tenant, sku="RETIRED", is_active=False)
        assert self.skus(api, "products/low-stock/") == ["NONE", "SOME"]

    @pytest.mark.parametrize("start", ListingStatus.values)
    @pytest.mark.parametrize(
        ("verb", "to"),
        [("submit", "submitted"), ("approve", "approved"), ("reject", "rejected"), ("publish", "published"), ("redraft", "draft")],
    )
    def test_every_move_of_a_listing_is_answered_by_the_table(self, api, tenant, start, verb, to):
        product = ProductFactory(tenant=tenant, listing_status=start)
        assert (verb in good(api.get(f"products/{product.pk}/"))["allowed_actions"]) == (to in LISTING.after(start))
        answer = api.post(f"products/{product.pk}/{verb}")
        if to in LISTING.after(start):
            assert good(answer)["listing_status"] == to
        else:
            refused(answer, 409, "already" if start == to else "illegal_transition", "listing_status")
            assert good(api.get(f"products/{product.pk}/"))["listing_status"] == start


class TestStock:
    def test_it_moves_by_hand_and_leaves_its_trace(self, api, tenant):
        product = ProductFactory(tenant=tenant, stock=10)
        path = f"products/{product.pk}/"
        assert good(api.post(f"{path}adjust", {"quantity": -2, "reason": "broken"}))["stock_quantity"] == 8
        assert good(api.post(f"{path}take-in", {"quantity": 5, "note": "invoice 7"}))["stock_quantity"] == 13
        assert good(api.post(f"{path}count", {"quantity": 12}))["stock_quantity"] == 12
        rows = good(api.get("stock-movements/", {"product": str(product.pk)}))["results"]
        assert [(row["kind"], row["quantity"]) for row in rows] == [("count", -1), ("restock", 5), ("adjust", -2), ("count", 10)]
        assert [row["kind"] for row in good(api.get("stock-movements/", {"kind": "restock,adjust"}))["results"]] == ["restock", "adjust"]
        with in_tenant(tenant):
            assert list(find_drift()) == []

    @pytest.mark.parametrize(
        ("verb", "body", "status", "code", "field"),
        [
            ("adjust", {"quantity": -11, "reason": "x"}, 409, "out_of_stock", "items"),
            ("adjust", {"quantity": 0, "reason": "x"}, 400, "invalid_quantity", "quantity"),
            ("adjust", {"quantity": 10**9, "reason": "x"}, 400, "invalid_quantity", "quantity"),
            ("adjust", {"quantity": 1}, 400, "required", "reason"),
            ("adjust", {"quantity": 1, "reason": "x", "variant_id": "red"}, 400, "unknown_variant", "variant_id"),
            ("take-in", {"quantity": -1}, 400, "invalid_quantity", "quantity"),
            ("take-in", {"quantity": 1, "variant_id": "red"}, 400, "unknown_variant", "variant_id"),
            ("count", {"quantity": -1}, 400, "invalid_quantity", "quantity"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_moves(self, api, tenant, verb, body, status, code, field):
        product = ProductFactory(tenant=tenant, stock=10)
        refused(api.post(f"products/{product.pk}/{verb}", body), status, code, field)
        with in_tenant(tenant):
            assert StockMovement.objects.count() == 1

    @pytest.mark.parametrize("verb", ["adjust", "take-in", "count"])
    def test_of_a_product_with_variants_it_moves_by_the_variant(self, api, tenant, verb):
        product = ProductFactory(tenant=tenant, variants=[RED, BLUE])
        body = {"quantity": 3, **({"reason": "x"} if verb == "adjust" else {})}
        refused(api.post(f"products/{product.pk}/{verb}", body), 400, "variant_needed", "variant_id")
        made = good(api.post(f"products/{product.pk}/{verb}", {**body, "variant_id": "red"}))
        assert [variant["stock"] for variant in made["variants"]] == [3 if verb == "count" else 7, 4]
        with in_tenant(tenant):
            assert list(find_drift()) == []


def test_categories_make_a_tree(api):
    top = good(api.post("categories/", {"name": "Home"}), 201)
    below = good(api.post("categories/", {"name": "Lamps", "parent": top["id"]}), 201)
    assert below["parent"] == top["id"]
    refused(api.post("categories/", {"name": "Lamps", "parent": top["id"]}), 400, "duplicate_name", "name")
    unknown = {"name": "Vases", "parent": "019a0000-0000-7000-8000-000000000001"}
    refused(api.post("categories/", unknown), 400, "unknown_category", "parent")


def test_the_first_warehouse_is_the_default(api):
    assert good(api.post("warehouses/", {"name": "Depot"}), 201)["is_default"] is True
    assert good(api.post("warehouses/", {"name": "Shop"}), 201)["is_default"] is False
    refused(api.post("warehouses/", {"name": "Shop"}), 400, "duplicate_name", "name")


def test_a_promo_code_is_made_once(api):
    body = {"code": "eid10", "kind": "percent", "value": "10.00"}
    assert good(api.post("discounts/", body), 201)["code"] == "EID10"
    refused(api.post("discounts/", body), 409, "duplicate_code", "code")
    refused(api.post("discounts/", {**body, "code": "X", "value": "101"}), 400, "invalid_value", "value")
    window = {"starts_at": "2026-06-02T00:00:00Z", "ends_at": "2026-06-01T00:00:00Z"}
    refused(api.post("discounts/", {**body, "code": "X", **window}), 400, "invalid_window", "ends_at")
    assert [row["code"] for row in good(api.get("discounts/", {"q": "eid"}))["results"]] == ["EID10"]
