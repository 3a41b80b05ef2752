"""Which orders a page is about: those that its reader may see, narrowed by the filters of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base.errors import Invalid
from orders.forms.filtering import OrdersFilter
from orders.models import Order, SavedView
from orders.pages.team import Team

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import User


def rows_for(person: User) -> QuerySet[Order]:
    """The orders that a person may see, with the people that stand in a row."""
    found: QuerySet[Order] = Order.objects.seen_by(person).select_related("customer", "assigned_rep", "assigned_agent")
    return found


def filtered_orders(request: HttpRequest, query: Any, rows: QuerySet[Order]) -> QuerySet[Order]:
    """What the filters of `query` leave of `rows`. Errors: invalid_filter."""
    filtered = OrdersFilter(query, queryset=rows, request=request, team=Team())
    if not filtered.is_valid():
        field, errors = next(iter(filtered.errors.items()))
        raise Invalid("invalid_filter", str(errors[0]), field)
    found: QuerySet[Order] = filtered.qs
    return found


def saved_views(person: User, page: str) -> list[SavedView]:
    """A person's own views of a page, and those that colleagues share."""
    if person.tenant_id is None:
        return []
    rows = SavedView.objects.filter(page=page).select_related("user")
    return [view for view in rows.order_by("name", "id")[:200] if view.user_id == person.pk or view.is_shared]
