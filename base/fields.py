"""Model fields whose values are encrypted at rest. What can be read cannot be searched: keep a `fingerprint` beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from base import crypto

if TYPE_CHECKING:
    from django.db.models.lookups import Lookup

    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """A text, encrypted with the first of settings.FIELD_KEYS. NULL and the empty text are stored as they are.

    Reading raises `base.crypto.Undecipherable` when no key opens the value. Filtering by anything but `isnull` raises
    FieldError, since the same text is stored differently each time.
    """

    def plain(self, value: Any) -> str:
        """The text to encrypt for `value`."""
        return str(value)

    def restored(self, text: str) -> Any:
        """The value that `plain` was given."""
        return text

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        text = self.plain(value)
        return crypto.encrypt(text) if text else text

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> Any:
        return self.restored(crypto.decrypt(value)) if value else value

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be filtered by {lookup_name}, only by isnull.")
        return super().get_lookup(lookup_name)

    def get_transform(self, name: str) -> None:
        raise FieldError(f"{self.name} is encrypted: it cannot be filtered by {name}, only by isnull.")


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, encrypted as a whole."""

    def plain(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"))

    def restored(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return self.plain(self.value_from_object(obj))

    def formfield(self, **options: Any) -> Any:
        return super(models.TextField, self).formfield(**{"form_class": forms.JSONField, **options})
