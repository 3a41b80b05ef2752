"""A real run of `manage.py up`: what dies is noticed, told and mended, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
import redis

from config.runner import environment, ports
from tests.config.leaving import gone, without_test_servers

# Seconds that the product promises. A child that is Python loads all of Django, and here other tests have the cores too.
WITHIN = 5
LOADING = 3 * WITHIN


class Run:
    """A run in its own data folder; `lines` is what it has said so far."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.lines = folder, port, []
        self.environ = without_test_servers() | {"DATA_DIR": str(folder), "DEMO": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=environment.ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def says(self, *words: str, within: float, after: int = 0) -> str:
        """The first line from `after` on with all of `words`, waited for."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for line in self.lines[after:]:
                if all(word in line for word in words):
                    return line
            assert self.process.poll() is None or time.monotonic() > deadline - within + 1, self.told()
            time.sleep(0.05)
        pytest.fail(f"not said within {within} s: {words}\n{self.told()}")

    def told(self) -> str:
        return "\n".join(self.lines)

    def child(self, *words: str) -> psutil.Process:
        """The child of the supervisor whose command line has all of `words`."""
        return next(p for p in psutil.Process(self.process.pid).children() if all(w in " ".join(p.cmdline()) for w in words))

    def page(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.status

    def cache(self) -> redis.Redis:
        return redis.Redis.from_url(environment.read(self.folder / "env")["REDIS_URL"])


@pytest.fixture
def run():
    started = Run(Path(os.environ["TEST_FOLDER"]) / f"up-{os.getpid()}", ports.pick())
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.process.wait(60)


def test_what_is_killed_during_a_run_is_told_and_mended_and_a_stop_leaves_nothing(run):
    run.says("is up after", within=90)
    assert run.page("/healthz") == 200

    for name, within, words in (
        ("PostgreSQL", WITHIN, ("postgres", "-D")),
        ("Valkey", WITHIN, ("valkey-server",)),
        ("Worker", LOADING, ("celery", "worker")),
        ("Web", LOADING, ("granian",)),
        ("Beat", LOADING, ("celery", "beat")),
    ):
        said = len(run.lines)
        victim = run.child(*words)
        below = victim.children(recursive=True)
        victim.kill()
        run.says(f"{name} (pid {victim.pid}) was killed by SIGKILL", within=WITHIN, after=said)
        run.says(f"{name} restarted in", within=within, after=said)
        assert gone(below, within=WITHIN), f"left behind by {name}"
        assert run.page("/healthz") == 200

    assert_ready_again(run)
    assert_a_second_run_is_told_where_this_one_is(run)

    everything = psutil.Process(run.process.pid).children(recursive=True)
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(30) == 0, run.told()
    assert gone(everything, within=1)
    assert "stopped" in run.told().splitlines()[-1]


def assert_ready_again(run):
    """The worker and the web server have found the restarted database and cache."""
    with run.cache() as cache:
        alive = f"doorstep:alive:{os.uname().nodename}:{run.child('celery', 'worker').pid}"
        cache.delete(alive)
        deadline = time.monotonic() + 15
        while not cache.exists(alive):
            assert time.monotonic() < deadline, "the worker gave no sign of life"
            time.sleep(0.1)
    assert run.page("/sign-in/") == 200


def assert_a_second_run_is_told_where_this_one_is(run):
    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=environment.ROOT, env=run.environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert f"already running from this folder at http://localhost:{run.port} (pid {run.process.pid})" in second.stdout
