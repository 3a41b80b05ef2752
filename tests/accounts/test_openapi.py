"""The OpenAPI document tells of every endpoint, and its page needs nothing from outside and no code in the page."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from tests.accounts.devices import signed_in
from tests.factories.accounts import UserFactory
from tests.routes import every_route

pytestmark = pytest.mark.django_db
ABOUT_ITSELF = {"/api/schema", "/api/docs"}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """The document as the command writes it, which fails on a warning."""
    file = tmp_path_factory.mktemp("openapi") / "schema.yaml"
    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.fixture
def operations(document):
    return {(path, method): operation for path, methods in document["paths"].items() for method, operation in methods.items()}


def assert_each(operations, good):
    """Name every operation that is not good, not only the first one."""
    assert [f"{method.upper()} {path}" for (path, method), operation in operations.items() if not good(operation)] == []


class TestTheDocument:
    def test_it_is_a_valid_openapi_document(self, document):
        validate_schema(document)

    def test_every_endpoint_is_in_it(self, operations):
        documented = {(re.sub(r"\{\w+\}", "*", path), method) for path, method in operations}
        served = {
            (re.sub(r"<[^>]+>", "*", f"/{route.text}"), method.lower())
            for route in every_route()
            if route.is_api
            for method in route.methods
        }
        assert {(path, method) for path, method in served if path not in ABOUT_ITSELF} == documented

    def test_every_operation_has_a_summary_and_a_tag(self, operations):
        assert_each(operations, lambda operation: operation.get("summary") and operation.get("tags"))

    def test_every_operation_has_a_name_of_its_own(self, operations):
        names = [operation["operationId"] for operation in operations.values()]
        assert len(names) == len(set(names))

    def test_every_success_has_a_schema_or_no_body(self, operations):
        def good(operation):
            successes = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
            return successes and all(status == "204" or _schemas(answer) for status, answer in successes.items())

        assert_each(operations, good)

    def test_every_operation_tells_of_its_problems(self, operations):
        def good(operation):
            errors = {status: answer for status, answer in operation["responses"].items() if status.startswith("4")}
            problem = {"application/problem+json": {"$ref": "#/components/schemas/Problem"}}
            return errors and all(_schemas(answer) == problem for answer in errors.values())

        assert_each(operations, good)

    def test_who_may_call_is_said(self, operations):
        known = [{"token": []}, {"browser": []}]
        anybody = {path for (path, _method), operation in operations.items() if operation["security"] == [{}]}
        assert anybody == {"/api/auth/token", "/api/auth/refresh", "/api/auth/logout"}
        closed = {key: operation for key, operation in operations.items() if key[0] not in anybody}
        assert_each(closed, lambda operation: operation["security"] == known and "401" in operation["responses"])

    def test_an_answer_is_as_the_document_says(self, document, operations):
        device = signed_in(UserFactory())
        described = operations["/api/auth/token", "post"]["responses"]["201"]["content"]["application/json"]["schema"]
        assert set(device.tokens) == set(_resolved(document, described)["properties"])
        refused = device.refresh("x")
        assert set(refused.json()) <= set(document["components"]["schemas"]["Problem"]["properties"])

    def test_a_list_is_described_page_by_page(self, document, operations):
        described = operations["/api/auth/sessions", "get"]
        page = _resolved(document, described["responses"]["200"]["content"]["application/json"]["schema"])
        assert set(page["properties"]) == {"next", "previous", "results"}
        assert {parameter["name"] for parameter in described["parameters"]} == {"cursor", "limit"}

    def test_it_is_served_to_anybody(self, client, document):
        answer = client.get("/api/schema")
        assert answer.status_code == 200
        assert set(yaml.safe_load(answer.content)["paths"]) == set(document["paths"])


class TestThePage:
    @pytest.fixture
    def page(self, client):
        answer = client.get("/api/docs")
        assert answer.status_code == 200
        return answer

    def test_nothing_in_it_comes_from_outside(self, client, page):
        read = _Page(page.text)
        assert read.addresses
        assert [address for address in read.addresses if urlsplit(address).netloc or urlsplit(address).scheme] == []
        for address in read.addresses:
            assert client.get(address).status_code == 200, address

    def test_it_holds_no_code_and_no_style_of_its_own(self, page):
        assert _Page(page.text).inline == []
        policy = page["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_its_script_reads_our_document_and_asks_nobody_about_it(self, client, page):
        address = next(address for address in _Page(page.text).addresses if "script" in urlsplit(address).query)
        script = client.get(address)
        assert script["Content-Type"].startswith("application/javascript")
        assert re.search(r'\burl: "(.+)"', script.text)[1] == "/api/schema"
        assert '"validatorUrl": null' in script.text
        assert re.findall(r"https?://[^\s\"']+", script.text) == []


class _Page(HTMLParser):
    """What a page loads (`addresses`), and what stands in it that a strict policy would refuse (`inline`)."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.inline = [], []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._within = tag
        self.addresses += [given[name] for name in ("src", "href") if given.get(name)]
        self.inline += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within in {"script", "style"} and data.strip():
            self.inline.append(f"{self._within}: {data.strip()[:40]}")


def _schemas(answer):
    return {kind: content["schema"] for kind, content in answer.get("content", {}).items() if content.get("schema")}


def _resolved(document, schema):
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
