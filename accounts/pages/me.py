"""A person's own name, phone, language, colours, and whether they take work now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from accounts.actions.people import change_own_profile, set_availability
from accounts.forms.me import ProfileForm
from accounts.pages.acting import is_acting
from accounts.pages.me_tabs import tabs
from accounts.pages.signing_in import signed_in
from accounts.pages.themes import keep_theme
from accounts.states import Availability
from base import toasts
from base.access import Page
from base.form_pages import FormPage, next_address
from base.templatetags.components import THEMES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class Me(FormPage):
    """`/me/`."""

    permission = None
    form_class = ProfileForm
    template_name = "accounts/me.html"

    def initial(self) -> dict[str, Any]:
        person = signed_in(self.request)
        chosen = self.request.COOKIES.get("theme", "")
        return {
            "full_name": person.full_name,
            "phone": person.phone,
            "locale": person.locale,
            "theme": chosen if chosen in THEMES else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tabs=tabs("accounts:me"), availabilities=Availability, **kwargs)

    def act(self, form: ProfileForm) -> HttpResponse:
        person = change_own_profile(signed_in(self.request), **form.cleaned_data)
        if person.locale:
            # Said in the language that was just chosen.
            translation.activate(person.locale)
        toasts.add(self.request, _("Your profile is saved."))
        return keep_theme(redirect("accounts:me"), person.theme)


class AvailabilityChoice(Page):
    """`POST /me/availability/`: available, busy or offline."""

    permission = None
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        person = set_availability(signed_in(request), availability=request.POST.get("availability", ""))
        toasts.add(request, _("You are now: %(state)s.") % {"state": person.get_availability_status_display()})
        return redirect(next_address(request, "/me/"))


class LanguageChoice(Page):
    """`POST /language/`: the language of a visitor's cookie and, when signed in, of the person."""

    permission = None
    public = True
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.POST.get("language", "")
        known = translation.check_for_language(chosen)
        if known and request.user.is_authenticated and not is_acting(request):
            change_own_profile(signed_in(request), locale=chosen)
        return set_language(request)
