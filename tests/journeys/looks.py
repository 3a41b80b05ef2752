"""How pages are looked at: in light and dark, in Arabic, on a phone, each time by axe."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe


def violations(page):
    """What axe finds on the page: rule and elements."""
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in Axe().run(page).response["violations"]]
