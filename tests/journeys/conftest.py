"""A real browser for the journeys: the system's Chromium, driven by Playwright, against a live server with the runtime role."""

from __future__ import annotations

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def chromium():
    """The path of the system's Chromium. Without one a journey is skipped, on CI it fails."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        reason = "journeys need Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium, tmp_path_factory):
    """One browser a process; what it keeps of itself lies in a temporary folder, not in the person's home."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, for which Django would refuse the tests' own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        home = str(tmp_path_factory.mktemp("browser"))
        places = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), home)
        started = playwright.chromium.launch(executable_path=chromium, args=flags, env={**os.environ, **places})
        yield started
        started.close()


@pytest.fixture
def context(browser, live_server, request):
    """A fresh profile: its own cookies, 1280 px wide, addresses relative to the live server. Mark `viewport(390, 844)` for another size."""
    marker = request.node.get_closest_marker("viewport")
    width, height = marker.args if marker else (1280, 800)
    opened = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height}, locale="en-GB", timezone_id="UTC")
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    """An empty page that fails the test for an error in a script or a breach of the content security policy."""
    opened = context.new_page()
    faults = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    yield opened
    assert not faults, faults
