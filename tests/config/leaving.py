"""What several tests of the runner ask: is a process gone, and what is the environment without the tests' own servers."""

from __future__ import annotations

import os

import psutil

_OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_ADMIN_URL",
    "REDIS_URL",
    "DATA_DIR",
    "BASE_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "DEBUG",
)


def gone(processes: list[psutil.Process], within: float) -> bool:
    """Whether all of them end in time. A zombie that its new parent has not buried yet counts as gone."""
    _, left = psutil.wait_procs([p for p in processes if _lives(p)], timeout=within)
    return not [p for p in left if _lives(p)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def without_test_servers() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OURS}
