"""What people fill in about a category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DomainForm

if TYPE_CHECKING:
    from uuid import UUID

    from orders.category_tree import Tree
    from orders.models import Category


class CategoryForm(DomainForm):
    """A category and where it stands in the tree."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))
    parent = forms.ChoiceField(label=_("Below"), required=False)

    def __init__(self, data: Any = None, *, tree: Tree, without: UUID | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.tree = tree
        self.fields["parent"].choices = [("", _("Nothing: at the top")), *tree.choices(without=without)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        found: Category | None = self.tree.find(self.cleaned_data["parent"]) if self.cleaned_data["parent"] else None
        return {"name": self.cleaned_data["name"], "parent": found}
