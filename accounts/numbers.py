"""Human numbers (orders, returns, runs): counted per tenant, unique, gaps allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from accounts.tenancy import tenant_in_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAKE = """
INSERT INTO number_sequences (tenant_id, name, last) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, name) DO UPDATE SET last = number_sequences.last + EXCLUDED.last RETURNING last
"""


def take_numbers(name: str, count: int) -> Sequence[int]:
    """The next `count` numbers of the scope's tenant. The counter stays locked until the transaction ends: take them late in it."""
    tenant = tenant_in_scope().pk
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [tenant, name, count])
        (last,) = cursor.fetchone()
    return range(last - count + 1, last + 1)
