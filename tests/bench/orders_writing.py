"""What writing orders costs, against a bare COPY of the same rows into the same tables with the same indexes."""

import random
import time
from contextlib import contextmanager

from tests.bench.orders_volume import admin, inside, volume
from tests.bench.registry import bench

SET = 500
_TABLES = ("customers", "orders")


@bench(name="orders.copy.rate", unit="orders/s", better="higher", rows=1_000_000)
def copied(world):
    """COPY of 500 orders and their new customers by a superuser, with the checks that a commit would make."""
    name = volume(world.rows)
    with inside(name) as tenant:
        rows = _as_copied(tenant)

    def measured():
        with admin(name) as connection, connection.cursor() as cursor:
            began = time.perf_counter()
            for table, (columns, text) in rows.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write(text)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
            connection.rollback()
        return SET / seconds

    return measured


@bench(name="orders.place.rate", unit="orders/s", better="higher", floor="orders.copy.rate", target=0.25, rows=1_000_000)
def placed(world):
    """`place_orders` of 500 as a shop sends them: prices, phones, customers, numbers, figures, and the same checks."""
    name = volume(world.rows)

    def measured():
        with inside(name) as tenant:
            drafts = _drafts(tenant)
            with _undone():
                began = time.perf_counter()
                _place(drafts)
                seconds = time.perf_counter() - began
        return SET / seconds

    return measured


@bench(name="orders.demo.rate", unit="orders/s", better="higher", target=2000, rows=1_000_000)
def generated(world):
    """The demo's generator, with history, stock, customers and their figures."""
    name, count = volume(world.rows), 10_000

    def measured():
        from django.utils import timezone

        from accounts.demo import Life
        from orders.demo import live

        with inside(name), _undone():
            life = Life(until=timezone.now(), orders=world.rows + count)
            began = time.perf_counter()
            live(life, lambda *_said: None)
            _check_keys()
            seconds = time.perf_counter() - began
        return count / seconds

    return measured


def _drafts(tenant):
    """Orders of one to three lines, of as many new customers."""
    from orders.actions.placing import Draft
    from orders.buyers import Buyer
    from orders.items import Line
    from orders.models import Product

    rng = random.Random()
    skus = [row.variants[0]["sku"] if row.variants else row.sku for row in Product.objects.active()]
    area = tenant.config.delivery.areas[0]

    def draft():
        phone = f"061{rng.randrange(10**6, 10**7)}"
        buyer = Buyer(full_name="Amina El Idrissi", phone=phone, address="12, rue des Orangers", city="Casablanca", area=area)
        lines = [Line(quantity=1, sku=sku) for sku in rng.sample(skus, rng.choice((1, 1, 1, 2, 3)))]
        return Draft(lines=lines, buyer=buyer, source="webhook", webhook_source="bench", external_id=str(rng.getrandbits(60)))

    return [draft() for _order in range(SET)]


def _place(drafts):
    from base.actor import SYSTEM
    from orders.actions.placing import place_orders

    found = place_orders(drafts, actor=SYSTEM)
    _check_keys()
    assert len(found.orders) == SET, next(iter(found.refused.values()))
    return found


def _as_copied(tenant):
    """The rows of such a set in COPY's text format, by table: (columns, text)."""
    from django.apps import apps
    from django.db import connection

    with _undone():
        orders = list(_place(_drafts(tenant)).orders.values())
        keys = {"orders": [row.pk for row in orders], "customers": [row.customer_id for row in orders]}
        found = {}
        for table in _TABLES:
            model = next(model for model in apps.get_app_config("orders").get_models() if model._meta.db_table == table)
            columns = ", ".join(field.column for field in model._meta.concrete_fields if not field.generated)
            with connection.cursor() as cursor:
                listed = ", ".join(f"'{key}'" for key in keys[table])
                with cursor.copy(f"COPY (SELECT {columns} FROM {table} WHERE id IN ({listed})) TO STDOUT") as copy:
                    found[table] = columns, b"".join(bytes(part) for part in copy)
    return found


@contextmanager
def _undone():
    """Take back what the block writes, so that the next round meets the same tables."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _check_keys():
    """What a commit would check."""
    from django.db import connection

    connection.check_constraints()
