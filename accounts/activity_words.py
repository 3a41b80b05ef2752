"""How the activity log reads: words for its actions and kinds, and the differences between before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.ids import Identified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from accounts.models import ActivityLog

_words: dict[str, StrOrPromise] = {
    "acting_began": gettext_lazy("Began to act for"),
    "acting_ended": gettext_lazy("Stopped acting for"),
    "activity_exported": gettext_lazy("Exported the activity log"),
    "device_signed_in": gettext_lazy("Signed a device in"),
    "device_signed_out": gettext_lazy("Signed a device out"),
    "devices_signed_out": gettext_lazy("Signed all devices out"),
    "message_retried": gettext_lazy("Sent a message again"),
    "message_template_changed": gettext_lazy("Changed a message template"),
    "message_template_created": gettext_lazy("Created a message template"),
    "message_template_deleted": gettext_lazy("Deleted a message template"),
    "notification_preference_changed": gettext_lazy("Changed what they are told"),
    "notification_preference_created": gettext_lazy("Chose what they are told"),
    "notification_preference_deleted": gettext_lazy("Took a choice of what they are told back"),
    "operator_request": gettext_lazy("Operator opened a page"),
    "opt_out_changed": gettext_lazy("Changed an opt-out"),
    "opt_out_created": gettext_lazy("Noted an opt-out"),
    "opt_out_deleted": gettext_lazy("Took an opt-out back"),
    "password_link_asked": gettext_lazy("Asked for a password link"),
    "password_link_made": gettext_lazy("Sent a password link"),
    "password_set_by_link": gettext_lazy("Set a password by link"),
    "recovery_code_used": gettext_lazy("Used a recovery code"),
    "recovery_codes_renewed": gettext_lazy("Renewed recovery codes"),
    "refresh_token_reused": gettext_lazy("A device's sign-in was used twice"),
    "second_factor_removed": gettext_lazy("Removed the second factor"),
    "second_factor_set_up": gettext_lazy("Set up the second factor"),
    "signed_in": gettext_lazy("Signed in"),
    "signed_out": gettext_lazy("Signed out"),
    "tenant_changed": gettext_lazy("Changed the settings"),
    "tenant_deleted": gettext_lazy("Deleted the merchant"),
    "tenant_created": gettext_lazy("Created the merchant"),
    "tenant_opened": gettext_lazy("Opened the merchant"),
    "tenant_resumed": gettext_lazy("Resumed the merchant"),
    "tenant_suspended": gettext_lazy("Suspended the merchant"),
    "user_changed": gettext_lazy("Changed a person"),
    "user_created": gettext_lazy("Added a person"),
    "user_deleted": gettext_lazy("Deleted a person"),
    "user_deactivated": gettext_lazy("Deactivated a person"),
}
# Told in words of their own beside the changes; the rest of `details` is shown as it is.
_CONTEXT = frozenset({"changes", "ids", "user_agent", "session_id", "justification", "acting_for", "operator_id"})
_facts: dict[str, StrOrPromise] = {
    "device": gettext_lazy("Device"),
    "filters": gettext_lazy("Filters"),
    "format": gettext_lazy("Format"),
    "method": gettext_lazy("Method"),
    "operator": gettext_lazy("Operator"),
    "path": gettext_lazy("Address"),
    "reason": gettext_lazy("Reason"),
    "until": gettext_lazy("Until"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value, before and after, as people read it."""

    label: str
    old: str
    new: str


def register(words: Mapping[str, StrOrPromise], *, facts: Mapping[str, StrOrPromise] | None = None) -> None:
    """Give the words for actions of a higher floor, and for the keys of their details; called in an app's `AppConfig.ready()`."""
    _words.update(words)
    _facts.update(facts or {})


def action_words(action: str) -> str:
    """What somebody did; an action without words of its own reads as its name."""
    return str(_words.get(action) or capfirst(action.replace("_", " ")))


def action_choices() -> list[tuple[str, str]]:
    """Every action that has words, in their order."""
    return sorted(((name, str(words)) for name, words in _words.items()), key=lambda pair: pair[1])


@cache
def _kinds() -> dict[str, type[Model]]:
    return {model._meta.model_name or "": model for model in apps.get_models() if issubclass(model, Identified)}


def kind_words(kind: str) -> str:
    """What sort of thing it was done to."""
    model = _kinds().get(kind)
    return str(capfirst(model._meta.verbose_name)) if model else capfirst(kind.replace("_", " "))


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of thing, in the order of the words."""
    return sorted(((kind, kind_words(kind)) for kind in _kinds()), key=lambda pair: pair[1])


def changes_of(row: ActivityLog) -> list[Change]:
    """What the row says changed, value by value; nested values (settings, permissions) by their dotted path."""
    model = _kinds().get(row.entity_type)
    found = [
        Change(label, _shown(model, name, old), _shown(model, name, new))
        for name, change in row.details.get("changes", {}).items()
        for label, old, new in _differences(_label(model, name), change.get("old"), change.get("new"))
    ]
    # Nothing and an empty text read the same.
    return [change for change in found if change.old != change.new]


def facts_of(row: ActivityLog) -> list[tuple[str, str]]:
    """What else the row says: the reason, the operator, how many rows a bulk action touched, and its own facts."""
    details = row.details
    found = []
    if details.get("justification"):
        found.append((_("Reason"), str(details["justification"])))
    if details.get("acting_for"):
        found.append((_("In the name of"), str(details["acting_for"])))
    if details.get("ids"):
        found.append((_("Rows"), str(len(details["ids"]))))
    found += [
        (str(_facts.get(name) or capfirst(name.replace("_", " "))), _plain(value))
        for name, value in details.items()
        if name not in _CONTEXT
    ]
    if details.get("user_agent"):
        found.append((_("Program"), str(details["user_agent"])))
    return found


def _differences(label: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if (isinstance(new, dict) and isinstance(old, dict | None)) or (isinstance(old, dict) and new is None):
        before, after = old or {}, new or {}
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _differences(f"{label} · {name.replace('_', ' ')}", before.get(name), after.get(name))
    elif old != new:
        yield label, old, new


def _field(model: type[Model] | None, attname: str) -> Field[Any, Any] | None:
    if model is None:
        return None
    try:
        field = model._meta.get_field(attname.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _label(model: type[Model] | None, attname: str) -> str:
    field = _field(model, attname)
    return str(capfirst(field.verbose_name)) if field is not None else capfirst(attname.replace("_", " "))


def _shown(model: type[Model] | None, attname: str, value: Any) -> str:
    field = _field(model, attname)
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices[value]) if isinstance(value, str) and value in choices else _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return "—"
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(_plain(each) for each in value)
        case dict():
            return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items())
        case str() if (moment := _moment(value)) is not None:
            return date_format(localtime(moment), "DATETIME_FORMAT")
        case _:
            return str(value)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
