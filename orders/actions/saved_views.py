"""Views of the list of orders that people keep: their own, or shared with their company."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.tenancy import tenant_in_scope
from base.errors import DomainError, Invalid, NotFound
from base.paging import CURSOR
from orders import words
from orders.models import SavedView

if TYPE_CHECKING:
    from accounts.models import User

_ONCE = "saved_views_once"
_LONGEST = 1000


def save_view(*, page: str, name: str, query: str, is_shared: bool = False, actor: User) -> SavedView:
    """Keep the filters of `query` (a query string) under a name. Errors: name_needed, duplicate_name, nothing_to_save, too_long."""
    view = SavedView(tenant=tenant_in_scope(), user=actor, page=page, name=_name(name), query=_plain(query), is_shared=is_shared)
    _save_once(view)
    return view


def change_view(view: SavedView, *, name: str, is_shared: bool, actor: User) -> SavedView:
    """Give a view of one's own another name, or share it. Errors: name_needed, duplicate_name, not_found (somebody else's)."""
    with transaction.atomic():
        own = _own(view, actor)
        own.name, own.is_shared = _name(name), is_shared
        _save_once(own)
    return own


def delete_view(view: SavedView, *, actor: User) -> None:
    """Take a view of one's own away."""
    with transaction.atomic():
        _own(view, actor).delete()


def _own(view: SavedView, actor: User) -> SavedView:
    found: SavedView | None = SavedView.objects.filter(pk=view.pk, user=actor).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound("not_found", _("There is no such view of yours, or not any more."))
    return found


def _name(text: str) -> str:
    name = words.clean_name(text, longest=80)
    if not name:
        raise Invalid("name_needed", _("Name the view."), "name")
    return name


def _plain(query: str) -> str:
    """The filters, without the place in the list."""
    pairs = [(name, value) for name, value in parse_qsl(query.lstrip("?")) if name != CURSOR]
    if not pairs:
        raise Invalid("nothing_to_save", _("Choose a filter first: the view keeps what you chose."), "query")
    kept = urlencode(pairs)
    if len(kept) > _LONGEST:
        raise Invalid("too_long", _("These are too many filters for one view."), "query")
    return kept


def _save_once(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        if _ONCE not in str(error):
            raise
        raise DomainError("duplicate_name", _("You have a view of this name already."), field="name") from error
