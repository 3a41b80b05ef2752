"""The verbs of an order as the API words them, and what each takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orders.serializers.inputs import NothingIn, ReasonIn
from orders.serializers.verbs import AgentIn, DeliverIn, NoteIn, RepIn
from orders.verbs import VERBS

if TYPE_CHECKING:
    from orders.serializers.inputs import Input
    from orders.verbs import Verb


@dataclass(frozen=True, slots=True)
class Call:
    """`POST /api/orders/{id}/<verb>`: what it takes, and what the OpenAPI document says of it."""

    verb: Verb
    given: type[Input]
    summary: str
    description: str


_WORDS: dict[str, tuple[type[Input], str, str]] = {
    "send-to-confirmation": (NoteIn, "Put a new order into the reps' queue", ""),
    "confirm": (
        NoteIn,
        "Confirm an order",
        "Its units are held (else 409 `out_of_stock`, with what is left). Where the merchant calls first: 409 `confirmation_needed`.",
    ),
    "prepare": (NoteIn, "Start packing", ""),
    "ready": (NoteIn, "Packed, waits for an agent", ""),
    "dispatch": (NoteIn, "It leaves the house", "Its units leave the stock."),
    "back-to-hub": (NoteIn, "The attempt failed, it will be tried again", "Its units are held again."),
    "deliver": (DeliverIn, "Handed over", "`collected`: the money too."),
    "return": (ReasonIn, "It came back", "Stock follows when the goods are accepted."),
    "cancel": (ReasonIn, "Call an order off", "Held units are freed."),
    "collect": (NothingIn, "The money is in after all", "For a delivered order that is not collected yet; else 409 `nothing_to_collect`."),
    "assign-rep": (
        RepIn,
        "Give an order to a rep",
        "`assigned_rep`: an active person of the team (400 `cannot_be_assigned`), or null. A closed order: 409 `closed`.",
    ),
    "assign-agent": (
        AgentIn,
        "Give an order to a delivery agent",
        "`assigned_agent`: an active delivery agent (400 `cannot_be_assigned`), or null. A closed order: 409 `closed`.",
    ),
    "delete": (
        ReasonIn,
        "Take an order out of sight",
        "It leaves every list and figure, and can be restored. What is on the way or delivered stays: 409 `not_deletable`.",
    ),
    "restore": (
        NothingIn,
        "Bring a deleted order back",
        "One that holds stock takes its units again (409 `out_of_stock`). One that is there: 409 `not_deleted`.",
    ),
}


def _call(verb: Verb) -> Call:
    given, summary, more = _WORDS[verb.name]
    step = f"The order becomes `{verb.to}`. Elsewhere: 409 `illegal_transition` (or `already`) with `from`, `to` and `allowed`. "
    return Call(verb, given, summary, f"{step if verb.to else ''}{more}".strip())


CALLS = {verb.name: _call(verb) for verb in VERBS}
