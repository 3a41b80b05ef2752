"""What is done to products, categories and promo codes."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import ActivityLog
from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import catalogue
from orders.actions.placing import place_order
from orders.models import Category, Discount, Product, StockMovement
from orders.reconcile import find_drift
from orders.states import LISTING, ListingStatus
from tests.factories.accounts import UserFactory
from tests.orders.conftest import a_draft, a_product

pytestmark = pytest.mark.django_db
RED = {"id": "red", "name": "Red", "sku": "L-RED", "price": "95.00", "stock": 4, "attributes": {"colour": "red"}}


def refused(work, *args, **values):
    """The error of an action; and nothing of the catalogue was made or changed by it."""
    before = [list(model.objects.order_by("pk").values()) for model in (Product, Category, Discount, StockMovement)]
    with pytest.raises(DomainError) as error:
        work(*args, **values, actor=SYSTEM)
    assert [list(model.objects.order_by("pk").values()) for model in (Product, Category, Discount, StockMovement)] == before
    return error.value.code, error.value.field


class TestProducts:
    def test_opening_stock_is_a_movement(self, scope):
        lamp = a_product(stock=7)
        assert (lamp.stock_quantity, StockMovement.objects.get().quantity) == (7, 7)
        assert list(find_drift()) == []

    def test_each_variant_brings_its_own(self, scope):
        lamp = a_product(variants=[RED, {"id": " blue ", "stock": 2}])
        assert (lamp.stock_quantity, [(v["id"], v["stock"]) for v in lamp.variants]) == (6, [("red", 4), ("blue", 2)])
        assert list(find_drift()) == []

    @pytest.mark.parametrize(
        ("values", "code", "field"),
        [
            ({"name": "😀"}, "name_needed", "name"),
            ({"sku": " "}, "sku_needed", "sku"),
            ({"price": "-0.01"}, "invalid_price", "price"),
            ({"price": "1.999"}, "invalid_price", "price"),
            ({"price": "NaN"}, "invalid_price", "price"),
            ({"price": "1e12"}, "invalid_price", "price"),
            ({"price": "free"}, "invalid_price", "price"),
            ({"cost_price": "-1"}, "invalid_price", "cost_price"),
            ({"low_stock_threshold": -1}, "invalid_quantity", "low_stock_threshold"),
            ({"low_stock_threshold": 10**10}, "invalid_quantity", "low_stock_threshold"),
            ({"stock": -1}, "invalid_quantity", "stock"),
            ({"stock": 10**9}, "invalid_quantity", "stock"),
            ({"variants": "red"}, "invalid_variants", "variants"),
            ({"variants": [{"name": "no id"}]}, "invalid_variants", "variants.0.id"),
            ({"variants": [RED, {**RED, "sku": ""}]}, "duplicate_variant", "variants"),
            ({"variants": [RED, {**RED, "id": "other"}]}, "duplicate_variant", "variants"),
            ({"variants": [{**RED, "price": "-1"}]}, "invalid_price", "variants.0.price"),
            ({"variants": [{**RED, "stock": -1}]}, "invalid_quantity", "variants.0.stock"),
            ({"variants": [{**RED, "stock": "many"}]}, "invalid_quantity", "variants.0.stock"),
            ({"variants": [{**RED, "attributes": "red"}]}, "invalid_variants", "variants.0.attributes"),
            ({"variants": [{"id": str(number)} for number in range(201)]}, "invalid_variants", "variants"),
            ({"images": [{"url": "javascript:alert(1)"}]}, "invalid_images", "images.0.url"),
            ({"images": ["x"]}, "invalid_images", "images.0.url"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_field(self, scope, values, code, field):
        given = {"name": "Lamp", "sku": "LAMP", "price": "10", **values}
        assert refused(catalogue.create_product, **given) == (code, field)

    def test_a_price_is_needed(self, scope):
        assert refused(catalogue.create_product, name="Lamp", sku="LAMP") == ("invalid_price", "price")

    def test_a_sku_belongs_to_one(self, scope):
        lamp, other = a_product(), a_product()
        assert refused(catalogue.create_product, name="x", sku=lamp.sku, price="1") == ("duplicate_sku", "sku")
        assert refused(catalogue.change_product, other, sku=lamp.sku) == ("duplicate_sku", "sku")

    def test_changing_leaves_stock_to_the_movements(self, scope):
        lamp = a_product(variants=[RED])
        changed = catalogue.change_product(
            lamp, variants=[{**RED, "stock": 900, "name": "Deep red"}, {"id": "new", "stock": 5}], actor=SYSTEM
        )
        assert [(v["name"], v["stock"]) for v in changed.variants] == [("Deep red", 4), ("", 0)]
        assert list(find_drift()) == []

    def test_what_has_stock_is_not_taken_away_under_it(self, scope):
        lamp, bare = a_product(variants=[RED]), a_product(stock=3)
        assert refused(catalogue.change_product, lamp, variants=[]) == ("variant_has_stock", "variants")
        assert refused(catalogue.change_product, bare, variants=[RED]) == ("product_has_stock", "variants")

    def test_the_log_tells_what_a_person_changed_but_not_the_stock(self, scope, tenant):
        lamp = a_product(price="10")
        catalogue.change_product(lamp, price="12.50", actor=UserFactory(manager=True, tenant=tenant))
        changes = ActivityLog.objects.get(action="product_changed").details["changes"]
        assert changes == {"price": {"old": "10.00", "new": "12.50"}}

    @pytest.mark.parametrize("present", ListingStatus.values)
    def test_the_review_goes_as_its_table_says(self, scope, present):
        for to in ListingStatus.values:
            lamp = a_product()
            Product.objects.filter(pk=lamp.pk).update(listing_status=present)
            if to in LISTING.after(present):
                assert catalogue.change_listing(lamp, to, actor=SYSTEM).listing_status == to
            else:
                with pytest.raises(DomainError) as error:
                    catalogue.change_listing(lamp, to, actor=SYSTEM)
                assert (error.value.code, error.value.field) in {("illegal_transition", "listing_status"), ("already", "listing_status")}


class TestCategories:
    def test_form_a_tree_with_a_name_once_a_level(self, scope):
        home = catalogue.create_category(name="Home", actor=SYSTEM)
        garden = catalogue.create_category(name="Garden", actor=SYSTEM)
        catalogue.create_category(name="Home", parent=garden, actor=SYSTEM)
        assert refused(catalogue.create_category, name=" Home ") == ("duplicate_name", "name")
        assert refused(catalogue.change_category, garden, name="Home", parent=None) == ("duplicate_name", "name")
        assert refused(catalogue.create_category, name="\u202e") == ("name_needed", "name")
        moved = catalogue.change_category(home, name="House", parent=garden, actor=SYSTEM)
        assert (moved.name, moved.parent_id) == ("House", garden.pk)

    def test_never_make_a_circle(self, scope):
        top = catalogue.create_category(name="1", actor=SYSTEM)
        middle = catalogue.create_category(name="2", parent=top, actor=SYSTEM)
        leaf = catalogue.create_category(name="3", parent=middle, actor=SYSTEM)
        for below in (top, middle, leaf):
            assert refused(catalogue.change_category, top, name="1", parent=below) == ("circle", "parent")

    def test_go_only_when_they_are_empty(self, scope):
        home = catalogue.create_category(name="Home", actor=SYSTEM)
        below = catalogue.create_category(name="Lights", parent=home, actor=SYSTEM)
        assert refused(catalogue.remove_category, home) == ("category_not_empty", None)
        lamp = a_product(category=below)
        assert refused(catalogue.remove_category, below) == ("category_not_empty", None)
        catalogue.change_product(lamp, category=None, actor=SYSTEM)
        catalogue.remove_category(below, actor=SYSTEM)
        catalogue.remove_category(home, actor=SYSTEM)
        assert not Category.objects.exists()


class TestPromoCodes:
    def make(self, **values):
        return catalogue.create_discount(**{"code": "EID", "kind": "percent", "value": Decimal(10), **values}, actor=SYSTEM)

    @pytest.mark.parametrize(
        ("values", "code", "field"),
        [
            ({"code": " "}, "code_needed", "code"),
            ({"value": Decimal(0)}, "invalid_value", "value"),
            ({"value": Decimal("100.01")}, "invalid_value", "value"),
            ({"minimum_subtotal": Decimal(-1)}, "invalid_value", "minimum_subtotal"),
            ({"starts_at": timezone.now(), "ends_at": timezone.now() - timezone.timedelta(1)}, "invalid_window", "ends_at"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_field(self, scope, values, code, field):
        given = {"code": "EID", "kind": "percent", "value": Decimal(10), **values}
        assert refused(catalogue.create_discount, **given) == (code, field)

    def test_a_code_is_there_once_however_it_is_written(self, scope):
        self.make()
        assert refused(catalogue.create_discount, code=" e i d ", kind="fixed", value=Decimal(5)) == ("duplicate_code", "code")

    def test_a_change_keeps_the_uses_and_not_below_them(self, scope):
        eid = self.make(max_uses=5)
        lamp = a_product(price="100.00")
        place_order(a_draft(lamp, discount_code="eid"), actor=SYSTEM)
        place_order(a_draft(lamp, discount_code="eid"), actor=SYSTEM)
        changed = catalogue.change_discount(eid, value=Decimal(20), max_uses=2, actor=SYSTEM)
        assert (changed.uses, changed.value) == (2, Decimal(20))
        assert refused(catalogue.change_discount, eid, max_uses=1) == ("invalid_limit", "max_uses")
        with pytest.raises(TypeError):
            catalogue.change_discount(eid, uses=0, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(tenant):
    with in_tenant(tenant):
        one, two = (catalogue.create_category(name=name, actor=SYSTEM) for name in ("one", "two"))
    barrier, codes = Barrier(2), []

    def move(category, parent):
        barrier.wait(10)
        try:
            with in_tenant(tenant):
                catalogue.change_category(category, name=category.name, parent=parent, actor=SYSTEM)
        except DomainError as error:
            codes.append(error.code)
        finally:
            connections.close_all()

    threads = [Thread(target=move, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert codes == ["circle"]
