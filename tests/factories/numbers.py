"""Counters of human numbers, and the keys of repeated requests."""

import factory

from accounts.models import IdempotencyKey, NumberSequence
from tests.factories.accounts import TenantFactory, WalledFactory


class NumberSequenceFactory(WalledFactory):
    class Meta:
        model = NumberSequence

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"run{n}")
    last = 41


class IdempotencyKeyFactory(WalledFactory):
    class Meta:
        model = IdempotencyKey

    tenant = factory.SubFactory(TenantFactory)
    key = factory.Sequence(lambda n: f"shop-request-{n}")
    route = "orders.create"
    fingerprint = factory.Sequence(lambda n: f"{n:064x}")
    status = 201
    body = factory.LazyFunction(lambda: {"order_number": "ORD-000001"})
