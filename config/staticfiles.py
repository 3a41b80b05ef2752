"""Which static files of installed apps are ours to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.staticfiles.finders import AppDirectoriesFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.core.files.storage import Storage

# Pages we do not have: DRF's browsable API and Redoc, a third of all bytes to compress.
_UNUSED = ("rest_framework", "redoc")


class ServedFiles(AppDirectoriesFinder):
    """Django's finder of the files of installed apps, without those of pages that we do not have."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:  # type: ignore[override]  # the stubs ask for a list
        """Each file's path and storage."""
        return iter(super().list([*(ignore_patterns or ()), *_UNUSED]))
