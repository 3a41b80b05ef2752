"""Primary keys: UUIDv7 (RFC 9562), which grow with time, so that inserts stay local in an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from uuid_utils import compat

if TYPE_CHECKING:
    from uuid import UUID


def new_id() -> UUID:
    """A new UUIDv7 as the standard library's UUID."""
    return compat.uuid7()


class Identified(models.Model):
    """A row whose primary key is known before it is saved."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
