"""How the verbs of an order look on pages: the words of the button, its key, and what it asks for first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from orders.verbs import open_verbs

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from orders.models import Order


@dataclass(frozen=True, slots=True)
class Step:
    """`asks` names the dialog that opens first (a reason); `is_main`: the next step of the usual way; `done`: the toast; `post`: an option
    that the button sends.
    """

    name: str
    label: StrOrPromise
    key: str
    done: StrOrPromise
    is_main: bool = False
    is_danger: bool = False
    asks: bool = False
    post: tuple[str, str] | None = None
    title: StrOrPromise = ""
    button: StrOrPromise = ""
    text: StrOrPromise = ""


# Assigning has its own choosers, so it is not among them.
STEPS: tuple[Step, ...] = (
    Step("confirm", _("Confirm"), "c", _("Confirmed."), is_main=True),
    Step("send-to-confirmation", _("Send to confirmation"), "s", _("It waits for a call now."), is_main=True),
    Step("prepare", _("Prepare"), "p", _("Being prepared."), is_main=True),
    Step("ready", _("Ready"), "r", _("Ready for pickup."), is_main=True),
    Step("dispatch", _("Dispatch"), "o", _("Out for delivery."), is_main=True),
    Step("deliver", _("Delivered and collected"), "d", _("Delivered."), is_main=True),
    Step("deliver", _("Delivered, money later"), "l", _("Delivered."), post=("collected", "")),
    Step("collect", _("Collect the money"), "m", _("The money is noted as collected."), is_main=True),
    Step("back-to-hub", _("Back to the hub"), "b", _("Back at the hub, to be tried again.")),
    Step(
        "return", _("Returned…"), "t", _("Noted as returned."), is_danger=True, asks=True,
        title=_("Did this order come back?"), button=_("It came back"),
        text=_("It ends here. What comes back is put into stock when it is inspected."),
    ),
    Step(
        "cancel", _("Cancel…"), "z", _("Cancelled."), is_danger=True, asks=True,
        title=_("Cancel this order?"), button=_("Cancel the order"),
        text=_("Held units are freed. A cancelled order cannot be taken up again."),
    ),
    Step(
        "delete", _("Delete…"), "y", _("Deleted. It can be restored."), is_danger=True, asks=True,
        title=_("Delete this order?"), button=_("Delete the order"),
        text=_("It leaves every list and figure. Its page stays, and it can be restored from there."),
    ),
    Step("restore", _("Restore"), "u", _("Restored."), is_main=True),
)  # fmt: skip
BY_NAME = {step.name: step for step in reversed(STEPS)}


def steps_of(order: Order, person: Any) -> list[Step]:
    """The buttons that this person has on this order: what LIFECYCLE allows and what the person may do."""
    allowed = {verb.name for verb in open_verbs(order, person)}
    return [step for step in STEPS if step.name in allowed]
