"""What every input has in common."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from base.money import DECIMALS, DIGITS


class Input(serializers.Serializer[Any]):
    """Refuses a member that nobody reads (`unknown_field`), since it is one misspelt or one that cannot be set here."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields or self.fields[name].read_only]
            if unknown:
                raise serializers.ValidationError({name: [ErrorDetail(self.refusal(name), code="unknown_field")] for name in unknown[:20]})
        return super().to_internal_value(data)

    def refusal(self, name: str) -> str:
        """Why a member is not read."""
        return _("There is no such field here. Known: %(known)s.") % {"known": ", ".join(self.fields)}


class ReasonIn(Input):
    """Why it is done."""

    reason = serializers.CharField(max_length=2000, help_text="Why. Stands in the history.")


class NothingIn(Input):
    """An empty object."""


def amount(**options: Any) -> serializers.DecimalField:
    """An amount of money: a string with two decimals."""
    return serializers.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, **options)
