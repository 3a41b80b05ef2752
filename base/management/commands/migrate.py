"""`manage.py migrate`: as the owner of the tables, then the rights of the roles that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.commands import migrate

from base.postgres.grants import grant

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(migrate.Command):
    """Django's migrate. The database is "owner" where DATABASE_OWNER_URL gives one, since the runtime role owns nothing."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        roles = grant(options["database"])
        if options["verbosity"] >= 1:
            self.stdout.write(f"Rights granted to: {', '.join(roles)}")
