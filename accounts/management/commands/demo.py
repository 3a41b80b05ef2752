"""manage.py demo: the operator, two merchants, and people of every role. Running it again adds nothing."""

from __future__ import annotations

from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts import demo


class Command(BaseCommand):
    """Makes the demo world and prints its logins. Refuses where it would open a door: outside a local run, unless forced."""

    help = "Make the demo operator, merchants and people; print their logins."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the logins")
        parser.add_argument("--force", action="store_true", help="also where BASE_URL is not on this machine: the passwords are public")

    def handle(self, *args: Any, logins: bool, force: bool, **options: Any) -> None:
        if not logins:
            if not (force or demo.is_local(settings.BASE_URL)):
                raise CommandError("BASE_URL is not on this machine, and the demo's passwords are public. Use --force if you mean it.")
            demo.make()
        console = Console(file=cast("IO[str]", self.stdout), width=110)
        console.print(_table())


def _table() -> Table:
    table = Table("sign in with", "password", "role", "at", title="Demo logins")
    for login in demo.logins():
        table.add_row(login.email, demo.PASSWORD, login.role, login.at)
    return table
