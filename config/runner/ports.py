"""TCP ports: is one free, find one that is, say who has it."""

from __future__ import annotations

import random
import socket

import psutil

# Below the range from which systems give ports to outgoing connections, so that a remembered port stays free.
_LOCAL_SERVERS = range(20000, 30000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now. PermissionError when this user may not (a port below 1024)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise
        except OSError:
            return False
        return True


def pick(remembered: int | None = None) -> int:
    """A free port for a local server: the remembered one while it is free, so that addresses stay stable."""
    if remembered and is_free(remembered):
        return remembered
    while True:
        port = random.choice(_LOCAL_SERVERS)  # noqa: S311  # not a secret
        if is_free(port):
            return port


def next_free(start: int, host: str) -> int:
    """The first free port at or above `start`."""
    return next(port for port in range(start, 65536) if is_free(port, host))


def holder(port: int) -> str:
    """Who listens on the port, as far as this user may know: ' (python3, pid 123)' or ''."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
    except psutil.Error:
        pass
    return ""
