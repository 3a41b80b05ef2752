"""The lines above every page of a person for whom something is unusual: an operator acting, a suspended merchant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.banners import Banner, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest


@register
def acting(request: HttpRequest) -> Iterator[Banner]:
    """In whose name this browser works, and for how long still."""
    until = getattr(request, "acting_until", None)
    if until is None:
        return
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    left = ngettext("%(minutes)s minute left.", "%(minutes)s minutes left.", minutes) % {"minutes": minutes}
    yield Banner(
        message=_("You act for %(person)s") % {"person": request.user},
        note=f"{left} " + _("What you do is recorded under your own name."),
        tone="wait",
        action=_("Stop"),
        action_url=reverse("accounts:stop-acting"),
    )


@register
def suspended(request: HttpRequest) -> Iterator[Banner]:
    """Why nothing can be changed."""
    tenant = getattr(getattr(request, "user", None), "tenant", None)
    if tenant is not None and tenant.is_suspended:
        yield Banner(
            message=_("%(tenant)s is suspended") % {"tenant": tenant},
            note=_("%(reason)s. Everything can be read, nothing changed, until the platform operator resumes it.")
            % {"reason": tenant.suspension_reason.rstrip(".")},
            tone="bad",
        )
