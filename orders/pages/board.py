"""The board: open orders as cards, a column a status; a card is moved where the lifecycle leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from django_htmx.http import trigger_client_event

from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page
from base.errors import Invalid
from base.form_pages import next_address
from orders.forms.filtering import OrdersFilter
from orders.models import Order
from orders.pages.rows import rows_for, saved_views
from orders.pages.team import Team, team
from orders.states import OPEN, OrderStatus
from orders.verbs import VERBS, open_verbs

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

PAGE = "board"
CARDS = 25
_ORDER = ("priority_rank", "-created_at", "-id")
_LONG = ("customer_notes", "internal_notes", "delivery_address", "delivery_proof", "risk_reasons", "return_reason")
# Moves that need no word: the others are made on the order's page.
_MOVES = {verb.name: verb for verb in VERBS if verb.to in OPEN}


@dataclass(frozen=True, slots=True)
class Card:
    """An order, and where this person may move it from here: key, status, words."""

    order: Order
    moves: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A status with its first cards; `count` are all of them."""

    status: str
    label: str
    count: int
    cards: list[Card]
    list_url: str

    @property
    def more(self) -> int:
        """Orders that the board does not show."""
        return max(self.count - len(self.cards), 0)


class Board(Page, TemplateView):
    """`/orders/board/`: the filters are those of the list."""

    permission = "orders.view"
    template_name = "orders/board.html"

    @cached_property
    def team(self) -> Team:
        """Asked once a page."""
        return team()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        filtered = OrdersFilter(self.request.GET, queryset=rows_for(person).defer(*_LONG), request=self.request, team=self.team)
        rows = filtered.qs.filter(status__in=OPEN)
        return super().get_context_data(
            orders_filter=filtered,
            is_filtered=bool(filtered.form.changed_data),
            columns=self._columns(filtered, rows),
            saved_views=saved_views(person, PAGE),
            list_url=reverse("orders:orders"),
            **kwargs,
        )

    def _columns(self, filtered: OrdersFilter, rows: QuerySet[Order]) -> list[Column]:
        """Three statements: how many of each, which come first, and those with their people."""
        counts = dict(rows.order_by().values_list("status").annotate(Count("id")))
        first = [rows.filter(status=status).order_by(*_ORDER).values_list("pk", flat=True)[:CARDS] for status in OPEN if status in counts]
        keys = list(first[0].union(*first[1:], all=True)) if len(first) > 1 else list(first[0]) if first else []
        found = list(rows_for(signed_in(self.request)).defer(*_LONG).filter(pk__in=keys).order_by(*_ORDER)) if keys else []
        return [
            Column(
                str(status),
                str(OrderStatus(status).label),
                counts.get(status, 0),
                [self._card(order) for order in found if order.status == status],
                reverse("orders:orders") + filtered.address(status=str(status)),
            )
            for status in OPEN
        ]

    def _card(self, order: Order) -> Card:
        """Digits name the columns, so the same key always means the same status."""
        places = {str(status): place for place, status in enumerate(OPEN, 1)}
        allowed = [verb.to for verb in open_verbs(order, signed_in(self.request)) if verb.name in _MOVES]
        return Card(order, [(places[to], str(to), str(OrderStatus(to).label)) for to in allowed])


class MoveCard(Page):
    """`POST /orders/board/move/`: `order` becomes `to`. A refused move says why, and the card stays where it was."""

    permission = "orders.edit"

    def post(self, request: HttpRequest) -> HttpResponse:
        order = get_object_or_404(Order.objects.seen_by(signed_in(request)), pk=_uuid(request.POST.get("order", "")))
        to = request.POST.get("to", "")
        if to not in OPEN:
            raise Invalid("unknown_choice", _("On the board an order moves between its columns; all else is done on its page."), "to")
        able = [verb for verb in _MOVES.values() if verb.to == to]
        verb = next((verb for verb in able if verb.is_open(order)), able[0] if able else None)
        if verb is None:
            raise Invalid("unknown_choice", _("Nothing becomes new again."), "to")
        for refusal in verb.run([order.pk], {}, signed_in(request)).refused:
            raise refusal.error
        words = _("%(order)s: %(status)s.") % {"order": order.order_number, "status": OrderStatus(to).label}
        if getattr(request, "htmx", None):
            return toasts.send(trigger_client_event(HttpResponse(status=204), "board"), words)
        toasts.add(request, words)
        return redirect(next_address(request, reverse("orders:board")))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("unknown_order", _("There is no such order."), "order") from error
