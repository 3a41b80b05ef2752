"""The supervisor with small children: starts that fail, children that die again and again, a supervisor that is killed."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from config.runner.environment import ROOT
from config.runner.process import _LOG_LIMIT, limit_log
from tests.config.leaving import gone

SCRIPT = """
import os, sys
from pathlib import Path
from config.runner.failure import StartFailure
from config.runner.process import Service
from config.runner.supervisor import Supervisor

def child(name, code, ready=lambda pid: True):
    return Service(name, (sys.executable, "-c", code), Path({folder!r}) / f"{{name}}.log", os.environ, Path("/"), ready, start_limit=20)

try:
    with Supervisor() as supervisor:
        {body}
        print("up", flush=True)
        supervisor.watch()
except StartFailure as failure:
    print(failure, flush=True)
print("left", flush=True)
"""
SLEEPS = "import time; time.sleep(100)"
DIES = "import sys; print('bad code'); sys.exit(3)"
# Notes its name in a file when it is asked to stop; says that it is listening.
NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    with open({order!r}, "a") as file:
        file.write({name!r})
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("on", flush=True)
time.sleep(100)
"""
HAS_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); {SLEEPS}"


@pytest.fixture
def supervise(tmp_path):
    """Runs a supervisor with the children that the given code starts."""
    started = []

    def start(body: str) -> subprocess.Popen[str]:
        code = SCRIPT.format(folder=str(tmp_path), body=body)
        started.append(subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def up(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything below a supervisor, once it is up."""
    assert next(line for line in process.stdout if line.strip() == "up")
    time.sleep(0.3)
    return psutil.Process(process.pid).children(recursive=True)


def test_a_child_that_cannot_start_is_shown_with_the_end_of_its_log(supervise):
    process = supervise("supervisor.start(child('Web', 'import sys; sys.exit(\"no such thing\")', lambda pid: False))")
    said, _ = process.communicate(timeout=20)
    assert "Web did not start: it ended by itself with exit status 1" in said
    assert "    no such thing" in said
    assert "What to do:" in said


def test_a_full_disk_is_told_with_its_remedy(supervise):
    process = supervise("supervisor.start(child('PostgreSQL', 'raise OSError(28, \"No space left on device\")', lambda pid: False))")
    said, _ = process.communicate(timeout=20)
    assert "the disk is full: free some space" in said


def test_a_child_that_dies_five_times_in_a_minute_is_given_up_and_the_others_stop(supervise):
    process = supervise(f"supervisor.start(child('Valkey', {SLEEPS!r}), child('Worker', {DIES!r}))")
    others = up(process)
    said, _ = process.communicate(timeout=40)
    assert said.count("restarting") == 4
    assert "ended by itself with exit status 3, 5 times in a minute. Giving up." in said
    assert "    bad code" in said
    assert gone(others, within=1)


def test_what_a_killed_child_leaves_running_is_killed_before_it_starts_again(supervise):
    process = supervise(f"supervisor.start(child('Web', {HAS_CHILD!r}))")
    web, grandchild = up(process)
    web.kill()
    assert gone([grandchild], within=5)
    process.terminate()
    assert "left" in process.communicate(timeout=20)[0]


def test_children_do_not_outlive_a_supervisor_that_is_killed(supervise):
    process = supervise(f"supervisor.start(child('Valkey', {SLEEPS!r}), child('Web', {SLEEPS!r}))")
    children = up(process)
    assert len(children) == 2
    process.kill()
    assert gone(children, within=5)


def test_children_stop_in_reverse_order(supervise, tmp_path):
    order = tmp_path / "order"

    def tier(name: str) -> str:
        listens = f"lambda pid: Path({str(tmp_path / name)!r} + '.log').read_text() != ''"
        return f"supervisor.start(child({name!r}, {NOTES_ITS_END.format(order=str(order), name=name)!r}, {listens}))"

    process = supervise(f"{tier('a')}; {tier('b')}")
    up(process)
    process.terminate()
    process.communicate(timeout=20)
    assert order.read_text() == "ba"


def test_a_log_stays_below_its_limit(tmp_path):
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (_LOG_LIMIT + 1))
    limit_log(log)
    assert log.stat().st_size == 0
    assert (tmp_path / "web.old.log").stat().st_size == _LOG_LIMIT + 1
