"""The pages of products, stock, categories, warehouses and promo codes."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ActivityLog
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from orders.actions import moving
from orders.actions.placing import place_order
from orders.models import Category, Discount, Product, StockMovement, Warehouse
from orders.navigation import find_products
from orders.states import LISTING, ListingStatus
from tests.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.factories.orders import CategoryFactory, DiscountFactory, ProductFactory, WarehouseFactory
from tests.orders.conftest import a_draft

pytestmark = pytest.mark.django_db
OVERRIDE = "\u202e"
MOST_STATEMENTS = 10
TWO = [{"id": "red", "name": "Red", "sku": "L-RED", "stock": 4}, {"id": "blue", "name": "Blue", "sku": "L-BLUE", "stock": 1}]


@pytest.fixture
def manager(tenant):
    return UserFactory(manager=True, tenant=tenant)


@pytest.fixture
def browser(manager):
    return browser_of(manager)


@pytest.fixture
def lamp(tenant):
    return ProductFactory(tenant=tenant, name="Brass lamp", sku="LAMP-1", stock=12, low_stock_threshold=5)


@pytest.fixture
def shade(tenant):
    return ProductFactory(tenant=tenant, name="Shade", sku="SHADE", variants=TWO, low_stock_threshold=5)


def fresh(row):
    with as_operator("a test looks"):
        return type(row).objects.get(pk=row.pk)


def page_of(row, name="product"):
    return reverse(f"orders:{name}", args=[row.pk])


def key_in(page, form="take_in"):
    return re.search(rf'name="key" value="([^"]+)" id="{form}_key"', page)[1]


def statements(browser, address):
    """How many the page costs once caches are warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)


def given(*, rows=(), **changes):
    """What the form of a product sends; `rows` are its variants."""
    values = {"name": "مصباح نحاسي", "sku": "LAMP-9", "price": "90.00", "cost_price": "40", "low_stock_threshold": "5", "is_active": "on"}
    sent = {**values, "variants-TOTAL_FORMS": str(len(rows) or 3), "variants-INITIAL_FORMS": "0", **changes}
    return sent | {f"variants-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}


class TestTheList:
    def test_shows_ones_own_with_stock_and_what_runs_low(self, browser, lamp, shade):
        other = ProductFactory(name="Somebody else's")
        page = browser.get("/products/").text
        assert "Brass lamp" in page
        assert "2 variants" in page
        assert page.count('class="chip wait">Low<') == 1
        assert other.name not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "brass"}, True),
            ({"q": "lamp-"}, True),
            ({"q": "shade"}, False),
            ({"active": "true"}, True),
            ({"active": "false"}, False),
            ({"stock": "low"}, False),
            ({"listing": "draft"}, True),
            ({"listing": "published"}, False),
            ({"sort": "emptiest"}, True),
        ],
    )
    def test_filters(self, browser, lamp, query, found):
        assert (page_of(lamp) in browser.get("/products/", query).text) is found

    def test_a_category_stands_for_all_below_it(self, browser, tenant, lamp):
        home = CategoryFactory(tenant=tenant, name="Home")
        lights = CategoryFactory(tenant=tenant, name="Lights", parent=home)
        garden = CategoryFactory(tenant=tenant, name="Garden")
        with in_tenant(tenant):
            Product.objects.filter(pk=lamp.pk).update(category=lights)
        assert page_of(lamp) in browser.get("/products/", {"category": home.pk}).text
        assert page_of(lamp) not in browser.get("/products/", {"category": garden.pk}).text

    @pytest.mark.parametrize("query", ["q=%00", "category=nonsense", "sort=worst", "stock=%F0%9F%98%80", "cursor=x"])
    def test_an_ugly_address_is_no_failure(self, browser, lamp, query):
        assert browser.get(f"/products/?{query}").status_code in {200, 400}

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant, lamp):
        few = statements(browser, "/products/")
        ProductFactory.create_batch(29, tenant=tenant, category=CategoryFactory(tenant=tenant))
        assert statements(browser, "/products/") == few <= MOST_STATEMENTS

    def test_is_taken_along_as_a_file_which_is_recorded(self, browser, manager, lamp, shade):
        answer = browser.get(reverse("orders:products-export", args=["csv"]), {"q": "lamp"})
        rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
        assert [(row["SKU"], row["In stock"]) for row in rows] == [("LAMP-1", "12")]
        with in_tenant(manager.tenant):
            assert ActivityLog.objects.get(action="products_exported").details["filters"] == {"q": "lamp"}

    def test_is_found_by_the_search_box(self, manager, lamp):
        with in_tenant(manager.tenant):
            assert [hit.url for hit in find_products("lamp-1", manager, 5)] == [page_of(lamp)]

    def test_the_navigation_says_how_many_run_low(self, browser, shade):
        cache.clear()
        assert "1 low" in browser.get("/products/").text


