"""How every form of a page is drawn: label, hint, control, error beside it, and a summary of errors on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.renderers import TemplatesSetting

if TYPE_CHECKING:
    from base.errors import DomainError


class Renderer(TemplatesSetting):
    """FORM_RENDERER: `{{ form }}` and `{{ field.as_field_group }}` draw our components; widgets stay Django's."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"


class DateInput(forms.DateInput):
    """The browser's own calendar, which wants ISO dates in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class Switch(forms.CheckboxInput):
    """A checkbox for a state that is on or off, drawn as a switch."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"role": "switch", "class": "switch", **(attrs or {})})


class DomainForm(forms.Form):
    """A form whose values an action may refuse: the refusal is shown beside its field, or above them all."""

    def add_domain_error(self, error: DomainError) -> None:
        """Shows what an action refused. A dotted field ("settings.currency") belongs to its last step that the form knows."""
        steps = (error.field or "").split(".")
        self.add_error(next((step for step in reversed(steps) if step in self.fields), None), str(error))
