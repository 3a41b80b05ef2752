"""The platform operator's view of the merchants: how each fares, opening one, suspending it, working in a person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.actions import tenants as actions
from accounts.actions.links import send_invitation
from accounts.actions.people import invite_person
from accounts.actions.signing_in import act_as, stop_acting
from accounts.forms.settings import FeesForm, flat, name_units, nested
from accounts.forms.tenants import OpenTenantForm, TenantFilter
from accounts.models import Tenant, User
from accounts.pages.signing_in import signed_in
from accounts.queries.activity import entity_timeline
from accounts.queries.tenants import with_health
from accounts.states import Role
from base import toasts
from base.access import Page
from base.errors import DomainError, NotFound
from base.form_pages import FormPage
from base.lists import ListPage

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_UNPROCESSABLE = 422
_PEOPLE = 200


class TenantsPage(ListPage):
    """`/platform/tenants/`: every merchant and how it fares."""

    permission = "platform.view"
    template_name = "accounts/tenants.html"
    filterset_class = TenantFilter
    order = ("name", "id")

    def get_queryset(self) -> QuerySet[Tenant]:
        return with_health()


class OpenTenant(FormPage):
    """`/platform/tenants/new/`: a merchant with its first administrator, who is sent a link to set a password."""

    permission = "platform.edit"
    form_class = OpenTenantForm
    template_name = "accounts/open_tenant.html"

    def initial(self) -> dict[str, Any]:
        return {"country_code": "MA", "currency": "MAD", "timezone": "Africa/Casablanca", "languages": ["en"], "locale": "en"}

    def act(self, form: Any) -> HttpResponseBase:
        values, actor = form.cleaned_data, signed_in(self.request)
        place = {name: values[name] for name in ("country_code", "currency", "timezone", "languages")}
        with transaction.atomic():
            tenant = actions.open_tenant(name=values["name"], slug=values["slug"], settings=place, actor=actor)
            person = invite_person(
                tenant, email=values["email"], full_name=values["full_name"], role=Role.ADMIN, locale=values["locale"], actor=actor
            )
            send_invitation(person, actor=actor)
        toasts.add(self.request, _("%(tenant)s is open. %(person)s was sent a link.") % {"tenant": tenant, "person": person})
        return redirect("accounts:tenant", tenant.pk)


class TenantPage(Page, TemplateView):
    """`/platform/tenants/<id>/`: one merchant, its people, its fees, and what was done to it."""

    permission = "platform.view"
    template_name = "accounts/tenant.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tenant = with_health().filter(pk=self.kwargs["tenant_id"]).first() or _none()
        people = User.objects.filter(tenant=tenant).order_by("-is_active", "full_name", "pk")[: _PEOPLE + 1]
        fees = kwargs.setdefault("fees", FeesForm(initial=flat(tenant)))
        name_units(fees, tenant)
        return super().get_context_data(
            tenant=tenant,
            people=list(people[:_PEOPLE]),
            more_people=len(people) > _PEOPLE,
            timeline=entity_timeline(tenant, limit=10),
            **kwargs,
        )


class _TenantAction(TenantPage):
    """A button of the merchant's page: back to the page when done, the page again with the reason when refused."""

    permission = "platform.edit"
    http_method_names = ("post",)
    asks = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        tenant = _tenant(self.kwargs["tenant_id"])
        try:
            done = self.do(tenant)
        except DomainError as error:
            if error.field != "reason":
                raise
            # The question that was asked opens again, with what is wrong.
            refusal = {f"{self.asks}_open": True, f"{self.asks}_error": str(error), f"{self.asks}_url": request.path}
            return self.render_to_response(self.get_context_data(**refusal), status=_UNPROCESSABLE)
        return done or redirect("accounts:tenant", tenant.pk)

    def do(self, tenant: Tenant) -> HttpResponseBase | None:
        raise NotImplementedError


class SuspendTenant(_TenantAction):
    """Refuse every write of the merchant's people from now on; needs a reason."""

    asks = "suspend"

    def do(self, tenant: Tenant) -> None:
        actions.suspend_tenant(tenant, reason=self.request.POST.get("reason", ""), actor=signed_in(self.request))
        toasts.add(self.request, _("%(tenant)s is suspended.") % {"tenant": tenant}, tone="wait")


class ResumeTenant(_TenantAction):
    """Let a suspended merchant work again."""

    def do(self, tenant: Tenant) -> None:
        actions.resume_tenant(tenant, actor=signed_in(self.request))
        toasts.add(self.request, _("%(tenant)s works again.") % {"tenant": tenant})


class TenantFees(_TenantAction):
    """What the platform earns from the merchant."""

    def do(self, tenant: Tenant) -> HttpResponseBase | None:
        form = FeesForm(self.request.POST, initial=flat(tenant))
        if form.is_valid():
            try:
                actions.change_settings(tenant, values=nested(tenant, form.cleaned_data), actor=signed_in(self.request))
            except DomainError as error:
                form.add_domain_error(error)
        if form.errors:
            return self.render_to_response(self.get_context_data(fees=form), status=_UNPROCESSABLE)
        toasts.add(self.request, _("The fees are saved."))
        return None


class ActAs(_TenantAction):
    """Work as a person of the merchant in this browser for 30 minutes; needs a reason, which the person can read."""

    permission = "platform.act_as"
    asks = "act"

    def do(self, tenant: Tenant) -> HttpResponseBase:
        person = User.objects.select_related("tenant").filter(pk=self.kwargs["person_id"], tenant=tenant).first() or _none()
        act_as(self.request, person, reason=self.request.POST.get("reason", ""), operator=signed_in(self.request))
        return redirect("accounts:today")


class StopActing(Page):
    """`POST /act-as/stop/`: the browser is the operator's own again. Nothing to stop is no error."""

    permission = None
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        person: Any = request.user
        if getattr(request, "operator", None) is None:
            return redirect("accounts:today")
        stop_acting(request)
        toasts.add(request, _("You no longer act for %(person)s.") % {"person": person})
        return redirect("accounts:tenant", person.tenant_id)


def _tenant(pk: UUID) -> Tenant:
    found: Tenant = Tenant.objects.filter(pk=pk).first() or _none()
    return found


def _none() -> Any:
    raise NotFound("not_found", _("There is no such merchant, or no such person of it."))
