"""A list is narrowed by what its filter set names, and by nothing that it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import django_filters
import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import generics, serializers
from rest_framework.test import APIRequestFactory

from base.filters import DaysFilter, FilterBackend, IdsFilter, SearchFilterSet, start_of
from base.paging import KeysetPagination
from tests.base.shelf import Status, Ticket


class TicketFilters(SearchFilterSet):
    search_fields = ("label", "status__exact")
    created = DaysFilter("created_at")
    ids = IdsFilter("id", lookup_expr="in")
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)


class TicketSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ticket
        fields = ("label",)


class TicketList(generics.ListAPIView):
    authentication_classes = ()
    permission_classes = ()
    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    pagination_class = KeysetPagination
    filter_backends = (FilterBackend,)
    filterset_class = TicketFilters


class PlainList(TicketList):
    filterset_class = None
    query_parameters = ("shape",)


class TicketDetail(generics.RetrieveAPIView, TicketList):
    pass


def answer(view, query, **kwargs):
    return view.as_view()(APIRequestFactory().get(f"/tickets{query}"), **kwargs)


def labels(query):
    return sorted(row.label for row in TicketFilters(QueryDict(query), queryset=Ticket.objects.all()).qs)


def errors(query):
    return TicketFilters(QueryDict(query), queryset=Ticket.objects.all()).errors


def test_the_api_refuses_a_filter_that_it_does_not_have_and_names_those_it_has(tickets):
    answered = answer(TicketList, "?statos=new")
    assert answered.status_code == 400
    body = answered.content.decode()
    assert "unknown_filter" in body
    assert '"field": "statos"' in body
    for known in ("created_from", "created_to", "cursor", "ids", "limit", "q", "status"):
        assert known in body


def test_a_list_without_filters_refuses_them_all_but_what_it_says_it_reads(tickets):
    assert answer(PlainList, "?status=new").status_code == 400
    assert answer(PlainList, "?shape=round&limit=3").status_code == 200


def test_one_row_is_not_a_list(tickets):
    ticket = tickets.create(label="a")
    assert answer(TicketDetail, "?anything=1", pk=ticket.pk).status_code == 200


def test_the_api_takes_the_filters_that_it_has(tickets):
    tickets.create(label="new")
    tickets.create(label="open", status=Status.OPEN)
    assert answer(TicketList, "?status=open&limit=5").data["results"] == [{"label": "open"}]
    assert answer(TicketList, "?status=lost").status_code == 400


def test_days_are_days_of_the_active_zone_and_both_ends_are_in(tickets):
    for hour, label in [(23, "before"), (24, "first"), (47, "last"), (48, "after")]:
        tickets.create(label=label, created_at=datetime(2026, 3, 9, 18, tzinfo=UTC) + timedelta(hours=hour - 24))
    with timezone.override(ZoneInfo("Asia/Dhaka")):
        assert labels("created_from=2026-03-10&created_to=2026-03-10") == ["first", "last"]
        assert labels("created_from=2026-03-10") == ["after", "first", "last"]
        assert labels("created_to=2026-03-09") == ["before"]
    assert labels("created_from=2026-03-10&created_to=2026-03-10") == ["after", "last"]


@given(st.dates(date(1970, 1, 1), date(2037, 12, 30)), st.sampled_from(["Africa/Casablanca", "Asia/Beirut", "America/Santiago", "UTC"]))
def test_a_day_begins_where_the_one_before_ends_also_when_the_clocks_change(day, zone):
    with timezone.override(ZoneInfo(zone)):
        begins, ends = start_of(day).astimezone(UTC), start_of(day + timedelta(days=1)).astimezone(UTC)
    assert timedelta(hours=22) <= ends - begins <= timedelta(hours=26)
    assert (begins + timedelta(hours=12)).astimezone(ZoneInfo(zone)).date() == day


@pytest.mark.parametrize(
    "query",
    ["created_from=2026-03-10&created_to=2026-03-09", "created_from=yesterday", "created_to=9999-12-31", "created_from=0001-01-01"],
)
def test_days_that_are_none_are_refused_on_their_field(tickets, query):
    assert "created" in errors(query)


def test_every_word_of_a_search_must_be_found_in_some_column(tickets):
    tickets.create(label="Blue kettle, 2 l")
    tickets.create(label="Blue kettle, 3 l", status=Status.OPEN)
    assert labels("q=KETTLE+blue") == ["Blue kettle, 2 l", "Blue kettle, 3 l"]
    assert labels("q=kettle+open") == ["Blue kettle, 3 l"]
    assert labels("q=kettle+red") == []
    assert labels("q=++") == ["Blue kettle, 2 l", "Blue kettle, 3 l"]


@pytest.mark.parametrize("search", ["100%", "a_c", "\\", "'; DROP TABLE x; --"])
def test_a_search_takes_every_character_as_it_is(tickets, search):
    tickets.create(label=f"so {search} it is")
    tickets.create(label="abc 100 x")
    assert labels(urlencode({"q": search})) == [f"so {search} it is"]


def test_a_search_of_absurd_length_is_refused_and_many_words_are_cut(tickets):
    tickets.create(label="a b c d e f g h")
    assert "q" in errors("q=" + "x" * 201)
    assert "q" in errors("q=%00")
    assert labels("q=a+b+c+d+e+f+g+h+nothing") == ["a b c d e f g h"]


def test_rows_are_found_by_several_ids(tickets):
    one, two = tickets.create(label="one"), tickets.create(label="two")
    tickets.create(label="three")
    assert labels(f"ids={one.pk},{two.pk},{uuid4()}") == ["one", "two"]
    assert "ids" in errors("ids=1,2")


def test_the_calendars_of_a_page_show_what_was_asked(tickets):
    drawn = str(TicketFilters(QueryDict("created_from=2026-03-01"), queryset=Ticket.objects.all()).form["created"])
    assert 'type="date" name="created_from" value="2026-03-01"' in drawn
    assert 'name="created_to"' in drawn
