"""What the bar below the list offers for the ticked orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from orders.verbs import BY_NAME

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One button; `dialog` is the id of the dialog that asks first."""

    name: str
    label: StrOrPromise
    dialog: str = ""
    is_danger: bool = False


ACTIONS = (
    BulkAction("assign-rep", _("Assign rep"), dialog="bulk-rep"),
    BulkAction("assign-agent", _("Assign agent"), dialog="bulk-agent"),
    BulkAction("confirm", _("Confirm")),
    BulkAction("prepare", _("Prepare")),
    BulkAction("ready", _("Ready")),
    BulkAction("cancel", _("Cancel…"), dialog="bulk-cancel", is_danger=True),
)


def bulk_actions(person: Any) -> list[BulkAction]:
    """Those that the person may use; an operator, who has no tenant, none."""
    if person.tenant_id is None:
        return []
    return [action for action in ACTIONS if person.has_perm(BY_NAME[action.name].permission)]


def words_of(name: str) -> StrOrPromise:
    """How an action is called on pages."""
    return next((action.label for action in ACTIONS if action.name == name), name)
