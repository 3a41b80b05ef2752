"""Short notes after an action ("Sent", "Archived, undo"): on the next page as a Django message, or at once on an htmx answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from django.contrib import messages
from django.http.response import HttpResponseBase
from django_htmx.http import trigger_client_event

if TYPE_CHECKING:
    from django.contrib.messages.storage.base import Message
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

R = TypeVar("R", bound=HttpResponseBase)
Tone = Literal["ok", "info", "wait", "bad"]

_LEVELS: dict[Tone, int] = {"ok": messages.SUCCESS, "info": messages.INFO, "wait": messages.WARNING, "bad": messages.ERROR}
_TONES = {level: tone for tone, level in _LEVELS.items()}
_UNDO = "undo:"


@dataclass(frozen=True, slots=True)
class Toast:
    message: str
    tone: Tone
    undo: str


def add(request: HttpRequest, message: StrOrPromise, *, tone: Tone = "ok", undo: str = "") -> None:
    """Shows the note on the next page that is drawn; `undo` is an address that takes it back by POST."""
    messages.add_message(request, _LEVELS[tone], str(message), extra_tags=f"{_UNDO}{undo}" if undo else "")


def send(response: R, message: StrOrPromise, *, tone: Tone = "ok", undo: str = "") -> R:
    """Shows the note as soon as this htmx answer arrives."""
    return trigger_client_event(response, "toast", {"message": str(message), "tone": tone, "undo": undo})


def read(message: Message) -> Toast:
    """A Django message as the template draws it, also one that another library added."""
    tags = message.extra_tags or ""
    undo = tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""
    return Toast(str(message.message), _TONES.get(message.level, "info"), undo)
