"""People's own ways through the pages, in a real browser: getting in, one's language, a colleague who may do one thing less."""

import re
import time

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import expect

from accounts.actions.people import password_link
from accounts.actions.second_factor import begin_totp, confirm_totp
from accounts.actions.sessions import begin_session
from accounts.models import TotpDevice, User
from accounts.tenancy import as_operator, in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import PASSWORD, TenantFactory, UserFactory
from tests.journeys.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = [("light", "en", DESK), ("dark", "en", PHONE), ("light", "ar", DESK)]


@pytest.fixture
def tenant():
    return TenantFactory(name="Atlas Home", settings={"country_code": "MA", "timezone": "Africa/Casablanca"})


@pytest.fixture
def admin(tenant):
    return UserFactory(admin=True, tenant=tenant, full_name="Amina El Idrissi", email="amina@atlas.example")


@pytest.fixture
def rep(tenant):
    return UserFactory(tenant=tenant, full_name="Salma Benjelloun", email="salma@atlas.example")


def code_from(key, *, steps=0):
    """What an authenticator app with this key (Base32, as the page shows it) says now."""
    import base64

    totp = TOTP(base64.b32decode(key.replace(" ", "")), step=30)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def key_of(person):
    from accounts.second_factor import shared_secret

    with as_operator("a test stands in for the phone"):
        return shared_secret(TotpDevice.objects.get(user=person))


def sign_in(page, person, password=PASSWORD):
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def carry(context, person, live_server):
    """Hand the browser a session of somebody who has signed in already."""
    session = browser_of(person).cookies["doorstep_session"].value
    context.add_cookies([{"name": "doorstep_session", "value": session, "url": live_server.url}])


def faults_on(page, paths):
    """What axe finds on these pages, errors of their scripts, a page wider than the screen, one without title or heading."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in paths:
        page.goto(path)
        faults += [(path, each) for each in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append((path, "wider than the screen"))
        if not page.title() or page.locator("h1").count() != 1:
            faults.append((path, "no title or heading"))
    return faults


def test_a_person_sets_the_second_factor_up_and_signs_in_with_it(page, rep):
    sign_in(page, rep)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Salma")
    page.get_by_role("link", name="Protect your sign-in with a second factor").click()
    page.get_by_role("link", name="Set it up").click()
    # The code of the step before, so that the present one is still unused when it is asked for at the sign-in.
    page.get_by_label("The six digits").fill(code_from(page.locator("#secret").inner_text(), steps=-1))
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator("#codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert recovery in download.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Recovery codes left")).to_be_visible()

    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, rep)
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    assert violations(page) == []
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    page.get_by_label("Code").fill(code_from(key_of(rep)))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()


def test_a_person_changes_their_language_to_arabic_and_reads_from_the_right(page, rep):
    sign_in(page, rep)
    page.goto("/me/")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    page.get_by_label("Language (optional)").select_option("ar")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    navigation, main = page.locator("#navigation").bounding_box(), page.locator("#main").bounding_box()
    assert navigation["x"] > main["x"], "the navigation stands at the right"
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_an_administrator_invites_a_rep_with_one_permission_less_who_is_refused_in_words(page, admin, browser, live_server):
    sign_in(page, admin)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina")
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("heading", name="People").wait_for()
    page.keyboard.press("n")
    page.get_by_label("Full name").fill("Nadia Haddad")
    page.get_by_label("E-mail").fill("nadia@atlas.example")
    page.get_by_label("Role").select_option("customer_rep")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nadia Haddad")
    link = page.locator("#link").inner_text()
    messages = page.get_by_role("group", name="Messages").get_by_role("checkbox", name="see")
    expect(messages).to_be_checked()
    messages.uncheck()
    expect(page.get_by_role("group", name="Messages").get_by_text("taken").first).to_be_visible()
    page.get_by_role("button", name="Save the rights").click()
    expect(page.get_by_text("1 exception to the role")).to_be_visible()

    theirs = browser.new_context(base_url=live_server.url)
    reps = theirs.new_page()
    reps.goto(link[link.index("/set-password/") :])
    reps.get_by_label("New password").fill("parcels by noon 7")
    reps.get_by_label("The same once more").fill("parcels by noon 7")
    reps.get_by_role("button", name="Set the password").click()
    reps.get_by_label("E-mail").fill("nadia@atlas.example")
    reps.get_by_label("Password").fill("parcels by noon 7")
    reps.get_by_role("button", name="Sign in").click()
    expect(reps.get_by_role("heading", level=1)).to_contain_text("Nadia")
    expect(reps.get_by_role("link", name="Messages")).to_have_count(0)
    refused = reps.goto("/messages/")
    assert refused.status == 403
    expect(reps.locator("main")).to_contain_text("messages.view")
    expect(reps.locator("main")).to_contain_text("Ask an administrator")
    assert violations(reps) == []
    theirs.close()


def test_the_list_of_people_is_walked_by_keys(page, context, admin, rep, live_server):
    carry(context, admin, live_server)
    page.goto("/people/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Salma Benjelloun")
    page.wait_for_load_state("load")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.keyboard.press("/")
    page.keyboard.type("amina")
    expect(page.locator("#search-hits")).to_contain_text("amina@atlas.example")


def test_availability_is_switched_in_the_menu_of_any_page(page, context, rep, live_server):
    carry(context, rep, live_server)
    page.goto("/me/sessions/")
    page.locator(".menu > summary").click()
    page.locator(".menu-panel").get_by_role("button", name="Available").click()
    expect(page.get_by_text("You are now: Available.")).to_be_visible()
    expect(page).to_have_url(re.compile("/me/sessions/$"))
    with as_operator("a test looks at the person"):
        assert User.objects.get(pk=rep.pk).availability_status == "available"


def test_everything_works_without_scripts(browser, live_server, admin, rep):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, admin)
    page.goto(f"/people/{rep.pk}/")
    page.get_by_role("group", name="Orders").get_by_role("checkbox", name="add").uncheck()
    page.get_by_role("button", name="Save the rights").click()
    page.get_by_text("Deactivate", exact=True).first.click()
    page.locator("#deactivate_reason").fill("left in May")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This person cannot sign in.")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("colours", "language", "size"), LOOKS)
def test_every_page_of_people_is_accessible_and_fits(browser, live_server, admin, rep, colours, language, size):
    with in_tenant(rep.tenant):
        begin_session(rep, device_name="Scanner 2")
        begin_totp(rep)
        confirm_totp(rep, code=code_from(key_of(rep), steps=-1))
    newcomer = UserFactory(tenant=rep.tenant, permissions={"orders": {"create": False}, "returns": {"approve": True}})
    link = password_link(newcomer)
    ways = {
        None: ["/sign-in/", "/forgot/", "/forgot/?sent", link, "/set-password/x/y-z/"],
        admin: ["/", "/people/", "/people/?q=nobody", "/people/new/", f"/people/{newcomer.pk}/", f"/people/{rep.pk}/", "/sign-in/set-up/"],
        rep: ["/me/", "/me/security/", "/me/sessions/", "/people/"],
        UserFactory(superadmin=True): ["/people/", "/people/new/"],
    }
    faults = []
    for person, paths in ways.items():
        context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=colours, reduced_motion="reduce")
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        if person:
            carry(context, person, live_server)
        faults += faults_on(context.new_page(), paths)
        context.close()
    assert not faults
