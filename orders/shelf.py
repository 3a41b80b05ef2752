"""How much of the catalogue runs low: the one number that the navigation shows."""

from __future__ import annotations

from django.core.cache import cache

from accounts.tenancy import current_tenant_id
from orders.models import Product

KEPT_SECONDS = 10
_MOST = 999


def low_count() -> int:
    """Products that should be ordered again (999 at most), up to KEPT_SECONDS old; one statement by idx_products_low_stock."""
    key = f"orders:low:{current_tenant_id() or 'platform'}"
    kept = cache.get(key)
    if isinstance(kept, int):
        return kept
    found: int = Product.objects.low_stock().order_by()[:_MOST].count()
    cache.set(key, found, KEPT_SECONDS)
    return found
