"""Catalogue and customers in a real browser: a product from its first stock to its count, a customer until the merge; every page."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from orders.actions import customers, moving, stockkeeping
from orders.actions.placing import place_order
from orders.models import Customer, Product, StockMovement
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import AddressFactory, CategoryFactory, CustomerFactory, DiscountFactory, OrderFactory, ProductFactory
from tests.journeys.looks import violations
from tests.orders.conftest import a_draft

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = [("light", "en", DESK), ("dark", "en", PHONE), ("light", "ar", PHONE), ("dark", "ar", DESK)]
VARIANTS = [
    {"id": "s", "name": "Small", "sku": "RUG-S", "price": "100.00", "stock": 3, "attributes": {"size": "S"}},
    {"id": "l", "name": "كبير", "sku": "RUG-L", "price": "140.00", "stock": 0, "attributes": {"الحجم": "كبير"}},
]


@pytest.fixture
def tenant():
    return TenantFactory(settings={"confirmation": {"required": False}, "country_code": "MA", "currency": "MAD"})


@pytest.fixture
def manager(tenant):
    return UserFactory(manager=True, tenant=tenant, full_name="Salma Benjelloun")


@pytest.fixture
def desk(page, manager, live_server):
    """The page of a signed-in manager."""
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser_of(manager).cookies[name].value, "url": live_server.url}])
    page.emulate_media(reduced_motion="reduce")
    return page


def told(desk, words):
    """The note that follows what was done."""
    desk.locator("#toasts").get_by_text(words).wait_for()


def test_a_product_from_its_first_stock_to_its_count(desk, tenant):
    desk.goto("/products/")
    desk.get_by_text("No products yet").wait_for()
    desk.keyboard.press("n")
    desk.wait_for_url("**/products/new/")
    desk.locator("#id_name").fill("زربية بني")
    desk.locator("#id_sku").fill("RUG")
    desk.locator("#id_price").fill("100")
    desk.locator("#id_low_stock_threshold").fill("5")
    for place, (name, sku, stock) in enumerate((("Small", "RUG-S", "4"), ("Large", "RUG-L", ""))):
        for field, value in (("name", name), ("sku", sku), ("attributes", f"size: {name}"), ("stock", stock)):
            desk.locator(f"#id_variants-{place}-{field}").fill(value)
    desk.get_by_role("button", name="Add the product").click()
    told(desk, "is in your catalogue")
    with in_tenant(tenant):
        rug = Product.objects.get()

    desk.goto("/stock/low/")
    row = desk.locator("tr[data-row]", has_text="زربية")
    row.get_by_label("Variant").select_option("large")
    row.locator("input[type=number]").fill("8")
    row.locator("input[type=number]").press("Enter")
    told(desk, "12 in stock now")
    desk.get_by_text("Nothing runs low").wait_for()

    desk.goto("/stock/count/")
    first = desk.locator("[data-count]").first
    first.fill("4")
    first.press("Enter")
    desk.keyboard.type("7")
    desk.keyboard.press("Enter")
    desk.keyboard.type("June")
    desk.keyboard.press("Enter")
    desk.get_by_text("1 was not as thought").wait_for()
    with in_tenant(tenant):
        assert Product.objects.get().stock_quantity == 11
        assert StockMovement.objects.get(kind="count", note="June").quantity == -1

    desk.goto(f"/products/{rug.pk}/")
    desk.get_by_text("Adjust", exact=True).first.click()
    desk.locator("#adjust_variant").select_option("small")
    desk.locator("#adjust_quantity").fill("-9")
    desk.locator("#adjust_reason").fill("moths")
    desk.get_by_role("button", name="Adjust").click()
    desk.locator("#adjust_quantity_error").get_by_text("9 asked for, 4 left").wait_for()
    assert desk.locator("#adjust_reason").input_value() == "moths"
    desk.get_by_role("button", name="Submit for review").click()
    told(desk, "Submitted")


def test_a_customer_from_writing_down_to_merging(desk, tenant):
    CustomerFactory(tenant=tenant, full_name="Amina Idrissi", phone="+212670119002", address="7 rue Taha Hussein")
    desk.goto("/customers/")
    desk.keyboard.press("n")
    desk.wait_for_url("**/customers/new/")
    desk.get_by_label("Full name").fill("أمينة الإدريسي")
    desk.get_by_label("Phone").fill("12")
    desk.get_by_label("Address").fill("١٢ زنقة الوداية، الطابق الثاني")
    desk.get_by_label("Area").fill("المعاريف")
    desk.get_by_role("button", name="Add the customer").click()
    desk.locator("#id_phone_error").wait_for()
    desk.get_by_label("Phone").fill("0661 20 44 18")
    desk.get_by_role("button", name="Add the customer").click()
    told(desk, "is in your list")

    desk.get_by_text("Add a tag").click()
    desk.locator("#tag_label").fill("VIP")
    desk.get_by_role("button", name="Add the tag").click()
    desk.get_by_role("button", name="Take off VIP").click()
    desk.locator("#toasts").get_by_role("button", name="Undo").click()
    desk.get_by_role("button", name="Take off VIP").wait_for()

    desk.get_by_role("link", name="Merge…").click()
    desk.get_by_label("Name, phone or e-mail").fill("idrissi")
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Amina Idrissi").click()
    desk.get_by_text("This cannot be taken back").wait_for()
    desk.get_by_role("button", name="Merge the two").click()
    told(desk, "is merged into")
    desk.get_by_text("7 rue Taha Hussein").wait_for()
    with in_tenant(tenant):
        amina = Customer.objects.present().get()
    assert (amina.phone, [tag["id"] for tag in amina.tags]) == ("+212661204418", ["vip"])

    desk.goto("/customers/")
    desk.locator("#id_q").press_sequentially("0661")
    desk.get_by_text("أمينة الإدريسي").wait_for()
    desk.locator("#id_q").press_sequentially("999")
    desk.get_by_text("Nothing matches").wait_for()


def fill(tenant):
    """Something of everything; the addresses of the pages."""
    lights = CategoryFactory(tenant=tenant, name="Home")
    CategoryFactory(tenant=tenant, name="مصابيح", parent=lights)
    rug = ProductFactory(tenant=tenant, name="Beni rug", sku="RUG", variants=VARIANTS, category=lights, low_stock_threshold=10)
    lamp = ProductFactory(
        tenant=tenant, name="مصباح نحاسي", sku="LAMP", stock=40, images=[{"url": "https://cdn.example/lamp.jpg", "alt": ""}]
    )
    DiscountFactory(tenant=tenant, code="EID10", max_uses=100, uses=12)
    DiscountFactory(tenant=tenant, code="OLD", is_active=False)
    amina = CustomerFactory(tenant=tenant, full_name="أمينة الإدريسي", phone="+212661204418", email="amina@example.com", notes="تتصل مساء")
    twin = CustomerFactory(
        tenant=tenant, full_name="Amina Idrissi", address="7 rue Taha Hussein", blocked=True, blocked_reason="Refused five"
    )
    AddressFactory(tenant=tenant, customer=amina, label="Work")
    for status in ("delivered", "returned", "new", "cancelled"):
        OrderFactory(tenant=tenant, customer=amina, status=status)
    with in_tenant(tenant):
        tags = [{"id": "vip", "label": "VIP", "color": "#FFD700"}, {"id": "t", "label": "زبون مهم", "color": "#23527c"}]
        customers.tag_customers([amina.pk], add=tags, actor=SYSTEM)
        order = place_order(a_draft(lamp, quantity=2), actor=SYSTEM)
        for step in ("confirmed", "being_prepared", "ready_for_pickup", "out_for_delivery"):
            moving.change_status(order, step, actor=SYSTEM)
        stockkeeping.adjust_stock(lamp, -1, reason="fell down", actor=SYSTEM)
        stockkeeping.count_stock({(rug.pk, "s"): 2}, note="June", actor=SYSTEM)
    return {
        "customers": "/customers/",
        "customer-new": "/customers/new/",
        "customer": f"/customers/{amina.pk}/",
        "customer-blocked": f"/customers/{twin.pk}/",
        "customer-edit": f"/customers/{amina.pk}/edit/",
        "merge-search": f"/customers/{amina.pk}/merge/?q=idrissi",
        "merge": f"/customers/{amina.pk}/merge/?other={twin.pk}",
        "products": "/products/",
        "product-new": "/products/new/",
        "product": f"/products/{lamp.pk}/",
        "product-variants": f"/products/{rug.pk}/",
        "product-edit": f"/products/{rug.pk}/edit/",
        "low": "/stock/low/",
        "count": "/stock/count/",
        "categories": "/categories/",
        "category": f"/categories/{lights.pk}/",
        "warehouses": "/warehouses/",
        "discounts": "/discounts/",
        "discount-new": "/discounts/new/",
    }


@pytest.mark.parametrize(("theme", "language", "size"), LOOKS)
def test_every_page_is_accessible_and_fits(desk, tenant, settings, live_server, theme, language, size):
    places = fill(tenant)
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=theme, reduced_motion="reduce")
    desk.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    shots = os.environ.get("SHOTS")
    for name, place in places.items():
        desk.goto(place)
        desk.wait_for_load_state("networkidle")
        if shots:
            desk.screenshot(path=Path(shots) / f"{name}-{theme}-{language}-{size['width']}.png", full_page=True)
        for summary in desk.locator("details.disclosure > summary").all():
            summary.click()
        assert violations(desk) == [], name
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_refused_forms_are_accessible_too(desk, tenant):
    places = fill(tenant)
    for name, button in (("customer-new", "Add the customer"), ("product-new", "Add the product"), ("discount-new", "Add the code")):
        desk.goto(places[name])
        desk.get_by_role("button", name=button).click()
        desk.locator(".error-summary").wait_for()
        assert violations(desk) == [], name
