"""Starts the children in order, restarts one that dies and says so, and stops them in reverse order."""

from __future__ import annotations

import signal
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from config.runner.failure import StartFailure
from config.runner.postgres import remedy_for
from config.runner.process import adopt_orphans, finish, how_it_ended, limit_log, reap_orphans, spawn, stop, tail
from config.runner.terminal import done, say

if TYPE_CHECKING:
    import subprocess

    from config.runner.process import Service

_TICK = 0.1
_CRASHES = 5
_WINDOW = 60.0
_LOG_CHECK = 5.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):  # noqa: N818  # not an error: somebody asked us to stop while a child was starting
    """A signal asked to stop."""


class GivenUp(StartFailure):
    """A child died too often to go on."""


class Child:
    """A service and the process that runs it at the moment."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.crashes: deque[float] = deque(maxlen=_CRASHES)
        self.retry_at = 0.0
        self.launch()

    def launch(self) -> None:
        """Start a process for the service; it is not ready yet."""
        self.started = time.monotonic()
        self.ready = False
        self.process: subprocess.Popen[str] = spawn(self.service)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process.poll() is None

    @property
    def overdue(self) -> bool:
        """Whether it runs for longer than a start may take without being ready."""
        return not self.ready and time.monotonic() - self.started > self.service.start_limit

    def evidence(self) -> str:
        """The last lines of its log."""
        return tail(self.service.log)


class Supervisor:
    """The children of one run. Use as a context manager: leaving it stops them all."""

    def __init__(self) -> None:
        self._tiers: list[list[Child]] = []
        self._signals = 0
        self._logs_checked = 0.0

    def __enter__(self) -> Self:
        adopt_orphans()
        for signum in _SIGNALS:
            signal.signal(signum, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_all()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._signals > 0

    def start(self, *services: Service) -> None:
        """Start the services of one tier at the same time and wait until each is ready. StartFailure with the log's end when one is not."""
        tier: list[Child] = []
        self._tiers.append(tier)
        tier.extend(Child(service) for service in services)
        waiting = list(tier)
        while waiting:
            self.check_stop()
            for child in list(waiting):
                if not child.alive or child.overdue:
                    raise self._failed_start(child)
                if child.service.ready(child.process.pid):
                    child.ready = True
                    waiting.remove(child)
                    done(f"{child.service.name} {child.service.where}", time.monotonic() - child.started)
            time.sleep(0.02)

    def watch(self) -> None:
        """Keep every child running until a signal asks to stop. GivenUp when one dies too often."""
        while not self.stopping:
            for child in self._children():
                self._tend(child)
            self._limit_logs()
            time.sleep(_TICK)

    def check_stop(self) -> None:
        """Raise Stopped if somebody asked us to stop."""
        if self.stopping:
            raise Stopped

    def _on_signal(self, *_: object) -> None:
        self._signals += 1

    def _children(self) -> list[Child]:
        return [child for tier in self._tiers for child in tier]

    def _tend(self, child: Child) -> None:
        if child.overdue:
            say(f"{child.service.name} (pid {child.process.pid}) does not answer; killing it", "!")
            child.process.kill()
            child.process.wait()
        if child.alive:
            if not child.ready and child.service.ready(child.process.pid):
                child.ready = True
                say(f"{child.service.name} restarted in {time.monotonic() - child.crashes[-1]:.1f} s (pid {child.process.pid})", "✓")
        elif not child.retry_at:
            self._note_crash(child)
        elif time.monotonic() >= child.retry_at:
            child.retry_at = 0.0
            child.launch()

    def _note_crash(self, child: Child) -> None:
        now = time.monotonic()
        child.crashes.append(now)
        ended = f"{child.service.name} (pid {child.process.pid}) {how_it_ended(child.process.returncode)}"
        reap_orphans({other.process.pid for other in self._children()})
        if len(child.crashes) == _CRASHES and now - child.crashes[0] < _WINDOW:
            raise GivenUp(f"{ended}, {_CRASHES} times in a minute. Giving up.", remedy_for(child.evidence()), child.evidence())
        recent = sum(now - crash < _WINDOW for crash in child.crashes)
        # The first restart is at once; then 1, 2, 4 s, so that a program that cannot run does not burn the machine.
        wait = 0.0 if recent == 1 else 2.0 ** (recent - 2)
        child.retry_at = now + wait
        say(f"{ended}; restarting {f'in {wait:.0f} s' if wait else 'it'} ({child.service.log})", "!")

    def _failed_start(self, child: Child) -> StartFailure:
        evidence = child.evidence()
        if child.alive:
            what = f"{child.service.name} did not get ready within {child.service.start_limit:.0f} s. The end of {child.service.log}:"
        else:
            what = f"{child.service.name} did not start: it {how_it_ended(child.process.returncode)}. The end of {child.service.log}:"
        return StartFailure(what, remedy_for(evidence), evidence)

    def _limit_logs(self) -> None:
        if time.monotonic() - self._logs_checked > _LOG_CHECK:
            self._logs_checked = time.monotonic()
            for child in self._children():
                limit_log(child.service.log)

    def _stop_all(self) -> None:
        """Latest tier first, gently, then hard. A second signal makes it hard at once."""
        asked = self._signals
        while self._tiers:
            tier = self._tiers.pop()
            for child in tier:
                stop(child.process, child.service)
            for child in reversed(tier):
                if not finish(child.process, child.service.stop_limit, lambda: self._signals > max(asked, 1)):
                    say(f"{child.service.name} did not stop by itself and was killed", "!")
        reap_orphans(set())
