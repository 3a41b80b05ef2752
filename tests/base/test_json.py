"""JSON from outside: what is accepted, and that refusing costs nothing."""

import time
import tracemalloc

import pytest

from base.json import loads

LIMIT = 64
KB = 1024


def peak_of(call):
    """The most memory (bytes) that Python held while `call` ran."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["[" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000, '[{"a":' * 300_000])
def test_a_deep_text_is_refused_before_anything_is_built(text):
    raw = text.encode()

    def read():
        with pytest.raises(ValueError, match="nested deeper than 64 levels"):
            loads(raw, LIMIT)

    assert peak_of(read) < 200 * KB


def test_the_limit_itself_is_accepted_and_one_more_is_not():
    loads("[" * LIMIT + "]" * LIMIT, LIMIT)
    with pytest.raises(ValueError, match="nested"):
        loads("[" * (LIMIT + 1) + "]" * (LIMIT + 1), LIMIT)


def test_brackets_within_texts_do_not_count():
    text = '["' + "[{" * 500 + '\\"[[[", {"a": [1]}]'
    assert loads(text, 3) == ["[{" * 500 + '"[[[', {"a": [1]}]


def test_many_short_lists_side_by_side_are_not_deep():
    assert len(loads("[" + ",".join(["[{}]"] * 10_000) + "]", 3)) == 10_000


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[1e400]", '{"a": -1e999}'])
def test_only_finite_numbers_are_numbers(text):
    with pytest.raises(ValueError, match=r"not a number|out of range"):
        loads(text, LIMIT)


def test_a_large_whole_number_keeps_every_digit():
    assert loads("123456789012345678901234567890", LIMIT) == 123456789012345678901234567890


@pytest.mark.parametrize("text", ['"a\\u0000b"', '{"\\u0000": 1}', '[["\\ud800"]]'])
def test_a_character_that_the_database_cannot_keep_is_refused(text):
    with pytest.raises(ValueError, match="cannot be stored"):
        loads(text, LIMIT)


def test_escaped_characters_beyond_the_basic_plane_are_fine():
    assert loads('"\\ud83d\\ude00 \\u00e9"', LIMIT) == "😀 é"


@pytest.mark.parametrize("raw", [b"", b"{", b"[1,]", b'"\xff"', b'"abc', "\ufeff{}".encode(), b"1" * 5000])
def test_what_is_not_json_is_a_value_error(raw):
    with pytest.raises(ValueError, match=r".+"):
        loads(raw, LIMIT)


def test_a_text_that_never_ends_takes_linear_time():
    started = time.perf_counter()
    for raw in (b'"' + b'\\"' * 1_000_000, b"[" * 70 + b'"' + b"\\" * 2_000_001):
        with pytest.raises(ValueError, match=r".+"):
            loads(raw, LIMIT)
    assert time.perf_counter() - started < 2


@pytest.mark.django_db
@pytest.mark.urls("tests.base.addresses")
class TestTheApi:
    def post(self, client, body):
        return client.generic("POST", "/api/try/echo", body, content_type="application/json")

    def test_reads_what_is_good(self, client):
        assert self.post(client, b'{"a": [1, "\xc3\xa9"]}').json() == {"a": [1, "é"]}

    @pytest.mark.parametrize("body", [b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b"{", b'{"a": NaN}', b'"\\u0000"'])
    def test_answers_anything_else_with_400_and_a_reason(self, client, body):
        answer = self.post(client, body)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert answer.json()["code"] == "malformed_json"
