"""One question asks every app that its reader may ask."""

import pytest

from base import search
from base.search import Hit


class Reader:
    is_authenticated = True
    full_name = "Salma Benjelloun"

    def __init__(self, *permissions):
        self.permissions = set(permissions)

    def has_perm(self, name):
        return name in self.permissions


def finding(kind):
    return lambda query, reader, limit: [Hit(f"{kind} {number} of {query}", "", f"/{kind}/{number}/", kind) for number in range(20)]


@pytest.fixture(autouse=True)
def providers(monkeypatch):
    monkeypatch.setattr(search, "_providers", {})
    search.register("orders", "orders.view", finding("order"))
    search.register("people", "users.view", finding("person"))
    search.register("help", None, finding("help"))


def test_each_provider_gives_at_most_the_limit_in_the_order_they_came():
    hits = search.search("amina", Reader("orders.view", "users.view"), limit=2)

    assert [hit.url for hit in hits] == ["/order/0/", "/order/1/", "/person/0/", "/person/1/", "/help/0/", "/help/1/"]


def test_a_provider_is_asked_only_with_its_permission():
    hits = search.search("amina", Reader("users.view"), limit=1)

    assert [hit.kind for hit in hits] == ["person", "help"]


def test_white_space_around_and_between_words_does_not_count():
    assert search.search("  amina   el ", Reader(), limit=1)[0].title == "help 0 of amina el"


@pytest.mark.parametrize("query", ["", " ", "a", " a "])
def test_too_short_a_question_finds_nothing(query):
    assert search.search(query, Reader()) == []


def test_registering_a_name_again_replaces_the_provider():
    search.register("help", None, lambda query, reader, limit: [])

    assert search.search("amina", Reader()) == []
