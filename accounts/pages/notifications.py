"""The bell, the list behind it, and what a person wishes to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.actions.notifications import mark_read, set_preferences
from accounts.forms.notifications import NotificationFilter, WishesForm
from accounts.pages.me_tabs import tabs
from accounts.pages.signing_in import signed_in
from accounts.queries.notifications import notifications_of, unread_count, wishes_of
from accounts.states import NoticeChannel, NotificationType
from base import toasts
from base.access import Page
from base.errors import Invalid
from base.form_pages import FormPage
from base.lists import ListPage

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

    from accounts.models import Notification


class Bell(Page, TemplateView):
    """`/notifications/bell/`: the inside of the bell, asked for by the shell every few seconds."""

    permission = None
    template_name = "components/bell.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=unread_count(signed_in(self.request)), **kwargs)


class Notifications(ListPage):
    """`/notifications/`: what a person was told, newest first."""

    permission = None
    template_name = "accounts/notifications.html"
    filterset_class = NotificationFilter

    def get_queryset(self) -> QuerySet[Notification]:
        return notifications_of(signed_in(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unread = unread_count(signed_in(self.request))
        found = super().get_context_data(unread=unread, selection=[_mark_action()] if unread else [], **kwargs)
        # Drawn as pills, so not as a form too.
        found.pop("filter")
        return {**found, "pills": self._pills(unread)}

    def _pills(self, unread: int) -> list[dict[str, Any]]:
        here = reverse("accounts:notifications")
        asked = self.request.GET
        pills = [
            {"label": _("All"), "url": here, "current": not asked.get("unread") and not asked.get("type")},
            {"label": _("Unread"), "url": f"{here}?unread=true", "current": bool(asked.get("unread")), "count": unread},
        ]
        return pills + [
            {"label": type_.label, "url": f"{here}?type={type_}", "current": asked.get("type") == type_} for type_ in NotificationType
        ]


class OpenNotification(Page):
    """`/notifications/<id>/`: marks it read and goes where it leads; only to places of ours."""

    permission = None

    def get(self, request: HttpRequest, notification_id: UUID) -> HttpResponse:
        person = signed_in(request)
        notification = get_object_or_404(notifications_of(person), pk=notification_id)
        mark_read(person, [notification.pk])
        link = str(notification.data.get("link", ""))
        ours = link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)
        return redirect(link if ours else "accounts:notifications")


class ReadNotifications(Page):
    """`POST /notifications/read/`: marks those with `ids` read, or all without."""

    permission = None
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            ids = [UUID(each) for each in request.POST.getlist("ids")]
        except ValueError as error:
            raise Invalid("invalid_id", _("This is not the id of a notification."), "ids") from error
        count = mark_read(signed_in(request), ids or None)
        toasts.add(request, ngettext("%(count)d marked as read.", "%(count)d marked as read.", count) % {"count": count})
        return redirect("accounts:notifications")


class Wishes(FormPage):
    """`/me/notifications/`: what a person is told in the bell, and what by e-mail too."""

    permission = None
    template_name = "accounts/me_notifications.html"

    def make_form(self, data: QueryDict | None = None) -> WishesForm:
        return WishesForm(data, wishes=wishes_of(signed_in(self.request)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tenant = signed_in(self.request).tenant
        return super().get_context_data(
            tabs=tabs("accounts:me-notifications"),
            channels=[channel.label for channel in NoticeChannel],
            mail_is_off=tenant is not None and not tenant.config.email_notifications,
            **kwargs,
        )

    def act(self, form: WishesForm) -> HttpResponse:
        set_preferences(signed_in(self.request), form.wanted())
        toasts.add(self.request, _("Your wishes are saved."))
        return redirect("accounts:me-notifications")


def _mark_action() -> dict[str, str]:
    return {"label": _("Mark as read"), "url": reverse("accounts:notifications-read")}
