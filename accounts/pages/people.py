"""The list of people, and inviting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actions.links import send_invitation
from accounts.actions.people import invite_person
from accounts.forms.people import InvitationForm, OperatorInvitationForm
from accounts.forms.people_filter import PeopleFilter
from accounts.models import User
from accounts.pages.acting import is_acting
from accounts.pages.signing_in import signed_in
from accounts.permission_words import ROLES
from accounts.states import TENANT_ROLES, Role
from base import toasts
from base.form_pages import FormPage
from base.lists import ListPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

_LINKS = "links_to_show"


class People(ListPage):
    """`/people/`: the people of one's company; an operator sees everybody."""

    permission = "users.view"
    template_name = "accounts/people.html"
    filterset_class = PeopleFilter
    order: ClassVar[Sequence[str]] = ("full_name", "id")

    def get_queryset(self) -> QuerySet[User]:
        found: QuerySet[User] = User.objects.select_related("tenant")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(can_invite=self.request.user.has_perm("users.create"), **kwargs)


class NewPerson(FormPage):
    """`/people/new/`: invite a person; they set their password by a link."""

    permission = "users.create"
    template_name = "accounts/person_new.html"

    def initial(self) -> dict[str, Any]:
        tenant = signed_in(self.request).tenant
        if tenant is None:
            return {"tenant": self.request.GET.get("tenant", "")}
        return {"locale": tenant.config.languages[0]}

    def make_form(self, data: QueryDict | None = None) -> InvitationForm:
        form = InvitationForm if signed_in(self.request).tenant else OperatorInvitationForm
        return form(data, initial=self.initial())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = TENANT_ROLES if signed_in(self.request).tenant else tuple(Role)
        return super().get_context_data(roles=[(role.label, ROLES[role]) for role in roles], **kwargs)

    def act(self, form: InvitationForm) -> HttpResponse:
        actor = signed_in(self.request)
        values = dict(form.cleaned_data)
        with transaction.atomic():
            person = invite_person(actor.tenant or values.pop("tenant", None), **values, actor=actor)
            send_invitation(person, actor=actor)
        if not is_acting(self.request):
            show_link(self.request, person)
        toasts.add(self.request, _("%(name)s is invited.") % {"name": person.full_name})
        return redirect("accounts:person", person.pk)


def show_link(request: HttpRequest, person: User) -> None:
    """Let the person's page show the password link the next time it is drawn, that once."""
    request.session[_LINKS] = [*request.session.get(_LINKS, []), str(person.pk)]


def link_to_show(request: HttpRequest, person: User) -> bool:
    """Whether the link is to be shown now; asking takes it off the list."""
    waiting = request.session.get(_LINKS, [])
    if str(person.pk) not in waiting:
        return False
    request.session[_LINKS] = [pk for pk in waiting if pk != str(person.pk)]
    return True