class TestANewProduct:
    def test_with_variants_that_bring_their_stock(self, browser, tenant):
        rows = [
            {"name": "أحمر", "sku": "L9-R", "id": "red", "price": "95", "attributes": "اللون: أحمر، الحجم: كبير", "stock": "4"},
            {"name": "", "sku": ""},
            {"name": "Blue", "sku": "L9-B", "stock": ""},
        ]
        answer = browser.post("/products/new/", given(rows=rows, images="https://cdn.example/a.jpg | front\nhttps://cdn.example/b.jpg"))
        with in_tenant(tenant):
            made = Product.objects.get()
        assert answer["Location"] == page_of(made)
        assert (made.name, made.price, made.stock_quantity) == ("مصباح نحاسي", Decimal("90.00"), 4)
        assert [(v["id"], v["price"], v["stock"]) for v in made.variants] == [("red", "95.00", 4), ("blue", None, 0)]
        assert made.variants[0]["attributes"] == {"اللون": "أحمر", "الحجم": "كبير"}
        assert [(image["alt"], image["is_primary"]) for image in made.images] == [("front", True), ("", False)]
        assert "أحمر" in browser.get(page_of(made)).text

    def test_without_variants_has_stock_of_its_own(self, browser, tenant):
        browser.post("/products/new/", given(stock="7"))
        with in_tenant(tenant):
            assert Product.objects.get().stock_quantity == 7
            assert StockMovement.objects.get().kind == "count"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "😀"}, "name"),
            ({"name": "x" * 251}, "name"),
            ({"sku": " "}, "sku"),
            ({"price": ""}, "price"),
            ({"price": "-1"}, "price"),
            ({"price": "1e99"}, "price"),
            ({"price": "1.999"}, "price"),
            ({"price": "NaN"}, "price"),
            ({"cost_price": "-5"}, "cost_price"),
            ({"low_stock_threshold": "-1"}, "low_stock_threshold"),
            ({"low_stock_threshold": "99999999999999"}, "low_stock_threshold"),
            ({"stock": "-1"}, "stock"),
            ({"stock": "1000000000000"}, "stock"),
            ({"category": "00000000-0000-0000-0000-000000000000"}, "category"),
            ({"images": "javascript:alert(1)"}, "images"),
        ],
    )
    def test_a_wrong_value_is_told_beside_its_field_and_nothing_typed_is_lost(self, browser, tenant, changes, field):
        answer = browser.post("/products/new/", given(**{"description": "typed before", **changes}))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        assert "typed before" in answer.text
        with in_tenant(tenant):
            assert not Product.objects.exists()

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ({"name": "Red", "price": "-1"}, "price"),
            ({"name": "Red", "stock": "-1"}, "stock"),
            ({"name": "Red", "attributes": "red"}, "attributes"),
            ({"name": "أحمر"}, "id"),
            ({"name": "x" * 121}, "name"),
        ],
    )
    def test_a_wrong_variant_is_told_in_its_row(self, browser, tenant, row, field):
        answer = browser.post("/products/new/", given(rows=[{"name": "Fine"}, row]))
        assert answer.status_code == 422
        assert f'id="id_variants-1-{field}_error"' in answer.text
        with in_tenant(tenant):
            assert not Product.objects.exists()

    def test_two_variants_of_the_same_id_are_refused(self, browser):
        answer = browser.post("/products/new/", given(rows=[{"name": "Red"}, {"name": "red"}]))
        assert answer.status_code == 422
        assert "Two variants have the same id" in answer.text

    def test_a_sku_that_is_taken_is_told_also_on_a_second_click(self, browser, tenant):
        assert browser.post("/products/new/", given()).status_code == 302
        again = browser.post("/products/new/", given())
        assert again.status_code == 422
        assert 'id="id_sku_error"' in again.text
        with in_tenant(tenant):
            assert Product.objects.count() == 1

    def test_more_rows_come_without_scripts_and_save_nothing(self, browser, tenant):
        answer = browser.post("/products/new/", given(rows=[{"name": "Red"}], more="1"))
        assert answer.status_code == 200
        assert 'name="variants-5-name"' in answer.text
        assert 'value="Red"' in answer.text
        assert "One thing needs your attention" not in answer.text
        with in_tenant(tenant):
            assert not Product.objects.exists()

    @pytest.mark.parametrize("total", ["", "x", "-1", "5000", "٣"])
    def test_a_broken_form_is_no_failure(self, browser, tenant, total):
        assert browser.post("/products/new/", given() | {"variants-TOTAL_FORMS": total}).status_code in {302, 422}
        assert browser.post("/products/new/", given(more="1") | {"variants-TOTAL_FORMS": total}).status_code == 200

    def test_only_who_may(self, tenant):
        assert browser_of(UserFactory(tenant=tenant)).post("/products/new/", given()).status_code == 403
        assert browser_of(UserFactory(delivery_agent=True, tenant=tenant)).get("/products/").status_code == 403


