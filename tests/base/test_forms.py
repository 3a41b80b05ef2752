"""Forms are drawn with label, hint, control and error tied together."""

import re

import pytest
from django import forms

from base.forms import DateInput, Switch


class Agent(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    phone = forms.CharField(required=False)
    channel = forms.ChoiceField(choices=[("sms", "SMS"), ("mail", "E-mail")], widget=forms.RadioSelect)
    day = forms.DateField(widget=DateInput)
    late = forms.BooleanField(required=False, widget=Switch)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("This agent is known already.")


def drawn(**data):
    return str(Agent(data or None))


def tag(html, name):
    return re.search(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', html).group()


def test_the_hint_and_the_error_are_tied_to_the_control():
    html = drawn(phone="1")

    assert 'aria-describedby="id_name_helptext id_name_error"' in tag(html, "name")
    assert 'aria-invalid="true"' in tag(html, "name")
    assert '<div class="hint" id="id_name_helptext">As on the card.</div>' in html
    assert '<ul class="errors" id="id_name_error"><li>This field is required.</li></ul>' in html


def test_a_group_of_choices_is_a_fieldset_with_its_error():
    html = drawn(name="Omar")

    assert '<fieldset aria-describedby="id_channel_error">' in html
    assert '<ul class="errors" id="id_channel_error">' in html


def test_what_may_be_left_out_says_so():
    assert re.findall(r'<label for="(\w+)">[^<]+ <span class="optional">', drawn()) == ["id_phone"]


def test_the_summary_links_to_every_field_that_is_wrong_and_says_what_is_wrong_with_all():
    html = drawn(name="Omar")
    summary = html[: html.index('<div class="field')]

    assert re.findall(r'href="#(\w+)"', summary) == ["id_channel_0", "id_day", "id_token"]
    assert "This agent is known already." in summary
    assert 'role="alert"' in summary


def test_a_form_not_yet_sent_has_no_summary():
    assert "error-summary" not in drawn()


def test_a_hidden_field_is_drawn_once():
    assert drawn(name="Omar").count('name="token"') == 1


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_day_reaches_the_browser_in_iso(language):
    from datetime import date

    from django.utils import translation

    with translation.override(language):
        assert 'value="2026-02-09"' in tag(str(Agent(initial={"day": date(2026, 2, 9)})), "day")


def test_a_switch_is_named_as_one():
    assert 'role="switch"' in tag(drawn(), "late")
