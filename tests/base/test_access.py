"""A page names its permission, and asks for it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.shortcuts import resolve_url

from base.actor import SYSTEM
from base.errors import NotAllowed
from base.pages import Page, require

pytestmark = pytest.mark.urls("tests.base.addresses")


class Person:
    is_authenticated = True

    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, name):
        return name in self.permissions


class Orders(Page):
    permission = "orders.view"

    def get(self, request):
        return HttpResponse("inside")


def test_a_page_that_names_no_permission_cannot_be_written():
    with pytest.raises(ImproperlyConfigured, match="Forgotten needs `permission`"):

        class Forgotten(Page):
            pass


def test_a_base_class_may_leave_the_permission_to_its_pages():
    class Listing(Page, abstract=True):
        pass

    class People(Listing):
        permission = "users.view"

    assert People.permission == "users.view"
    with pytest.raises(ImproperlyConfigured):

        class Nameless(Listing):
            pass


def test_who_has_the_permission_comes_in(rf):
    request = rf.get("/")
    request.user = Person("orders.view")
    assert Orders.as_view()(request).content == b"inside"


def test_who_lacks_it_is_told_what_is_missing_and_whom_to_ask(rf):
    request = rf.get("/")
    request.user = Person("orders.create")
    with pytest.raises(NotAllowed) as refused:
        Orders.as_view()(request)
    assert "orders.view" in str(refused.value)
    assert "administrator" in str(refused.value)
    assert refused.value.extra == {"permission": "orders.view"}


def test_the_system_may_do_everything(rf):
    request = rf.get("/")
    request.user = SYSTEM
    require(request, "orders.view")
    assert str(SYSTEM) == "system"


def test_who_is_not_signed_in_goes_to_sign_in_and_comes_back(client):
    answer = client.get("/try/closed/?page=2")
    target = urlsplit(answer["Location"])
    assert (answer.status_code, target.path) == (302, resolve_url("accounts:sign-in"))
    assert parse_qs(target.query)["next"] == ["/try/closed/?page=2"]


def test_a_fragment_takes_the_whole_page_to_sign_in(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/?page=2"}
    answer = client.get("/try/closed/", headers=headers)
    target = urlsplit(answer["HX-Redirect"])
    assert (answer.content, target.path) == (b"", resolve_url("accounts:sign-in"))
    assert parse_qs(target.query)["next"] == ["/orders/?page=2"]


def test_a_form_that_was_sent_signed_out_does_not_come_back_to_an_address_that_only_takes_forms(client):
    target = urlsplit(client.post("/try/closed/")["Location"])
    assert parse_qs(target.query)["next"] == ["/"]
