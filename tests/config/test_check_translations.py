"""`make lint` finds what a catalogue lacks."""

from __future__ import annotations

import os
import shutil

import polib
import pytest

from config import check_translations, translations


@pytest.fixture
def project(tmp_path):
    """A small project with one template, one module and a French and an Arabic catalogue that have all of its texts."""
    for app in check_translations._APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "templates/page.html").write_text('{% load i18n %}<p>{% translate "Orders" %}</p>')
    (tmp_path / "orders/pages.py").write_text('from django.utils.translation import gettext as _\nTITLE = _("Deliver to %(city)s")\n')
    for language, words in {"fr": ("Commandes", "Livrer à %(city)s"), "ar": ("الطلبات", "التوصيل إلى %(city)s")}.items():
        path = check_translations.catalogue(tmp_path, language)
        path.parent.mkdir(parents=True)
        catalogue = polib.POFile()
        catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
        catalogue.extend(
            polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in zip(("Orders", "Deliver to %(city)s"), words, strict=True)
        )
        catalogue.save(str(path))
    return tmp_path


def change(project, **changes):
    path = check_translations.catalogue(project, "fr")
    catalogue = polib.pofile(str(path))
    for name, value in changes.items():
        setattr(catalogue.find("Deliver to %(city)s"), name, value)
    catalogue.save(str(path))


needs_gettext = pytest.mark.skipif(not shutil.which("xgettext"), reason="the search for new texts needs gettext")


def test_complete_catalogues_have_no_fault(project):
    assert check_translations.check(project) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"msgstr": ""}, "'Deliver to %(city)s' is not translated"),
        ({"flags": ["fuzzy"]}, "'Deliver to %(city)s' is marked fuzzy"),
        ({"msgstr": "Livrer"}, "'Deliver to %(city)s' lost %(city)s in translation"),
        ({"msgstr": "Livrer à %(city)s, %(zip)s"}, "'Deliver to %(city)s' got %(zip)s in translation"),
    ],
)
def test_an_incomplete_entry_is_named(project, changes, fault):
    change(project, **changes)
    assert check_translations.check(project) == [f"fr: {fault}"]


def test_a_language_without_a_catalogue_is_named(project):
    check_translations.catalogue(project, "ar").unlink()
    assert check_translations.check(project) == ["ar: there is no locale/ar/LC_MESSAGES/django.po"]


@needs_gettext
def test_a_text_that_no_catalogue_has_is_named_for_each_language(project):
    (project / "templates/new.html").write_text('{% load i18n %}{% translate "Returns" %}')
    said = check_translations.check(project)
    assert [line.split(" (")[0] for line in said] == ["fr: 'Returns' is not in the catalogue", "ar: 'Returns' is not in the catalogue"]


def test_without_gettext_only_ci_refuses(project, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    assert check_translations.check(project) == []
    monkeypatch.setenv("CI", "true")
    assert check_translations.check(project) == ["GNU gettext is not installed: apt-get install gettext"]


def test_a_catalogue_is_compiled_once_and_again_when_it_changed(project):
    assert translations.compile_changed(project) == 2
    assert translations.compile_changed(project) == 0
    change(project, msgstr="Livraison à %(city)s")
    compiled = check_translations.catalogue(project, "fr").with_suffix(".mo")
    later = compiled.stat().st_mtime_ns + 1
    os.utime(check_translations.catalogue(project, "fr"), ns=(later, later))
    assert translations.compile_changed(project) == 1
    assert polib.mofile(str(compiled)).find("Deliver to %(city)s").msgstr == "Livraison à %(city)s"
