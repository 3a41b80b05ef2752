"""Filters that put rows of the activity log into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from accounts import activity_words

if TYPE_CHECKING:
    from accounts.models import ActivityLog

register = template.Library()


@register.filter
def did(row: ActivityLog) -> str:
    """`{{ row|did }}`: "Changed the settings"."""
    return activity_words.action_words(row.action)


@register.filter
def kind(row: ActivityLog) -> str:
    """`{{ row|kind }}`: "Person"; empty for what was done to nothing."""
    return activity_words.kind_words(row.entity_type) if row.entity_type else ""


@register.filter
def changes(row: ActivityLog) -> list[activity_words.Change]:
    """`{% for change in row|changes %}`: label, old, new."""
    return activity_words.changes_of(row)


@register.filter
def facts(row: ActivityLog) -> list[tuple[str, str]]:
    """`{% for label, value in row|facts %}`: what else is known."""
    return activity_words.facts_of(row)
