"""manage.py demo: the operator, two merchants, people of every role, and the merchants' life. Running it again adds nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from accounts import demo
from accounts.models import Tenant
from accounts.tenancy import as_operator


class Command(BaseCommand):
    """Makes the demo world and prints its logins. Refuses where it would open a door: outside a local run, unless forced."""

    help = "Make the demo operator, merchants, people and orders; print their logins."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the logins")
        parser.add_argument("--force", action="store_true", help="also where BASE_URL is not on this machine: the passwords are public")
        parser.add_argument("--orders", type=int, default=400, help="orders of each merchant (400); a larger number adds the difference")
        parser.add_argument("--tenant", help="short name of the one merchant that gets orders (no logins are printed then)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same orders (1)")
        parser.add_argument("--months", type=int, default=18, help="over how many months (18)")
        parser.add_argument("--until", type=_moment, help="when they end, such as 2026-05-31T12:00 (UTC); the last full hour without it")

    def handle(self, *args: Any, logins: bool, force: bool, tenant: str | None, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), width=110)
        if not logins:
            if not (force or demo.is_local(settings.BASE_URL)):
                raise CommandError("BASE_URL is not on this machine, and the demo's passwords are public. Use --force if you mean it.")
            demo.make()
            _live(_merchants(tenant), _life(options), console)
        if not tenant:
            console.print(_table())


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _life(options: dict[str, Any]) -> demo.Life:
    if options["orders"] < 0 or not 1 <= options["months"] <= 240:  # noqa: PLR2004  # twenty years
        raise CommandError("--orders is 0 or more, and --months is from 1 to 240.")
    until = options["until"] or timezone.now().replace(minute=0, second=0, microsecond=0)
    return demo.Life(until=until, orders=options["orders"], months=options["months"], seed=options["seed"])


def _merchants(slug: str | None) -> list[Tenant]:
    slugs = [slug] if slug else [merchant.slug for merchant in demo.MERCHANTS]
    with as_operator("the demo finds its merchants"):
        found = list(Tenant.objects.filter(slug__in=slugs).order_by("slug"))
    if not found:
        raise CommandError(f"There is no tenant “{slug}”.")
    return found


def _live(merchants: list[Tenant], life: demo.Life, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        for merchant in merchants:
            bars: dict[str, TaskID] = {}

            def say(stage: str, done: int, total: int, merchant: Tenant = merchant, bars: dict[str, TaskID] = bars) -> None:
                if stage not in bars:
                    bars[stage] = progress.add_task(f"{merchant.name}: {stage}")
                progress.update(bars[stage], completed=done, total=total)

            demo.live(merchant, life, say)


def _table() -> Table:
    table = Table("sign in with", "password", "role", "at", title="Demo logins")
    for login in demo.logins():
        table.add_row(login.email, demo.PASSWORD, login.role, login.at)
    return table
