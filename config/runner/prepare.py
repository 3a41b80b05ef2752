"""What a new version of the code needs before it serves: one process, so that Django is loaded once.

Run as `python -m config.runner.prepare`: migrates, collects static files when they changed, makes the demo data when DEMO
is 1. Prints the demo's logins.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

from config.runner import stamps


def main() -> None:
    """Prepare the database and the files for this version of the code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    _collect(Path(settings.DATA_DIR))
    if os.environ.get("DEMO") == "1" and "demo" in get_commands():
        _demo(Path(settings.DATA_DIR))


def _collect(data: Path) -> None:
    done = stamps.Stamp(data / "static.stamp", stamps.static_files)
    if not done.current() or not Path(settings.STATIC_ROOT).exists():
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        done.set()


def _demo(data: Path) -> None:
    """The demo data, or only its logins when the same code made it in the same database before."""
    made = stamps.Stamp(data / "demo.stamp", lambda: [*stamps.demo_code(), *stamps.applied_migrations(os.environ["DATABASE_URL"])])
    if made.current():
        call_command("demo", "--logins")
    else:
        call_command("demo")
        made.set()


if __name__ == "__main__":
    main()
