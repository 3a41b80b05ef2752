"""Long lists cut by key, never by offset: page 10,000 costs what page 1 costs, and no row is lost or seen twice.

An order is a list of columns ("-created_at", "-id"); the primary key is added as the last one, so that ties have an order
too. A page starts after the key of the last row before it: where all columns go one way, a row-value comparison
`(created_at, id) < (…)`, which PostgreSQL answers from an index on these columns. The key travels in a signed cursor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from base.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

Row = TypeVar("Row", bound=models.Model)

CURSOR = "cursor"
NEWEST_FIRST = ("-created_at", "-id")
COUNTED = 1000
"""Rows up to which `estimate` counts exactly."""


class Estimate(int):
    """A number of rows: a count when `exact`, else what the planner expects ("about 12,000")."""

    exact: bool

    def __new__(cls, rows: int, *, exact: bool) -> Self:
        number = super().__new__(cls, rows)
        number.exact = exact
        return number


def estimate(queryset: models.QuerySet[Any]) -> Estimate:
    """How many rows there are: counted up to `COUNTED`, beyond that the planner's estimate, so that it costs little on any table."""
    counted = queryset.order_by()[: COUNTED + 1].count()
    if counted <= COUNTED:
        return Estimate(counted, exact=True)
    plan = json.loads(queryset.order_by().explain(format="json"))
    return Estimate(max(counted, int(plan[0]["Plan"]["Plan Rows"])), exact=False)


@dataclass
class Cut(Generic[Row]):
    """Rows in the asked order, and the cursors of the pages around them (None where there is none)."""

    rows: list[Row]
    next: str | None
    previous: str | None


class Keyset(Generic[Row]):
    """A query in an order, to be read page by page.

    The order's columns are never null, names of the model's own or annotated columns (`customer__name` needs an annotation).
    """

    def __init__(self, queryset: models.QuerySet[Row], order: Sequence[str]) -> None:
        self.queryset = queryset
        names = [name.lstrip("-") for name in order]
        last = "-pk" if order and order[-1].startswith("-") else "pk"
        unique = {"pk", queryset.model._meta.pk.name}
        self.order = tuple(order) if unique & set(names) else (*order, last)
        self._columns = [self._column(name.lstrip("-")) for name in self.order]

    def cut(self, cursor: str | None, size: int) -> Cut[Row]:
        """The page of `size` rows that `cursor` points at, the first one without. Invalid (invalid_cursor) for one not made here."""
        if not cursor:
            return self._page(None, size, back=False)
        back, key = self._read(cursor)
        return self._page(key, size, back=back)

    def _page(self, key: list[Any] | None, size: int, *, back: bool) -> Cut[Row]:
        order = [_turned(name) for name in self.order] if back else list(self.order)
        rows = self.queryset.order_by(*order)
        if key is not None:
            rows = self._beyond(rows, order, key)
        found = list(rows[: size + 1])
        more = len(found) > size
        found = found[:size]
        if back:
            found.reverse()
        has_next, has_previous = (True, more) if back else (more, key is not None)
        return Cut(
            found,
            self._write(found[-1], back=False) if found and has_next else None,
            self._write(found[0], back=True) if found and has_previous else None,
        )

    def _beyond(self, rows: models.QuerySet[Row], order: list[str], key: list[Any]) -> models.QuerySet[Row]:
        falling = [name.startswith("-") for name in order]
        names = [name.lstrip("-") for name in order]
        if len(set(falling)) == 1:
            lookup = TupleLessThan if falling[0] else TupleGreaterThan
            columns = Tuple(*(F(name) for name in names))
            return rows.filter(lookup(columns, key))
        return rows.filter(_mixed(names, falling, key))

    def _column(self, name: str) -> models.Field[Any, Any]:
        annotation = self.queryset.query.annotations.get(name)
        if annotation is not None:
            return annotation.output_field
        meta = self.queryset.model._meta
        try:
            column = meta.pk if name == "pk" else meta.get_field(name)
        except FieldDoesNotExist as error:
            raise ValueError(f"{name} is not a column of {meta.label}: annotate it to page by it") from error
        if column is None or not isinstance(column, models.Field) or column.null:
            raise ValueError(f"{meta.label}.{name} can be null: page by an annotation (Coalesce) instead")
        return column

    @property
    def _signer(self) -> signing.Signer:
        """A cursor of another order, or of another table, is not of use here: they sign with another salt."""
        return signing.Signer(salt=":".join((__name__, self.queryset.model._meta.label, *self.order)))

    def _write(self, row: Row, *, back: bool) -> str:
        values = [getattr(row, self._attribute(column, name.lstrip("-"))) for column, name in zip(self._columns, self.order, strict=True)]
        texts = [value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values]
        return self._signer.sign_object([back, *texts])

    def _attribute(self, column: models.Field[Any, Any], name: str) -> str:
        """Where a row has the column's value: a foreign key's is in its `_id`. An annotation may borrow another column's field."""
        annotated = name in self.queryset.query.annotations
        return name if annotated else getattr(column, "attname", None) or name

    def _read(self, cursor: str) -> tuple[bool, list[Any]]:
        try:
            back, *texts = self._signer.unsign_object(cursor)
            return back, [column.to_python(text) for column, text in zip(self._columns, texts, strict=True)]
        except (signing.BadSignature, ValidationError, ValueError) as error:
            text = _("This place in the list is not valid any more. Start again from its first page.")
            raise Invalid("invalid_cursor", text, CURSOR) from error


