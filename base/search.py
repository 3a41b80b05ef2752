"""The search box of every page: each app registers what it can find; one question asks them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHORTEST = 2
"""Characters below which nothing is searched."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: `kind` in words ("Order"), `subtitle` what tells it from its namesakes."""

    title: str
    subtitle: str
    url: str
    kind: StrOrPromise


Search = Callable[[str, Any, int], list[Hit]]


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    permission: str | None
    find: Search


_providers: dict[str, _Provider] = {}


def register(name: str, permission: str | None, find: Search) -> None:
    """
    Adds a provider; called in an app's `AppConfig.ready()`. Providers are asked in the order they came.

    `find(query, user, limit)` gives at most `limit` hits, best first, of what the user may see; None as permission: for anybody signed in.
    """
    _providers[name] = _Provider(name, permission, find)


def search(query: str, user: Any, *, limit: int = 8) -> list[Hit]:
    """At most `limit` hits of each provider that the user may ask; nothing for fewer than `SHORTEST` characters."""
    words = " ".join(query.split())
    if len(words) < SHORTEST:
        return []
    return [
        hit
        for provider in _providers.values()
        if provider.permission is None or user.has_perm(provider.permission)
        for hit in provider.find(words, user, limit)[:limit]
    ]