class TestChangingAProduct:
    def sent(self, product, rows, **changes):
        values = {"name": product.name, "sku": product.sku, "price": str(product.price), "is_active": "on"}
        return given(rows=rows, **{**values, "variants-INITIAL_FORMS": str(len(product.variants)), **changes})

    def test_stock_stays_what_the_movements_say(self, browser, shade):
        rows = [{"id": "red", "name": "Deep red", "sku": "L-RED", "stock": "500"}, {"id": "blue", "name": "Blue", "sku": "L-BLUE"}]
        assert browser.post(page_of(shade, "product-edit"), self.sent(shade, rows, price="12.50")).status_code == 302
        changed = fresh(shade)
        assert (changed.price, changed.stock_quantity) == (Decimal("12.50"), 5)
        assert [(v["name"], v["stock"]) for v in changed.variants] == [("Deep red", 4), ("Blue", 1)]

    def test_a_variant_with_stock_is_not_removed(self, browser, shade):
        answer = browser.post(page_of(shade, "product-edit"), self.sent(shade, [{"id": "red", "name": "Red"}]))
        assert answer.status_code == 422
        assert "count it to 0 first" in answer.text
        assert len(fresh(shade).variants) == 2

    def test_stock_of_no_variant_is_counted_away_first(self, browser, lamp):
        answer = browser.post(page_of(lamp, "product-edit"), self.sent(lamp, [{"name": "Red"}]))
        assert answer.status_code == 422
        assert "belongs to no variant" in answer.text

    def test_the_form_shows_what_is_stored(self, browser, shade):
        page = browser.get(page_of(shade, "product-edit")).text
        assert 'value="L-BLUE"' in page
        assert re.search(r'name="variants-0-id" value="red"[^>]*readonly', page)


