"""One order: its items and sums, its customer, who has it, what may be done to it now, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from accounts.pages.signing_in import signed_in
from accounts.queries.activity import entity_timeline
from base import toasts
from base.access import Page
from base.errors import DomainError
from orders.models import Order, OrderHistory
from orders.pages.steps import BY_NAME as STEPS
from orders.pages.steps import steps_of
from orders.pages.team import team
from orders.states import BEFORE_DISPATCH
from orders.verbs import VERBS, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.models import ActivityLog

_PAST_SHOWN = 5
_HISTORY_SHOWN = 50
# Told by the history already.
_IN_HISTORY = "status_changed"
_UNPROCESSABLE = 422
_OPTIONS = ("note", "reason", "assigned_rep", "assigned_agent")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's story: a change of status, or something else that was done."""

    at: datetime
    move: OrderHistory | None = None
    row: ActivityLog | None = None


class _OrderPage(TemplateResponseMixin, ContextMixin, Page, abstract=True):
    """The page of an order; each verb is another address of it, which shows it again when it is refused."""

    template_name: ClassVar[str] = "orders/order.html"  # type: ignore[misc]  # an instance's in Django

    @cached_property
    def order(self) -> Order:
        """The order of this page; nothing there (404) for another tenant's, or one that is not the agent's own."""
        rows = Order.objects.seen_by(signed_in(self.request)).select_related("customer", "assigned_rep", "assigned_agent", "tenant")
        found: Order = get_object_or_404(rows, pk=self.kwargs["order_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, order = signed_in(self.request), self.order
        steps = steps_of(order, person)
        may_assign = person.has_perm("orders.assign") and order.is_open and order.deleted_at is None
        return super().get_context_data(
            order=order,
            main_steps=[step for step in steps if step.is_main],
            other_steps=[step for step in steps if not step.is_main],
            may_edit=person.has_perm("orders.edit") and order.deleted_at is None and order.status in BEFORE_DISPATCH,
            team=team() if may_assign else None,
            past=self._past(),
            events=self._events(),
            **kwargs,
        )

    def _past(self) -> Sequence[Order]:
        """The customer's other orders, for whoever may see customers."""
        if not signed_in(self.request).has_perm("customers.view"):
            return ()
        rows = Order.objects.of_customer(self.order.customer_id, _PAST_SHOWN + 1)
        return [row for row in rows if row.pk != self.order.pk][:_PAST_SHOWN]

    def _events(self) -> list[Event]:
        """The newest first; the activity log's rows for whoever may read it."""
        moves = OrderHistory.objects.filter(order=self.order).select_related("changed_by_user").order_by("-created_at", "-id")
        events = [Event(move.created_at, move=move) for move in moves[:_HISTORY_SHOWN]]
        if signed_in(self.request).has_perm("activity.view"):
            rows = [row for row in entity_timeline(self.order) if row.action != _IN_HISTORY]
            events += [Event(row.created_at, row=row) for row in rows]
        return sorted(events, key=lambda event: event.at, reverse=True)


class OrderPage(_OrderPage):
    """`/orders/<id>/`."""

    permission = "orders.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data())


class VerbPage(_OrderPage, abstract=True):
    """`POST /orders/<id>/<verb>/`: does it, or shows the page again with the reason why not (409, or 422 for what was typed)."""

    verb: ClassVar[Verb]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("orders:order", self.order.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        options: dict[str, Any] = {name: request.POST.get(name, "") for name in _OPTIONS}
        options["collected"] = request.POST.get("collected", "1") == "1"
        try:
            moved = self.verb.run([self.order.pk], options, signed_in(request))
            for refusal in moved.refused:
                raise refusal.error
        except DomainError as error:
            return self._refused(error)
        step = STEPS.get(self.verb.name)
        toasts.add(request, step.done if step else _("Saved."))
        return redirect("orders:order", self.order.pk)

    def _refused(self, error: DomainError) -> HttpResponse:
        """The page as it is now, with the answer on it; beside the reason when that is what is missing."""
        asked_again = error.code == "reason_needed"
        shown = {"open_dialog": self.verb.name, "dialog_error": str(error)} if asked_again else {"refusal": error}
        self.__dict__.pop("order", None)
        status = _UNPROCESSABLE if asked_again else error.status
        return self.render_to_response(self.get_context_data(**shown), status=status)


def page_of(verb: Verb) -> type[VerbPage]:
    """The page behind a verb's button, as its line in the table says."""
    name = "".join(word.title() for word in verb.name.split("-"))
    return type(f"{name}Page", (VerbPage,), {"verb": verb, "permission": verb.permission, "__module__": __name__})


VERB_PAGES = {verb.name: page_of(verb) for verb in VERBS}
