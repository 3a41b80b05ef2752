"""Loads a local server with one request over and over, on several connections that stay open.

The client is a process of its own, made of bare sockets: an HTTP library would cost more than the small answers that it
measures, and would share its interpreter with whoever asks. It stops at a number of answers or a time, whichever comes
first, and talks to the loopback address only.
"""

import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
MOST_ANSWERS = 50_000
LONGEST = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NO_BODY = {b"204", b"304"}


class LoadError(Exception):
    """The server did not answer as it should, so there is no figure."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a port of this machine."""

    port: int
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200

    def encoded(self):
        """The request as it goes over the wire."""
        body = self.body.encode()
        headers = {"Host": f"localhost:{self.port}", **self.headers} | ({"Content-Length": str(len(body))} if body else {})
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + body


@dataclass(frozen=True, slots=True)
class Load:
    """What a round of load showed. Times in milliseconds; `busy`: the share of the round in which the client itself computed."""

    answers: int
    seconds: float
    busy: float
    p50: float
    p95: float
    p99: float

    @property
    def rate(self):
        """Answers a second."""
        return self.answers / self.seconds


def drive(request, *, seconds=1.0, answers=MOST_ANSWERS, connections=8):
    """Load the server for `seconds` or until `answers`; LoadError when one answer is not as the request expects."""
    plan = {"request": asdict(request), "seconds": min(seconds, LONGEST), "answers": min(answers, MOST_ANSWERS), "connections": connections}
    command = [sys.executable, "-m", "tests.bench.load"]
    # In a session of its own: a Ctrl-C is for whoever asks, and the round is over in a moment anyway.
    options = {"cwd": ROOT, "timeout": seconds + 2 * LONGEST, "start_new_session": True}
    ran = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False, **options)
    if ran.returncode:
        raise LoadError(f"{request.method} {request.path}: {ran.stderr.strip().splitlines()[-1]}")
    return Load(**json.loads(ran.stdout))


class _Connection:
    """One open connection with at most one request under way."""

    def __init__(self, request):
        self._wire = request.encoded()
        self._status = str(request.status).encode()
        self._socket = socket.create_connection((LOOPBACK, request.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got, self._wanted = b"", 0

    def fileno(self):
        return self._socket.fileno()

    def ask(self):
        self._got, self._wanted, self.asked = b"", 0, time.perf_counter()
        self._socket.sendall(self._wire)

    def answered(self):
        """Read what is there; whether the answer is whole."""
        part = self._socket.recv(262_144)
        if not part:
            raise LoadError("the server closed a connection that was to stay open")
        self._got = self._got + part if self._got else part
        if not self._wanted:
            self._wanted = self._measure()
        return 0 < self._wanted <= len(self._got)

    def _measure(self):
        """The length of the whole answer; 0 while its head is not all there."""
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return 0
        status = self._got[9:12]
        if status != self._status:
            raise LoadError(f"answered {status.decode()}, not {self._status.decode()}; the server's log in .data/bench/logs may say why")
        if status in _NO_BODY:
            return end + 4
        length = _LENGTH.search(self._got, 0, end + 2)
        if length is None:
            raise LoadError("answered without a Content-Length")
        return end + 4 + int(length[1])

    def close(self):
        self._socket.close()


def _run(plan):
    """Keep every connection busy until the time or the number of answers is reached."""
    request = Request(**plan["request"])
    connections = [_Connection(request) for _number in range(plan["connections"])]
    times, computed, began = [], time.process_time(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
            connection.ask()
        while time.perf_counter() - began < plan["seconds"] and len(times) < plan["answers"]:
            ready = selector.select(timeout=10)
            if not ready:
                raise LoadError("no answer within 10 s")
            for key, _events in ready:
                if key.fileobj.answered():
                    times.append(time.perf_counter() - key.fileobj.asked)
                    key.fileobj.ask()
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return _summary(times, seconds, (time.process_time() - computed) / seconds)


def _summary(times, seconds, busy):
    points = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    p50, p95, p99 = (round(points[percent - 1] * 1000, 3) for percent in (50, 95, 99))
    return Load(answers=len(times), seconds=seconds, busy=round(busy, 3), p50=p50, p95=p95, p99=p99)


def main():
    """Read a plan from stdin, follow it, write what it showed to stdout."""
    try:
        sys.stdout.write(json.dumps(asdict(_run(json.load(sys.stdin)))))
    except (LoadError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
