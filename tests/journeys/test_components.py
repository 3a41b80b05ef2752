"""The component page in a real browser: no violation of accessibility, keys, menus, toasts, and the drawer."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
MODES = [("light", "en", DESK), ("dark", "en", DESK), ("light", "ar", DESK), ("light", "fr", PHONE), ("dark", "ar", PHONE)]


@pytest.fixture
def open_guide(page, settings, live_server):
    """Opens the component page in a theme, a language and a size."""
    settings.DEBUG = True

    def open_guide(theme="light", language="en", size=DESK):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
        page.goto("/styleguide/")
        page.wait_for_load_state("networkidle")
        return page

    return open_guide


def violations(page):
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in Axe().run(page).response["violations"]]


def focused(page):
    return page.evaluate("document.activeElement.id")


@pytest.mark.parametrize(("theme", "language", "size"), MODES)
def test_every_component_is_accessible_and_fits(open_guide, theme, language, size):
    page = open_guide(theme, language, size)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_sticks_out_at_the_narrowest(open_guide):
    page = open_guide(size={"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_rows_are_walked_ticked_and_opened_by_keys(open_guide):
    page = open_guide()

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")

    assert focused(page) == "ORD-104821"
    assert page.locator("[data-selection]").inner_text().startswith("2 selected")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    assert page.url.endswith("#ORD-104822")


def test_keys_stay_quiet_while_one_writes(open_guide):
    page = open_guide()
    page.route("**/search/**", lambda route: route.fulfill(body=""))

    page.keyboard.press("/")
    page.keyboard.type("jnx?1")

    assert page.input_value("#search") == "jnx?1"
    assert page.locator("dialog[open], tr.selected").count() == 0
    page.keyboard.press("Escape")
    assert focused(page) == ""


def test_the_list_of_keys_names_those_of_the_page_and_can_turn_them_off(open_guide):
    page = open_guide()

    page.keyboard.press("?")
    assert "New order" in page.locator("[data-keys-here]").inner_text()
    assert violations(page) == []
    page.get_by_role("switch", name="Single keys work on every page").click()
    page.keyboard.press("Escape")
    page.keyboard.press("n")

    assert page.locator("dialog[open]").count() == 0


def test_a_dialog_asks_for_a_reason_and_escape_leaves_everything_as_it_was(open_guide):
    page = open_guide()

    page.keyboard.press("n")
    assert violations(page) == []
    page.get_by_role("button", name="Cancel the order").click()
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.press("Escape")

    assert page.locator("dialog[open]").count() == 0


def test_a_toast_can_be_undone(open_guide):
    page = open_guide()

    page.get_by_role("button", name="Archive 3").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()

    page.locator("#toasts").get_by_text("Taken back").wait_for()


def test_the_theme_changes_at_once_and_stays(open_guide):
    page = open_guide()

    page.get_by_label("Menu of Salma Benjelloun").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert violations(page) == []


def test_the_drawer_holds_the_focus_and_escape_gives_it_back(open_guide):
    page = open_guide(size=PHONE)
    menu = page.get_by_role("button", name="Menu", exact=True)

    menu.click()
    page.locator(".frame[inert]").wait_for(state="attached")
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('#navigation, .skip') !== null")
    page.keyboard.press("Escape")

    page.locator(".frame[inert]").wait_for(state="detached")
    assert not page.locator("#navigation").is_visible()


def test_the_drawer_opens_without_scripts(browser, live_server, settings):
    settings.DEBUG = True
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/styleguide/")

    page.get_by_role("button", name="Menu", exact=True).click()

    assert page.locator("#navigation").is_visible()
    context.close()


def test_a_chart_is_drawn_and_its_figures_are_a_click_away(open_guide):
    page = open_guide()

    assert page.evaluate("window.Chart.getChart('chart-cash').scales.y.min") == 0
    page.get_by_text("Figures").first.click()

    assert page.get_by_role("cell", name="35,250").is_visible()
