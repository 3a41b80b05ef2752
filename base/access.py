"""Who may open a page: the base class of all pages asks for one permission by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from base.errors import NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class Page(View):
    """The base of every page. A subclass must declare `permission`: its name, or None for anyone who is signed in.

    `public = True` opens the page to everybody. A base class that is not itself a page says `abstract=True` and may
    leave the permission to its subclasses.
    """

    permission: ClassVar[str | None]
    public: ClassVar[bool] = False

    def __init_subclass__(cls, *, abstract: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not abstract and not hasattr(cls, "permission"):
            raise ImproperlyConfigured(
                f"{cls.__module__}.{cls.__qualname__} needs `permission`: a permission's name such as "
                '"users.view", or None for anyone who is signed in.'
            )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.public and not request.user.is_authenticated:
            return to_sign_in(request)
        if self.permission is not None:
            require(request, self.permission)
        return super().dispatch(request, *args, **kwargs)


def require(request: HttpRequest, permission: str) -> None:
    """NotAllowed, naming what is missing and whom to ask, unless the person has `permission`."""
    if not request.user.has_perm(permission):
        message = _("Your account lacks the permission “%(permission)s”. Ask an administrator of your company to give it to you.")
        raise NotAllowed("permission_missing", message % {"permission": permission}, extra={"permission": permission})


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back afterwards; a fragment that htmx asked for takes the whole page there."""
    htmx = HtmxDetails(request)
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
