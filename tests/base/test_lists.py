"""A list page: filtered, cut by key, drawn from one recipe, and only its results for htmx."""

import django_filters
import pytest
from django.template import engines

from base.lists import ListPage
from tests.base.shelf import Status, Ticket
from tests.base.test_search import Reader


class TicketFilter(django_filters.FilterSet):
    label = django_filters.CharFilter(lookup_expr="icontains")
    status = django_filters.ChoiceFilter(choices=Status.choices)

    class Meta:
        model = Ticket
        fields = ()


TEMPLATE = """{% extends "components/list.html" %}{% block title %}Tickets{% endblock %}
{% block columns %}<th scope="col">Label</th>{% endblock %}
{% block row %}<td data-phone="title"><a class="row-link" href="/{{ row.label }}/">{{ row.label }}</a></td>{% endblock %}"""


class Tickets(ListPage):
    permission = None
    queryset = Ticket.objects.all()
    filterset_class = TicketFilter
    order = ("label", "id")
    size = 2

    def render_to_response(self, context, **options):
        template = engines["django"].from_string(TEMPLATE)
        return self.response_class(self.request, template, context, **options)


@pytest.fixture
def ask(rf, tickets):
    def ask(query="", htmx=None, page=Tickets):
        request = rf.get(f"/tickets/{query}")
        request.user = Reader()
        request.htmx = htmx
        return page.as_view()(request).render()

    return ask


@pytest.fixture
def shelf(tickets):
    for label in ("apple", "bread", "cheese"):
        tickets.create(label=label)


def shown(response):
    return [row.label for row in response.context_data["page"].rows]


def test_a_page_leads_to_the_next_and_back(ask, shelf):
    first = ask()
    second = ask(first.context_data["page"].next_url)

    assert (shown(first), shown(second)) == (["apple", "bread"], ["cheese"])
    assert 'data-page="next"' in first.text
    assert "3 in all" in first.text
    assert shown(ask(second.context_data["page"].previous_url)) == ["apple", "bread"]


def test_a_filter_narrows_and_can_be_taken_away(ask, shelf):
    response = ask("?label=ee")

    assert shown(response) == ["cheese"]
    assert "Show all" in response.text


def test_the_next_page_keeps_the_filter(ask, shelf):
    first = ask("?label=e")

    assert shown(first) == ["apple", "bread"]
    assert shown(ask(first.context_data["page"].next_url)) == ["cheese"]
    assert "label=e&" in first.context_data["page"].next_url


def test_an_empty_list_and_an_empty_result_are_told_apart(ask, shelf, tickets):
    assert "Nothing matches" in ask("?label=zzz").text

    tickets.all().delete()

    assert "Nothing here yet" in ask().text


def test_htmx_gets_the_results_without_the_frame_and_caches_know(ask, shelf):
    class Htmx:
        boosted = history_restore_request = False

    response = ask(htmx=Htmx())

    assert 'id="results"' in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]


def test_a_list_without_filters_has_no_filter_bar(ask, shelf):
    class Plain(Tickets):
        permission = None
        filterset_class = None

    assert "filters" not in ask(page=Plain).text
