"""How much memory and how many cores this process may use, in a container too."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_mb() -> int:
    """Usable memory in MB: the machine's, or the container's limit when that is less."""
    limits = [psutil.virtual_memory().total]
    for path in _LIMITS:
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):
            continue
    return min(limits) // 2**20


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0))
