"""Tags that draw small components, and what the shell needs to know of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.translation import get_language_info

from base import toasts

if TYPE_CHECKING:
    from django.contrib.messages.storage.base import Message
    from django.forms import BoundField
    from django.http import HttpRequest
    from django.template.context import Context
    from django.utils.safestring import SafeString

register = template.Library()

THEMES = ("light", "dark")
FULL = 100


@register.simple_tag
def chip(text: Any, tone: str = "no") -> SafeString:
    """`{% chip order.get_status_display order.tone %}`; tones: wait, ok, bad, info, no."""
    return format_html('<span class="chip {}">{}</span>', tone, text)


@register.simple_tag
def meter(value: float | None, limit: float = FULL, *, tone: str = "ok", text: Any = None, wide: bool = False) -> SafeString:
    """`{% meter risk tone="bad" %}`: a small bar filled to value of limit, with the figure (or `text`) beside it."""
    share = min(max(float(value or 0) / float(limit), 0), 1) * FULL if limit else 0
    return format_html(
        '<span class="meter {}{}"><svg aria-hidden="true" preserveAspectRatio="none"><rect width="{}%" height="100%"/></svg>{}</span>',
        tone,
        " wide" if wide else "",
        f"{share:.1f}",
        value if text is None else text,
    )


@register.simple_tag(takes_context=True)
def repeat(context: Context, name: str) -> str:
    """`{% repeat "title" %}`: what the page put into that block, once more (the heading is the title unless a page says otherwise)."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY) if context.render_context is not None else None
    block = blocks.get_block(name) if blocks else None
    return block.nodelist.render(context) if block else ""


@register.filter
def anchor(field: BoundField) -> str:
    """The id to which an error summary links: the control, or the first of a group of them."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def as_toast(message: Message) -> toasts.Toast:
    return toasts.read(message)


@register.filter
def shell(request: HttpRequest) -> str:
    """`{% extends request|shell %}`: the whole page, or for htmx only what it will pick its piece from."""
    htmx = getattr(request, "htmx", None)
    return "fragment.html" if htmx and not htmx.boosted and not htmx.history_restore_request else "base.html"


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that the reader chose: light, dark, or empty where the system decides."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag
def languages() -> list[dict[str, Any]]:
    """The languages of the house, each under its own name: code, name_local, bidi."""
    return [dict(get_language_info(language)) for language, _name in settings.LANGUAGES]
