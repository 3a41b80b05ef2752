"""A forgotten password, and the page where a link's owner sets one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions.links import forgot_password, person_of_link, set_password_by_link
from accounts.forms.signing_in import EmailForm, NewPasswordForm
from base import context, toasts
from base.form_pages import FormPage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.models import User

_GONE = 410


class Forgot(FormPage):
    """`/forgot/`: asks for a link by e-mail. The answer is the same whether or not anybody has that address."""

    permission = None
    public = True
    form_class = EmailForm
    template_name = "accounts/forgot.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sent="sent" in self.request.GET, **kwargs)

    def act(self, form: EmailForm) -> HttpResponse:
        forgot_password(form.cleaned_data["email"], ip=context.current().ip)
        return redirect(f"{self.request.path}?sent")


@method_decorator((never_cache, sensitive_post_parameters("password", "again")), name="dispatch")
class SetPassword(FormPage):
    """`/set-password/<uid>/<token>/`: a first or a new password, by a link that works once and for an hour."""

    permission = None
    public = True
    form_class = NewPasswordForm
    template_name = "accounts/set_password.html"

    @cached_property
    def person(self) -> User | None:
        """Whose link this is, while it is good."""
        return person_of_link(self.kwargs["uid"], self.kwargs["token"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.person is None:
            self.template_name = "accounts/link_gone.html"
            return self.render_to_response(self.get_context_data(), status=_GONE)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, **kwargs)

    def act(self, form: NewPasswordForm) -> HttpResponse:
        set_password_by_link(cast("User", self.person), new=form.cleaned_data["password"])
        toasts.add(self.request, _("Your password is set. Sign in with it."))
        return redirect("accounts:sign-in")
