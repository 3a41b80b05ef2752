"""A status changes through one door: by the table, under a lock, with its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.signals import pre_save
from django.utils import timezone

from base.actor import SYSTEM
from base.errors import DomainError
from base.lifecycle import Lifecycle, allowed, move, move_many, present_move
from tests.base.shelf import LIFECYCLE, TRANSITIONS, Status, Ticket

PATIENT = Lifecycle("ticket", TRANSITIONS, idempotent=True)


def moved(ticket, to, **options):
    with transaction.atomic():
        return move(ticket, to, **{"lifecycle": LIFECYCLE, "actor": SYSTEM, **options})


def moved_many(queryset, to, **options):
    with transaction.atomic():
        return move_many(queryset, to, **{"lifecycle": LIFECYCLE, "actor": SYSTEM, **options})


@pytest.mark.parametrize(("present", "to"), list(product(Status, Status)))
def test_every_pair_of_states_is_moved_or_refused_as_the_table_says(tickets, present, to):
    ticket = tickets.create(label="a", status=present)
    if to in TRANSITIONS[present]:
        assert moved(ticket, to).status == to
    else:
        with pytest.raises(DomainError) as refused:
            moved(ticket, to)
        assert refused.value.code == ("already" if present == to else "illegal_transition")
    assert tickets.get().status == (to if to in TRANSITIONS[present] else present)


def test_entering_a_state_is_stamped_with_its_time(tickets):
    before = timezone.now()
    ticket = moved(tickets.create(label="a", status=Status.OPEN), Status.DONE)
    stored = tickets.get()
    assert before <= stored.done_at <= timezone.now()
    assert (stored.done_at, stored.updated_at) == (ticket.done_at, ticket.updated_at)
    assert stored.updated_at >= before


def test_only_the_status_is_written(tickets):
    ticket = tickets.create(label="as read")
    tickets.filter(pk=ticket.pk).update(label="changed meanwhile")
    ticket.label = "not saved"
    assert moved(ticket, Status.OPEN).label == "changed meanwhile"
    assert tickets.get().label == "changed meanwhile"


def test_a_refusal_names_the_present_state_and_what_is_possible(tickets):
    with pytest.raises(DomainError) as refused:
        moved(tickets.create(label="a"), Status.DONE)
    error = refused.value
    assert str(error) == "This ticket is: New. It cannot become: Done. Possible now: Open, Void."
    assert error.extra == {"from": "new", "to": "done", "allowed": ["open", "void"]}
    assert (error.field, error.status) == ("status", 409)


def test_a_final_state_says_that_it_is_final(tickets):
    with pytest.raises(DomainError, match=r"This ticket is: Done\. That is final"):
        moved(tickets.create(label="a", status=Status.DONE), Status.NEW)


def test_a_state_that_nobody_knows_is_refused(tickets):
    with pytest.raises(DomainError) as refused:
        moved(tickets.create(label="a"), "lost")
    assert refused.value.code == "illegal_transition"


def test_a_repeat_does_nothing_where_the_lifecycle_takes_repeats(tickets):
    ticket = tickets.create(label="a", status=Status.OPEN)
    written = ticket.updated_at
    assert moved(ticket, Status.OPEN, lifecycle=PATIENT).status == Status.OPEN
    assert tickets.get().updated_at == written


def test_a_row_that_is_gone_is_said_to_be_gone(tickets):
    with pytest.raises(DomainError) as refused:
        moved(Ticket(label="never saved"), Status.OPEN)
    assert (refused.value.code, refused.value.status) == ("not_found", 404)


def test_a_status_is_not_moved_outside_an_atomic_block(committed_tickets):
    ticket = committed_tickets.create(label="a")
    with pytest.raises(transaction.TransactionManagementError):
        move(ticket, Status.OPEN, lifecycle=LIFECYCLE, actor=SYSTEM)
    assert committed_tickets.get().status == Status.NEW


def test_receivers_know_who_moves_and_why_while_the_row_is_written(tickets):
    seen = []

    def receiver(instance, **_options):
        seen.append(present_move())

    ticket = tickets.create(label="a")
    pre_save.connect(receiver, sender=Ticket)
    try:
        moved(ticket, Status.OPEN, note="called twice")
        Ticket.objects.get().save()
    finally:
        pre_save.disconnect(receiver, sender=Ticket)
    assert (seen[0].to, seen[0].actor, seen[0].note) == (Status.OPEN, SYSTEM, "called twice")
    assert seen[1] is None


def test_buttons_are_drawn_from_the_same_table(tickets):
    assert allowed(Ticket(status=Status.NEW), LIFECYCLE) == [Status.OPEN, Status.VOID]
    assert allowed(Ticket(status=Status.DONE), LIFECYCLE) == []


@pytest.mark.parametrize("broken", [({"a": ("b",)}, {}), ({"a": ()}, {"b": "b_at"})])
def test_a_table_that_names_an_unknown_state_is_refused_where_it_is_written(broken):
    with pytest.raises(ValueError, match="not a state of the table: b"):
        Lifecycle("thing", broken[0], stamps=broken[1])


def test_a_set_is_moved_and_each_refusal_has_its_reason(tickets):
    fine = [tickets.create(label="fine", status=Status.OPEN) for _ in range(3)]
    early, late = tickets.create(label="early"), tickets.create(label="late", status=Status.DONE)
    result = moved_many(Ticket.objects.all(), Status.DONE)
    assert result.moved == fine
    assert {ticket.status for ticket in result.moved} == {Status.DONE}
    assert {refusal.pk: refusal.error.code for refusal in result.refused} == {early.pk: "illegal_transition", late.pk: "already"}
    assert tickets.filter(status=Status.DONE, done_at__isnull=False).count() == 3
    assert tickets.get(pk=early.pk).status == Status.NEW


def test_an_id_outside_the_set_is_refused_and_stays_as_it_was(tickets):
    mine, other, nobody = tickets.create(label="mine"), tickets.create(label="other"), uuid4()
    result = moved_many(Ticket.objects.filter(label="mine"), Status.OPEN, ids=[mine.pk, str(other.pk), nobody])
    assert result.moved == [mine]
    assert [(refusal.pk, refusal.error.code) for refusal in result.refused] == [(other.pk, "not_found"), (nobody, "not_found")]
    assert tickets.get(label="other").status == Status.NEW


@pytest.mark.parametrize("rows", [1, 30])
def test_a_set_takes_three_statements_however_large(tickets, django_assert_num_queries, rows):
    for _ in range(rows):
        tickets.create(label="a")
    with transaction.atomic(), django_assert_num_queries(3):
        move_many(Ticket.objects.all(), Status.OPEN, lifecycle=LIFECYCLE, actor=SYSTEM)


def test_a_set_is_locked_in_the_order_of_its_keys(tickets, django_assert_num_queries):
    tickets.create(label="a")
    with transaction.atomic(), django_assert_num_queries(3) as statements:
        move_many(Ticket.objects.order_by("-score"), Status.OPEN, lifecycle=LIFECYCLE, actor=SYSTEM)
    assert statements[1]["sql"].endswith('ORDER BY "base_tests_ticket"."id" ASC FOR UPDATE OF "base_tests_ticket"')


def test_an_empty_set_writes_nothing(tickets, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        assert move_many(Ticket.objects.all(), Status.OPEN, lifecycle=LIFECYCLE, actor=SYSTEM) == ([], [])


def in_two_threads(*works):
    """The results of both, started at the same moment, each with a connection of its own."""
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_who_move_the_same_row_at_once_one_wins_and_the_other_is_told(committed_tickets):
    for _ in range(10):
        ticket = committed_tickets.create(label="a", status=Status.OPEN)
        results = in_two_threads(lambda t=ticket: moved(t, Status.DONE), lambda t=ticket: moved(t, Status.VOID))
        winner = next(result for result in results if isinstance(result, Ticket))
        loser = next(result for result in results if isinstance(result, DomainError))
        assert loser.code == "illegal_transition"
        assert loser.extra["from"] == winner.status == committed_tickets.get(pk=ticket.pk).status


def test_the_same_move_made_twice_at_once_is_made_once(committed_tickets):
    ticket = committed_tickets.create(label="a")
    results = in_two_threads(lambda: moved(ticket, Status.OPEN), lambda: moved(ticket, Status.OPEN))
    assert sorted(getattr(result, "code", "moved") for result in results) == ["already", "moved"]


def test_two_sets_that_overlap_wait_for_each_other_without_a_deadlock(committed_tickets):
    for number in range(20):
        committed_tickets.create(label="a", score=number)
    up, down = Ticket.objects.order_by("score"), Ticket.objects.order_by("-score")
    first, second = in_two_threads(lambda: moved_many(up, Status.OPEN), lambda: moved_many(down, Status.OPEN))
    assert sorted([len(first.moved), len(second.moved)]) == [0, 20]
    assert {refusal.error.code for refusal in [*first.refused, *second.refused]} == {"already"}
