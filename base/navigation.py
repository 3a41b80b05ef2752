"""The navigation as data: each app registers its entries; a page draws those that its reader may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from base.banners import banners

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

Count = Callable[[Any], int | str | None]


class Group(Enum):
    """The parcel's way through the house, in order. `TODAY` is drawn without a heading."""

    TODAY = ""
    SELL = _("Sell")
    DELIVER = _("Deliver")
    AFTER = _("After")
    MONEY = _("Money")
    IMPROVE = _("Improve")
    PLATFORM = _("Platform")


@dataclass(frozen=True, slots=True)
class NavEntry:
    """
    One line of the navigation.

    `permission` None: for any signed-in person; `when(user)` says for whom it has a meaning at all. `count(user)` answers the one
    number (or short text, "6 low") that says whether one must go there, None for nothing to say; it is asked once a page, so the
    app that gives it caches it for some seconds.
    """

    group: Group
    label: StrOrPromise
    url_name: str
    permission: str | None
    count: Count | None = None
    order: int = 100
    when: Callable[[Any], bool] | None = None

    def is_for(self, user: Any) -> bool:
        """Whether this person is shown the entry."""
        return (self.permission is None or user.has_perm(self.permission)) and (self.when is None or self.when(user))


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page."""

    label: StrOrPromise
    url: str
    count: int | str | None
    current: str


@dataclass(frozen=True, slots=True)
class Section:
    label: StrOrPromise
    links: list[Link]


_entries: list[NavEntry] = []


def register(entry: NavEntry) -> None:
    """Adds an entry; called in an app's `AppConfig.ready()`. Registering the same entry twice changes nothing."""
    if entry not in _entries:
        _entries.append(entry)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, a list of `Section`, and `banners`, both worked out only when a template asks for them."""
    return {"navigation": SimpleLazyObject(lambda: sections(request)), "banners": SimpleLazyObject(lambda: banners(request))}


def sections(request: HttpRequest) -> list[Section]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    allowed = [(entry, url) for entry, url in _reachable(_entries) if entry.is_for(user)]
    here = _here(request.path, [url for _entry, url in allowed])
    found = []
    for group in Group:
        entries = sorted((pair for pair in allowed if pair[0].group is group), key=lambda pair: pair[0].order)
        links = [
            Link(entry.label, url, entry.count(user) if entry.count else None, _current(url, here, request.path)) for entry, url in entries
        ]
        if links:
            found.append(Section(group.value, links))
    return found


def _reachable(entries: Iterable[NavEntry]) -> Iterable[tuple[NavEntry, str]]:
    for entry in entries:
        try:
            yield entry, reverse(entry.url_name)
        except NoReverseMatch:
            continue


def _here(path: str, urls: list[str]) -> str:
    """The entry that this page belongs to: the longest address that the path begins with; the root only for itself."""
    return max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")


def _current(url: str, here: str, path: str) -> str:
    if url != here:
        return ""
    return "page" if url == path else "true"
