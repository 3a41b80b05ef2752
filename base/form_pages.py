"""Pages with a form: what is typed goes through the form to one action; what that refuses comes back beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from base.access import Page
from base.errors import DomainError, TooMany

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.http.response import HttpResponseBase

    from base.forms import DomainForm

_UNPROCESSABLE = 422


class FormPage(TemplateResponseMixin, ContextMixin, Page, abstract=True):
    """A page with one form: give `form_class`, `template_name`, and `act`, which calls an action and says where to go next.

    A refusal draws the page again with all that was typed, and status 422 (429 when it was tried too often).
    """

    form_class: ClassVar[type[DomainForm]]
    form_name: ClassVar[str] = "form"
    """What the template calls the form."""

    def initial(self) -> dict[str, Any]:
        """What the fields hold at first."""
        return {}

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        """The form, empty or with what was sent."""
        return self.form_class(data, initial=self.initial())

    def act(self, form: Any) -> HttpResponseBase:
        """Do what a valid form asks for. A DomainError is shown in the form."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**{self.form_name: self.make_form()}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        status: int = _UNPROCESSABLE
        headers: dict[str, str] = {}
        if form.is_valid():
            try:
                return self.act(form)
            except DomainError as error:
                form.add_domain_error(error)
                if isinstance(error, TooMany):
                    status, headers = error.status, error.headers
        return self.shown_again(form, status, headers)

    def shown_again(self, form: DomainForm, status: int, headers: dict[str, str]) -> HttpResponse:
        """The page with what is wrong in the form."""
        context = self.get_context_data(**{self.form_name: form})
        return self.render_to_response(context, status=status, headers=headers)


def next_address(request: HttpRequest, default: str = "/") -> str:
    """Where the visitor was on the way to (`next` of the form or the address), if that is a place of ours; else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default
