"""The navigation shows what its reader may use, grouped and in order, and says where one is."""

import pytest
from django.http import HttpResponse
from django.urls import path

from base import banners, navigation
from base.banners import Banner
from base.navigation import Group, NavEntry


def nothing(request):
    return HttpResponse()


app_name = "nav"
urlpatterns = [
    path("", nothing, name="today"),
    path("orders/", nothing, name="orders"),
    path("orders/late/", nothing, name="late"),
    path("cash/", nothing, name="cash"),
]

pytestmark = pytest.mark.urls("tests.base.test_navigation")


class Reader:
    is_authenticated = True

    def __init__(self, *permissions):
        self.permissions = set(permissions)

    def has_perm(self, name):
        return name in self.permissions


@pytest.fixture(autouse=True)
def entries(monkeypatch):
    """A registry of its own for each test."""
    monkeypatch.setattr(navigation, "_entries", [])
    monkeypatch.setattr(banners, "_sources", [])
    navigation.register(NavEntry(Group.MONEY, "Cash now", "cash", "financial.view"))
    navigation.register(NavEntry(Group.SELL, "Late", "late", "orders.view", order=20))
    navigation.register(NavEntry(Group.SELL, "Orders", "orders", "orders.view", count=lambda reader: 1284, order=10))
    navigation.register(NavEntry(Group.TODAY, "Today", "today", None))


def drawn(rf, reader, where="/"):
    request = rf.get(where)
    request.user = reader
    return navigation.context(request)["navigation"]


def labels(sections):
    return [(str(section.label), [link.label for link in section.links]) for section in sections]


def test_groups_follow_the_parcel_and_entries_their_order(rf):
    assert labels(drawn(rf, Reader("orders.view", "financial.view"))) == [
        ("", ["Today"]),
        ("Sell", ["Orders", "Late"]),
        ("Money", ["Cash now"]),
    ]


def test_what_one_may_not_use_is_not_shown(rf):
    assert labels(drawn(rf, Reader())) == [("", ["Today"])]


def test_nobody_sees_anything_before_signing_in(rf):
    anonymous = Reader("orders.view")
    anonymous.is_authenticated = False

    assert list(drawn(rf, anonymous)) == []


def test_an_entry_without_a_page_is_left_out(rf):
    navigation.register(NavEntry(Group.SELL, "Products", "no-such-page", None))

    assert labels(drawn(rf, Reader())) == [("", ["Today"])]


def test_registering_twice_shows_once(rf):
    navigation.register(NavEntry(Group.TODAY, "Today", "today", None))

    assert labels(drawn(rf, Reader())) == [("", ["Today"])]


def test_a_count_is_asked_for_its_reader_and_only_of_what_is_shown(rf):
    asked = []
    navigation.register(NavEntry(Group.AFTER, "Returns", "cash", "returns.view", count=asked.append))
    reader = Reader("orders.view")

    orders = drawn(rf, reader)[1].links[0]

    assert orders.count == 1284
    assert asked == []


@pytest.mark.parametrize(
    ("where", "current"),
    [("/", {"Today": "page"}), ("/orders/", {"Orders": "page"}), ("/orders/7/", {"Orders": "true"}), ("/orders/late/3/", {"Late": "true"})],
)
def test_the_entry_nearest_to_the_page_is_the_current_one(rf, where, current):
    links = [link for section in drawn(rf, Reader("orders.view"), where) for link in section.links]

    assert {link.label: link.current for link in links if link.current} == current


def test_a_page_that_draws_no_navigation_asks_no_count(rf):
    navigation.register(NavEntry(Group.AFTER, "Returns", "cash", None, count=lambda reader: pytest.fail("asked for nothing")))
    request = rf.get("/")
    request.user = Reader()

    navigation.context(request)


def test_every_source_adds_its_banners(rf):
    banners.register(lambda request: [Banner(f"You are at {request.path}")])
    banners.register(lambda request: [])
    banners.register(lambda request: [Banner("Suspended", tone="bad")])

    found = navigation.context(rf.get("/orders/"))["banners"]

    assert [(banner.message, banner.tone) for banner in found] == [("You are at /orders/", "info"), ("Suspended", "bad")]
