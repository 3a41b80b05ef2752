"""The environment of a local run: generated once, kept in .data/env (mode 0600), given to every child.

What the person has set in their own environment always wins. An address set there also means that the server behind it is
not ours: it is neither started nor given the other local addresses.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.runner import ports
from config.runner.failure import StartFailure

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

ROOT = Path(__file__).resolve().parent.parent.parent

# Which variables of the file describe which server, by the variable that replaces it.
_LOCAL_ADDRESSES = {
    "DATABASE_URL": ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"),
    "REDIS_URL": ("REDIS_URL",),
}
# Never given to what serves the outside: the runtime role must not be able to become the owner or the superuser.
PRIVILEGED = ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")
_HEADER = "# Made by `make up`: secrets and addresses of the local run. Your own environment wins over this file.\n"


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of everything a local run keeps: DATA_DIR, or .data in the clone."""
    return Path(environ.get("DATA_DIR") or ROOT / ".data").absolute()


def read(path: Path) -> dict[str, str]:
    """The variables in an env file; none when there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise StartFailure(f"{path} belongs to another user.", "run as that user, or as root") from None
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def write(path: Path, variables: Mapping[str, str]) -> None:
    """Replace the env file whole, readable by its owner only."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(_HEADER)
        file.writelines(f"{name}={value}\n" for name, value in variables.items())
    fresh.replace(path)


def fill(environ: MutableMapping[str, str]) -> None:
    """Give `environ` what the local run's file adds, so that any `manage.py` command meets the running servers."""
    if not environ.get("DATABASE_URL") or not environ.get("REDIS_URL"):
        environ.update(_merged(read(data_dir(environ) / "env"), environ))


def prepare(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Complete the env file of `folder` and give the whole environment of a local run."""
    path = folder / "env"
    kept = read(path)
    wanted = _secrets(kept) | _addresses(kept, environ)
    if wanted != kept:
        write(path, wanted)
    return {"DEMO": _demo(environ)} | dict(environ) | _merged(wanted, environ) | {"DATA_DIR": str(folder)}


def _merged(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    replaced = {name for chosen, names in _LOCAL_ADDRESSES.items() if theirs.get(chosen) for name in names}
    return {name: value for name, value in ours.items() if name not in replaced and not theirs.get(name)}


def _demo(environ: Mapping[str, str]) -> str:
    """The demo's passwords are public: its data goes by itself only into a database of our own that only this machine reaches."""
    local = urlsplit(environ.get("BASE_URL") or "http://localhost").hostname in {"localhost", "127.0.0.1", "::1"}
    return "1" if local and not environ.get("DATABASE_URL") else "0"


def _secrets(kept: Mapping[str, str]) -> dict[str, str]:
    return {
        "SECRET_KEY": kept.get("SECRET_KEY") or secrets.token_urlsafe(48),
        "FIELD_KEYS": kept.get("FIELD_KEYS") or base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "LOG_FORMAT": kept.get("LOG_FORMAT") or "console",
    }


def _addresses(kept: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Addresses of the local servers. A remembered port changes only when somebody else has taken it meanwhile."""
    database = kept.get("DATABASE_ADMIN_URL", "")
    redis = kept.get("REDIS_URL", "")
    addresses = {name: kept[name] for names in _LOCAL_ADDRESSES.values() for name in names if name in kept}
    if not environ.get("DATABASE_URL"):
        port = ports.pick(urlsplit(database).port)
        for name, role in (("ADMIN_URL", "postgres"), ("OWNER_URL", "doorstep_owner"), ("URL", "doorstep_app")):
            password = urlsplit(kept.get(f"DATABASE_{name}", "")).password or secrets.token_urlsafe(24)
            addresses[f"DATABASE_{name}"] = f"postgres://{role}:{password}@127.0.0.1:{port}/doorstep"
    if not environ.get("REDIS_URL"):
        password = urlsplit(redis).password or secrets.token_urlsafe(24)
        addresses["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{ports.pick(urlsplit(redis).port)}/0"
    return addresses
