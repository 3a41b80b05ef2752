"""How values and small components are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.utils import timezone, translation

from base.templatetags import components, values


def text(html):
    return str(html).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        (Decimal(1110), "MAD", "en", "1,110.00 MAD"),
        (Decimal(1110), "JPY", "en", "1,110 JPY"),
        (Decimal("-12110.5"), "MAD", "fr", "-12 110,50 MAD"),
        (Decimal("12110.5"), "MAD", "ar", "12,110.50 MAD"),
        (Decimal("9.5"), "", "en", "9.50"),
        (0, "BDT", "en", "0.00 BDT"),
    ],
)
def test_money_is_written_in_the_language_with_the_decimals_of_its_currency(amount, currency, language, written):
    with translation.override(language):
        assert text(values.money(amount, currency)) == f'<bdi class="money" dir="ltr">{written}</bdi>'


@pytest.mark.parametrize("write", [values.money, values.figure, values.phone, values.code, values.time_ago, values.age, values.moment])
def test_nothing_is_a_dash(write):
    assert write(None) == "—"


def test_a_figure_is_grouped_and_words_stay():
    assert values.figure(148320) == "148,320"
    assert values.figure(Decimal("81.44"), 1) == "81.4"
    assert values.figure("6 low") == "6 low"


def test_a_phone_is_spaced_and_runs_left_to_right():
    assert str(values.phone("+8801712345678")) == '<bdi class="figures nowrap" dir="ltr">+880 1712-345678</bdi>'


def test_what_is_no_phone_is_shown_as_it_is_and_escaped():
    assert str(values.phone("ask <b>")) == '<bdi class="figures nowrap" dir="ltr">ask &lt;b&gt;</bdi>'


@pytest.mark.parametrize(("name", "letters"), [("Salma Benjelloun", "SB"), ("zoë", "Z"), ("Amina El Idrissi", "AI"), ("", "?")])
def test_initials_are_of_the_first_and_last_name(name, letters):
    assert values.initials(name) == letters


@pytest.mark.parametrize(
    ("back", "written"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=6, seconds=30), "6 min ago"),
        (timedelta(hours=3, minutes=59), "3 h ago"),
        (timedelta(days=2, hours=1), "2 d ago"),
        (-timedelta(hours=2, minutes=1), "in 2 h"),
    ],
)
def test_time_is_relative(back, written):
    assert f">{written}</time>" in values.time_ago(timezone.now() - back)


def test_an_age_says_only_how_long():
    assert ">41 min</time>" in values.age(timezone.now() - timedelta(minutes=41, seconds=5))


def test_after_a_month_the_day_is_said():
    assert ">9 Feb 2024</time>" in values.time_ago(datetime(2024, 2, 9, 12, tzinfo=UTC))


def test_the_exact_time_is_that_of_the_readers_zone():
    with timezone.override("Africa/Casablanca"):
        written = values.time_ago(datetime(2024, 6, 1, 23, 30, tzinfo=UTC))

    assert 'datetime="2024-06-02T00:30:00+01:00"' in written
    assert 'title="2 Jun 2024, 00:30"' in written


def test_a_day_has_no_hour():
    assert ">9 Feb 2024</time>" in values.moment(date(2024, 2, 9))


def draw(source, **context):
    return Template("{% load components values %}" + source).render(Context(context))


def test_a_chip_has_its_words_escaped():
    assert draw('{% chip words "wait" %}', words="<Amina>") == '<span class="chip wait">&lt;Amina&gt;</span>'


@pytest.mark.parametrize(
    ("value", "limit", "width"), [(71, 100, "71.0%"), (30000, 20000, "100.0%"), (-5, 100, "0.0%"), (None, 100, "0.0%"), (5, 0, "0.0%")]
)
def test_a_meter_stays_between_nothing_and_full(value, limit, width):
    assert f'width="{width}"' in components.meter(value, limit, text="")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_meter_is_drawn_in_any_language(language):
    with translation.override(language):
        assert 'width="14.5%"' in components.meter(14.5)


def test_the_heading_repeats_the_title():
    page = Template('{% extends "desk.html" %}{% block title %}Cash now{% endblock %}').render(Context({"user": None}))

    assert "<title>Cash now · Doorstep</title>" in page
    assert "<h1>Cash now</h1>" in page


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ("auto", ""), ('"><script>', "")]
)
def test_the_chosen_theme_is_on_the_page_from_its_first_byte(rf, cookie, attribute):
    rf.cookies["theme"] = cookie
    page = Template('{% extends "plain.html" %}').render(Context({"request": rf.get("/")}))

    opening = page[page.index("<html") : page.index(">", page.index("<html")) + 1]
    assert ("data-theme" in opening) is bool(attribute)
    assert attribute in opening


class Htmx:
    def __init__(self, boosted=False, history_restore_request=False):
        self.boosted = boosted
        self.history_restore_request = history_restore_request


@pytest.mark.parametrize(
    ("htmx", "shell"),
    [(None, "base.html"), (Htmx(), "fragment.html"), (Htmx(boosted=True), "base.html"), (Htmx(history_restore_request=True), "base.html")],
)
def test_htmx_gets_the_page_without_its_frame_unless_it_needs_all(rf, htmx, shell):
    request = rf.get("/")
    request.htmx = htmx

    assert components.shell(request) == shell


@pytest.mark.parametrize(
    ("level", "tone"), [(constants.SUCCESS, "ok"), (constants.WARNING, "wait"), (constants.ERROR, "bad"), (constants.DEBUG, "info")]
)
def test_a_message_of_any_library_is_a_toast(level, tone):
    toast = components.as_toast(Message(level, "Saved", extra_tags="safe"))

    assert (toast.message, toast.tone, toast.undo) == ("Saved", tone, "")
