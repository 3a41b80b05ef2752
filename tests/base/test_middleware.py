"""What happens around every request, through the whole stack that production runs."""

import json
import logging
import re
from functools import cache
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from base.context import client_ip, current
from tests.base.test_json import peak_of

pytestmark = [pytest.mark.urls("tests.base.addresses"), pytest.mark.django_db]
MB = 1024**2


class Flood:
    """A body that is made while it is read, so that only the reader's memory counts."""

    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        size = self.left if size is None or size < 0 else min(size, self.left)
        self.left -= size
        return b" " * size

    readline = read


@cache
def application():
    """Made once: reading the static files takes memory of its own."""
    return WSGIHandler()


def send(path, body, **environ):
    """Call the application as a server does. Returns (status, headers, body of the answer)."""
    told = {}
    request = RequestFactory().post(path)

    def start(status, headers):
        told.update(status=int(status[:3]), headers=dict(headers))

    answer = application()({**request.environ, "CONTENT_TYPE": "application/json", **environ, "wsgi.input": body}, start)
    content = b"".join(answer)
    answer.close()
    return told["status"], told["headers"], content


class TestTheLimitOfABody:
    @pytest.mark.parametrize("path", ["/api/try/echo", "/try/who/"])
    def test_three_megabytes_are_refused_without_keeping_them(self, path):
        send(path, Flood(3 * MB), CONTENT_LENGTH=str(3 * MB))  # so that templates are loaded before memory is measured
        flood = Flood(3 * MB)
        answers = []
        peak = peak_of(lambda: answers.append(send(path, flood, CONTENT_LENGTH=str(3 * MB))))
        assert answers[0][0] == 413
        assert flood.left == 0, "the client would see a broken pipe instead of the answer"
        assert peak < MB / 2

    def test_the_api_says_so_as_a_problem_with_the_limit(self):
        status, headers, content = send("/api/try/echo", Flood(3 * MB), CONTENT_LENGTH=str(3 * MB))
        told = json.loads(content)
        assert (status, headers["Content-Type"], told["code"]) == (413, "application/problem+json", "too_large")
        assert "2 MB" in told["detail"]

    def test_a_page_says_so_as_a_page(self):
        status, headers, content = send("/try/who/", Flood(3 * MB), CONTENT_LENGTH=str(3 * MB))
        assert (status, headers["Content-Type"].split(";")[0]) == (413, "text/html")
        assert "2 MB" in content.decode()

    def test_a_body_without_a_length_is_counted(self):
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input_terminated": True}
        answers = []
        peak = peak_of(lambda: answers.append(send("/api/try/echo", Flood(3 * MB), **chunked)))
        assert answers[0][0] == 413
        assert peak < 3 * MB

    def test_a_small_body_without_a_length_is_read(self):
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input_terminated": True}
        status, _, content = send("/api/try/echo", BytesIO(b'{"a": 1}'), **chunked)
        assert (status, json.loads(content)) == (200, {"a": 1})

    def test_a_server_that_cannot_tell_the_end_asks_for_the_length(self):
        status, _, content = send("/api/try/echo", Flood(MB), HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
        assert (status, json.loads(content)["code"]) == (411, "length_required")

    def test_an_endless_body_is_not_read_to_its_end(self):
        flood = Flood(10_000 * MB)
        assert send("/api/try/echo", flood, CONTENT_LENGTH=str(10_000 * MB))[0] == 413
        assert flood.left == 10_000 * MB

    def test_files_may_be_larger_but_not_without_limit(self):
        files = {"CONTENT_TYPE": "multipart/form-data; boundary=x"}
        assert send("/try/who/", Flood(26 * MB), CONTENT_LENGTH=str(26 * MB), **files)[0] == 413

    def test_what_fits_passes(self):
        assert send("/api/try/echo", BytesIO(b'"' + b"a" * MB + b'"'), CONTENT_LENGTH=str(MB + 2))[0] == 200


class TestTheRequestsId:
    def test_a_sane_one_is_kept(self, client):
        assert client.get("/healthz", headers={"X-Request-Id": "abcdef-123456"})["X-Request-Id"] == "abcdef-123456"

    @pytest.mark.parametrize("odd", ["", "short", "a" * 65, "with space in it", 'quote"quote"', "line\nbreak-line"])
    def test_any_other_is_replaced(self, client, odd):
        given = client.get("/healthz", headers={"X-Request-Id": odd})["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f]{32}", given)

    def test_pages_know_it_with_the_address_and_the_agent(self, client):
        headers = {"X-Request-Id": "abcdef-123456", "User-Agent": "Firefox"}
        assert client.get("/try/who/", headers=headers).content == b"abcdef-123456|127.0.0.1|Firefox"

    def test_nothing_of_it_is_left_afterwards(self, client):
        client.get("/try/who/")
        assert current().request_id == ""


class TestTheLogLine:
    def lines(self, caplog):
        return [record.msg for record in caplog.records if record.name == "request"]

    def test_names_the_pattern_and_never_what_was_asked_for(self, client, caplog):
        with caplog.at_level(logging.INFO):
            client.get("/try/fail/taken/?phone=%2B212600000000")
        [line] = self.lines(caplog)
        assert {name: line[name] for name in ("method", "route", "status")} == {"method": "GET", "route": "try/fail/<kind>/", "status": 409}
        assert line["ms"] >= 0
        assert "212600000000" not in str(line)
        assert "taken" not in str(line)

    def test_health_checks_are_quiet(self, client, caplog):
        with caplog.at_level(logging.INFO):
            client.get("/healthz")
        assert self.lines(caplog) == []


class TestTheAddressOfTheClient:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "203.0.113.9", "192.0.2.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
            (2, "10.9.9.9, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
            (3, "203.0.113.9", "203.0.113.9"),
            (1, "rubbish", "192.0.2.1"),
            (1, "2001:DB8::1", "2001:db8::1"),
        ],
    )
    def test_only_the_hops_of_our_own_proxies_are_believed(self, rf, settings, proxies, forwarded, address):
        settings.TRUSTED_PROXIES = proxies
        assert client_ip(rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})) == address

    def test_a_socket_file_has_no_address(self, rf):
        assert client_ip(rf.get("/", REMOTE_ADDR="")) is None
