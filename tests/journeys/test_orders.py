"""The merchant's day in a real browser: an order by hand until it is ready, the board, ticked rows; each page in each look."""

import pytest
from django.conf import settings as django_settings

from accounts.tenancy import in_tenant
from orders.models import Customer, Order, Product
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import CustomerFactory, DiscountFactory, OrderFactory, ProductFactory, SavedViewFactory
from tests.journeys.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = [("light", "en", DESK), ("dark", "en", PHONE), ("light", "ar", PHONE), ("dark", "ar", DESK)]
VARIANTS = [
    {"id": "s", "name": "Small", "sku": "RUG-S", "price": "100.00", "stock": 3, "attributes": {"size": "S"}},
    {"id": "l", "name": "Large", "sku": "RUG-L", "price": "140.00", "stock": 3, "attributes": {"size": "L"}},
]


@pytest.fixture
def tenant():
    return TenantFactory(settings={"confirmation": {"required": False}, "country_code": "MA", "currency": "MAD"})


@pytest.fixture
def manager(tenant):
    return UserFactory(manager=True, tenant=tenant, full_name="Salma Benjelloun")


@pytest.fixture
def rug(tenant):
    return ProductFactory(tenant=tenant, name="Beni rug", sku="RUG", variants=VARIANTS)


@pytest.fixture
def desk(page, manager, live_server):
    """The page of a signed-in manager."""
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": browser_of(manager).cookies[name].value, "url": live_server.url}])
    page.emulate_media(reduced_motion="reduce")
    return page


def stock_of(tenant):
    with in_tenant(tenant):
        return {variant["id"]: variant["stock"] for variant in Product.objects.get().variants}


def customer_of(tenant):
    with in_tenant(tenant):
        return Customer.objects.get()


def press(desk, key, toast):
    """A key of the order's page, and the note that follows."""
    desk.locator("body").press(key)
    desk.locator("#toasts").get_by_text(toast).wait_for()


def write_an_order(desk):
    """A customer with an Arabic address and a local phone, a variant, a promo code: as a manager types it."""
    desk.goto("/orders/")
    desk.get_by_text("No open orders").wait_for()
    desk.keyboard.press("n")
    desk.wait_for_url("**/orders/new/")
    desk.get_by_label("Phone").fill("0661 20 44 18")
    desk.get_by_label("Full name").fill("محمد المنصوري")
    desk.get_by_label("Address").fill("١٢ زنقة الوداية، الطابق الثاني")
    desk.get_by_label("Area").fill("Sidi Maârouf")
    desk.get_by_label("Product or SKU").press_sequentially("beni")
    desk.locator("#products option[value='RUG-L']").wait_for(state="attached")
    desk.get_by_label("Product or SKU").fill("RUG")
    desk.get_by_label("Product or SKU").press("Tab")
    desk.get_by_label("Variant").select_option("l")
    desk.get_by_label("Quantity").fill("2")
    desk.get_by_label("Promo code").fill("eid10")
    desk.get_by_label("Promo code").press("Tab")
    desk.locator("#sums").get_by_text("252.00").wait_for()
    assert "Beni rug – Large" in desk.locator("#sums").inner_text()
    assert desk.get_by_label("Full name").input_value() == "محمد المنصوري"
    desk.get_by_role("button", name="Place the order").click()
    desk.get_by_text("is placed.").wait_for()


def try_forbidden_moves(desk, order):
    """Three, sent although no button leads there; each is answered on the page."""
    for verb in ("confirm", "deliver", "send-to-confirmation"):
        desk.evaluate(
            """(address) => { const form = document.querySelector("form[action*='/dispatch/']"); form.action = address; form.submit(); }""",
            f"/orders/{order.pk}/{verb}/",
        )
        desk.wait_for_url(f"**/{verb}/")
        answer = desk.get_by_role("alert").inner_text()
        assert "This cannot be done now" in answer
        assert "Ready" in answer
        assert "Out for delivery" in answer
        assert violations(desk) == []


def test_the_merchants_day(desk, tenant, rug):
    DiscountFactory(tenant=tenant, code="EID10")
    write_an_order(desk)
    with in_tenant(tenant):
        order = Order.objects.get()
    assert desk.url.endswith(f"/orders/{order.pk}/")
    assert desk.get_by_text("١٢ زنقة الوداية").is_visible()
    assert customer_of(tenant).phone == "+212661204418"
    assert customer_of(tenant).total_orders == 1
    assert stock_of(tenant) == {"s": 3, "l": 3}

    press(desk, "c", "Confirmed.")
    assert stock_of(tenant) == {"s": 3, "l": 1}
    press(desk, "p", "Being prepared.")
    press(desk, "r", "Ready for pickup.")
    story = desk.locator(".timeline").inner_text()
    assert [words in story for words in ("Ready", "Being prepared", "Confirmed", "Placed")] == [True] * 4
    assert stock_of(tenant) == {"s": 3, "l": 1}

    try_forbidden_moves(desk, order)
    with in_tenant(tenant):
        assert Order.objects.get().status == "ready_for_pickup"

    # Cancelled with a reason: what was held is free again, and the order counts no more.
    desk.goto(f"/orders/{order.pk}/")
    desk.keyboard.press("z")
    desk.get_by_label("Reason").fill("Ordered twice")
    assert violations(desk) == []
    desk.get_by_role("button", name="Cancel the order").click()
    desk.get_by_text("Cancelled because").wait_for()
    assert stock_of(tenant) == {"s": 3, "l": 3}
    assert customer_of(tenant).total_orders == 0


