"""Brings a portion into the tables. COPY is refused on tables with row security, so it fills temporary tables first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F

from orders.demo.book import HISTORY, MOVEMENT, ORDER, Book, Figures
from orders.demo.rows import hundredths
from orders.models import Discount, Order
from orders.stock import default_warehouse, move_shelves

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import Tenant
    from orders.demo.crowd import Crowd
    from orders.demo.shelf import Codes, Shelf

_CUSTOMER = "id, full_name, phone, email, address, city, area, tags, total_orders, total_spent, returned_orders, created_at, updated_at"
_LOCK = "SELECT 1 FROM customers JOIN demo_rows USING (id) ORDER BY id FOR NO KEY UPDATE OF customers"
_MOVE = """
UPDATE customers SET total_orders = customers.total_orders + moved.total_orders, total_spent = customers.total_spent + moved.total_spent,
    returned_orders = customers.returned_orders + moved.returned_orders, updated_at = now()
FROM demo_rows AS moved WHERE customers.id = moved.id
"""


def write(tenant: Tenant, book: Book, crowd: Crowd, shelf: Shelf, codes: Codes) -> None:
    """Write what book, crowd, shelf and codes hold, and empty them. Runs inside a transaction. Locks: customers, then products."""
    currency, country = tenant.config.currency, tenant.config.country_code
    met = {pk: book.figures.pop(pk) for pk in list(book.figures) if pk in crowd.newcomers}
    rows = ("\t".join((*new.row, *_figures(met[pk]), new.created, new.created)) for pk, new in crowd.newcomers.items())
    _fill("customers", _CUSTOMER, rows, tenant_id=tenant.pk, postal_code="", notes="", blocked_reason="")
    fixed = {"currency": currency, "country_code": country, "delivery_city": crowd.city, "risk_reasons": "[]"}
    _fill(Order._meta.db_table, ORDER, book.orders, tenant_id=tenant.pk, **fixed)
    _fill("order_history", HISTORY, book.history, tenant_id=tenant.pk)
    _add_to_customers(book.figures)
    move_shelves(shelf.changes)
    book.add_deliveries(shelf.deliveries)
    _fill("stock_movements", MOVEMENT, book.movements, tenant_id=tenant.pk, warehouse_id=default_warehouse().pk)
    _count_uses(codes.uses)
    for held in (book, crowd.newcomers, shelf.changes, shelf.deliveries, codes.uses):
        held.clear()


def _fill(table: str, columns: str, rows: Iterable[str], **fixed: Any) -> None:
    """Rows in COPY's text format into `table`; `fixed` columns are the same in all of them."""
    values = ", ".join(["%s"] * len(fixed))
    with connection.cursor() as cursor:
        _stage(cursor, f"SELECT {columns} FROM {table}", rows)  # noqa: S608  # names of our own
        into = f"INSERT INTO {table} ({', '.join(fixed)}, {columns})"
        cursor.execute(f"{into} SELECT {values}, {columns} FROM demo_rows", list(fixed.values()))  # noqa: S608  # names of our own
        cursor.execute("DROP TABLE demo_rows")


def _stage(cursor: Any, like: str, rows: Iterable[str]) -> None:
    cursor.execute(f"CREATE TEMPORARY TABLE demo_rows ON COMMIT DROP AS {like} WITH NO DATA")
    with cursor.copy("COPY demo_rows FROM STDIN") as copy:
        copy.write("".join(f"{row}\n" for row in rows))


def _figures(figures: Figures) -> tuple[str, str, str]:
    return str(figures.orders), hundredths(figures.spent), str(figures.returned)


def _add_to_customers(figures: dict[str, Figures]) -> None:
    """The figures of customers that were there before, in the order of their keys."""
    if not figures:
        return
    with connection.cursor() as cursor:
        like = "SELECT id, total_orders, total_spent, returned_orders FROM customers"
        _stage(cursor, like, ("\t".join((pk, *_figures(added))) for pk, added in sorted(figures.items())))
        cursor.execute("ANALYZE demo_rows")
        cursor.execute(_LOCK)
        cursor.execute(_MOVE)
        cursor.execute("DROP TABLE demo_rows")


def _count_uses(uses: dict[UUID, int]) -> None:
    for pk, count in sorted(uses.items()):
        Discount.objects.filter(pk=pk).update(uses=F("uses") + count)
