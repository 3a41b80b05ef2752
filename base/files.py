"""Files of people: taken by their content, kept under names of ours, read through signed links that expire."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base.errors import Invalid, NotAllowed, NotFound
from base.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.core.files.base import File
    from django.http import HttpRequest

LIMIT = 10 * 1024 * 1024
MINUTES = 15

_SALT = "base.files"
_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
_HEAD = 16


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken: known by its first bytes, whatever its name says."""

    kind: str
    ending: str
    content_type: str
    signature: re.Pattern[bytes]


# Nothing here is run by a browser: no HTML, no SVG.
TYPES = (
    FileType("image", "png", "image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    FileType("image", "jpg", "image/jpeg", re.compile(rb"\xff\xd8\xff")),
    FileType("image", "webp", "image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    FileType("pdf", "pdf", "application/pdf", re.compile(rb"%PDF-\d")),
)
_CONTENT_TYPES = {each.ending: each.content_type for each in TYPES}


def store(file: File[bytes], *, folder: str, kinds: Collection[str] = ("image", "pdf"), limit: int = LIMIT) -> str:
    """Keep `file` in the default storage; returns its name there: `folder/2026/03/<id>.<ending of its content>`.

    `limit` in bytes. Errors: file_empty, file_too_large, file_type (the content is none of `kinds`).
    """
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"not a folder's name: {folder!r}")
    if not file.size:
        raise Invalid("file_empty", _("This file is empty."), "file")
    if file.size > limit:
        raise Invalid("file_too_large", _("This file is larger than %(limit)s MB.") % {"limit": limit // 1024**2}, "file")
    found = _type_of(file)
    if found is None or found.kind not in kinds:
        endings = ", ".join(each.ending.upper() for each in TYPES if each.kind in kinds)
        raise Invalid("file_type", _("This is not a file of a kind that is taken here: %(endings)s.") % {"endings": endings}, "file")
    return default_storage.save(f"{folder}/{timezone.now():%Y/%m}/{new_id()}.{found.ending}", file)


def signed_url(name: str, *, minutes: int = MINUTES, download_as: str | None = None) -> str:
    """The path under which the stored file can be read for `minutes`, by anybody who has it; `download_as` saves it under that name.

    Give it only to a person who may see the file.
    """
    expires = int(time.time()) + minutes * 60
    token = signing.Signer(salt=_SALT).sign_object([name, expires, download_as])
    return reverse("base:file", args=[token])


@login_not_required
@require_safe
def serve(request: HttpRequest, token: str) -> FileResponse:  # noqa: ARG001  # a view gets the request
    """`/files/<token>/`: the file of a signed link. Errors: link_invalid, link_expired (403), not_found."""
    name, expires, download_as = _read(token)
    left = expires - int(time.time())
    if left <= 0:
        raise NotAllowed("link_expired", _("This link has expired. Go back to the page it was on and reload it."))
    try:
        file = default_storage.open(name)
    except FileNotFoundError as error:
        raise NotFound("not_found", _("This file does not exist any more.")) from error
    ending = name.rsplit(".", 1)[-1]
    response = FileResponse(
        file,
        as_attachment=download_as is not None,
        filename=download_as or name.rsplit("/", 1)[-1],
        content_type=_CONTENT_TYPES.get(ending, "application/octet-stream"),
    )
    response["Cache-Control"] = f"private, max-age={left}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# The signed link is the permission: it opens without signing in.
serve.permission = None  # type: ignore[attr-defined]


def _type_of(file: File[bytes]) -> FileType | None:
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    return next((each for each in TYPES if each.signature.match(head)), None)


def _read(token: str) -> tuple[str, int, str | None]:
    try:
        content: list[Any] = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise NotAllowed("link_invalid", _("This link is not complete, or was changed. Go back to the page it was on.")) from error
    name, expires, download_as = content
    return name, expires, download_as
