"""Primary keys grow with time."""

from uuid import UUID

from base.ids import new_id


def test_an_id_is_a_uuid_of_version_7():
    made = new_id()
    assert type(made) is UUID
    assert made.version == 7


def test_later_ids_are_larger_and_none_comes_twice():
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))
