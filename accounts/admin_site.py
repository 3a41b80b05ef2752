"""The admin at /admin/: unfold's look, our sign-in, our permissions, a content security policy of its own."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.shortcuts import redirect
from unfold.sites import UnfoldAdminSite

from accounts.actions.signing_in import sign_out
from base.access import require, to_sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]

# Unfold draws with Alpine, which evaluates the expressions of its attributes (eval) and sets style attributes, and it puts the
# colours of the theme in a <style> element. Scripts still come from us alone: an inline script or handler is refused here too.
_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class Site(UnfoldAdminSite):
    """Opens for whoever holds `admin.view`; each table then asks for its own permission by name."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.has_perm("admin.view")

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """`view` for whoever may, behind the admin's policy; the others are sent to sign in or told what they lack."""
        inner = csp_update(_POLICY)(super().admin_view(view, cacheable))

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            require(request, "admin.view")
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """There is one sign-in, with its lock-out and its second factor."""
        return redirect("accounts:today") if self.has_permission(request) else redirect("accounts:sign-in")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The same sign-out as everywhere."""
        if request.method == "POST":
            sign_out(request)
        return redirect("accounts:sign-in")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """One's own password is changed where the second factor is."""
        return redirect("accounts:me-security")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        return self.password_change(request, extra_context)
