"""`make lint`: no migration is missing, and none is unsafe on a big table that is in use.

Run as `python -m tests.servers python -m tests.check_migrations`, since the linter asks a database which migrations there are.
"""

from __future__ import annotations

import sys

import django

APPS = ("base", "accounts", "orders", "finance", "deliveries", "returns", "workflows", "integrations", "analytics")


def main() -> int:
    django.setup()
    from django.core.management import CommandError, call_command
    from django_migration_linter import MigrationLinter

    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    except (SystemExit, CommandError):
        sys.stdout.write("✗ migrations: models have changed; write them with manage.py makemigrations --name <what it is for>\n")
        return 1
    # Without its cache, which would be written outside the clone.
    linter = MigrationLinter(
        include_apps=[app for app in APPS if _has_migrations(app)], no_cache=True, analyser_string="postgresql", quiet=["ok", "ignore"]
    )
    linter.lint_all_migrations()
    if linter.has_errors:
        sys.stdout.write("✗ migrations: unsafe on a live table; see CONTRIBUTING\n")
        return 1
    sys.stdout.write(f"✓ migrations ({linter.nb_total})\n")
    return 0


def _has_migrations(app: str) -> bool:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    return apps.is_installed(app) and any(label == apps.get_app_config(app).label for label, _ in MigrationLoader(None).disk_migrations)


if __name__ == "__main__":
    sys.exit(main())
