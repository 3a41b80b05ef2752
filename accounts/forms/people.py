"""What an administrator fills in about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from accounts.forms.me import language_choices
from accounts.models import Tenant, User
from accounts.permission_words import ACTIONS, AREAS
from accounts.states import OPERATOR_ROLES, TENANT_ROLES, Role
from base.forms import DomainForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    return [(str(role.value), str(role.label)) for role in roles]


class PersonForm(DomainForm):
    """Who a person is and which role they have."""

    full_name = forms.CharField(label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=_("With the country, such as +212 6 61 20 44 18."),
    )
    role = forms.ChoiceField(label=_("Role"))
    locale = forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)

    def __init__(self, *args: Any, roles: Iterable[Role] = TENANT_ROLES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _choices(roles)  # type: ignore[attr-defined]  # a ChoiceField


class InvitationForm(PersonForm):
    """A new person of one's own company."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("They sign in with it.")
        self.fields["role"].help_text = _("Says what they may do; exceptions can be made afterwards.")
        self.fields["role"].choices = [("", _("Choose…")), *self.fields["role"].choices]  # type: ignore[attr-defined]  # as above


class OperatorInvitationForm(InvitationForm):
    """A new person of any merchant, or of the operator's own team."""

    tenant = forms.ModelChoiceField(
        label=_("Merchant"),
        queryset=Tenant.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("None: a person of the platform's own team"),
    )
    field_order = ("tenant",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, roles=(*TENANT_ROLES, *OPERATOR_ROLES), **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField


class Right:
    """One cell of a person's rights: what the role gives, and what the person has."""

    def __init__(self, name: str, *, by_role: bool, held: bool) -> None:
        area, action = name.split(".")
        self.name, self.by_role, self.held = name, by_role, held
        self.label = ACTIONS[action]
        self.spoken = f"{AREAS[area]}: {ACTIONS[action]}"

    @property
    def is_exception(self) -> bool:
        """Whether it differs from the role."""
        return self.by_role is not self.held


class RightsForm(DomainForm):
    """A person's rights, one box a permission; what differs from the role is stored as an exception."""

    def __init__(self, data: Any = None, *, person: User, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.person = person

    def wanted(self) -> dict[str, bool]:
        """Permission → whether the person shall hold it."""
        return {name: name in self.data for name in grantable()}

    def exceptions(self) -> dict[str, dict[str, bool]]:
        """The least JSON that gives the person what is wanted."""
        return permissions.exceptions(self.person.role, self.wanted())

    @property
    def count(self) -> int:
        """How many exceptions are stored."""
        return sum(len(actions) for actions in self.person.permissions.values())

    def areas(self) -> Iterator[tuple[Any, list[Right]]]:
        """Area → its cells, as sent or as stored."""
        wanted = self.wanted() if self.is_bound else {}
        for area, actions in permissions.areas().items():
            names = [name for name in (f"{area}.{action}" for action in actions) if name in grantable()]
            cells = [
                Right(
                    name,
                    by_role=permissions.default(self.person.role, name),
                    held=wanted.get(name, permissions.allowed(self.person.role, self.person.permissions, name)),
                )
                for name in names
            ]
            if cells:
                yield AREAS[area], cells


def grantable() -> list[str]:
    """The permissions that exceptions may touch."""
    return [name for name in permissions.MATRIX if name not in permissions.OPERATOR_ONLY]


class ReasonForm(DomainForm):
    """Why something is done that the person will feel."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
