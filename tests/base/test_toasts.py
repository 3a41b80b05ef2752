"""Notes after an action: on the next page, or with the answer to htmx."""

import json

from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse

from base import toasts


def test_a_note_waits_for_the_next_page_with_the_address_that_takes_it_back(rf):
    request = rf.get("/")
    request._messages = CookieStorage(request)
    toasts.add(request, "Archived", undo="/messages/7/restore/")
    toasts.add(request, "No such phone", tone="bad")

    read = [toasts.read(message) for message in get_messages(request)]

    assert read == [toasts.Toast("Archived", "ok", "/messages/7/restore/"), toasts.Toast("No such phone", "bad", "")]


def test_an_answer_to_htmx_carries_its_note():
    response = toasts.send(HttpResponse(status=204), "Archivé", undo="/undo/")

    assert json.loads(response["HX-Trigger"]) == {"toast": {"message": "Archivé", "tone": "ok", "undo": "/undo/"}}
