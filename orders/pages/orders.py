"""The list of orders, and taking it along as a file."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.pages.signing_in import signed_in
from base.access import Page
from base.exports import Column, export
from base.lists import ListPage
from base.paging import Estimate
from base.templatetags.values import age, figure
from orders.figures import Figures, figures
from orders.forms.filtering import ALL, OrdersFilter
from orders.pages.bulk_actions import bulk_actions
from orders.pages.jobs import job_to_show
from orders.pages.rows import filtered_orders, rows_for, saved_views
from orders.pages.team import Team, team
from orders.states import OPEN, OrderStatus

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from orders.models import Order

PAGE = "orders"
_S = OrderStatus
_PILLS = (
    (_S.NEW, gettext_lazy("New")),
    (_S.CONFIRMATION_PENDING, gettext_lazy("To confirm")),
    (_S.CONFIRMED, gettext_lazy("Confirmed")),
    (_S.BEING_PREPARED, gettext_lazy("Packing")),
    (_S.READY_FOR_PICKUP, gettext_lazy("Ready")),
    (_S.OUT_FOR_DELIVERY, gettext_lazy("Out")),
)
_LONG = ("customer_notes", "internal_notes", "delivery_address", "delivery_proof", "risk_reasons", "return_reason")
_COLUMNS = (
    Column("order_number", gettext_lazy("Order")),
    Column("created_at", gettext_lazy("Created"), "datetime"),
    Column("get_status_display", gettext_lazy("Status")),
    Column("customer.full_name", gettext_lazy("Customer")),
    Column("customer.phone", gettext_lazy("Phone")),
    Column("delivery_address", gettext_lazy("Address")),
    Column("delivery_area", gettext_lazy("Area")),
    Column("delivery_city", gettext_lazy("City")),
    Column(lambda row: ", ".join(f"{item['quantity']} × {item['name']}" for item in row.items), gettext_lazy("Items")),
    Column("subtotal", gettext_lazy("Subtotal"), "money"),
    Column("delivery_fee", gettext_lazy("Delivery fee"), "money"),
    Column("discount", gettext_lazy("Discount"), "money"),
    Column("discount_code", gettext_lazy("Promo code")),
    Column("total_amount", gettext_lazy("Total"), "money"),
    Column("due", gettext_lazy("Due"), "money"),
    Column("currency", gettext_lazy("Currency")),
    Column("get_payment_status_display", gettext_lazy("Payment")),
    Column("assigned_rep.full_name", gettext_lazy("Rep")),
    Column("assigned_agent.full_name", gettext_lazy("Agent")),
    Column("source", gettext_lazy("Source")),
    Column("external_id", gettext_lazy("Number at the shop")),
    Column("risk_score", gettext_lazy("Risk"), "number"),
    Column("confirmed_at", gettext_lazy("Confirmed at"), "datetime"),
    Column("delivered_at", gettext_lazy("Delivered at"), "datetime"),
)


class Orders(ListPage):
    """`/orders/`: what is open, newest first; filters stand in the address."""

    permission = "orders.view"
    template_name = "orders/orders.html"

    @cached_property
    def team(self) -> Team:
        """Asked once a page."""
        return team()

    @cached_property
    def filtered(self) -> OrdersFilter:
        """The filters of the address over the rows that the person may see."""
        rows = rows_for(signed_in(self.request)).defer(*_LONG)
        return OrdersFilter(self.request.GET, queryset=rows, request=self.request, team=self.team)

    def get_queryset(self) -> QuerySet[Order]:
        found: QuerySet[Order] = self.filtered.qs
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, filtered = signed_in(self.request), self.filtered
        own = figures(person)
        context = super().get_context_data(
            orders_filter=filtered,
            is_filtered=bool(filtered.form.changed_data),
            stats=stats(own),
            pills=pills(filtered, own),
            team=self.team,
            actions=bulk_actions(person),
            saved_views=saved_views(person, PAGE),
            key=uuid.uuid4().hex,
            job=job_to_show(person),
            **kwargs,
        )
        known = known_count(filtered, own)
        if known is not None:
            # The figures have counted these already.
            context["page"].estimate = known
        return context


class OrdersExport(Page):
    """`/orders/export/<csv|xlsx>/`: the rows that the filters leave, as a file. Taking them along is itself recorded."""

    permission = "orders.view"

    def get(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        rows = filtered_orders(request, request.GET, rows_for(signed_in(request)))
        record("orders_exported", entity_type="order", details={"format": ending, "filters": request.GET.dict()})
        name = _("orders") + f"-{timezone.localdate():%Y-%m-%d}"
        return export(request, rows.order_by("-created_at", "-id"), _COLUMNS, name, ending)


def pills(filtered: OrdersFilter, own: Figures) -> list[dict[str, Any]]:
    """The statuses, each with its count; those without orders are left out, unless chosen."""
    given = filtered.form.cleaned_data.get("status") if filtered.form.is_valid() else None
    now = ",".join(given or [])
    found: list[dict[str, Any]] = [
        {"label": _("All open"), "url": filtered.address(status=""), "count": own.open, "current": now == ""},
    ]
    for status, words in _PILLS:
        count = own.counts.get(str(status), 0)
        if count or now == status:
            found.append({"label": words, "url": filtered.address(status=str(status)), "count": count, "current": now == status})
    if now not in {"", ALL} and not any(pill["current"] for pill in found):
        label = ", ".join(str(OrderStatus(each).label) for each in given or [] if each != ALL)
        found.append({"label": label, "url": filtered.address(status=now), "current": True})
    found.append({"label": _("Everything"), "url": filtered.address(status=ALL), "current": now == ALL})
    return found


def known_count(filtered: OrdersFilter, own: Figures) -> Estimate | None:
    """How many orders the list holds, where it is narrowed by nothing but open statuses."""
    if filtered.is_narrowed or not filtered.form.is_valid():
        return None
    statuses = filtered.form.cleaned_data.get("status") or OPEN
    return Estimate(own.of(statuses), exact=True) if set(statuses) <= set(OPEN) else None


def stats(own: Figures) -> list[dict[str, Any]]:
    """The strip above the list."""
    share = own.delivered_share
    return [
        {
            "label": _("To confirm"),
            "value": own.to_confirm,
            "note": _oldest(own.oldest_to_confirm),
            "url": "?status=new,confirmation_pending",
        },
        {
            "label": _("To pack"),
            "value": own.to_pack,
            "note": _oldest(own.oldest_to_pack),
            "url": "?status=confirmed,being_prepared",
        },
        {
            "label": _("Out now"),
            "value": own.out,
            "note": _("agents: %(count)s") % {"count": own.agents_out} if own.agents_out else "",
            "url": "?status=out_for_delivery",
        },
        {
            "label": _("Delivered today"),
            "value": own.delivered_today,
            "note": "" if share is None else _("%(share)s %% of tried") % {"share": share},
            "tone": "good" if own.delivered_today else "",
        },
        {"label": _("To collect"), "value": figure(own.to_collect), "note": _("on the way") if own.to_collect else ""},
    ]


def _oldest(moment: datetime | None) -> str:
    return format_html(_("oldest {age}"), age=age(moment)) if moment else ""
