"""The parts of the catalogue, as tabs above each of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest

_TABS = (
    ("orders:products", _("Products"), "products.view"),
    ("orders:stock-low", _("Low stock"), "products.view"),
    ("orders:stock-count", _("Counting"), "products.edit"),
    ("orders:categories", _("Categories"), "products.view"),
    ("orders:warehouses", _("Warehouses"), "products.view"),
    ("orders:discounts", _("Promo codes"), "products.view"),
)


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Those that the reader may open."""
    return [
        {"label": label, "url": reverse(name), "current": reverse(name) == request.path}
        for name, label, permission in _TABS
        if request.user.has_perm(permission)
    ]
