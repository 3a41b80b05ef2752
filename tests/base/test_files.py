"""Files of people: known by their content, named by us, read through links that expire."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from base.errors import DomainError
from base.files import serve, signed_url, store

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
WEBP = b"RIFF\x0a\x00\x00\x00WEBPVP8 " + bytes(40)
PDF = b"%PDF-1.7\n" + bytes(40)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return tmp_path


def sent(content, name="photo.png"):
    return SimpleUploadedFile(name, content)


def refusal(content, **options):
    with pytest.raises(DomainError) as refused:
        store(sent(content), folder="proof", **options)
    assert refused.value.field == "file"
    return refused.value.code


@pytest.mark.parametrize(("content", "ending"), [(PNG, "png"), (JPEG, "jpg"), (WEBP, "webp"), (PDF, "pdf")])
def test_a_file_is_kept_whole_under_a_name_of_ours_with_the_ending_of_its_content(content, ending):
    name = store(sent(content, name="../../etc/passwd.html"), folder="proof/photos")
    assert re.fullmatch(rf"proof/photos/\d{{4}}/\d\d/[0-9a-f-]{{36}}\.{ending}", name)
    assert default_storage.open(name).read() == content


def test_two_files_of_one_name_are_two_files():
    assert store(sent(PNG), folder="proof") != store(sent(PNG), folder="proof")


@pytest.mark.parametrize("content", [SVG, HTML, b"GIF89a" + bytes(40), b" " + PNG, b"PNG", b"\x00" * 100, b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_picture_and_no_pdf_is_refused_whatever_it_is_called(content, folder):
    assert refusal(content) == "file_type"
    assert not list(folder.rglob("*.*"))


def test_only_the_kinds_that_are_asked_for_are_taken():
    assert refusal(PDF, kinds=("image",)) == "file_type"
    assert store(sent(PNG), folder="proof", kinds=("image",)).endswith(".png")


def test_a_file_that_is_empty_or_too_large_is_refused():
    assert refusal(b"") == "file_empty"
    assert refusal(PNG, limit=len(PNG) - 1) == "file_too_large"
    assert store(sent(PNG), folder="proof", limit=len(PNG))


@pytest.mark.parametrize("folder_name", ["../up", "/root", "a//b", "A", "", "a/../b"])
def test_a_folder_that_leads_elsewhere_is_a_mistake_of_the_code(folder_name):
    with pytest.raises(ValueError, match="not a folder"):
        store(ContentFile(PNG), folder=folder_name)


def test_a_signed_link_shows_the_file_and_is_not_kept_by_caches_of_others(client, db):
    answer = client.get(signed_url(store(sent(PNG), folder="proof")))
    assert answer.status_code == 200
    assert answer.getvalue() == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"private, max-age=(8\d\d|900)", answer["Cache-Control"])


def test_a_link_can_save_the_file_under_a_name_for_people(client, db):
    answer = client.get(signed_url(store(sent(PDF), folder="proof"), download_as="re\u00e7u 12.pdf"))
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''re%C3%A7u%2012.pdf"
    assert answer["Content-Type"] == "application/pdf"


def test_a_link_that_expired_is_refused_with_what_to_do(rf):
    token = signed_url(store(sent(PNG), folder="proof"), minutes=0).split("/")[-2]
    with pytest.raises(DomainError, match="expired") as refused:
        serve(rf.get("/"), token)
    assert (refused.value.code, refused.value.status) == ("link_expired", 403)


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1], lambda token: "A" + token[1:], lambda token: token.split(":")[0], lambda _token: "x"]
)
def test_a_link_that_was_changed_is_refused(client, db, change):
    token = signed_url(store(sent(PNG), folder="proof")).split("/")[-2]
    answer = client.get(f"/files/{change(token)}/")
    assert answer.status_code == 403
    assert PNG not in answer.content


def test_a_link_to_a_file_that_is_gone_says_so(client, db):
    name = store(sent(PNG), folder="proof")
    default_storage.delete(name)
    assert client.get(signed_url(name)).status_code == 404


def test_a_link_is_only_read(client, db):
    assert client.post(signed_url(store(sent(PNG), folder="proof"))).status_code == 405


def test_a_file_that_was_read_before_is_kept_from_its_beginning():
    file = io.BytesIO(PNG)
    upload = ContentFile(file.read())
    upload.read(10)
    assert default_storage.open(store(upload, folder="proof")).read() == PNG
