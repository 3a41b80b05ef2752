"""What `manage.py up` refuses before it starts anything: each refusal names what is wrong and what to do."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys

import pytest

from config.runner import checks, environment, lock, ports
from tests.config.leaving import without_test_servers


@pytest.fixture
def up(tmp_path):
    """Runs `manage.py up` to its end and gives what it said; it must refuse."""

    def run(*arguments: str, **environ: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "up", *arguments],
            cwd=environment.ROOT,
            env=without_test_servers() | {"DATA_DIR": str(tmp_path / "data"), **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in {1, 2}, done.stdout
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("mysql://a:b@localhost/doorstep", "the scheme postgres://, not mysql://"),
        ("postgres://a:b@localhost:54x/doorstep", "the port is not a number"),
        ("postgres://a:b@localhost:5432/", "a database name after the last /"),
        ("postgres://a:b@/doorstep", "a host after the @"),
        ("postgres://a:b@localhost:1/doorstep", "the host localhost or the port 1"),
        ("postgres://a:b@no-such-host.invalid/doorstep", "the host no-such-host.invalid"),
    ],
)
def test_a_broken_database_address_says_which_part_is_wrong(up, url, part):
    said = up(DATABASE_URL=url, REDIS_URL=os.environ["REDIS_URL"], SECRET_KEY="x", FIELD_KEYS="x")
    assert "DATABASE_URL" in said
    assert part in said
    assert "postgres://doorstep_app:password@127.0.0.1:5432/doorstep" in said


def test_a_wrong_password_and_a_wrong_database_name_are_told_apart(up):
    url = os.environ["DATABASE_URL"]
    others = {"REDIS_URL": os.environ["REDIS_URL"]}
    assert "wrong is the user doorstep_app or its password" in up(DATABASE_URL=url.replace("doorstep_app:", "doorstep_app:x"), **others)
    assert "wrong is the database name nowhere" in up(DATABASE_URL=url.rsplit("/", 1)[0] + "/nowhere", **others)


def test_a_cache_address_without_its_scheme_is_refused_with_an_example(up):
    said = up(REDIS_URL="localhost:6379")
    assert "REDIS_URL: needs the scheme redis://" in said
    assert "redis://:password@127.0.0.1:6379/0" in said


def test_a_part_of_a_deployment_names_the_variable_that_it_misses(up):
    said = up("--only", "worker", DATABASE_URL=os.environ["DATABASE_URL"])
    assert "REDIS_URL is not set" in said
    assert "redis://:password@cache.example.com:6379/0" in said


def test_a_taken_port_is_named_with_its_holder_and_another_one_is_offered(up):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        said = up("--port", str(port))
    assert f"Port {port} is taken" in said
    assert f"pid {os.getpid()}" in said
    assert "make up PORT=" in said


def test_without_a_wish_the_next_free_port_is_used_and_said(capsys):
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", checks.DEFAULT_PORT)):
        chosen = checks.web_port(None, "127.0.0.1")
        assert chosen > checks.DEFAULT_PORT
        assert f"port {checks.DEFAULT_PORT} is taken" in (said := capsys.readouterr().out)
        assert f"make up PORT={chosen}" in said


def test_a_disk_that_is_almost_full_is_refused_before_anything_starts(up, tmp_path):
    small = tmp_path / "data"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root may make a small disk")
    try:
        said = up(SECRET_KEY="")
        assert f"The disk of {small} is almost full" in said
        assert "MB needed" in said
        assert not (small / "postgres").exists()
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("port", ["0", "70000", "eighty", "-1", "١٢"])
def test_what_is_not_a_port_is_refused(up, port):
    assert "not a port, a number from 1 to 65535" in up(f"--port={port}")


def test_the_lock_of_a_killed_run_is_removed_with_a_line(tmp_path, capsys):
    path = tmp_path / "lock"
    path.write_text(json.dumps({"pid": 4242, "address": "http://localhost:8000"}))
    with lock.hold(path) as note:
        note("http://localhost:8001")
        with pytest.raises(lock.StartFailure, match=r"already running from this folder at http://localhost:8001"), lock.hold(path):
            pass
    assert "removed the lock of a run that was killed (pid 4242)" in capsys.readouterr().out
    with lock.hold(path):
        assert "removed" not in capsys.readouterr().out


def test_a_remembered_port_is_kept_until_somebody_else_has_it():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        assert ports.pick(taken) != taken
    assert ports.pick(taken) == taken


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    first = environment.prepare(tmp_path, {})
    again = environment.prepare(tmp_path, {})
    assert first == again
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600


def test_an_address_in_the_persons_own_environment_wins_over_the_local_one(tmp_path):
    environment.prepare(tmp_path, {})
    theirs = {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://x:y@db/z"}
    environment.fill(theirs)
    assert theirs["DATABASE_URL"] == "postgres://x:y@db/z"
    assert "DATABASE_OWNER_URL" not in theirs
    assert theirs["REDIS_URL"].startswith("redis://:")