def test_a_known_phone_brings_the_customer(desk, tenant, rug):
    customer = CustomerFactory(tenant=tenant, phone="+212661204418", full_name="Nadia Haddad", address="7 rue Ibnou Majid")
    past = OrderFactory(tenant=tenant, customer=customer, status="delivered")
    desk.goto("/orders/new/")
    desk.get_by_label("Phone").fill("0661204418")
    desk.get_by_label("Phone").press("Tab")
    desk.locator("#buyer").get_by_text("Nadia Haddad").wait_for()
    assert desk.get_by_role("link", name=past.order_number).is_visible()
    assert desk.get_by_label("Address").input_value() == "7 rue Ibnou Majid"
    # Lines come and go without leaving the page.
    desk.get_by_role("button", name="Add something else").click()
    desk.get_by_label("What").fill("Gift wrap")
    desk.get_by_role("button", name="Remove item 1").click()
    desk.get_by_label("Product or SKU").wait_for(state="detached")
    assert desk.get_by_label("What").input_value() == "Gift wrap"
    assert violations(desk) == []


def test_ticked_rows_are_assigned_and_filters_change_without_a_reload(desk, tenant, manager):
    orders = OrderFactory.create_batch(3, tenant=tenant)
    OrderFactory(tenant=tenant, delivery_area="Anfa")
    desk.goto("/orders/")
    desk.get_by_text("Filters", exact=False).first.click()
    desk.get_by_label("Area").fill("Maârif")
    desk.get_by_role("link", name="Area: Maârif").wait_for()
    desk.keyboard.press("Escape")
    assert desk.locator("tr[data-row]").count() == 3
    assert "area=Ma" in desk.url
    desk.keyboard.press("Escape")
    desk.locator(".row-check").first.click()
    desk.locator(".row-check").last.click(modifiers=["Shift"])
    assert desk.locator("[data-selection]").inner_text().startswith("3 selected")
    assert violations(desk) == []
    desk.get_by_role("button", name="Assign rep").click()
    desk.get_by_label("Rep", exact=True).last.select_option(label="Salma Benjelloun")
    assert violations(desk) == []
    desk.get_by_role("button", name="Assign", exact=True).click()
    desk.locator("#toasts").get_by_text("3 orders changed.").wait_for()
    assert "area=Ma" in desk.url
    with in_tenant(tenant):
        assert Order.objects.filter(assigned_rep=manager).count() == len(orders)
    desk.locator(".row-check").first.click()
    desk.get_by_role("button", name="Pick list").click()
    desk.wait_for_url("**/orders/pick-list/?ids=*")
    assert desk.get_by_role("button", name="Print").is_visible()


def test_cards_are_moved_by_dragging_and_by_keys_and_a_refused_one_stays(desk, tenant):
    order = OrderFactory(tenant=tenant, status="confirmed")
    desk.goto("/orders/board/")
    card = desk.locator(f"#card-{order.pk}")
    card.drag_to(desk.locator("[data-column='being_prepared']"))
    desk.locator(f"[data-column='being_prepared'] #card-{order.pk}").wait_for()
    desk.locator(f"#card-{order.pk} a").focus()
    desk.keyboard.press("m")
    assert violations(desk) == []
    desk.keyboard.press("5")
    desk.locator(f"[data-column='ready_for_pickup'] #card-{order.pk}").wait_for()
    desk.locator(f"#card-{order.pk} a").focus()
    desk.keyboard.press("m")
    desk.keyboard.press("3")
    desk.locator("#toasts").get_by_text("Possible now").wait_for()
    assert desk.locator(f"[data-column='ready_for_pickup'] #card-{order.pk}").is_visible()
    desk.locator(f"#card-{order.pk}").drag_to(desk.locator("[data-column='new'] h2"))
    desk.locator("#toasts").get_by_text("Nothing becomes new again").wait_for()
    with in_tenant(tenant):
        assert Order.objects.get().status == "ready_for_pickup"


@pytest.mark.parametrize(("theme", "language", "size"), LOOKS)
def test_every_page_is_accessible_and_fits(desk, tenant, manager, rug, settings, live_server, theme, language, size):
    order = OrderFactory(tenant=tenant, product=rug, status="confirmed", risk_score=71, customer_notes="الطابق الثاني")
    OrderFactory(tenant=tenant, customer=order.customer, status="out_for_delivery", webhook_source="Shopify", source="webhook")
    SavedViewFactory(tenant=tenant, user=manager)
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=theme, reduced_motion="reduce")
    desk.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    one = f"/orders/{order.pk}/"
    for place in (
        "/orders/?area=Maârif&status=all",
        "/orders/board/",
        one,
        f"{one}edit/",
        "/orders/new/",
        "/orders/pick-list/",
        "/orders/jobs/",
        "/",
    ):
        desk.goto(place)
        desk.wait_for_load_state("networkidle")
        assert violations(desk) == [], place
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    desk.goto("/orders/")
    for menu in desk.locator(".orders-menus summary").all():
        menu.click()
        assert violations(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
