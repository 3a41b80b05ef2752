"""`POST /api/orders/{id}/<verb>` for one order, `POST /api/orders/bulk` for up to 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.idempotency import once
from base.access import require
from base.errors import Invalid, NotFound
from base.openapi import problems
from orders.api.orders import OrderResource
from orders.api.resource import ONCE
from orders.api.verbs import CALLS, Call
from orders.serializers.orders import OrderOut
from orders.serializers.verbs import BulkIn, BulkOut
from orders.verbs import run_each

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from base.errors import DomainError

_BULK = OpenApiExample(
    "Two cancelled",
    {"action": "cancel", "ids": ["019a…", "019b…"], "options": {"reason": "Out of season"}},
    request_only=True,
)


class VerbView(OrderResource):
    """Does one verb to one order."""

    call: ClassVar[Call]

    def post(self, request: Request, order_id: UUID) -> Response:
        given = self.given(self.call.given)
        moved = self.call.verb.run([self.one().pk], given, self.actor)
        for refusal in moved.refused:
            raise refusal.error
        return self.shown(self.one())


def view_of(call: Call) -> type[VerbView]:
    """The endpoint of a verb, as its line in the table says."""
    name = call.verb.name
    title = "".join(word.title() for word in name.split("-"))
    body = {"call": call, "permission": call.verb.permission, "__doc__": call.summary, "__module__": __name__}
    described = extend_schema(
        operation_id=f"orders_{name.replace('-', '_')}",
        summary=call.summary,
        description=call.description,
        request=call.given,
        responses={200: OrderOut, **problems(400, 401, 403, 404, 409)},
        tags=["orders"],
    )
    view: type[VerbView] = extend_schema_view(post=described)(type(f"{title}View", (VerbView,), body))
    return view


VERB_VIEWS = {name: view_of(call) for name, call in CALLS.items()}


class BulkView(OrderResource):
    """Does one verb to many orders."""

    # Verbs that ask for more than that ask for it below, when it is known which one is meant.
    permission = "orders.edit"

    @extend_schema(
        operation_id="orders_bulk",
        summary="Do one thing to many orders",
        description=f"`action` is one of {', '.join(f'`{name}`' for name in CALLS)}; `options` is what that verb takes alone. Up to "
        "500 orders; each is answered for by itself, in the order in which it was named.",
        parameters=[ONCE],
        request=BulkIn,
        responses={200: BulkOut, **problems(400, 401, 403, 422)},
        examples=[_BULK],
        tags=["orders"],
    )
    def post(self, request: Request) -> Response:
        return once(request, "orders.bulk", lambda: self._answer(request))

    def _answer(self, request: Request) -> Response:
        given = self.given(BulkIn)
        call = CALLS.get(given["action"])
        if call is None:
            raise Invalid("unknown_action", _("Choose one of: %(choices)s.") % {"choices": ", ".join(CALLS)}, "action")
        require(request._request, call.verb.permission)
        options = _options(call, given["options"])
        wanted = list(dict.fromkeys(given["ids"]))
        seen = set(self.rows().filter(pk__in=wanted).values_list("pk", flat=True))
        moved = run_each(call.verb, [pk for pk in wanted if pk in seen], options, actor=self.actor)
        unseen = NotFound("not_found", _("There is no such order, or not any more."))
        errors = {pk: unseen for pk in wanted if pk not in seen} | {refusal.pk: refusal.error for refusal in moved.refused}
        results = [{"id": pk, "changed": pk not in errors, "error": _shown(errors.get(pk))} for pk in wanted]
        answer = {"action": call.verb.name, "changed": len(wanted) - len(errors), "refused": len(errors), "results": results}
        return Response(BulkOut(answer).data)


def _options(call: Call, options: dict[str, Any]) -> dict[str, Any]:
    read = call.given(data=options)
    if not read.is_valid():
        raise ValidationError({"options": read.errors})
    values: dict[str, Any] = read.validated_data
    return values


def _shown(error: DomainError | None) -> dict[str, Any] | None:
    return {"code": error.code, "message": str(error), "field": error.field} if error else None
