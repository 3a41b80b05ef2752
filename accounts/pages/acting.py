"""What an operator may not do while acting in a person's name: touch how that person, or anybody by them, gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.errors import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest


def is_acting(request: HttpRequest) -> bool:
    """Whether an operator works in somebody's name in this browser."""
    return getattr(request, "operator", None) is not None


def refuse_while_acting(request: HttpRequest) -> None:
    """NotAllowed while an operator acts in somebody's name."""
    if is_acting(request):
        raise NotAllowed(
            "forbidden_while_acting",
            _("While you act for somebody, passwords and second factors cannot be touched. Stop acting first."),
        )
