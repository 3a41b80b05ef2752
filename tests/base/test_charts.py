"""A chart is data: for the drawing, and for the table beside it."""

from decimal import Decimal

from django.template.loader import render_to_string

from base.charts import Chart, Series

CASH = Chart(
    "cash",
    "Cash",
    ["Mon", "Tue"],
    [Series("Collected", [Decimal("1200.50"), None]), Series("Refused", [3, 4], "bad")],
    "MAD",
    decimals=2,
)


def test_the_drawing_gets_plain_numbers():
    assert CASH.script["series"] == [
        {"name": "Collected", "tone": "money", "values": [1200.5, None]},
        {"name": "Refused", "tone": "bad", "values": [3.0, 4.0]},
    ]


def test_the_table_has_a_row_a_label():
    assert list(CASH.rows) == [("Mon", [Decimal("1200.50"), 3]), ("Tue", [None, 4])]


def test_the_component_carries_both():
    html = render_to_string("components/chart.html", {"chart": CASH})

    assert 'data-chart="chart-data-cash"' in html
    assert '<script id="chart-data-cash" type="application/json">' in html
    assert '<td class="number">1,200.50</td>' in html
    assert '<td class="number">—</td>' in html
