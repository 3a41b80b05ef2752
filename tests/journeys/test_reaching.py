"""Notifications and messages in a real browser: the bell, wishes, words with their preview; accessible in each look."""

import pytest
from django.conf import settings as django_settings

from accounts.actions.notifications import notify
from accounts.states import Channel, MessageStatus
from accounts.tenancy import in_tenant
from tests.browsing import browser_of
from tests.factories.accounts import MessageFactory, NotificationFactory, UserFactory
from tests.journeys.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOOKS = [("light", "en", DESK), ("dark", "fr", PHONE), ("light", "ar", PHONE)]


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def desk(page, manager, live_server):
    """The page of a signed-in manager."""
    name = django_settings.SESSION_COOKIE_NAME
    value = browser_of(manager).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    return page


def fill(manager):
    tenant = manager.tenant
    NotificationFactory.create_batch(3, user=manager, message="Amina El Idrissi, Maârif: she said yes on the second call.")
    NotificationFactory(user=manager, is_read=True)
    MessageFactory(tenant=tenant, status=MessageStatus.SENT)
    MessageFactory(tenant=tenant, channel=Channel.SMS, recipient="+212661204418", subject="")
    return MessageFactory(tenant=tenant, status=MessageStatus.FAILED, attempts=8, error="550 No such mailbox", interruptions=1)


@pytest.mark.parametrize(("theme", "language", "size"), LOOKS)
def test_every_page_is_accessible_and_fits(desk, manager, settings, live_server, theme, language, size):
    message = fill(manager)
    desk.set_viewport_size(size)
    desk.emulate_media(color_scheme=theme, reduced_motion="reduce")
    desk.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    for place in (
        "/notifications/",
        "/me/notifications/",
        "/messages/",
        f"/messages/{message.pk}/",
        "/messages/templates/",
        "/messages/templates/alert/email/",
    ):
        desk.goto(place)
        desk.wait_for_load_state("networkidle")
        assert violations(desk) == [], place
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_the_bell_rings_without_a_reload_and_is_silenced_by_reading(desk, manager):
    desk.goto("/messages/")
    desk.wait_for_load_state("networkidle")
    assert "none unread" in desk.locator("[data-bell]").inner_text()
    with in_tenant(manager.tenant):
        notify(manager, type="alert", title="Cash over the limit", data={"link": "/messages/"})
    desk.evaluate("htmx.trigger(document.body, 'bell')")
    desk.locator("[data-bell]").get_by_text("1 unread").wait_for(state="attached")
    desk.locator("[data-bell]").click()
    desk.get_by_role("link", name="Cash over the limit").click()
    desk.wait_for_url("**/messages/")
    desk.locator("[data-bell]").get_by_text("none unread").wait_for(state="attached")


def test_words_are_previewed_while_one_writes(desk, manager):
    desk.goto("/messages/templates/invitation/email/")
    desk.locator("#id_body_fr").fill("Bonjour {{ name }}, voici {{ link }}")
    desk.locator("#preview-fr").get_by_text("Bonjour Salma Benjelloun").wait_for()
    desk.locator("#id_body_fr").fill("Bonjour {{ nmae }}")
    desk.locator("#preview-fr").get_by_text("nmae").wait_for()
    desk.locator("#id_body_fr").fill("Bonjour {{ name }}, voici {{ link }}")
    desk.get_by_role("button", name="Save").click()
    desk.wait_for_url("**/messages/templates/")
    assert "Français" in desk.locator("main").inner_text()


def test_a_wish_is_kept(desk, manager):
    desk.set_viewport_size(DESK)
    desk.goto("/me/notifications/")
    switch = desk.get_by_label("Orders: E-mail")
    assert not switch.is_checked()
    switch.check()
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("Your wishes are saved").wait_for()
    assert desk.get_by_label("Orders: E-mail").is_checked()
