"""The API's documentation in a real browser: drawn under the strict policy, from our own server, and calls can be tried."""

import pytest

from tests.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.journeys.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)

# Swagger UI's own markup: headings of level 3 below level 1, a link within each button, an introduction outside of its main part.
NOT_OURS = {"heading-order", "nested-interactive", "region"}


def test_the_documentation_draws_itself_and_asks_nobody_else(page, live_server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    page.get_by_text("Sign a device in").first.wait_for()
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert [found for found in violations(page) if found[0] not in NOT_OURS] == []


def test_a_signed_in_person_tries_a_call(page, live_server):
    session = browser_of(UserFactory()).cookies["doorstep_session"].value
    page.context.add_cookies([{"name": "doorstep_session", "value": session, "url": live_server.url}])
    page.goto("/api/docs")
    page.get_by_text("One's own sign-ins of devices").first.click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda answer: "/api/auth/sessions" in answer.url) as answered:
        page.get_by_role("button", name="Execute").click()
    assert answered.value.json()["results"] == []
