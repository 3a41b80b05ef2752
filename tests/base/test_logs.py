"""Logs carry ids and never people."""

import json
import logging

import pytest
import structlog

from base import logs


@pytest.fixture
def written():
    """Log with the real formatter and read the lines back."""
    lines = []

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(self.format(record)))

    handler = Kept()
    handler.setFormatter(logs.formatter(style="json"))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    structlog.contextvars.clear_contextvars()
    yield lines
    structlog.contextvars.clear_contextvars()
    logger.removeHandler(handler)


def test_a_line_carries_the_ids_of_its_request(written):
    logs.bind(tenant="t1", user="u1")
    structlog.get_logger("tests.logs").info("order placed", order="o1")
    [line] = written
    assert {name: line[name] for name in ("event", "tenant", "user", "order", "level")} == {
        "event": "order placed",
        "tenant": "t1",
        "user": "u1",
        "order": "o1",
        "level": "info",
    }


def test_lines_of_libraries_carry_them_too(written):
    logs.bind(tenant="t1")
    logging.getLogger("tests.logs").warning("slow by %d ms", 30)
    assert (written[0]["event"], written[0]["tenant"]) == ("slow by 30 ms", "t1")


def test_what_is_private_is_dropped_at_any_depth(written):
    structlog.get_logger("tests.logs").info(
        "sent",
        order="o1",
        email="amina@example.com",
        refresh_token="r",
        Authorization="Bearer r",
        customer={"phone": "+212600000000", "city": "Rabat", "shipping_address": "Rue 1"},
        rows=[{"api_key": "k", "n": 1}],
    )
    [line] = written
    assert line["customer"] == {"city": "Rabat"}
    assert line["rows"] == [{"n": 1}]
    assert not {"email", "refresh_token", "Authorization"} & set(line)


def test_the_row_that_a_database_error_quotes_is_left_out(written):
    error = ValueError('duplicate key value violates "users_email"\nDETAIL:  Key (email)=(amina@example.com) already exists.\n')
    logging.getLogger("tests.logs").error("failed", exc_info=error)
    assert "users_email" in written[0]["exception"]
    assert "amina@example.com" not in written[0]["exception"]


def test_people_cannot_be_reached_by_what_libraries_say(written):
    logging.getLogger("tests.logs").warning("lockout of amina@example.com, phone +212600000000, 3 tries")
    assert written[0]["event"] == "lockout of …, phone …, 3 tries"


def test_the_console_is_for_people():
    record = logging.LogRecord("tests.logs", logging.INFO, __file__, 1, "ready", None, None)
    assert "ready" in logs.formatter(style="console").format(record)
    logs.formatter(style="json")