class TestAProduct:
    def test_shows_stock_by_variant_and_each_movement_with_who_and_which_order(self, browser, manager, tenant, shade):
        with in_tenant(tenant):
            order = place_order(a_draft(), actor=SYSTEM)
        browser.post(page_of(shade, "product-adjust"), adjusting(browser, shade, variant="red", quantity="-1", reason="fell down"))
        page = browser.get(page_of(shade)).text
        assert "fell down" in page
        assert manager.full_name in page
        assert "\u22121" in page
        assert order.order_number not in page

    def test_what_an_order_held_and_took_names_the_order(self, browser, tenant, lamp):
        with in_tenant(tenant):
            order = place_order(a_draft(lamp, quantity=2), actor=SYSTEM)
            for step in ("confirmed", "being_prepared", "ready_for_pickup", "out_for_delivery"):
                moving.change_status(order, step, actor=SYSTEM)
        page = browser.get(page_of(lamp)).text
        assert order.order_number in page
        assert "Shipped in the last 30 days" in page

    def test_costs_the_same_for_one_and_for_thirty_movements(self, browser, tenant, lamp):
        few = statements(browser, page_of(lamp))
        for number in range(20):
            browser.post(page_of(lamp, "product-adjust"), adjusting(browser, lamp, quantity="1", reason=f"found {number}"))
        assert statements(browser, page_of(lamp)) == few <= MOST_STATEMENTS

    def test_its_movements_go_on_by_key(self, browser, tenant, lamp):
        for number in range(40):
            browser.post(page_of(lamp, "product-adjust"), adjusting(browser, lamp, quantity="1", reason=f"no{number:02}"))
        first = browser.get(page_of(lamp)).text
        older = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
        second = browser.get(f"{page_of(lamp)}{older}").text
        shown = [set(re.findall(r"no\d\d", page)) for page in (first, second)]
        assert not shown[0] & shown[1]
        assert len(shown[0] | shown[1]) == 40

    def test_a_second_click_takes_in_once(self, browser, lamp):
        sent = {"quantity": "10", "note": "Invoice 2231", "key": key_in(browser.get(page_of(lamp)).text)}
        for _click in range(2):
            page = browser.post(page_of(lamp, "product-take-in"), sent, follow=True).text
            assert "22 in stock now" in page
        assert fresh(lamp).stock_quantity == 22

    def test_a_refused_form_can_be_sent_again(self, browser, lamp):
        sent = {"quantity": "0", "key": key_in(browser.get(page_of(lamp)).text)}
        refused = browser.post(page_of(lamp, "product-take-in"), sent)
        assert refused.status_code == 422
        assert 'id="take_in_quantity_error"' in refused.text
        assert browser.post(page_of(lamp, "product-take-in"), {**sent, "quantity": "3", "key": key_in(refused.text)}).status_code == 302
        assert fresh(lamp).stock_quantity == 15

    @pytest.mark.parametrize(
        ("form", "changes", "field"),
        [
            ("take_in", {"quantity": ""}, "quantity"),
            ("take_in", {"quantity": "-3"}, "quantity"),
            ("take_in", {"quantity": "10000001"}, "quantity"),
            ("take_in", {"quantity": "1.5"}, "quantity"),
            ("take_in", {"quantity": "5", "note": "x" * 201}, "note"),
            ("count", {"quantity": "-1"}, "quantity"),
            ("count", {"quantity": "😀"}, "quantity"),
            ("adjust", {"quantity": "0", "reason": "nothing"}, "quantity"),
            ("adjust", {"quantity": "-13", "reason": "more than there is"}, "quantity"),
            ("adjust", {"quantity": "1", "reason": " "}, "reason"),
        ],
    )
    def test_a_wrong_value_is_told_beside_its_field_and_moves_nothing(self, browser, lamp, form, changes, field):
        sent = {"key": "one-key", **changes}
        answer = browser.post(page_of(lamp, f"product-{form.replace('_', '-')}"), sent)
        assert answer.status_code == 422
        assert f'id="{form}_{field}_error"' in answer.text
        assert fresh(lamp).stock_quantity == 12

    @pytest.mark.parametrize("variant", ["", "green", OVERRIDE])
    def test_of_a_product_with_variants_one_is_chosen(self, browser, shade, variant):
        answer = browser.post(page_of(shade, "product-take-in"), {"quantity": "1", "variant": variant, "key": "k"})
        assert answer.status_code == 422
        assert 'id="take_in_variant_error"' in answer.text

    def test_counting_writes_the_difference(self, browser, manager, shade):
        browser.post(page_of(shade, "product-count"), {"variant": "red", "quantity": "9", "key": "k", "note": "June"})
        assert (fresh(shade).stock_quantity, fresh(shade).variants[0]["stock"]) == (10, 9)
        with in_tenant(manager.tenant):
            movement = StockMovement.objects.order_by("-created_at").first()
        assert (movement.kind, movement.quantity, movement.note) == ("count", 5, "June")

    @pytest.mark.parametrize("state", ListingStatus.values)
    def test_its_review_goes_as_the_table_says(self, browser, manager, lamp, state):
        with in_tenant(manager.tenant):
            Product.objects.filter(pk=lamp.pk).update(listing_status=state)
        page = browser.get(page_of(lamp)).text
        offered = set(re.findall(r'name="to" value="(\w+)"', page))
        assert offered == {str(to) for to in LISTING.after(state)}
        for to in ListingStatus.values:
            with in_tenant(manager.tenant):
                Product.objects.filter(pk=lamp.pk).update(listing_status=state)
            answer = browser.post(page_of(lamp, "product-listing"), {"to": to})
            assert answer.status_code == (302 if to in offered else 409)
            assert fresh(lamp).listing_status == (to if to in offered else state)

    def test_of_another_merchant_is_not_there_and_stays_as_it_is(self, browser):
        other = ProductFactory(stock=3)
        before = fresh(other)
        sent = {**given(), "quantity": "1", "reason": "mine", "key": "k", "to": "submitted"}
        for name in ("product", "product-edit", "product-adjust", "product-take-in", "product-count", "product-listing"):
            assert browser.get(page_of(other, name)).status_code in {404, 405}, name
            assert browser.post(page_of(other, name), sent).status_code in {404, 405}, name
        assert browser.post("/stock/low/", {"product": other.pk, "quantity": "1", "key": "k"}).status_code == 404
        browser.post("/stock/count/", {f"count:{other.pk}:": "9"})
        after = fresh(other)
        assert (after.stock_quantity, after.updated_at) == (3, before.updated_at)

    def test_who_may_only_look_finds_no_buttons_and_is_refused(self, tenant, lamp):
        rep = browser_of(UserFactory(tenant=tenant))
        page = rep.get(page_of(lamp)).text
        assert page_of(lamp, "product-edit") not in page
        assert "Move the stock" not in page
        assert 'name="to"' not in page
        for name in ("product-edit", "product-adjust", "product-take-in", "product-count", "product-listing"):
            assert rep.post(page_of(lamp, name), {"quantity": "1", "to": "submitted", "key": "k"}).status_code == 403, name
        assert rep.post("/stock/low/", {"product": lamp.pk, "quantity": "1", "key": "k"}).status_code == 403
        assert rep.get("/stock/count/").status_code == 403
        assert fresh(lamp).stock_quantity == 12


