"""The cards of the first page: in order, for those who may see them, and only when there is something to say."""

from types import SimpleNamespace

import pytest

from base import cards


@pytest.fixture
def request_of(rf, monkeypatch):
    monkeypatch.setattr(cards, "_cards", [])

    def request_of(*permissions):
        request = rf.get("/")
        request.user = SimpleNamespace(has_perm=lambda name: name in permissions)
        return request

    return request_of


def card(title, *, permission=None, order=100, facts=lambda _request: {"title": "Something"}):
    return cards.Card(title, "components/empty.html", facts, permission, order)


def test_cards_come_in_their_order_and_once(request_of):
    late, early = card("Late", order=20), card("Early", order=10)
    for each in (late, early, late):
        cards.register(each)

    assert [drawn.title for drawn in cards.cards(request_of())] == ["Early", "Late"]


def test_a_card_is_for_those_who_hold_its_permission(request_of):
    cards.register(card("Cash", permission="financial.view"))

    assert cards.cards(request_of()) == []
    assert [drawn.title for drawn in cards.cards(request_of("financial.view"))] == ["Cash"]


def test_a_card_with_nothing_to_say_is_left_out(request_of):
    cards.register(card("Quiet", facts=lambda _request: None))

    assert cards.cards(request_of()) == []


def test_a_card_is_drawn_from_its_facts(request_of):
    cards.register(card("Cash", facts=lambda _request: {"title": "148,320 MAD with agents"}))

    assert "148,320 MAD with agents" in cards.cards(request_of())[0].html
