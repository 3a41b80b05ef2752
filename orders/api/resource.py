"""What the endpoints have in common: reading input, drawing rows with their tag, refusing writes outside a merchant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from accounts.idempotency import HEADER
from accounts.tenancy import current_tenant
from base.errors import NotAllowed, NotFound
from base.etags import etag_of, is_known, require_match

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from base.actor import Actor

# Parameters of the OpenAPI document.
ONCE = OpenApiParameter(HEADER, str, "header", description="A name of your own for this request; a repeat gets the first answer again.")
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, "header", description="An `ETag` that you have: 304 when nothing changed.")
IF_MATCH = OpenApiParameter("If-Match", str, "header", description="The `ETag` that you read: 412 when it was changed since.")


class Resource(GenericAPIView[Any]):
    """A kind of row. `permissions` names one for each method."""

    permissions: ClassVar[Mapping[str, str]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS and current_tenant() is None:
            raise NotAllowed("tenant_needed", _("Only a merchant's own people change this."))

    @property
    def actor(self) -> Actor:
        """Who does it."""
        person: Any = self.request.user
        return person  # type: ignore[no-any-return]  # nobody comes this far without having signed in

    def rows(self) -> QuerySet[Any]:
        """What this caller may see, with all that is drawn of it."""
        raise NotImplementedError

    def one(self, *, locked: bool = False) -> Any:
        """The row of the address. NotFound also when it is another tenant's."""
        rows = self.rows()
        found = (rows.select_for_update(of=("self",)) if locked else rows).filter(pk=self.kwargs[self.lookup_url_kwarg or "pk"]).first()
        if found is None:
            raise NotFound("not_found", _("There is no such thing here, or you may not see it."))
        return found

    def given(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The checked input."""
        read = serializer(data=self.request.data)
        read.is_valid(raise_exception=True)
        values: dict[str, Any] = read.validated_data
        return values

    def drawn(self, row: Any) -> Any:
        """The row as the caller sees it."""
        return self.get_serializer(row).data

    def shown(self, row: Any, status: int = 200) -> Response:
        """An answer with the row and its tag; 304 to a reader who has it already."""
        data = self.drawn(row)
        tag = etag_of(data)
        if self.request.method in SAFE_METHODS and is_known(self.request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(data, status=status, headers={"ETag": tag})

    def changed(self, change: Callable[[Any], object]) -> Response:
        """Change the row of the address under its lock, if it is still what the writer read, and show it."""
        with transaction.atomic():
            row = self.one(locked=True)
            require_match(self.request, etag_of(self.drawn(row)))
            change(row)
            return self.shown(self.one())


# The mixin is how the OpenAPI document knows a list, its pages and its filters.
class Listing(ListModelMixin, Resource):
    """Rows, page by page."""

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows()
