"""PostgreSQL for root: an unprivileged account, whatever the permissions of the folders above, which stay as they are."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import psycopg
import pytest

from config.runner import ports, process, programs
from config.runner.postgres import FORGETFUL, Cluster
from tests.config.leaving import gone

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")


@pytest.fixture
def closed_folder(tmp_path, monkeypatch):
    """A folder of mode 0700, as `mktemp -d` makes, with the wheels and the data below it."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    (folder / "site").symlink_to(programs._wheels())
    monkeypatch.setattr(programs, "_wheels", lambda: folder / "site")
    return folder


def served(cluster: Cluster):
    cluster.create()
    return process.spawn(cluster.service())


def wait_ready(cluster: Cluster, server) -> None:
    deadline = process.time.monotonic() + 20
    while not cluster.answers(server.pid):
        assert server.poll() is None, process.tail(cluster.log)
        assert process.time.monotonic() < deadline
        process.time.sleep(0.05)


@root_only
def test_below_a_closed_folder_the_server_runs_unprivileged_from_a_copy_that_is_removed(closed_folder):
    account = programs.account_for(closed_folder / "postgres")
    found = programs.locate(account, closed_folder / "note")
    url = f"postgres://postgres:secret@127.0.0.1:{ports.pick()}/postgres"
    cluster = Cluster(closed_folder / "postgres", url, found, account, closed_folder / "log", tuple(FORGETFUL.items()))
    server = served(cluster)
    try:
        wait_ready(cluster, server)
        assert psutil.Process(server.pid).uids().real == account.uid != 0
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
        assert closed_folder.stat().st_mode & 0o777 == 0o700
        assert found.copy
        assert found.copy.exists()
    finally:
        process.stop(server, cluster.service())
        process.finish(server, 10, lambda: False)
        found.remove_copy()
    assert not found.copy.exists()


@root_only
def test_the_copy_that_a_killed_run_left_is_removed_by_the_next(closed_folder):
    account = programs.account_for(closed_folder / "postgres")
    left = programs.locate(account, closed_folder / "note").copy
    second = programs.locate(account, closed_folder / "note")
    assert not left.exists()
    second.remove_copy()


@root_only
def test_later_starts_run_as_the_owner_of_the_data(tmp_path):
    folder = tmp_path / "postgres"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    assert programs.account_for(folder).uid == 65534


def test_a_killed_server_starts_again_over_its_leftovers(tmp_path):
    account = programs.account_for(tmp_path / "postgres")
    found = programs.locate(account, tmp_path / "note")
    url = f"postgres://postgres:secret@127.0.0.1:{ports.pick()}/postgres"
    cluster = Cluster(tmp_path / "postgres", url, found, account, tmp_path / "log")
    server = served(cluster)
    wait_ready(cluster, server)
    backends = psutil.Process(server.pid).children()
    server.send_signal(signal.SIGKILL)
    server.wait()
    # Its number given to another process of the same account: PostgreSQL alone would take that for itself and refuse.
    pid_file = Path(tmp_path / "postgres/postmaster.pid")
    pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(os.getpid()), 1))
    again = process.spawn(cluster.service())
    try:
        wait_ready(cluster, again)
        assert gone(backends, within=1)
    finally:
        process.stop(again, cluster.service())
        process.finish(again, 10, lambda: False)
        found.remove_copy()
