"""`manage.py rotate_keys`: bring every encrypted value under the first key of FIELD_KEYS."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction
from django.db.models.functions import Cast
from rich.console import Console
from rich.progress import Progress

from base import crypto
from base.fields import EncryptedTextField
from base.postgres import wall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Safe to stop and to repeat: what the first key already wrote is left alone."""

    help = "Re-encrypts every encrypted field with the first key of FIELD_KEYS, after which older keys can be dropped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows of one transaction (default 500)")

    def handle(self, *_args: Any, **options: Any) -> None:
        total = 0
        console = Console(file=sys.stderr)
        with wall.behind(wall.OPERATOR), Progress(console=console, disable=not console.is_terminal) as progress:
            for model, field in _encrypted_fields():
                label = f"{model._meta.label}.{field.name}"
                bar = progress.add_task(label, total=model._base_manager.count())
                for seen, changed in _rotate(model, field, options["batch"]):
                    progress.advance(bar, seen)
                    total += changed
        self.stdout.write(f"{total} values re-encrypted. The first key of FIELD_KEYS now opens all of them.")


def _encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            yield from ((model, field) for field in model._meta.local_fields if isinstance(field, EncryptedTextField))


def _rotate(model: type[models.Model], field: EncryptedTextField, size: int) -> Iterator[tuple[int, int]]:
    """Walk the table by primary key, one batch a transaction; yields how many rows were seen and how many changed."""
    last: UUID | int | None = None
    while True:
        with transaction.atomic():
            rows = _locked_batch(model, field, last, size)
            changed = _rewrite(model, field, rows)
        if not rows:
            return
        last = rows[-1][0]
        yield len(rows), changed


def _locked_batch(
    model: type[models.Model], field: EncryptedTextField, after: UUID | int | None, size: int
) -> list[tuple[Any, str | None]]:
    """The next rows by primary key, as (key, stored token); the plain manager, so that no tenant is left out."""
    rows = model._base_manager.order_by("pk").select_for_update(of=("self",))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.annotate(stored=Cast(field.name, models.TextField())).values_list("pk", "stored")[:size])


def _rewrite(model: type[models.Model], field: EncryptedTextField, rows: list[tuple[Any, str | None]]) -> int:
    """One UPDATE for the batch. The value is given as plain text, so the field does not encrypt it again."""
    fresh = {key: _rotated(model, key, token) for key, token in rows if token and not crypto.is_current(token)}
    if fresh:
        cases = [models.When(pk=key, then=models.Value(token)) for key, token in fresh.items()]
        value = models.Case(*cases, output_field=models.TextField())
        model._base_manager.filter(pk__in=fresh).update(**{field.name: value})
    return len(fresh)


def _rotated(model: type[models.Model], key: Any, token: str) -> str:
    try:
        return crypto.rotate(token)
    except crypto.Undecipherable as error:
        raise CommandError(f"{model._meta.label} {key}: {error}") from error
