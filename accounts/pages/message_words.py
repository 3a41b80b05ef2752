"""The words of each kind of message: a tenant may say them its own way, with a preview in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts import message_kinds
from accounts.actions.messages import set_words
from accounts.forms.messages import WordsForm
from accounts.pages.signing_in import signed_in
from accounts.queries.messages import own_words, words_of
from accounts.states import Channel
from base import toasts
from base.access import Page
from base.errors import DomainError
from base.form_pages import FormPage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict


class Templates(Page, TemplateView):
    """`/messages/templates/`: every kind on every channel, and in which languages it has the tenant's own words."""

    permission = "messages.view"
    template_name = "accounts/message_templates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        kinds = message_kinds.kinds()
        own = own_words([kind.key for kind in kinds], [person.tenant_id])
        rows = [
            {
                "kind": kind,
                "channel": channel,
                "own": [
                    get_language_info(language)["name_local"]
                    for language in message_kinds.LANGUAGES
                    if (person.tenant_id, kind.key, channel, language) in own
                ],
            }
            for kind in kinds
            for channel in kind.channels
        ]
        return super().get_context_data(rows=rows, editable=person.has_perm("messages.edit"), **kwargs)


class EditTemplate(FormPage):
    """`/messages/templates/<kind>/<channel>/`."""

    permission = "messages.edit"
    template_name = "accounts/message_template.html"

    def make_form(self, data: QueryDict | None = None) -> WordsForm:
        kind, channel = _place(self.kwargs)
        return WordsForm(data, kind=kind, channel=channel, words=words_of(kind, channel, signed_in(self.request).tenant))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, channel = _place(self.kwargs)
        form: WordsForm = kwargs["form"]
        texts = form.texts() if form.is_bound else form.words
        parts = [
            {"language": language, "fields": fields, "preview": preview(kind, language["code"], texts[language["code"]])}
            for language, fields in form.parts()
        ]
        return super().get_context_data(kind=kind, channel=channel, parts=parts, **kwargs)

    def act(self, form: WordsForm) -> HttpResponse:
        kind, channel = _place(self.kwargs)
        for language, text in form.texts().items():
            set_words(kind, channel=channel, language=language, text=text, tenant=signed_in(self.request).tenant)
        toasts.add(self.request, _("The words are saved."))
        return redirect("accounts:message-templates")


class PreviewTemplate(Page, TemplateView):
    """`POST …/preview/<language>/`: what is being written, filled with an example."""

    permission = "messages.edit"
    template_name = "accounts/_message_preview.html"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, language: str, **place: str) -> HttpResponse:
        kind, _channel = _place(place)
        if language not in message_kinds.LANGUAGES:
            raise Http404
        text = message_kinds.Text(request.POST.get(f"subject_{language}", ""), request.POST.get(f"body_{language}", ""))
        return self.render_to_response({"preview": preview(kind, language, text), "language": get_language_info(language)})


def preview(kind: message_kinds.Kind, language: str, text: message_kinds.Text) -> dict[str, str]:
    """`subject` and `body` with the example filled in, Doorstep's words for an empty text; or `error` when it cannot be sent so."""
    if not text.body.strip():
        text = kind.default(language)
    try:
        message_kinds.check(kind, text)
    except DomainError as error:
        return {"error": str(error)}
    filled = message_kinds.fill(kind, text, kind.example(language))
    return {"subject": filled.subject, "body": filled.body}


def _place(kwargs: dict[str, Any]) -> tuple[message_kinds.Kind, Channel]:
    """The kind and the channel of an address; 404 for what there is not."""
    kind = message_kinds.kind_of(kwargs["key"])
    if kind is None or kwargs["channel"] not in kind.channels:
        raise Http404
    return kind, Channel(kwargs["channel"])
