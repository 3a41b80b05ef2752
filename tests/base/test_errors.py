"""Every error an API can meet becomes the same kind of answer."""

import logging

import pytest

from base.errors import DomainError, problem

pytestmark = [pytest.mark.urls("tests.base.addresses"), pytest.mark.django_db]


def fail(client, kind):
    return client.get(f"/api/try/fail/{kind}")


def test_a_domain_error_is_told_with_its_code_its_words_and_what_it_carries(client):
    answer = fail(client, "taken")

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told.pop("request_id") == answer["X-Request-Id"]
    assert told == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "illegal_transition",
        "detail": "It is delivered already.",
        "errors": [{"field": None, "code": "illegal_transition", "message": "It is delivered already."}],
        "from": "delivered",
        "allowed": [],
    }


def test_an_invalid_input_names_its_field(client):
    told = fail(client, "invalid").json()
    assert (told["status"], told["field"], told["code"], told["detail"]) == (400, "timezone", "bad_zone", "No such time zone.")


def test_too_often_says_when_to_come_back(client):
    answer = fail(client, "often")
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("missing", 404, "not_found"), ("forbidden", 403, "permission_denied"), ("denied", 403, "permission_missing")],
)
def test_what_is_hidden_or_forbidden_is_a_problem_too(client, kind, status, code):
    answer = fail(client, kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nested_errors_have_dotted_paths(client):
    told = fail(client, "nested").json()
    assert told["status"] == 400
    assert told["errors"] == [
        {"field": "lines.1.quantity", "code": "invalid", "message": "Too many."},
        {"field": None, "code": "invalid", "message": "Empty."},
    ]


def test_a_serializer_that_refuses_a_row_says_which_row_and_field(client):
    body = {"lines": [{"quantity": 1}, {"quantity": 9}]}
    told = client.post("/api/try/orders", body, content_type="application/json").json()
    assert (told["field"], told["code"]) == ("lines.1.quantity", "max_value")


def test_a_model_that_refuses_keeps_its_code(client):
    told = fail(client, "model").json()
    assert (told["status"], told["field"], told["code"], told["detail"]) == (400, "email", "unique", "Taken already.")


def test_who_is_not_signed_in_is_told_how(client):
    answer = client.get("/api/auth/sessions")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


def test_what_an_error_carries_never_replaces_what_the_standard_names(client):
    told = fail(client, "clash").json()
    assert (told["status"], told["code"], told["template"]) == (409, "clash", "odd")


def test_an_unexpected_error_tells_the_log_but_not_the_caller(client, caplog):
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = fail(client, "broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.content.decode()
    assert any("hunter2" in str(record.msg) for record in caplog.records)


def test_an_unknown_address_of_the_api_is_a_problem_too(client):
    answer = client.get("/api/nothing-here")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_unset_field_is_left_out():
    assert b'"field"' not in problem(400, "odd", "Odd.", field=None).content


def test_an_error_reads_as_its_message():
    assert str(DomainError("odd", "That is odd.")) == "That is odd."
