"""A list cut by key shows every row exactly once, in order, both ways, at the same cost on every page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db.models import F, FloatField
from django.db.models.functions import Cast, Lower
from django.test import RequestFactory
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.request import Request

from base.errors import Invalid
from base.paging import COUNTED, CURSOR, Keyset, KeysetPagination, estimate, page_of
from tests.base.shelf import Ticket

START = datetime(2026, 3, 1, tzinfo=UTC)
ORDERS = [
    ("-created_at", "-id"),
    ("created_at", "id"),
    ("score",),
    ("-score", "label"),
    ("label", "-created_at", "score"),
    ("-price",),
    ("status", "-pk"),
    ("folded", "-score"),
    ("half",),
    ("id",),
    (),
]
rows = st.lists(
    st.tuples(st.integers(-2, 2), st.sampled_from(["", "a", "A", "é", "it's %s", "\U0001f69a"]), st.integers(0, 3)), max_size=30
)


def fill(values):
    Ticket.objects.all().delete()
    Ticket.objects.bulk_create(
        [Ticket(score=score, label=label, price=score, created_at=START + timedelta(microseconds=step)) for score, label, step in values]
    )


def walk(keyset, size, cursor=None, way="next"):
    """The pages from a cursor to the end of that way, and the last cut."""
    pages = [keyset.cut(cursor, size)]
    while getattr(pages[-1], way):
        pages.append(keyset.cut(getattr(pages[-1], way), size))
        assert len(pages) <= 40, "the list has no end"
    return pages


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 7))
@example(values=[(0, "a", 0), (-1, "A", 0)], order=("folded", "-score"), size=1)
def test_every_row_is_seen_once_in_order_forward_and_backward(tickets, values, order, size):
    fill(values)
    queryset = Ticket.objects.annotate(folded=Lower("label"), half=Cast(F("score"), FloatField()) / 2)
    keyset = Keyset(queryset, order)
    expected = list(queryset.order_by(*keyset.order))
    forward = walk(keyset, size)
    assert [row for page in forward for row in page.rows] == expected
    assert all(len(page.rows) == size for page in forward[:-1])
    backward = walk(keyset, size, forward[-1].previous, "previous") if forward[-1].previous else []
    assert [row for page in reversed(backward) for row in page.rows] == expected[: len(expected) - len(forward[-1].rows)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=rows.filter(lambda found: len(found) > 4), data=st.data())
def test_a_row_that_stays_is_seen_once_though_others_come_and_go_between_the_pages(tickets, values, data):
    fill(values)
    stays = set(Ticket.objects.values_list("pk", flat=True))
    keyset = Keyset(Ticket.objects.all(), ("-created_at", "-id"))
    page, seen = keyset.cut(None, 2), []
    while True:
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        Ticket.objects.create(label="new", created_at=START + timedelta(days=1))
        gone = data.draw(st.sampled_from(sorted(stays)))
        Ticket.objects.filter(pk=gone).delete()
        stays.discard(gone)
        page = keyset.cut(page.next, 2)
        if not stays:
            break
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)


def test_a_page_is_read_from_the_index_and_starts_where_it_begins(tickets):
    fill([(0, "a", step) for step in range(3000)])
    keyset = Keyset(Ticket.objects.all(), ("-created_at", "-id"))
    key = [START + timedelta(microseconds=1500), Ticket.objects.first().pk]
    page = keyset._beyond(Ticket.objects.order_by(*keyset.order), list(keyset.order), key)[:51]
    plan = json.loads(page.explain(format="json", analyze=True))[0]["Plan"]
    scan = plan["Plans"][0]
    assert scan["Node Type"].startswith("Index")
    assert scan["Index Name"] == "idx_base_tests_ticket_created"
    assert "ROW(created_at, id) < ROW(" in scan["Index Cond"]
    assert scan["Actual Rows"] == 51
    assert scan.get("Rows Removed by Filter", 0) == 0


def test_a_page_costs_one_statement(tickets, django_assert_num_queries):
    fill([(0, "a", step) for step in range(20)])
    keyset = Keyset(Ticket.objects.all(), ("-created_at", "-id"))
    with django_assert_num_queries(2):
        keyset.cut(keyset.cut(None, 5).next, 5)


@pytest.mark.parametrize("column", ["done_at", "nothing", "label__lower"])
def test_an_order_that_could_lose_rows_is_refused_where_it_is_written(tickets, column):
    with pytest.raises(ValueError, match=column):
        Keyset(Ticket.objects.all(), (column,))


def cursor_of(order=("-created_at", "-id")):
    return Keyset(Ticket.objects.all(), order).cut(None, 1).next


def test_a_cursor_that_was_not_made_for_this_list_is_refused(tickets):
    fill([(0, "a", step) for step in range(3)])
    keyset = Keyset(Ticket.objects.all(), ("-created_at", "-id"))
    good = cursor_of()
    for bad in ["x", "a:b", good[:-1], "A" + good, cursor_of(("score",)), "\x00", "é:é", "9" * 5000]:
        with pytest.raises(Invalid) as refused:
            keyset.cut(bad, 1)
        assert (refused.value.code, refused.value.status, refused.value.field) == ("invalid_cursor", 400, CURSOR)


def page(query="", size=2):
    return page_of(Ticket.objects.all(), RequestFactory().get(f"/tickets/{query}"), order=("-created_at", "-id"), size=size)


def test_a_pages_links_keep_its_filters(tickets):
    fill([(0, "a", step) for step in range(5)])
    first = page("?q=a+b&status=new&status=open")
    assert first.previous_url is None
    assert first.next_url.startswith("?q=a+b&status=new&status=open&cursor=")
    second = page(first.next_url)
    assert page(second.previous_url).rows == first.rows
    assert page(second.next_url).next_url is None


def test_a_page_whose_rows_have_gone_gives_the_first_one(tickets):
    fill([(0, "a", step) for step in range(4)])
    second = page().next_url
    Ticket.objects.exclude(pk__in=[row.pk for row in page().rows]).delete()
    assert page(second).rows == page().rows


def test_the_number_of_rows_is_exact_when_small_and_an_estimate_beyond(tickets, django_assert_num_queries):
    fill([(0, "a", 0)] * 3)
    with django_assert_num_queries(1):
        whole = page(size=10)
        assert (whole.estimate, whole.estimate.exact) == (3, True)
    with django_assert_num_queries(2):
        part = page(size=2)
        assert (part.estimate, part.estimate.exact) == (3, True)
    fill([(0, "a", 0)] * (COUNTED + 1))
    about = estimate(Ticket.objects.all())
    assert about > COUNTED
    assert not about.exact


class View:
    kwargs: ClassVar = {}


class ByScore(View):
    ordering = "score"


def api(query="", view=View):
    pagination = KeysetPagination()
    pagination.paginate_queryset(Ticket.objects.all(), Request(RequestFactory().get(f"/api/tickets{query}")), view())
    return pagination.get_paginated_response([row.score for row in pagination.cut.rows]).data


def test_the_api_walks_by_the_links_of_its_answers(tickets):
    fill([(score, "a", score) for score in range(5)])
    first = api("?limit=2&status=new")
    assert (first["results"], first["previous"]) == ([4, 3], None)
    assert first["next"].startswith("http://testserver/api/tickets?")
    second = api("?" + first["next"].split("?")[1])
    assert second["results"] == [2, 1]
    assert "status=new" in second["next"]
    assert "limit=2" in second["next"]
    assert api("?" + second["previous"].split("?")[1])["results"] == [4, 3]


def test_a_view_names_its_own_order(tickets):
    fill([(score, "a", 0) for score in (2, 0, 1)])
    assert api(view=ByScore)["results"] == [0, 1, 2]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "9" * 5000, "\u0663"])
def test_a_limit_that_is_no_number_up_to_200_is_refused(tickets, limit):
    with pytest.raises(Invalid) as refused:
        api(f"?limit={limit}")
    assert (refused.value.code, refused.value.field) == ("invalid_limit", "limit")


def test_the_api_gives_200_rows_at_most_and_50_unasked(tickets):
    fill([(0, "a", 0)] * 210)
    assert len(api("?limit=200")["results"]) == 200
    assert len(api()["results"]) == 50
