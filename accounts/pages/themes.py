"""The colours that a person chose, kept where the first byte of a page can see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from base.pages import A_YEAR
from base.templatetags.components import THEMES

if TYPE_CHECKING:
    from django.http import HttpResponse


def keep_theme(response: HttpResponse, theme: str) -> HttpResponse:
    """Set the browser's cookie to a person's colours; without a choice the system decides."""
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