@dataclass
class KeysetPage(Generic[Row]):
    """One page of a list for a template; the addresses are relative ("?q=…&cursor=…"), None at the ends."""

    rows: list[Row]
    next_url: str | None
    previous_url: str | None
    queryset: models.QuerySet[Row]

    @cached_property
    def estimate(self) -> Estimate:
        """The rows of all pages; asks the database unless all stand on this page."""
        if self.next_url is None and self.previous_url is None:
            return Estimate(len(self.rows), exact=True)
        return estimate(self.queryset)


def page_of(queryset: models.QuerySet[Row], request: HttpRequest, *, order: Sequence[str], size: int = 50) -> KeysetPage[Row]:
    """The page of `queryset` that the request's `cursor` points at; the first one when nothing is left there. Errors: invalid_cursor."""
    keyset = Keyset(queryset, order)
    cut = keyset.cut(request.GET.get(CURSOR), size)
    if not cut.rows and CURSOR in request.GET:
        cut = keyset.cut(None, size)
    return KeysetPage(cut.rows, _address(request, cut.next), _address(request, cut.previous), queryset)


class KeysetPagination(BasePagination):
    """Every list of the API: `{next, previous, results}`, with `limit` up to `max_limit` rows, in the view's `ordering`."""

    ordering: Sequence[str] = NEWEST_FIRST
    default_limit = 50
    max_limit = 200
    query_parameters = (CURSOR, "limit")

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        order = getattr(view, "ordering", None) or self.ordering
        keyset = Keyset(queryset, (order,) if isinstance(order, str) else order)
        self.url = request.build_absolute_uri()
        self.cut = keyset.cut(request.query_params.get(CURSOR), self._limit(request))
        return self.cut.rows

    def _limit(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return self.default_limit
        if not (given.isascii() and given.isdigit() and len(given) <= len(str(self.max_limit)) and 1 <= int(given) <= self.max_limit):
            raise Invalid("invalid_limit", _("The limit is a number from 1 to %(most)s.") % {"most": self.max_limit}, "limit")
        return int(given)

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.url, CURSOR, cursor) if cursor else None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._link(self.cut.next), "previous": self._link(self.cut.previous), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """For the OpenAPI document."""
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        limit = {"type": "integer", "minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        return [
            {"name": CURSOR, "in": "query", "required": False, "description": "From `next` or `previous`.", "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "description": "Rows a page.", "schema": limit},
        ]


def _address(request: HttpRequest, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.GET.copy()
    query[CURSOR] = cursor
    return f"?{query.urlencode()}"


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _mixed(names: list[str], falling: list[bool], key: list[Any]) -> Q:
    """Rows beyond `key` where columns go different ways; the bound on the first column alone lets an index start there."""
    beyond = Q()
    for place, name in enumerate(names):
        same = Q(**dict(zip(names[:place], key[:place], strict=True)))
        beyond |= same & Q(**{f"{name}__{'lt' if falling[place] else 'gt'}": key[place]})
    return Q(**{f"{names[0]}__{'lte' if falling[0] else 'gte'}": key[0]}) & beyond
