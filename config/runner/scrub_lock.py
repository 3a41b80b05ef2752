"""Takes the addresses of package registries out of uv.lock: every machine installs from the registry that it is set up for.

Versions and hashes stay, so what is installed is the same everywhere. Run by `make lock`.
"""

from __future__ import annotations

import re

from config.runner.environment import ROOT

_NOWHERE = "https://index.invalid"


def scrub(lock: str) -> str:
    """The lock file's text with neither addresses nor upload times."""
    lock = re.sub(r'registry = "[^"]*"', f'registry = "{_NOWHERE}/simple"', lock)
    lock = re.sub(r'url = "[^"]*/([^/"#?]+)[^"]*"', rf'url = "{_NOWHERE}/\1"', lock)
    return re.sub(r', upload-time = "[^"]*"', "", lock)


if __name__ == "__main__":
    path = ROOT / "uv.lock"
    path.write_text(scrub(path.read_text(encoding="utf-8")), encoding="utf-8")
