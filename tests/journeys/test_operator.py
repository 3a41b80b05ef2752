"""The platform operator's day in a real browser, and the office pages of a merchant: settings and activity."""

import pytest

from accounts.actions.activity import seal_all
from accounts.actions.people import change_person
from accounts.tenancy import as_operator, in_tenant
from base import context as request_context
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.journeys.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [("light", "en", 1280), ("dark", "en", 1280), ("light", "ar", 1280), ("dark", "ar", 390), ("light", "fr", 360)]


@pytest.fixture
def merchant():
    tenant = TenantFactory(
        name="Atlas Home",
        slug="atlas-home",
        settings={"timezone": "Africa/Casablanca", "delivery": {"areas": ["Maârif", "Anfa"]}, "brand": {"name": "Atlas"}},
    )
    amina = UserFactory(admin=True, tenant=tenant, full_name="Amina El Idrissi", email="amina@atlas.example")
    rep = UserFactory(tenant=tenant, full_name="سلمى بناني", email="salma@atlas.example")
    UserFactory(tenant=tenant, full_name="Omar Tazi", is_active=False)
    with in_tenant(tenant), request_context.using(user=amina, ip="192.0.2.9", user_agent="Mozilla/5.0"):
        change_person(rep, full_name="سلمى بنعلي", permissions={"orders": {"edit": False}}, actor=amina)
    with as_operator("a test seals"):
        seal_all()
    TenantFactory(name="Buriganga Bazaar", slug="buriganga-bazaar", suspended=True)
    return tenant


@pytest.fixture
def amina(merchant):
    with in_tenant(merchant):
        return merchant.people.get(role="admin")


@pytest.fixture
def operator():
    return UserFactory(superadmin=True, full_name="Ines Operator")


@pytest.fixture
def sign_in(page, live_server):
    """Opens a page as a person."""

    def sign_in(person, address):
        cookie = browser_of(person).cookies["doorstep_session"].value
        page.context.add_cookies([{"name": "doorstep_session", "value": cookie, "url": live_server.url}])
        page.goto(address)
        return page

    return sign_in


def test_an_operator_acts_as_a_merchants_admin_and_the_log_says_so(sign_in, operator, amina, merchant):
    page = sign_in(operator, "/platform/tenants/")
    page.get_by_role("link", name="Atlas Home").click()
    page.get_by_role("button", name="Act as Amina El Idrissi").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("She asked why a rep cannot sign in")
    assert violations(page) == []
    dialog.get_by_role("button", name="Act as this person").click()

    banner = page.get_by_role("region", name="You act for Amina El Idrissi")
    assert "30 minutes left" in banner.inner_text()
    page.goto("/people/new/")
    page.get_by_label("Full name").fill("Nadia Haddad")
    page.get_by_label("E-mail").fill("nadia@atlas.example")
    page.get_by_label("Role").select_option("customer_rep")
    page.locator("main").get_by_role("button").last.click()
    banner.get_by_role("button", name="Stop").click()
    page.wait_for_url(f"**/platform/tenants/{merchant.pk}/")
    assert banner.count() == 0

    sign_in(amina, "/activity/")
    made = page.locator("tr", has_text="Added a person")
    made.get_by_text("Added a person").click()
    assert "Ines Operator" in made.inner_text()
    assert "In the name of" in made.inner_text()
    began = page.locator("tr", has_text="Began to act for")
    began.get_by_text("Began to act for").click()
    assert "She asked why a rep cannot sign in" in began.inner_text()
    assert violations(page) == []


def test_a_merchant_is_suspended_and_its_people_read_why(sign_in, operator, amina, merchant):
    page = sign_in(operator, f"/platform/tenants/{merchant.pk}/")
    page.get_by_role("button", name="Suspend…").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("The bill of May is open")
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    page.get_by_role("button", name="Resume").wait_for()
    sign_in(amina, "/settings/")
    assert "The bill of May is open" in page.get_by_role("region", name="Atlas Home is suspended").inner_text()
    page.get_by_role("button", name="Save settings").click()
    assert "The bill of May is open" in page.locator("main").inner_text()


def test_the_log_is_narrowed_while_one_types_and_taken_along_as_it_is_seen(sign_in, amina):
    page = sign_in(amina, "/activity/")
    page.get_by_label("Search", exact=True).last.fill("nobody of this name")
    page.get_by_text("Nothing matches").wait_for()
    page.get_by_label("Search", exact=True).last.fill("سلمى")
    page.locator("tr", has_text="Changed a person").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "q=" in download.value.url
    assert download.value.suggested_filename.endswith(".csv")


def test_a_wrong_setting_is_told_beside_its_field_and_a_right_one_saved(sign_in, amina):
    page = sign_in(amina, "/settings/")
    page.get_by_label("Tries before the parcel comes back").fill("99")
    page.get_by_label("Areas served").fill("Maârif\nGauthier")
    page.get_by_role("button", name="Save settings").click()
    assert "less than or equal to 10" in page.locator(".field.has-errors").inner_text()
    assert page.get_by_label("Areas served").input_value() == "Maârif\nGauthier"
    assert violations(page) == []
    page.get_by_label("Tries before the parcel comes back").fill("5")
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("The settings are saved.").wait_for()
    assert page.get_by_label("Areas served").input_value() == "Maârif\nGauthier"


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_the_pages_are_accessible_and_fit(sign_in, operator, amina, merchant, settings, live_server, theme, language, width):
    page = sign_in(amina, "/me/")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    visits = [
        (amina, "/activity/"),
        (amina, "/settings/"),
        (operator, "/activity/"),
        (operator, "/platform/tenants/"),
        (operator, "/platform/tenants/new/"),
        (operator, f"/platform/tenants/{merchant.pk}/"),
        (amina, "/admin/"),
        (amina, "/admin/accounts/user/"),
        (amina, f"/admin/accounts/user/{amina.pk}/change/"),
        (amina, f"/admin/accounts/user/{amina.pk}/history/"),
        (operator, "/admin/accounts/activitylog/"),
    ]
    for person, address in visits:
        sign_in(person, address)
        for details in page.locator("main details.activity").all():
            details.evaluate("element => { element.open = true }")
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} sticks out at {width}"