class TestLowStock:
    def test_lists_the_emptiest_first_and_takes_in_where_it_stands(self, browser, lamp, shade):
        page = browser.get("/stock/low/").text
        assert "Shade" in page
        assert "Brass lamp" not in page
        key = re.search(rf'name="key" value="([^"]+)" id="{shade.pk}_key"', page)[1]
        sent = {"product": shade.pk, "variant": "blue", "quantity": "30", "key": key}
        for _click in range(2):
            after = browser.post("/stock/low/", sent, follow=True).text
        assert "Nothing runs low" in after
        assert fresh(shade).stock_quantity == 35

    def test_what_is_wrong_is_told_in_its_row(self, browser, shade):
        answer = browser.post("/stock/low/", {"product": shade.pk, "variant": "blue", "quantity": "-4", "key": "k"})
        assert answer.status_code == 422
        assert f'id="{shade.pk}_quantity_error"' in answer.text
        assert browser.post("/stock/low/", {"product": "nonsense"}).status_code == 400

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant, shade):
        few = statements(browser, "/stock/low/")
        ProductFactory.create_batch(29, tenant=tenant, stock=1, low_stock_threshold=2)
        assert statements(browser, "/stock/low/") == few <= MOST_STATEMENTS


class TestTheCountingSheet:
    def test_only_differences_are_written_and_a_summary_says_which(self, browser, manager, lamp, shade):
        page = browser.get("/stock/count/").text
        assert page.count("data-count") >= 3
        sent = {f"count:{lamp.pk}:": "12", f"count:{shade.pk}:red": "2", f"count:{shade.pk}:blue": "", "note": "June"}
        after = browser.post("/stock/count/", sent, follow=True).text
        assert "2 lines counted" in after
        assert "1 was not as thought" in after
        assert "Shade – Red" in after
        assert (fresh(shade).stock_quantity, fresh(lamp).stock_quantity) == (3, 12)
        with in_tenant(manager.tenant):
            assert StockMovement.objects.filter(note="June").count() == 1
        assert "lines counted" not in browser.get("/stock/count/").text

    def test_a_second_click_finds_all_as_thought(self, browser, lamp):
        for words in ("1 was not as thought", "all as thought"):
            assert words in browser.post("/stock/count/", {f"count:{lamp.pk}:": "9"}, follow=True).text

    @pytest.mark.parametrize("value", ["-1", "x", "1.5", "99999999999", "😀"])
    def test_what_is_wrong_is_told_in_its_line_and_nothing_is_written(self, browser, lamp, shade, value):
        answer = browser.post("/stock/count/", {f"count:{lamp.pk}:": value, f"count:{shade.pk}:red": "1"})
        assert answer.status_code == 422
        assert f'id="id_count:{lamp.pk}:_error"' in answer.text
        assert (fresh(lamp).stock_quantity, fresh(shade).stock_quantity) == (12, 5)

    @pytest.mark.parametrize("name", ["count:", "count:x", "count:x:y", "count:00000000-0000-0000-0000-000000000000:", "count::"])
    def test_a_line_of_nothing_is_no_failure(self, browser, lamp, name):
        assert browser.post("/stock/count/", {name: "3"}).status_code in {302, 422}

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant, lamp):
        few = statements(browser, "/stock/count/")
        ProductFactory.create_batch(29, tenant=tenant)
        assert statements(browser, "/stock/count/") == few <= MOST_STATEMENTS


