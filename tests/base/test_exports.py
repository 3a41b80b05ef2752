"""Lists as files: exact, safe to open, and written in the memory of a few rows."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from base import exports
from base.errors import Invalid
from base.exports import Column, export, stream_csv, stream_xlsx, write_csv, write_xlsx
from tests.base.shelf import Status, Ticket

MANY = 200_000
MEGABYTE = 1024**2
LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
# A sheet's times have no zone.
NIGHT = datetime(2026, 3, 2, 5, 30)  # noqa: DTZ001
DAY = datetime(2026, 3, 1)  # noqa: DTZ001
COLUMNS = [
    Column("label", "Label"),
    Column("score", "Score", "number"),
    Column("price", "Price", "money"),
    Column("created_at", "Made", "datetime"),
    Column(lambda ticket: ticket.get_status_display(), "Status"),
]


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheets(response_or_bytes):
    content = response_or_bytes if isinstance(response_or_bytes, bytes) else response_or_bytes.getvalue()
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets


def as_xlsx(rows, columns, **options):
    file = io.BytesIO()
    number = write_xlsx(file, rows, columns, **options)
    return number, sheets(file.getvalue())


def one(value, kind="text"):
    """How a single value comes back from CSV and from XLSX."""
    column = Column("value", "Value", kind)
    (_head, (text,)) = read_csv(stream_csv([{"value": value}], [column], "x").getvalue())
    cell = sheets(stream_xlsx([{"value": value}], [column], "x"))[0]["A2"]
    return text, cell


def a_row(number):
    return {"label": f"Ticket {number} éä\U0001f69a", "price": Decimal(number) / 100}


def test_a_list_is_downloaded_as_csv_with_its_name(tickets):
    tickets.create(label="Kettle, 2 l", score=-3, price=Decimal("12.50"), status=Status.OPEN, created_at=LATE)
    with timezone.override(ZoneInfo("Asia/Dhaka")):
        answer = export(RequestFactory().get("/"), Ticket.objects.order_by("pk"), COLUMNS, "tickets", "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="tickets.csv"'
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbfLabel,")
    assert read_csv(content)[1:] == [["Kettle, 2 l", "-3", "12.50", "2026-03-02 05:30:00", "Open"]]


def test_a_list_is_downloaded_as_xlsx_with_real_numbers_and_dates(tickets):
    tickets.create(label="=1+1", score=-3, price=Decimal("12.50"), created_at=LATE)
    with timezone.override(ZoneInfo("Asia/Dhaka")):
        answer = export(RequestFactory().get("/"), Ticket.objects.order_by("pk"), COLUMNS, "tickets", "xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="tickets.xlsx"'
    (sheet,) = sheets(answer)
    assert [cell.value for cell in sheet[1]] == ["Label", "Score", "Price", "Made", "Status"]
    assert [cell.value for cell in sheet[2]] == ["=1+1", -3, 12.5, NIGHT, "New"]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d", "s"]
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "A2"


def test_another_format_is_refused(tickets):
    with pytest.raises(Invalid) as refused:
        export(RequestFactory().get("/"), Ticket.objects.all(), COLUMNS, "tickets", "pdf")
    assert (refused.value.code, refused.value.field) == ("unknown_format", "format")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_text_that_a_spreadsheet_would_run_stays_text(start):
    text, cell = one(f"{start}HYPERLINK(1)")
    assert text == f"'{start}HYPERLINK(1)"
    assert cell.data_type == "s"
    head = read_csv(stream_csv([], [Column("x", f"{start}1")], "x").getvalue())
    assert head == [[f"'{start}1"]]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_no_cell_of_csv_begins_a_formula_and_every_text_is_still_there(text):
    rows = read_csv(stream_csv([{"value": text}], [Column("value", "Value"), Column(lambda _row: "end", "End")], "x").getvalue())
    assert rows[1][1] == "end"
    assert rows[1][0].removeprefix("'") == text.removeprefix("'")
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("value", "kind", "text", "in_sheet"),
    [
        (None, "text", "", None),
        (True, "boolean", "true", True),
        (-5, "number", "-5", -5),
        (Decimal("-0.10"), "money", "-0.10", -0.1),
        (Decimal("999999999999.99"), "money", "999999999999.99", 999999999999.99),
        (Decimal("1E+3"), "money", "1000", 1000),
        (10**20, "number", "1" + "0" * 20, "1" + "0" * 20),
        (date(2026, 3, 1), "date", "2026-03-01", DAY),
        (date(1850, 3, 1), "date", "1850-03-01", "1850-03-01"),
        ("https://example.com", "text", "https://example.com", "https://example.com"),
        ("007", "text", "007", "007"),
    ],
)
def test_each_kind_of_value_comes_back_as_it_was(value, kind, text, in_sheet):
    written, cell = one(value, kind)
    assert written == text
    assert cell.value == in_sheet
    assert cell.hyperlink is None


def test_a_column_follows_a_path_and_is_empty_where_it_ends_early():
    column = Column("customer.name", "Customer")
    assert column.value({"customer": {"name": "Amina"}}) == "Amina"
    assert column.value({"customer": None}) is None


def test_a_sheet_runs_from_right_to_left_in_arabic():
    columns = [Column("label", "Label")]
    with translation.override("ar"):
        assert as_xlsx([], columns)[1][0].sheet_view.rightToLeft
        assert not as_xlsx([], columns, rtl=False)[1][0].sheet_view.rightToLeft
    assert not as_xlsx([], columns)[1][0].sheet_view.rightToLeft


def test_rows_beyond_a_sheets_limit_go_on_in_the_next_one(monkeypatch):
    monkeypatch.setattr(exports, "SHEET_ROWS", 4)
    number, found = as_xlsx(({"label": str(each)} for each in range(7)), [Column("label", "Label")])
    assert number == 7
    assert [[cell.value for cell in sheet["A"]] for sheet in found] == [
        ["Label", "0", "1", "2"],
        ["Label", "3", "4", "5"],
        ["Label", "6"],
    ]


def test_a_command_writes_to_a_path_or_an_open_file(tmp_path):
    rows = [{"label": "a"}, {"label": "b"}]
    assert write_csv(tmp_path / "list.csv", iter(rows), [Column("label", "Label")]) == 2
    assert (tmp_path / "list.csv").read_bytes() == b"Label\r\na\r\nb\r\n"
    file = io.BytesIO()
    assert write_csv(file, [], [Column("label", "Label")]) == 0
    assert file.getvalue() == b"Label\r\n"
    assert write_xlsx(tmp_path / "list.xlsx", iter(rows), [Column("label", "Label")]) == 2


def test_a_csv_is_written_in_the_zone_and_language_of_the_request_though_it_is_sent_after_it():
    def rows():
        yield {"at": LATE, "language": translation.get_language()}
        yield {"at": LATE, "language": translation.get_language()}

    with timezone.override(ZoneInfo("Asia/Dhaka")), translation.override("fr"):
        answer = stream_csv(rows(), [Column("at", "At"), Column("language", "Language")], "x")
    assert read_csv(answer.getvalue())[1:] == [["2026-03-02 05:30:00", "fr"]] * 2


def test_who_stops_reading_stops_the_rows():
    ended = []

    def rows():
        try:
            while True:
                yield {"label": "x"}
        finally:
            ended.append(True)

    answer = stream_csv(rows(), [Column("label", "Label")], "x")
    next(iter(answer))
    for close in answer._resource_closers:
        close()
    assert ended == [True]


def peak_of(work):
    """The most memory, in bytes, that `work` held at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read_through(response):
    """Reads without keeping; the number of lines."""
    return sum(chunk.count(b"\n") for chunk in response)


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
def test_two_hundred_thousand_rows_take_the_memory_of_a_few(stream):
    columns = [Column("label", "Label"), Column("price", "Price", "money")]
    few = peak_of(lambda: read_through(stream((a_row(each) for each in range(2000)), columns, "x")))
    many = peak_of(lambda: read_through(stream((a_row(each) for each in range(MANY)), columns, "x")))
    assert many < few + MEGABYTE
    assert many < 4 * MEGABYTE


def fill_table(rows):
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO base_tests_ticket (id, label, score, price, status)
            SELECT gen_random_uuid(), 'Ticket ' || n, n, 0, 'new' FROM generate_series(1, %s) AS n""",
            [rows],
        )


def open_cursors():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '\\_django\\_curs\\_%'")
        return cursor.fetchone()[0]


def test_two_hundred_thousand_rows_of_the_database_take_the_memory_of_a_few(tickets):
    fill_table(MANY)
    rows, columns, lines = Ticket.objects.values("label", "score"), [Column("label", "Label")], []
    request = RequestFactory().get("/")
    few = peak_of(lambda: read_through(export(request, rows[:6000], columns, "x", "csv")))
    many = peak_of(lambda: lines.append(read_through(export(request, rows, columns, "x", "csv"))))
    assert many < few + MEGABYTE
    assert lines == [MANY + 1]


def test_the_rows_stay_with_the_server_until_they_are_asked_for(tickets):
    fill_table(2 * exports.FETCHED)
    chunks = iter(export(RequestFactory().get("/"), Ticket.objects.all(), COLUMNS, "x", "csv"))
    next(chunks)
    assert open_cursors() == 1
    list(chunks)
    assert open_cursors() == 0
