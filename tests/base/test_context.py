"""What is known about the running request is handed on without passing it along."""

import threading

import pytest

from base.context import Context, current, using


def test_outside_a_request_nothing_is_known():
    assert current() == Context()


def test_what_a_block_adds_ends_with_the_block():
    with using(request_id="r1", ip="192.0.2.1"):
        with using(user="amina"):
            assert (current().request_id, current().user) == ("r1", "amina")
        assert current().user is None
    assert current() == Context()


def test_an_error_ends_the_block_too():
    with pytest.raises(ZeroDivisionError), using(request_id="r1"):
        1 / 0  # noqa: B018  # the error is the point
    assert current() == Context()


def test_another_thread_sees_nothing_of_it():
    seen = []
    with using(request_id="r1"):
        thread = threading.Thread(target=lambda: seen.append(current().request_id))
        thread.start()
        thread.join()
    assert seen == [""]