class TestCategories:
    def test_are_added_below_each_other_moved_and_removed(self, browser, tenant):
        browser.post("/categories/", {"name": "المنزل"})
        with in_tenant(tenant):
            home = Category.objects.get()
        browser.post("/categories/", {"name": "Lights", "parent": home.pk})
        with in_tenant(tenant):
            lights = Category.objects.get(name="Lights")
        assert lights.parent_id == home.pk
        page = browser.get("/categories/").text
        assert page.index("المنزل") < page.index("Lights")
        browser.post(page_of(lights, "category"), {"name": "Lamps", "parent": ""})
        assert (fresh(lights).name, fresh(lights).parent_id) == ("Lamps", None)
        browser.post(page_of(lights, "category-remove"))
        with in_tenant(tenant):
            assert [row.pk for row in Category.objects.all()] == [home.pk]

    @pytest.mark.parametrize("name", ["", " ", "😀", "x" * 121])
    def test_a_wrong_name_is_told_beside_its_field(self, browser, name):
        answer = browser.post("/categories/", {"name": name})
        assert answer.status_code == 422
        assert 'id="id_name_error"' in answer.text

    def test_a_name_stands_once_below_the_same_parent(self, browser, tenant):
        CategoryFactory(tenant=tenant, name="Home")
        answer = browser.post("/categories/", {"name": "Home"})
        assert answer.status_code == 422
        assert "There is a category of this name here" in answer.text

    def test_none_stands_below_itself(self, browser, tenant):
        home = CategoryFactory(tenant=tenant)
        lights = CategoryFactory(tenant=tenant, parent=home)
        answer = browser.post(page_of(home, "category"), {"name": "Home", "parent": lights.pk})
        assert answer.status_code == 422
        assert 'id="id_parent_error"' in answer.text

    def test_one_with_products_stays(self, browser, tenant):
        home = CategoryFactory(tenant=tenant)
        ProductFactory(tenant=tenant, category=home)
        assert browser.post(page_of(home, "category-remove")).status_code == 409
        assert "Remove this category" not in browser.get(page_of(home, "category")).text
        assert fresh(home)

    def test_another_merchants_is_not_there(self, browser):
        other = CategoryFactory(name="Theirs")
        assert "Theirs" not in browser.get("/categories/").text
        for name in ("category", "category-remove"):
            assert browser.post(page_of(other, name), {"name": "Mine"}).status_code == 404
        assert browser.post("/categories/", {"name": "Mine", "parent": other.pk}).status_code == 422
        assert fresh(other).name == "Theirs"

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant):
        CategoryFactory(tenant=tenant)
        few = statements(browser, "/categories/")
        CategoryFactory.create_batch(29, tenant=tenant)
        assert statements(browser, "/categories/") == few <= MOST_STATEMENTS


