"""Pages with one form: what an action refuses comes back beside its field, and nobody is led to another site."""

import pytest
from django import forms
from django.http import HttpResponse
from django.template import engines

from base.errors import DomainError, TooMany
from base.form_pages import FormPage, next_address
from base.forms import DomainForm


class Door(DomainForm):
    code = forms.CharField()
    note = forms.CharField(required=False)


class DoorPage(FormPage):
    permission = None
    public = True
    form_class = Door

    def render_to_response(self, context, **options):
        return HttpResponse(engines["django"].from_string("{{ form }}").render(context), **options)

    def act(self, form):
        match form.cleaned_data["code"]:
            case "wrong":
                raise DomainError("wrong_code", "This is not the code.", field="door.code")
            case "closed":
                raise DomainError("closed", "The door is closed today.")
            case "again":
                raise TooMany("wait", "Wait 4 seconds.", retry_after=4, field="code")
        return HttpResponse("open")


@pytest.fixture
def send(rf):
    return lambda **data: DoorPage.as_view()(rf.post("/door/", data))


def test_a_good_form_reaches_the_action(send):
    assert send(code="1234").content == b"open"


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(send):
    answer = send(code="wrong", note="for Salma")

    assert answer.status_code == 422
    assert '<ul class="errors" id="id_code_error"><li>This is not the code.</li></ul>' in answer.text
    assert 'value="for Salma"' in answer.text


def test_a_refusal_of_no_field_stands_above_the_form(send):
    assert "<li>The door is closed today.</li>" in send(code="closed").text


def test_too_many_tries_say_when_to_come_back(send):
    answer = send(code="again")

    assert (answer.status_code, answer["Retry-After"]) == (429, "4")


def test_a_form_that_is_not_whole_never_reaches_the_action(send):
    assert send(note="x").status_code == 422


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/orders/?status=new", "/orders/?status=new"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\\\\evil.example", "/"),
    ],
)
def test_only_places_of_ours_are_led_to(rf, wanted, led):
    assert next_address(rf.get("/sign-in/", {"next": wanted})) == led
    assert next_address(rf.post("/sign-in/", {"next": wanted})) == led
