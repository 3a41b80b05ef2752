"""The one base of every table in the admin: behind its tenant's wall, permissions asked by name, changes through the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from accounts.pages.signing_in import signed_in
from accounts.queries.activity import entity_timeline
from base.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import ForeignKey, Model, QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_TENANT = "tenant"
_HISTORY = 100
_ACTIONS = {"view": "view", "add": "create", "change": "edit", "delete": "delete"}


class DomainModelForm(forms.ModelForm):  # type: ignore[type-arg]  # of any model
    """A form that shows what an action refused beside its field, with all that was typed."""

    refusal: ClassVar[DomainError | None] = None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.refusal is not None:
            field = (self.refusal.field or "").split(".")[0]
            self.add_error(field if field in self.fields else None, str(self.refusal))


class TenantAdmin(ModelAdmin):
    """A table of the admin. `permission_area = "users"` asks for users.view, .create, .edit, .delete; `permission_names` says otherwise.

    Rows, choices of foreign keys, autocompletes and deletions stay within the person's tenant; operators see all of them,
    with a column that says whose a row is. The history of a row is its part of the activity log. A subclass whose rows are
    changed by actions calls them in `save_model`; what they refuse comes back in the form.
    """

    permission_area: ClassVar[str]
    permission_names: ClassVar[Mapping[str, str]] = {}
    # The field that leads to the tenant; "pk" for the tenants themselves.
    tenant_field: ClassVar[str] = _TENANT
    form = DomainModelForm
    show_full_result_count = False
    list_per_page = 50
    object_history_template = "accounts/admin_history.html"

    # Which rows.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The manager and the database refuse other tenants' rows already; this says it a third time, at the table's own door."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if _is_operator(request) else rows.filter(**{self.tenant_field: signed_in(request).tenant_id})

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Choices of the row's own tenant, or of the person's; an operator who adds a row chooses among all."""
        model: Any = db_field.remote_field.model
        rows = kwargs.get("queryset", model._default_manager.all())
        tenant_id = self._tenant_of_choices(request)
        if tenant_id is not None:
            field = "pk" if model._meta.label_lower == "accounts.tenant" else _TENANT if _has_tenant(model) else None
            rows = rows.filter(**{field: tenant_id}) if field else rows
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, "queryset": rows})

    def _tenant_of_choices(self, request: HttpRequest) -> Any:
        if not _is_operator(request):
            return signed_in(request).tenant_id
        match = request.resolver_match
        object_id = match.kwargs.get("object_id") if match else None
        row = self.get_object(request, unquote(object_id)) if object_id else None
        return getattr(row, "tenant_id", None)

    # What is shown.

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = list(super().get_list_display(request))
        return [*shown, _TENANT] if self._tells_tenants(request) else shown

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))
        return [*filters, _TENANT] if self._tells_tenants(request) else filters

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = tuple(super().get_list_select_related(request) or ())
        return (*related, _TENANT) if self._tells_tenants(request) else related

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> Iterable[str]:
        hidden = tuple(super().get_exclude(request, obj) or ())
        return hidden if self._tells_tenants(request) else (*hidden, _TENANT)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """A row never moves from one tenant to another."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return (*fixed, _TENANT) if obj is not None and self._tells_tenants(request) else fixed

    def _tells_tenants(self, request: HttpRequest) -> bool:
        return _is_operator(request) and _has_tenant(self.model)

    # Who may.

    def _may(self, request: HttpRequest, action: str) -> bool:
        name = self.permission_names.get(action, f"{self.permission_area}.{_ACTIONS[action]}")
        return bool(name) and request.user.has_perm(name)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    # How it is changed.

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        """The form, drawn once more with the reason when an action refuses what was sent."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            request.refusal = error  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return form if refusal is None else type(form.__name__, (form,), {"refusal": refusal})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What a tenant's person adds is their tenant's."""
        if not change and _has_tenant(self.model) and not _is_operator(request):
            obj.tenant_id = signed_in(request).tenant_id
        super().save_model(request, obj, form, change)

    # What is remembered: the activity log alone, written by the models and the actions themselves.

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None: ...

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None: ...

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None: ...

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponseBase:
        """The row's part of the activity log, for whoever may read that."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            gone: HttpResponseBase = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return gone
        if not (self.has_view_permission(request, row) and request.user.has_perm("activity.view")):
            raise PermissionDenied(_("Your account lacks the permission “%(permission)s”.") % {"permission": "activity.view"})
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(row)s") % {"row": row},
            "timeline": entity_timeline(row, limit=_HISTORY),
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)


class ReadOnlyAdmin(TenantAdmin):
    """Rows that are read only here: append-only ones, and those that only their own pages change."""

    permission_names: ClassVar[Mapping[str, str]] = {"add": "", "change": "", "delete": ""}
    # A long table is never counted.
    paginator = InfinitePaginator


def _is_operator(request: HttpRequest) -> bool:
    return signed_in(request).is_operator


def _has_tenant(model: Any) -> bool:
    try:
        return bool(model._meta.get_field(_TENANT))
    except FieldDoesNotExist:
        return False