class TestWarehouses:
    def test_are_opened_changed_and_one_takes_new_stock(self, browser, tenant, lamp):
        browser.post("/warehouses/", {"name": "Aïn Sebaâ", "address": "zone industrielle"})
        with in_tenant(tenant):
            made = Warehouse.objects.get(name="Aïn Sebaâ")
        assert not made.is_default
        browser.post(page_of(made, "warehouse"), {"name": "Aïn Sebaâ 2", "is_default": "on"})
        assert (fresh(made).name, fresh(made).is_default) == ("Aïn Sebaâ 2", True)
        browser.post(page_of(lamp, "product-take-in"), {"quantity": "1", "key": "k"})
        with in_tenant(tenant):
            assert StockMovement.objects.order_by("-created_at").first().warehouse_id == made.pk
            assert Warehouse.objects.filter(is_default=True).count() == 1

    @pytest.mark.parametrize("name", ["", "😀", "x" * 121])
    def test_a_wrong_name_is_told_beside_its_field(self, browser, name):
        answer = browser.post("/warehouses/", {"name": name})
        assert answer.status_code == 422
        assert 'id="id_name_error"' in answer.text

    def test_a_second_click_opens_one(self, browser, tenant):
        browser.post("/warehouses/", {"name": "Depot"})
        assert browser.post("/warehouses/", {"name": "Depot"}).status_code == 422
        with in_tenant(tenant):
            assert Warehouse.objects.count() == 1

    def test_another_merchants_is_not_there(self, browser):
        other = WarehouseFactory(name="Theirs")
        assert browser.post(page_of(other, "warehouse"), {"name": "Mine"}).status_code == 404
        assert "Theirs" not in browser.get("/warehouses/").text
        assert fresh(other).name == "Theirs"


