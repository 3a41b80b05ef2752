"""One person: who they are, what they may do, how they get in, what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.actions.links import send_password_link
from accounts.actions.people import change_person, deactivate_person, password_link, reactivate_person
from accounts.actions.second_factor import remove_second_factor
from accounts.forms.people import PersonForm, ReasonForm, RightsForm
from accounts.models import ActivityLog, TotpDevice, User
from accounts.pages.acting import is_acting, refuse_while_acting
from accounts.pages.people import link_to_show, show_link
from accounts.pages.signing_in import signed_in
from accounts.states import OPERATOR_ROLES, TENANT_ROLES
from base import toasts
from base.access import require
from base.form_pages import FormPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.http.response import HttpResponseBase

    from base.forms import DomainForm

ACTIVITY_SHOWN = 20


class _PersonPage(FormPage, abstract=True):
    """The page of a person with all its forms; each subclass is the address of one of them, refused or not."""

    permission = "users.edit"
    template_name = "accounts/person.html"

    @cached_property
    def person(self) -> User:
        """The person of this page; nothing there (404) for somebody of another tenant."""
        found: User = get_object_or_404(User.objects.select_related("tenant"), pk=self.kwargs["person_id"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        viewer, person = signed_in(self.request), self.person
        forms: Mapping[str, DomainForm] = {
            "form": ProfileOfPerson.form_of(person),
            "rights": RightsForm(person=person),
            "deactivation": ReasonForm(auto_id="deactivate_%s"),
            "lost_phone": ReasonForm(auto_id="lost_%s"),
        }
        return super().get_context_data(
            person=person,
            is_self=person.pk == viewer.pk,
            can_edit=viewer.has_perm("users.edit"),
            acting=is_acting(self.request),
            link=settings.BASE_URL + password_link(person) if link_to_show(self.request, person) else "",
            second_factor=TotpDevice.objects.filter(user=person, confirmed=True).first(),
            activity=self._activity() if viewer.has_perm("activity.view") else None,
            **{**forms, **kwargs},
        )

    def back(self) -> HttpResponse:
        """To the page itself."""
        return redirect("accounts:person", self.person.pk)

    def _activity(self) -> list[ActivityLog]:
        done = ActivityLog.objects.filter(tenant_id=self.person.tenant_id, user_id=self.person.pk)
        return list(done.order_by("-created_at", "-id")[:ACTIVITY_SHOWN])


class ProfileOfPerson(_PersonPage):
    """`/people/<id>/`; its own form changes name, e-mail, phone, role and language."""

    permission = "users.view"

    @staticmethod
    def form_of(person: User, data: QueryDict | None = None) -> PersonForm:
        """The form about this person."""
        stored = {name: getattr(person, name) for name in ("full_name", "email", "phone", "role", "locale")}
        return PersonForm(data, initial=stored, roles=TENANT_ROLES if person.tenant_id else OPERATOR_ROLES)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request, "users.edit")
        return super().post(request, *args, **kwargs)

    def make_form(self, data: QueryDict | None = None) -> PersonForm:
        return self.form_of(self.person, data)

    def act(self, form: PersonForm) -> HttpResponse:
        change_person(self.person, **form.cleaned_data, actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return self.back()


class RightsOfPerson(_PersonPage):
    """`POST /people/<id>/rights/`: the exceptions to the role; with `reset` none are left."""

    form_class = RightsForm
    form_name = "rights"

    def make_form(self, data: QueryDict | None = None) -> RightsForm:
        return RightsForm(data, person=self.person)

    def act(self, form: RightsForm) -> HttpResponse:
        reset = "reset" in self.request.POST
        exceptions = {} if reset else form.exceptions()
        change_person(self.person, permissions=exceptions, actor=signed_in(self.request))
        words = _("Back to what the role says.") if reset else _("The rights are saved. They count from the next click on.")
        toasts.add(self.request, words)
        return self.back()


class Deactivate(_PersonPage):
    """`POST /people/<id>/deactivate/`: ends all access now, with a reason."""

    form_class = ReasonForm
    form_name = "deactivation"

    def make_form(self, data: QueryDict | None = None) -> ReasonForm:
        return ReasonForm(data, auto_id="deactivate_%s")

    def act(self, form: ReasonForm) -> HttpResponse:
        deactivate_person(self.person, reason=form.cleaned_data["reason"], actor=signed_in(self.request))
        toasts.add(self.request, _("%(name)s cannot sign in any more.") % {"name": self.person.full_name}, tone="info")
        return self.back()


class Reactivate(_PersonPage):
    """`POST /people/<id>/reactivate/`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reactivate_person(self.person, actor=signed_in(request))
        toasts.add(request, _("%(name)s can sign in again.") % {"name": self.person.full_name})
        return self.back()


class RemoveSecondFactor(_PersonPage):
    """`POST /people/<id>/second-factor/`: for somebody who lost the phone; with a reason."""

    form_class = ReasonForm
    form_name = "lost_phone"

    def make_form(self, data: QueryDict | None = None) -> ReasonForm:
        return ReasonForm(data, auto_id="lost_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_while_acting(request)
        return super().post(request, *args, **kwargs)

    def act(self, form: ReasonForm) -> HttpResponse:
        remove_second_factor(self.person, actor=signed_in(self.request), reason=form.cleaned_data["reason"])
        toasts.add(self.request, _("The second factor is taken off; the password alone lets them in."), tone="wait")
        return self.back()


class NewPasswordLink(_PersonPage):
    """`POST /people/<id>/password-link/`: send a link, and show it once for copying."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_while_acting(request)
        send_password_link(self.person, actor=signed_in(request))
        show_link(request, self.person)
        toasts.add(request, _("A link is on its way to %(email)s.") % {"email": self.person.email})
        return self.back()
