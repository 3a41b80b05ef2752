"""Lines above every page that say what is unusual: acting as somebody, a suspended tenant, a system in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from base.toasts import Tone


@dataclass(frozen=True, slots=True)
class Banner:
    """`message` in a few strong words, `note` the rest of the sentence; `action` is the label of a button that posts to `action_url`."""

    message: StrOrPromise
    note: StrOrPromise = ""
    tone: Tone = "info"
    action: StrOrPromise = ""
    action_url: str = ""


Source = Callable[["HttpRequest"], Iterable[Banner]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Adds a function that is asked on every page; called in an app's `AppConfig.ready()`."""
    if source not in _sources:
        _sources.append(source)
    return source


def banners(request: HttpRequest) -> list[Banner]:
    return [banner for source in _sources for banner in source(request)]