class TestPromoCodes:
    def sent(self, **changes):
        return {"code": "eid 10", "kind": "percent", "value": "10", "is_active": "on", **changes}

    def test_are_written_down_and_listed_with_their_uses(self, browser, tenant):
        browser.post("/discounts/new/", self.sent(starts_at="2026-01-01T08:00", ends_at="2036-01-01T08:00", max_uses="100"))
        with in_tenant(tenant):
            made = Discount.objects.get()
            Discount.objects.filter(pk=made.pk).update(uses=3)
        assert (made.code, made.value, made.max_uses) == ("EID10", Decimal(10), 100)
        page = browser.get("/discounts/").text
        assert "EID10" in page
        assert "3 of 100" in page
        assert "Holds" in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"code": ""}, "code"),
            ({"code": "😀"}, "code"),
            ({"kind": "half"}, "kind"),
            ({"value": "0"}, "value"),
            ({"value": "-5"}, "value"),
            ({"value": "101"}, "value"),
            ({"value": "1e40"}, "value"),
            ({"minimum_subtotal": "-1"}, "minimum_subtotal"),
            ({"starts_at": "2026-05-02T00:00", "ends_at": "2026-05-01T00:00"}, "ends_at"),
            ({"starts_at": "soon"}, "starts_at"),
            ({"max_uses": "0"}, "max_uses"),
            ({"max_uses": "99999999999"}, "max_uses"),
            ({"max_uses_per_customer": "-1"}, "max_uses_per_customer"),
        ],
    )
    def test_a_wrong_value_is_told_beside_its_field(self, browser, tenant, changes, field):
        answer = browser.post("/discounts/new/", self.sent(**changes))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        with in_tenant(tenant):
            assert not Discount.objects.exists()

    def test_a_second_click_makes_no_second_one(self, browser, tenant):
        browser.post("/discounts/new/", self.sent())
        assert browser.post("/discounts/new/", self.sent(code="Eid10")).status_code == 422
        with in_tenant(tenant):
            assert Discount.objects.count() == 1

    def test_is_changed_but_not_below_what_was_used(self, browser, tenant):
        eid = DiscountFactory(tenant=tenant, code="EID", uses=5)
        assert browser.post(page_of(eid, "discount"), self.sent(code="EID", value="15")).status_code == 302
        assert (fresh(eid).value, fresh(eid).uses) == (Decimal(15), 5)
        refused = browser.post(page_of(eid, "discount"), self.sent(code="EID", max_uses="4"))
        assert refused.status_code == 422
        assert 'id="id_max_uses_error"' in refused.text

    def test_the_window_is_told_in_the_merchants_time(self, browser, tenant, settings):
        eid = DiscountFactory(tenant=tenant, code="EID")
        browser.post(page_of(eid, "discount"), self.sent(code="EID", starts_at="2026-05-01T08:30"))
        assert 'value="2026-05-01T08:30"' in browser.get(page_of(eid, "discount")).text

    def test_another_merchants_is_not_there(self, browser):
        other = DiscountFactory(code="THEIRS")
        assert browser.post(page_of(other, "discount"), self.sent()).status_code == 404
        assert "THEIRS" not in browser.get("/discounts/").text
        assert fresh(other).code == "THEIRS"

    def test_who_may_only_look(self, tenant):
        eid = DiscountFactory(tenant=tenant)
        rep = browser_of(UserFactory(tenant=tenant))
        assert eid.code in rep.get("/discounts/").text
        assert rep.post("/discounts/new/", self.sent()).status_code == 403
        assert rep.post(page_of(eid, "discount"), self.sent()).status_code == 403
        assert rep.post("/categories/", {"name": "x"}).status_code == 403
        assert rep.post("/warehouses/", {"name": "x"}).status_code == 403

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant):
        DiscountFactory(tenant=tenant)
        few = statements(browser, "/discounts/")
        DiscountFactory.create_batch(29, tenant=tenant)
        assert statements(browser, "/discounts/") == few <= MOST_STATEMENTS


def test_an_operator_looks_at_every_merchants(tenant, lamp, shade):
    DiscountFactory(tenant=tenant)
    CategoryFactory(tenant=tenant)
    operator = browser_of(UserFactory(superadmin=True))
    for address in ("/products/", "/stock/low/", "/discounts/", "/categories/", "/warehouses/"):
        assert tenant.name in operator.get(address).text, address
    assert operator.get(page_of(lamp)).status_code == 200


def adjusting(browser, product, **values):
    """What the form sends, with the key that the page gave it."""
    return {"key": key_in(browser.get(page_of(product)).text, "adjust"), **values}
