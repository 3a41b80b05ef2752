"""manage.py verify_audit: walk the chains of the activity log and report every row that is not as it was sealed."""

from __future__ import annotations

from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.actions.activity import Verdict, seal_all, verify_chains
from accounts.tenancy import as_operator


class Command(BaseCommand):
    """Exit code 1 when a fault is found. Keep the printed heads elsewhere: a later walk must still pass through them."""

    help = "Check that no row of the activity log was changed, removed or slipped in."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--seal", action="store_true", help="seal what is waiting first")

    def handle(self, *args: Any, seal: bool, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), width=110)
        with as_operator("verify_audit walks every tenant's chain"):
            if seal:
                seal_all()
            verdicts = list(verify_chains())
        console.print(_table(verdicts))
        for verdict in verdicts:
            for fault in verdict.faults:
                console.print(f"{verdict.tenant}: {fault}", style="red")
        if any(verdict.faults for verdict in verdicts):
            raise CommandError("The activity log was tampered with.")


def _table(verdicts: list[Verdict]) -> Table:
    table = Table("chain", "seals", "rows", "waiting", "head")
    for found in verdicts:
        table.add_row(found.tenant, str(found.seals), str(found.rows), str(found.unsealed), found.head or "–")
    return table
