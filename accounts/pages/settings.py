"""`/settings/`: how a merchant works."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actions.tenants import change_settings, rename_tenant
from accounts.forms.settings import LOGO_LIMIT, SettingsForm, nested
from accounts.pages.signing_in import signed_in
from accounts.queries.activity import entity_timeline
from base import toasts
from base.access import require
from base.errors import DomainError, NotFound
from base.files import signed_url, store
from base.form_pages import FormPage

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

    from accounts.models import Tenant

_SHOWN = 8


class SettingsPage(FormPage):
    """Every setting of the person's merchant; those who may not change them read them. Operators have no settings of their own."""

    permission = "settings.view"
    template_name = "accounts/settings.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request.user, "is_operator", False) and request.method in {"GET", "HEAD"}:
            return redirect("accounts:tenants")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request, "settings.edit")
        return super().post(request, *args, **kwargs)

    @cached_property
    def tenant(self) -> Tenant:
        """Whose settings they are."""
        tenant: Tenant | None = getattr(self.request.user, "tenant", None)
        if tenant is None:
            raise NotFound("not_found", _("Only a merchant has settings. Choose one on the page of the merchants."))
        return tenant

    def make_form(self, data: QueryDict | None = None) -> SettingsForm:
        files = self.request.FILES if data is not None else None
        return SettingsForm(data, files, tenant=self.tenant, editable=self.request.user.has_perm("settings.edit"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        logo = self.tenant.config.brand.logo
        return super().get_context_data(
            editable=self.request.user.has_perm("settings.edit"),
            logo_url=signed_url(logo) if logo else "",
            timeline=entity_timeline(self.tenant, limit=_SHOWN) if self.request.user.has_perm("activity.view") else [],
            **kwargs,
        )

    def act(self, form: SettingsForm) -> HttpResponseBase:
        values = form.changes()
        if form.cleaned_data["logo"]:
            values["brand__logo"] = self._stored(form.cleaned_data["logo"])
        elif form.cleaned_data.get("remove_logo"):
            values["brand__logo"] = ""
        with transaction.atomic():
            if "name" in form.changed_data:
                rename_tenant(self.tenant, name=form.cleaned_data["name"], actor=signed_in(self.request))
            if values:
                change_settings(self.tenant, values=nested(self.tenant, values), actor=signed_in(self.request))
        toasts.add(self.request, _("The settings are saved."))
        return redirect("accounts:settings")

    def _stored(self, file: Any) -> str:
        try:
            return store(file, folder=f"brand/{self.tenant.pk}", kinds=("image",), limit=LOGO_LIMIT)
        except DomainError as error:
            raise DomainError(error.code, error.message, field="logo", status=error.status) from error
