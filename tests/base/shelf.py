"""A table that only the tests of base have: something with a status, a price, ties in its columns, and times."""

from __future__ import annotations

from django.db import models

from base.ids import Identified
from base.lifecycle import Lifecycle
from base.money import money_field
from base.stamps import Stamped


class Status(models.TextChoices):
    NEW = "new", "New"
    OPEN = "open", "Open"
    DONE = "done", "Done"
    VOID = "void", "Void"


TRANSITIONS = {
    Status.NEW: (Status.OPEN, Status.VOID),
    Status.OPEN: (Status.DONE, Status.VOID),
    Status.DONE: (),
    Status.VOID: (Status.NEW,),
}
LIFECYCLE = Lifecycle("ticket", TRANSITIONS, stamps={Status.DONE: "done_at"})


class Ticket(Identified, Stamped):
    label = models.CharField(max_length=50)
    score = models.IntegerField(default=0)
    price = money_field(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    done_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "base_tests"
        db_table = "base_tests_ticket"
        indexes = (models.Index(fields=["created_at", "id"], name="idx_base_tests_ticket_created"),)


class Journal(Identified):
    append_only = True
    text = models.TextField()

    class Meta:
        app_label = "base_tests"
        db_table = "base_tests_journal"
