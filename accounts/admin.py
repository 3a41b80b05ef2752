"""The tables of accounts in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.actions.links import send_invitation
from accounts.actions.people import change_person, invite_person
from accounts.actions.sessions import end_session
from accounts.actions.tenants import change_settings, open_tenant, rename_tenant
from accounts.models import (
    ActivityLog,
    ActivitySeal,
    Message,
    MessageTemplate,
    Notification,
    NotificationPreference,
    OptOut,
    RecoveryCode,
    Session,
    Tenant,
    TotpDevice,
    UnsealedActivity,
    User,
)
from accounts.pages.signing_in import signed_in
from accounts.tenant_admin import ReadOnlyAdmin, TenantAdmin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest

# Groups grant nothing here: permissions come from the role and its exceptions.
admin.site.unregister(Group)


@admin.register(Tenant)
class TenantsAdmin(TenantAdmin):
    """Merchants; operators only. They are suspended on their page, with a reason, and never deleted."""

    permission_area = "platform"
    permission_names: ClassVar[Mapping[str, str]] = {"add": "platform.edit", "delete": ""}
    tenant_field = "pk"
    list_display = ("name", "slug", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = ("name", "slug", "settings", "status", "suspended_at", "suspension_reason", "created_at", "updated_at")
    readonly_fields = ("status", "suspended_at", "suspension_reason", "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("slug",) if obj else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given: dict[str, Any] = form.cleaned_data
        if not change:
            tenant = open_tenant(name=given["name"], slug=given["slug"], settings=given["settings"], actor=signed_in(request))
        else:
            tenant = rename_tenant(obj, name=given["name"], actor=signed_in(request)) if "name" in form.changed_data else obj
            if "settings" in form.changed_data:
                tenant = change_settings(obj, values=given["settings"], actor=signed_in(request))
        obj.__dict__.update(tenant.__dict__)


@admin.register(User)
class UsersAdmin(TenantAdmin):
    """People. They are let out and in on their page, with a reason, and never deleted: what they did keeps their name."""

    permission_area = "users"
    permission_names: ClassVar[Mapping[str, str]] = {"delete": ""}
    list_display = ("full_name", "email", "role", "is_active", "availability_status", "last_login")
    list_filter = ("role", "is_active", "availability_status")
    search_fields = ("full_name", "email", "phone")
    ordering = ("full_name", "pk")
    fields = (
        ("full_name", "email"),
        ("phone", "locale"),
        "role",
        "permissions",
        "is_active",
        "availability_status",
        "last_login",
        "created_at",
    )
    readonly_fields = ("is_active", "availability_status", "last_login", "created_at")
    _changed_by_action = ("email", "full_name", "phone", "role", "permissions", "locale")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_fields(request, obj))
        return ["tenant", *fields] if self._tells_tenants(request) else fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given: dict[str, Any] = form.cleaned_data
        if change:
            values = {name: given[name] for name in self._changed_by_action if name in form.changed_data}
            person = change_person(User.objects.get(pk=obj.pk), actor=signed_in(request), **values)
        else:
            person = invite_person(
                given.get("tenant") or signed_in(request).tenant,
                email=given["email"],
                full_name=given["full_name"],
                role=given["role"],
                phone=given["phone"],
                exceptions=given["permissions"],
                locale=given["locale"],
                actor=signed_in(request),
            )
            send_invitation(person, actor=signed_in(request))
        obj.__dict__.update(person.__dict__)


@admin.register(Session)
class SessionsAdmin(ReadOnlyAdmin):
    """Sign-ins of devices: read, and ended."""

    permission_area = "users"
    list_display = ("user", "device_name", "ip_address", "last_used_at", "expires_at", "ended_at")
    list_select_related = ("user",)
    search_fields = ("device_name", "user__full_name")
    ordering = ("-last_used_at", "-pk")
    exclude = ("refresh_token",)
    actions = ("end_sign_ins",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may end somebody's sign-ins."""
        return request.user.has_perm("users.edit")

    @action(description=_("End these sign-ins"), permissions=("end",))
    def end_sign_ins(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        for session in queryset:
            end_session(session, reason="ended_in_admin")


@admin.register(TotpDevice)
class TotpDevicesAdmin(ReadOnlyAdmin):
    """Who has a second factor; the key itself is shown to nobody."""

    permission_area = "users"
    list_display = ("user", "confirmed", "created_at")
    list_select_related = ("user",)
    exclude = ("key", "last_step")


@admin.register(RecoveryCode)
class RecoveryCodesAdmin(ReadOnlyAdmin):
    """How many recovery codes are left to whom; the codes are kept as hashes."""

    permission_area = "users"
    list_display = ("user", "created_at", "used_at")
    list_select_related = ("user",)
    exclude = ("code_hash",)


@admin.register(ActivityLog)
class ActivityLogAdmin(ReadOnlyAdmin):
    """The activity log; its own page reads and exports it better."""

    permission_area = "activity"
    list_display = ("created_at", "user_name", "action", "entity_type", "entity_name", "ip_address")
    search_fields = ("user_name", "entity_name", "action")
    ordering = ("-created_at", "-pk")
    # The plain id of somebody whom the reader may not be able to look up; the name stands beside it.
    exclude = ("user",)


@admin.register(UnsealedActivity)
class UnsealedActivityAdmin(ReadOnlyAdmin):
    """Rows of the activity log that wait for their seal."""

    permission_area = "activity"
    list_display = ("log",)
    list_select_related = ("log",)
    ordering = ("pk",)


@admin.register(ActivitySeal)
class ActivitySealsAdmin(ReadOnlyAdmin):
    """The chain of seals."""

    permission_area = "activity"
    list_display = ("number", "created_at", "rows", "digest")
    ordering = ("-number",)

    @display(description=_("rows"))
    def rows(self, seal: ActivitySeal) -> int:
        """How many rows the seal covers."""
        return len(seal.log_ids)


@admin.register(MessageTemplate)
class MessageTemplatesAdmin(ReadOnlyAdmin):
    """The words of messages; changed on their own page, which shows a preview."""

    permission_area = "messages"
    list_display = ("key", "channel", "language", "subject")
    list_filter = ("channel", "language")
    search_fields = ("key", "subject")


@admin.register(Message)
class MessagesAdmin(ReadOnlyAdmin):
    """Messages; tried again on their own page, which also decides who may read the text."""

    permission_area = "messages"
    exclude = ("body",)
    list_display = ("created_at", "template_key", "channel", "recipient", "status", "attempts", "error")
    list_filter = ("status", "channel")
    search_fields = ("recipient", "subject")
    ordering = ("-created_at", "-pk")


@admin.register(OptOut)
class OptOutsAdmin(ReadOnlyAdmin):
    """Who wants no messages, as keyed fingerprints."""

    permission_area = "messages"
    list_display = ("channel", "reason", "created_at")
    list_filter = ("channel",)
    ordering = ("-created_at", "-pk")


@admin.register(Notification)
class NotificationsAdmin(ReadOnlyAdmin):
    """What people were told in their bell."""

    permission_area = "users"
    list_display = ("created_at", "user", "type", "title", "is_read")
    list_select_related = ("user",)
    list_filter = ("type", "is_read")
    ordering = ("-created_at", "-pk")


@admin.register(NotificationPreference)
class NotificationPreferencesAdmin(ReadOnlyAdmin):
    """What people wish to be told."""

    permission_area = "users"
    list_display = ("user", "type", "channel", "enabled")
    list_select_related = ("user",)
    ordering = ("pk",)
