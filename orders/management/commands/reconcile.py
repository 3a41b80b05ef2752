"""manage.py reconcile: recount statistics, stock and history per tenant; report drift, and mend it with --mend."""

from __future__ import annotations

from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from accounts.models import Tenant
from accounts.tenancy import as_operator, in_tenant
from orders.reconcile import Drift, find_drift, mend_drift


class Command(BaseCommand):
    """Exit code 1 when drift is found and not mended."""

    help = "Recount what moves by difference, report drift, and mend it with --mend."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--tenant", help="short name of one tenant; all without it")
        parser.add_argument("--mend", action="store_true", help="set the figures right")

    def handle(self, *args: Any, tenant: str | None, mend: bool, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), width=120)
        with as_operator("reconcile walks every tenant"):
            tenants = list(Tenant.objects.filter(**({"slug": tenant} if tenant else {})).order_by("slug"))
        if tenant and not tenants:
            raise CommandError(f"There is no tenant “{tenant}”.")
        left = 0
        with Progress(console=console, transient=True) as progress:
            for one in progress.track(tenants, description="Recounting"):
                left += self._one(one, console, mend=mend)
        if left:
            raise CommandError(f"{left} figures are not what their rows add up to. Run with --mend to set them right.")
        console.print("Everything adds up.")

    def _one(self, tenant: Tenant, console: Console, *, mend: bool) -> int:
        with in_tenant(tenant):
            drift = list(find_drift())
            if not drift:
                return 0
            console.print(_table(tenant, drift))
            if not mend:
                return len(drift)
            console.print(f"{tenant.slug}: {mend_drift()} rows set right")
            return sum(1 for _found in find_drift())


def _table(tenant: Tenant, drift: list[Drift]) -> Table:
    table = Table("what", "which", "kept", "counted", title=tenant.name)
    for found in drift[:50]:
        table.add_row(found.kind, found.name, str(found.kept), str(found.counted))
    if len(drift) > 50:  # noqa: PLR2004  # a screen full
        table.caption = f"and {len(drift) - 50} more"
    return table
