"""What a person sees when something is refused."""

import json

import pytest

pytestmark = [pytest.mark.urls("tests.base.addresses"), pytest.mark.django_db]


def test_a_page_shows_the_words_of_the_refusal(client):
    answer = client.get("/try/fail/taken/")
    assert answer.status_code == 409
    assert "It is delivered already." in answer.content.decode()


@pytest.mark.parametrize(("kind", "status"), [("invalid", 400), ("denied", 403), ("often", 429), ("forbidden", 403), ("missing", 404)])
def test_each_refusal_has_its_status(client, kind, status):
    assert client.get(f"/try/fail/{kind}/").status_code == status


def test_a_page_that_is_asked_for_too_often_says_when_to_come_back(client):
    assert client.get("/try/fail/often/")["Retry-After"] == "30"


def test_an_error_may_carry_any_name_without_breaking_its_page(client):
    assert client.get("/try/fail/clash/").status_code == 409


def test_htmx_gets_a_toast_and_nothing_to_swap_in(client):
    answer = client.post("/try/fail/taken/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (409, "none", b"")
    assert json.loads(answer["HX-Trigger"])["toast"]["message"] == "It is delivered already."


def test_a_failure_shows_its_request_id_and_nothing_of_itself(client):
    client.raise_request_exception = False
    answer = client.get("/try/fail/broken/", headers={"X-Request-Id": "abcdef-123456"})
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "abcdef-123456" in page
    assert "hunter2" not in page


def test_a_form_without_its_token_is_refused_in_words(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/try/fail/taken/")
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_an_unknown_address_is_a_page(client):
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
