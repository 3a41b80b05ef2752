"""Recounts what moves by difference, per tenant: reports drift and can mend it. The `reconcile` command of a shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure that is not what its rows add up to."""

    kind: str
    entity_id: UUID
    name: str
    kept: Any
    counted: Any


# What is counted is counted once (MATERIALIZED), whatever PostgreSQL believes about the size of the tables.
_CUSTOMERS = """
WITH counted AS MATERIALIZED (
    SELECT o.customer_id,
        count(*) FILTER (WHERE o.status <> 'cancelled') AS orders,
        coalesce(sum(o.total_amount) FILTER (WHERE o.status = 'delivered' AND o.payment_status = 'collected'), 0) AS spent,
        count(*) FILTER (WHERE o.status = 'returned') AS returned
    FROM orders o WHERE o.deleted_at IS NULL GROUP BY o.customer_id
), drift AS (
    SELECT c.id, c.full_name, c.total_orders, c.total_spent, c.returned_orders,
        coalesce(n.orders, 0) AS orders, coalesce(n.spent, 0) AS spent, coalesce(n.returned, 0) AS returned
    FROM customers c LEFT JOIN counted n ON n.customer_id = c.id
    WHERE (c.total_orders, c.total_spent, c.returned_orders)
        IS DISTINCT FROM (coalesce(n.orders, 0), coalesce(n.spent, 0), coalesce(n.returned, 0))
)
"""
_SHOW_CUSTOMERS = f"{_CUSTOMERS} SELECT * FROM drift ORDER BY id"  # noqa: S608  # constants only
_MEND_CUSTOMERS = (
    _CUSTOMERS
    + """
UPDATE customers SET total_orders = drift.orders, total_spent = drift.spent, returned_orders = drift.returned, updated_at = now()
FROM drift WHERE customers.id = drift.id
"""
)
_STOCK = """
WITH counted AS MATERIALIZED (SELECT product_id, sum(quantity)::int AS stock FROM stock_movements GROUP BY product_id)
SELECT p.id, p.name, p.stock_quantity, coalesce(n.stock, 0) FROM products p LEFT JOIN counted n ON n.product_id = p.id
WHERE p.stock_quantity <> coalesce(n.stock, 0) ORDER BY p.id
"""
_VARIANTS = """
WITH counted AS MATERIALIZED (
    SELECT product_id, variant_id, sum(quantity)::int AS stock FROM stock_movements GROUP BY product_id, variant_id
)
SELECT p.id, p.name || ' / ' || (v ->> 'id'), v ->> 'id', coalesce((v ->> 'stock')::int, 0), coalesce(n.stock, 0)
FROM products p CROSS JOIN LATERAL jsonb_array_elements(p.variants) AS v
LEFT JOIN counted n ON n.product_id = p.id AND n.variant_id = v ->> 'id'
WHERE coalesce((v ->> 'stock')::int, 0) <> coalesce(n.stock, 0)
ORDER BY 1, 3
"""
# An order's last change leads to its status, and each change begins where the one before ended.
_HISTORY = """
WITH steps AS (
    SELECT h.order_id, h.old_status, h.new_status, h.id,
        lag(h.new_status) OVER w AS before, row_number() OVER (PARTITION BY h.order_id ORDER BY h.created_at DESC, h.id DESC) AS back
    FROM order_history h WINDOW w AS (PARTITION BY h.order_id ORDER BY h.created_at, h.id)
)
SELECT o.id, o.order_number, o.status, s.new_status FROM steps s JOIN orders o ON o.id = s.order_id
WHERE (s.back = 1 AND s.new_status <> o.status) OR (s.before IS NOT NULL AND s.before <> s.old_status)
ORDER BY o.id
"""


def find_drift() -> Iterator[Drift]:
    """Every figure of the scope's tenant that is not what its rows add up to: customers' statistics, stock, history."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW_CUSTOMERS)
        for pk, name, *figures in cursor.fetchall():
            yield Drift("customer", pk, name, tuple(figures[:3]), tuple(figures[3:]))
        cursor.execute(_STOCK)
        for pk, name, kept, counted in cursor.fetchall():
            yield Drift("stock", pk, name, kept, counted)
        cursor.execute(_VARIANTS)
        for pk, name, _variant, kept, counted in cursor.fetchall():
            yield Drift("variant", pk, name, kept, counted)
        cursor.execute(_HISTORY)
        for pk, number, status, said in cursor.fetchall():
            yield Drift("history", pk, number, status, said)


def mend_drift() -> int:
    """Set the customers' statistics and the stock of the scope's tenant to what their rows add up to. Returns how many rows changed.

    History is never rewritten: a gap in it is only reported. Waits for writers of the rows it mends, and they for it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE orders, customers, products IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_MEND_CUSTOMERS)
        mended = int(cursor.rowcount)
        cursor.execute(_VARIANTS)
        for pk, _name, variant, _kept, counted in cursor.fetchall():
            cursor.execute(_MEND_VARIANT, [variant, counted, pk])
            mended += 1
        cursor.execute(_STOCK)
        for pk, _name, _kept, counted in cursor.fetchall():
            cursor.execute("UPDATE products SET stock_quantity = %s, updated_at = now() WHERE id = %s", [counted, pk])
            mended += 1
    return mended


_MEND_VARIANT = """
UPDATE products SET updated_at = now(), variants = (
    SELECT jsonb_agg(CASE WHEN v ->> 'id' = %s THEN jsonb_set(v, '{stock}', to_jsonb(%s::int)) ELSE v END ORDER BY place)
    FROM jsonb_array_elements(variants) WITH ORDINALITY AS t (v, place)
) WHERE id = %s
"""
