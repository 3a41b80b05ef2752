"""`make lint`: every text of the pages is translated into every language that ships.

Two questions: does each entry of a catalogue have a complete translation, and does the catalogue have each text of the code
and the templates? The second needs GNU gettext; without it, it is left out with a line, except on CI, where it fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "ar")
_APPS = ("base", "accounts", "orders", "finance", "deliveries", "returns", "workflows", "integrations", "analytics", "config", "templates")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue(root: Path, language: str) -> Path:
    """The .po file of a language."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def faults(entries: Iterable[polib.POEntry]) -> Iterator[str]:
    """What is wrong with the entries of a catalogue, one sentence each."""
    for entry in entries:
        if entry.obsolete:
            continue
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy:
            yield f"'{entry.msgid}' is marked fuzzy"
        elif not texts or not all(texts):
            yield f"'{entry.msgid}' is not translated"
        elif lost := _placeholders(entry.msgid) - set().union(*map(_placeholders, texts)):
            yield f"'{entry.msgid}' lost {', '.join(sorted(lost))} in translation"
        elif invented := set().union(*map(_placeholders, texts)) - _placeholders(entry.msgid) - _placeholders(entry.msgid_plural or ""):
            yield f"'{entry.msgid}' got {', '.join(sorted(invented))} in translation"


def missing(root: Path, language: str) -> list[str]:
    """Texts of the code and the templates that the language's catalogue does not have."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for app in _APPS:
            shutil.copytree(root / app, copy / app, ignore=shutil.ignore_patterns("migrations", "__pycache__", "*.pyc", "runner"))
        (copy / "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "--locale", language, "--no-wrap", "--verbosity", "0"]
        environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(command, cwd=copy, env=environ, check=True)  # noqa: S603  # a program of ours
        found = {_identity(entry) for entry in polib.pofile(str(catalogue(copy, language)))}
    known = {_identity(entry) for entry in polib.pofile(str(catalogue(root, language))) if not entry.obsolete}
    return sorted(text for _, text in found - known)


def check(root: Path = ROOT) -> list[str]:
    """Every fault of every language, ready to print."""
    said = []
    extract = bool(shutil.which("xgettext") and shutil.which("msgmerge"))
    if not extract and os.environ.get("CI") == "true":
        said.append("GNU gettext is not installed: apt-get install gettext")
    for language in LANGUAGES:
        path = catalogue(root, language)
        if not path.exists():
            said.append(f"{language}: there is no {path.relative_to(root)}")
            continue
        said += [f"{language}: {fault}" for fault in faults(polib.pofile(str(path)))]
        if extract:
            said += [f"{language}: '{text}' is not in the catalogue (manage.py makemessages adds it)" for text in missing(root, language)]
    return said


def _identity(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def main() -> int:
    """Print the faults; 1 if there are any."""
    said = check()
    sys.stdout.write("".join(f"{line}\n" for line in said[:50]))
    if said:
        sys.stdout.write(f"✗ translations: {len(said)} faults\n")
        return 1
    sys.stdout.write("✓ translations\n" if shutil.which("xgettext") else "✓ translations (the search for new texts needs gettext)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
