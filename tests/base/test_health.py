"""What a load balancer and the runner ask."""

import threading

import pytest
from django.db import connections


def test_the_process_is_up_even_without_its_services(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_is_ready_when_database_and_cache_answer(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "failed": []})


@pytest.mark.django_db
def test_a_cache_that_does_not_answer_is_named(client, settings):
    closed = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": closed}}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "failed": ["cache"]})


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named(client):
    answers = []

    def ask():
        # A thread has a connection of its own, which here leads to a port where nobody listens.
        mine = connections["default"]
        mine.settings_dict = {**mine.settings_dict, "PORT": 1}
        answers.append(client.get("/readyz"))
        mine.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert (answers[0].status_code, answers[0].json()) == (503, {"status": "unavailable", "failed": ["database"]})
