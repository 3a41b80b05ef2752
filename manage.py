#!/usr/bin/env python
"""Doorstep's commands. `up` starts everything; every other command is Django's, with the addresses of the local run."""

import os
import sys


def main() -> None:
    """Run the command on the command line."""
    from config.runner import environment  # noqa: PLC0415  # `manage.py` may be imported without running anything

    if sys.argv[1:2] == ["up"]:
        from config.runner.main import main as up  # noqa: PLC0415  # needs the local servers' packages, which other commands do not

        sys.exit(up(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    environment.fill(os.environ)
    from django.core.management import execute_from_command_line  # noqa: PLC0415  # reads the settings, so only now

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
