"""The pages of no app: search, theme, components."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from base import pages, search
from base.search import Hit
from tests.base.test_search import Reader


@pytest.fixture
def ask(rf, monkeypatch):
    """The search page of somebody signed in, where one provider finds what it is asked for."""
    monkeypatch.setattr(search, "_providers", {})
    search.register("orders", None, lambda query, reader, limit: [Hit(query, f"at most {limit}", "/orders/1/", "Order")])

    def ask(query, **headers):
        request = rf.get("/search/", {"q": query}, headers=headers)
        request.user = Reader()
        response = pages.SearchPage.as_view()(request)
        response.render()
        return response

    return ask


def test_the_search_page_shows_what_was_found(ask):
    response = ask("ORD-1048")

    assert '<a class="hit" href="/orders/1/">' in response.text
    assert "1 found for “ORD-1048”" in response.text
    assert "<h1>Search</h1>" in response.text


def test_the_box_gets_only_the_hits(ask):
    response = ask("ORD-1048", HX_Request="true", HX_Target="search-hits")

    assert "<html" not in response.text
    assert "at most 5" in response.text
    assert "HX-Request" in response["Vary"]


def test_a_question_without_answer_says_what_to_try(ask, monkeypatch):
    monkeypatch.setattr(search, "_providers", {})

    assert "Nothing found for “&lt;b&gt;x”" in ask("<b>x", HX_Request="true", HX_Target="search-hits").text


def test_searching_needs_a_person(rf):
    request = rf.get("/search/")
    request.user = AnonymousUser()

    assert pages.SearchPage.as_view()(request).status_code == 302


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_theme_is_kept_and_leads_back(client, chosen):
    response = client.post("/theme/", {"theme": chosen, "next": "/people/?q=a"})

    assert response["Location"] == "/people/?q=a"
    assert response.cookies["theme"].value == chosen


def test_the_systems_theme_forgets_the_choice(client):
    client.cookies["theme"] = "dark"

    response = client.post("/theme/", {"theme": "auto"})

    assert response.cookies["theme"]["max-age"] == 0


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_theme_leads_nowhere_else(client, elsewhere):
    assert client.post("/theme/", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_the_component_page_is_for_developers(rf, settings):
    request = rf.get("/styleguide/")
    request.user = AnonymousUser()
    with pytest.raises(Http404):
        pages.Styleguide.as_view()(request)

    settings.DEBUG = True
    assert pages.Styleguide.as_view()(request).status_code == 200
