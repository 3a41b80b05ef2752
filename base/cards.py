"""The cards of the first page: each app adds what its people should see when they arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

Facts = Callable[["HttpRequest"], "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class Card:
    """One card: `template` draws its inside from what `facts(request)` answers; None leaves the card out today."""

    title: StrOrPromise
    template: str
    facts: Facts
    permission: str | None
    order: int = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as one person sees it."""

    title: StrOrPromise
    html: SafeString


_cards: list[Card] = []


def register(card: Card) -> None:
    """Adds a card; called in an app's `AppConfig.ready()`. Registering the same card twice changes nothing."""
    if card not in _cards:
        _cards.append(card)


def cards(request: HttpRequest) -> list[Drawn]:
    """The cards of this person, in order."""
    found = []
    for card in sorted(_cards, key=lambda card: card.order):
        if card.permission is not None and not request.user.has_perm(card.permission):
            continue
        facts = card.facts(request)
        if facts is not None:
            found.append(Drawn(card.title, render_to_string(card.template, facts, request)))
    return found
