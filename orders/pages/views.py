"""Saved views: kept, renamed, shared, taken away. Each answer leads back to the list that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page
from base.errors import Invalid, NotAllowed
from base.form_pages import next_address
from orders.actions.saved_views import change_view, delete_view, save_view
from orders.models import SavedView
from orders.pages import board, orders

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_PLACES = {orders.PAGE: "orders:orders", board.PAGE: "orders:board"}


class SaveView(Page):
    """`POST /orders/views/`: the filters of `query` under a `name`."""

    permission = "orders.view"

    def post(self, request: HttpRequest) -> HttpResponse:
        given = request.POST
        page = given.get("page", orders.PAGE)
        if page not in _PLACES:
            raise Invalid("unknown_choice", _("There are no views of this page."), "page")
        if signed_in(request).tenant_id is None:
            raise NotAllowed("no_merchant", _("Views are kept by the people of a merchant."))
        view = save_view(
            page=page,
            name=given.get("name", ""),
            query=given.get("query", ""),
            is_shared=bool(given.get("is_shared")),
            actor=signed_in(request),
        )
        toasts.add(request, _("The view “%(name)s” is kept.") % {"name": view.name})
        return redirect(f"{reverse(_PLACES[page])}?{view.query}")


class ChangeView(Page):
    """`POST /orders/views/<id>/`: another name, shared or not; with `delete` it goes."""

    permission = "orders.view"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = signed_in(request)
        view = get_object_or_404(SavedView.objects.filter(user=person), pk=kwargs["view_id"])
        if "delete" in request.POST:
            delete_view(view, actor=person)
            toasts.add(request, _("The view “%(name)s” is gone.") % {"name": view.name}, tone="info")
        else:
            changed = change_view(view, name=request.POST.get("name", ""), is_shared=bool(request.POST.get("is_shared")), actor=person)
            toasts.add(request, _("The view “%(name)s” is kept.") % {"name": changed.name})
        return redirect(next_address(request, reverse(_PLACES.get(view.page, "orders:orders"))))
