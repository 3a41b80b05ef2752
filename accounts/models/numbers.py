"""What keeps repeated requests and human numbers apart, per tenant."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.tenancy import TenantOwned
from base.ids import Identified


class NumberSequence(TenantOwned):
    """The last human number given of one kind (order, return, run)."""

    name = models.CharField(max_length=40)
    last = models.BigIntegerField()

    class Meta:
        db_table = "number_sequences"
        constraints = (models.UniqueConstraint(fields=["tenant", "name"], name="number_sequences_once"),)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class IdempotencyKey(Identified, TenantOwned):
    """The first answer to a request that carried this key; a repeat gets it again, and nothing happens twice."""

    key = models.CharField(max_length=200)
    route = models.CharField(max_length=120)
    # SHA-256 of method, address and body: the same key with another request is a mistake of the caller.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "idempotency_keys"
        indexes = (models.Index(fields=["created_at"], name="idx_idempotency_keys_created"),)
        constraints = (models.UniqueConstraint(fields=["tenant", "route", "key"], name="idempotency_keys_once"),)

    def __str__(self) -> str:
        return self.key
