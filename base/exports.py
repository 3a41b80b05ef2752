"""Lists as files: CSV and XLSX, written row by row, so that a million rows take no more memory than a hundred."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TypeAlias

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import _StrOrPromise

Kind = Literal["text", "number", "money", "date", "datetime", "boolean"]
Target: TypeAlias = str | Path | IO[bytes]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FETCHED = 2000
"""Rows fetched from the database at a time."""

_CHUNK = 200
# What a spreadsheet takes for the start of a formula (OWASP, CSV injection), also in its full-width forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# The limits of the format itself.
SHEET_ROWS: Final = 1_048_576
_FIRST_YEAR = 1900
_EXACT = 10**15
_WIDTH = 18
_FORMATS: Mapping[str, str] = {"money": "#,##0.00", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` is a path of attributes or mapping keys ("customer.full_name"), or a function of the row.

    A part of the path that is None leaves the cell empty. Times are written in the active zone.
    """

    key: str | Callable[[Any], Any]
    header: _StrOrPromise
    kind: Kind = "text"

    def value(self, row: Any) -> Any:
        """What stands in the cell, before it is written in the manner of a format."""
        if callable(self.key):
            return self.key(row)
        for part in self.key.split("."):
            if row is None:
                return None
            row = row[part] if isinstance(row, dict) else getattr(row, part)
        return row


def export(
    request: HttpRequest,  # noqa: ARG001  # what a page answers: pages hand it on as they do to Django's own
    queryset: QuerySet[Any],
    columns: Sequence[Column],
    name: str,
    format: str,  # noqa: A002  # the name of the query parameter
) -> HttpResponseBase:
    """`queryset` as a file to download, named `name` without ending. Errors: unknown_format.

    The rows come from a server-side cursor, hence as they were at one moment.
    """
    rows = queryset.iterator(chunk_size=FETCHED)
    if format == "csv":
        return stream_csv(rows, columns, name)
    if format == "xlsx":
        return stream_xlsx(rows, columns, name)
    raise Invalid("unknown_format", _("A list can be had as csv or xlsx."), "format")


def stream_csv(rows: Iterable[Any], columns: Sequence[Column], name: str, *, bom: bool = True) -> StreamingHttpResponse:
    """`rows` as CSV, sent while it is written; `bom` so that Excel reads it as UTF-8.

    Whoever sends the answer does so after the request's tenant, zone and language have been left, so the rows are
    fetched and written in a copy of the present context.
    """
    chunks = _csv_chunks(rows, columns, bom=bom)
    context = copy_context()

    def carried() -> Iterator[bytes]:
        try:
            while (chunk := context.run(next, chunks, None)) is not None:
                yield chunk
        finally:
            context.run(chunks.close)

    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"{name}.csv") or "",
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(carried(), content_type=CSV_TYPE, headers=headers)


def write_csv(target: Target, rows: Iterable[Any], columns: Sequence[Column], *, bom: bool = False) -> int:
    """`rows` as CSV into a file (or at a path); the number of rows."""
    number = 0

    def counted() -> Iterator[Any]:
        nonlocal number
        for row in rows:
            number += 1
            yield row

    with _opened(target) as file:
        for chunk in _csv_chunks(counted(), columns, bom=bom):
            file.write(chunk)
    return number


def stream_xlsx(rows: Iterable[Any], columns: Sequence[Column], name: str, *, rtl: bool | None = None) -> FileResponse:
    """`rows` as XLSX: written to a temporary file, then sent from there; the file goes when it is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        write_xlsx(file, rows, columns, rtl=rtl)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {"Cache-Control": "no-store"}
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE, headers=headers)


def write_xlsx(target: Target, rows: Iterable[Any], columns: Sequence[Column], *, rtl: bool | None = None) -> int:
    """`rows` as XLSX with real numbers and dates; the number of rows. What passes a sheet's limit goes on in a further sheet.

    `rtl`: sheets run from right to left; None: where the active language does.
    """
    number = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with _opened(target) as file, xlsxwriter.Workbook(file, options) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        bold = book.add_format({"bold": True})
        right_to_left = get_language_bidi() if rtl is None else rtl
        sheet = _new_sheet(book, columns, bold, rtl=right_to_left)
        for number, row in enumerate(rows, 1):
            line = (number - 1) % (SHEET_ROWS - 1) + 1
            if line == 1 and number > 1:
                sheet = _new_sheet(book, columns, bold, rtl=right_to_left)
            for place, column in enumerate(columns):
                _write_cell(sheet, line, place, column.value(row), formats.get(column.kind))
    return number


def _csv_chunks(rows: Iterable[Any], columns: Sequence[Column], *, bom: bool) -> Generator[bytes, None, None]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if bom:
        buffer.write("\ufeff")
    writer.writerow([_guarded(str(column.header)) for column in columns])
    lines = iter(rows)
    while True:
        found = list(islice(lines, _CHUNK))
        writer.writerows([_text(column.value(row)) for column in columns] for row in found)
        yield buffer.getvalue().encode()
        if len(found) < _CHUNK:
            return
        buffer.seek(0)
        buffer.truncate()


def _text(value: Any) -> str:
    """A cell of CSV: numbers and times as machines read them, and no text that a spreadsheet takes for a formula."""
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = str(value)
        case Decimal():
            text = format(value, "f")
        case datetime():
            text = _local(value).isoformat(sep=" ", timespec="seconds")
        case date():
            text = value.isoformat()
        case _:
            text = _guarded(str(value))
    return text


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _new_sheet(book: Any, columns: Sequence[Column], bold: Any, *, rtl: bool) -> Any:
    """A sheet with its head, which stays in sight."""
    sheet = book.add_worksheet()
    if rtl:
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), _WIDTH)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, str(column.header), bold)
    return sheet


def _write_cell(sheet: Any, line: int, place: int, value: Any, style: Any) -> None:
    """A cell of its own type; what a spreadsheet cannot hold exactly (long numbers, early dates) stands there as text."""
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(line, place, value, style)
        case int() | float() | Decimal() if -_EXACT < value < _EXACT:
            sheet.write_number(line, place, value, style)
        case datetime() if value.year > _FIRST_YEAR:
            sheet.write_datetime(line, place, _local(value), style)
        case date() if value.year > _FIRST_YEAR:
            sheet.write_datetime(line, place, value, style)
        case _:
            sheet.write_string(line, place, str(value))


def _local(moment: datetime) -> datetime:
    """The time on the clocks of the active zone; spreadsheets know no zones."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


@contextmanager
def _opened(target: Target) -> Iterator[IO[bytes]]:
    """The file to write to; one that came open stays open."""
    if isinstance(target, str | Path):
        with Path(target).open("wb") as file:
            yield file
    else:
        yield target
