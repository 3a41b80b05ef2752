"""Pages that belong to no app: the search, the choice of theme and the component page; and what every page is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView

from base import styleguide, toasts
from base.access import Page, require
from base.health import healthz, readyz
from base.refusals import bad_request, csrf_failed, failed, forbidden, not_found
from base.search import SHORTEST, search
from base.templatetags.components import THEMES

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

__all__ = [
    "Page",
    "SearchPage",
    "Styleguide",
    "ThemeChoice",
    "bad_request",
    "csrf_failed",
    "failed",
    "forbidden",
    "healthz",
    "not_found",
    "readyz",
    "require",
]

A_YEAR = 365 * 24 * 3600
ON_PAGE = 30


class SearchPage(Page, TemplateView):
    """`/search/?q=`: every hit that its reader may see; as one types, the box under the search field."""

    permission = None
    template_name = "base/search.html"

    def get_template_names(self) -> list[str]:
        return ["base/_hits.html"] if self.request.headers.get("HX-Target") == "search-hits" else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()
        limit = 5 if self.request.headers.get("HX-Request") else ON_PAGE
        return super().get_context_data(query=query, hits=search(query, self.request.user, limit=limit), shortest=SHORTEST, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response


class ThemeChoice(Page):
    """`POST /theme/` with `theme` light, dark or auto: kept in a cookie, so that a page comes in its colours at once."""

    permission = None
    public = True
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        back = request.POST.get("next", "")
        allowed = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
        response = HttpResponseRedirect(back if allowed else "/")
        chosen = request.POST.get("theme", "")
        if chosen in THEMES:
            response.set_cookie("theme", chosen, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
        else:
            response.delete_cookie("theme", samesite="Lax")
        return response


class Styleguide(Page, TemplateView):
    """`/styleguide/`: each component with its states; only where DEBUG is on."""

    permission = None
    public = True
    template_name = "base/styleguide.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEBUG:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**styleguide.samples(), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """What the sample buttons do: a toast in the answer to htmx, or on the page that follows."""
        if request.headers.get("HX-Request"):
            return toasts.send(HttpResponse(status=204), "3 messages archived", undo=request.path)
        toasts.add(request, "Taken back", tone="info")
        return HttpResponseRedirect(request.path)
