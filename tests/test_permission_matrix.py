"""docs/permissions.md is true: every address, by every role and by nobody, is open or refused as its table says.

A new address fails until it has its line there. `WRITE_PERMISSIONS=1 pytest tests/test_permission_matrix.py` writes what is
found into the tables; read the difference before it is kept.
"""

import os
import re
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Message, User
from accounts.permissions import MATRIX
from accounts.states import OPERATOR_ROLES, Role
from base.files import signed_url
from tests.browsing import browser_of
from tests.factories.accounts import NotificationFactory, TenantFactory, UserFactory
from tests.factories.accounts_rows import SessionFactory
from tests.factories.rows import row_of
from tests.routes import every_route

pytestmark = pytest.mark.django_db

DOC = Path(settings.ROOT) / "docs/permissions.md"
NOBODY = "nobody"
ROLES = {
    NOBODY: "–",
    Role.SUPERADMIN: "S",
    Role.MONITOR: "O",
    Role.ADMIN: "A",
    Role.MANAGER: "M",
    Role.CUSTOMER_REP: "R",
    Role.DELIVERY_AGENT: "D",
    Role.ACCOUNTANT: "F",
}
each_role = pytest.mark.parametrize("role", ROLES, ids=str)
WRITING = bool(os.environ.get("WRITE_PERMISSIONS"))

# What an address needs to be asked for something that is there.
QUERIES = {"admin/autocomplete/": "?app_label=accounts&model_name=session&field_name=user"}
# Parts of an address that are the key of a row.
MODELS = {"message_id": Message}


class Visit:
    """One person (or nobody) on a round through every address."""

    def __init__(self, role):
        self.tenant = TenantFactory()
        self.person = None if role == NOBODY else UserFactory(role=role, tenant=None if role in OPERATOR_ROLES else self.tenant)
        self.browser = browser_of(self.person) if self.person else Client()
        other = UserFactory(tenant=self.tenant)
        own_session = SessionFactory(user=self.person or other, tenant=self.person.tenant if self.person else self.tenant)
        self.values = {
            "tenant_id": self.tenant.pk,
            "person_id": other.pk,
            "session_id": own_session.pk,
            "content_type_id": ContentType.objects.get_for_model(User).pk,
            "app_label": "accounts",
            "url": "nothing-here/",
            "notification_id": NotificationFactory(user=self.person or other).pk,
            "uid": "x",
            "ending": "csv",
            "language": "en",
            "key": "invitation",
            "channel": "email",
        }

    def value(self, route, name):
        """Something real for the part `name` of an address."""
        model_admin = getattr(route.view, "model_admin", None)
        if name == "object_id":
            return row_of(model_admin.model, self.tenant).pk if model_admin else self.values["person_id"]
        if name == "token":
            stored = default_storage.save("permissions/page.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
            return signed_url(stored).rstrip("/").rsplit("/", 1)[-1]
        if name in MODELS:
            return row_of(MODELS[name], self.tenant).pk
        assert name in self.values, f"{route.text}: say in tests/test_permission_matrix.py what stands for <{name}>"
        return self.values[name]

    def opens(self, route, method):
        """Whether the address lets this person in; whatever it does then is taken back."""
        cookies = self.browser.cookies.copy()
        with transaction.atomic():
            address = route.url({name: self.value(route, name) for name in route.parameters}) + QUERIES.get(route.text, "")
            kind = "application/json" if route.is_api else "application/x-www-form-urlencoded"
            response = self.browser.generic(method, address, content_type=kind)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        self.browser.cookies = cookies
        to_sign_in = response.headers.get("Location", "").startswith(reverse("accounts:sign-in") + "?next=")
        return response.status_code not in (401, 403, 404) and not to_sign_in


def line_of(route, method):
    """Where an address stands: its line in one of the two tables, and for a table of the admin the column."""
    model_admin = getattr(route.view, "model_admin", None)
    if model_admin is None:
        return f"{method} /{route.text}", None
    label = f"{model_admin.opts.app_label}.{model_admin.opts.model_name}"
    page = route.text.rstrip("/").rsplit("/", 1)[-1]
    if page == "change":
        return label, "read" if method == "GET" else "change"
    return label, {"add": "add", "delete": "delete", "history": "history", "<path:object_id>": "short"}.get(page, "list")


def visits():
    """Line and column → the addresses that it speaks of."""
    found = defaultdict(list)
    for route in every_route():
        for method in route.methods:
            found[line_of(route, method)].append((route, method))
    return found


def found_for(role):
    """Line and column → whether all its addresses open for one role; none that opens by one method only."""
    visit, found = Visit(role), {}
    for (line, column), addresses in visits().items():
        opens = {visit.opens(route, method) for route, method in addresses}
        assert len(opens) == 1, f"{line}, {column}: some of {addresses} open for {role}, some do not"
        found[line, column] = opens.pop()
    return found


def section(doc, title):
    """The lines below a heading."""
    return re.search(rf"^## {title}$(.*?)(?=^## |\Z)", doc, re.MULTILINE | re.DOTALL)[1].strip().splitlines()


def table_of(doc, title):
    """Line → role → allowed, of the table under a heading."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section(doc, title) if line.startswith("| `")]
    return {cells[0].strip("`"): dict(zip(ROLES, (cell == "x" for cell in cells[1:]), strict=True)) for cells in rows}


def drawn(rows):
    """A table of roles as it stands in the document."""
    head = "| | " + " | ".join(ROLES.values()) + " |"
    lines = [f"| `{name}` | " + " | ".join("x" if cells[role] else "·" for role in ROLES) + " |" for name, cells in rows.items()]
    return "\n".join([head, "|---" * (len(ROLES) + 1) + "|", *lines])


COLUMNS = ("list", "read", "add", "change", "delete", "history", "short")


def admin_table_of(doc):
    """Line and column of the admin's table → the roles it opens for."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section(doc, "Admin") if line.startswith("| `")]
    return {
        (cells[0].strip("`"), column): {role for role, letter in ROLES.items() if letter in cell}
        for cells in rows
        for column, cell in zip(COLUMNS, cells[1:], strict=True)
    }


def drawn_admin(found):
    """The admin's table as it stands in the document: a letter for each role."""
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for label in dict.fromkeys(line for line, column in visits() if column):
        cells = ["".join(letter for role, letter in ROLES.items() if found[role][label, column]) or "·" for column in COLUMNS]
        lines.append(f"| `{label}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def permissions():
    """The matrix of the code as a table; nobody holds nothing."""
    return {name: {role: role in roles for role in ROLES} for name, roles in MATRIX.items()}


def told():
    """Line and column → role → whether the document says that it opens."""
    doc = DOC.read_text()
    found = {(line, None): cells for line, cells in table_of(doc, "Addresses").items()}
    return found | {place: {role: role in roles for role in ROLES} for place, roles in admin_table_of(doc).items()}


def test_the_document_shows_the_permissions_of_each_role_as_the_code_has_them():
    if WRITING:
        replace("Permissions", drawn(permissions()))
    assert table_of(DOC.read_text(), "Permissions") == permissions()


def test_every_address_has_its_line():
    if WRITING:
        found = {role: found_for(role) for role in ROLES}
        lines = [line for line, column in visits() if column is None]
        replace("Addresses", drawn({line: {role: found[role][line, None] for role in ROLES} for line in lines}))
        replace("Admin", drawn_admin(found))
    assert set(visits()) - set(told()) == set(), "addresses without a line in docs/permissions.md"
    assert set(told()) - set(visits()) == set(), "lines of docs/permissions.md for addresses that are gone"


@each_role
def test_every_address_opens_for_whom_the_document_says(role):
    document = told()
    assert {place: opens for place, opens in found_for(role).items() if document[place][role] != opens} == {}


def offered_actions():
    """Table of the admin and action → role → whether it is offered."""
    people = {role: None if role == NOBODY else User(role=role) for role in ROLES}
    found = {}
    for model, model_admin in admin.site._registry.items():
        for action, _name, _words in model_admin._get_base_actions():
            allowed = [getattr(model_admin, f"has_{name}_permission") for name in getattr(action, "allowed_permissions", [])]
            place = f"{model._meta.label_lower}: {_name}"
            asked = {role: SimpleNamespace(user=person) for role, person in people.items() if person}
            found[place] = {role: role in asked and any(may(asked[role]) for may in allowed) for role in ROLES}
    return found


def test_every_action_of_the_admin_is_offered_to_whom_the_document_says():
    if WRITING:
        replace("Admin actions", drawn(offered_actions()))
    assert table_of(DOC.read_text(), "Admin actions") == offered_actions()


def test_a_person_with_one_permission_less_is_refused_with_its_name():
    person = UserFactory(admin=True, permissions={"activity": {"export": False}})
    browser = browser_of(person)
    assert browser.get(reverse("accounts:activity")).status_code == 200
    refused = browser.get(reverse("accounts:activity-export", args=["csv"]))
    assert refused.status_code == 403
    assert "activity.export" in refused.content.decode()


def test_a_person_with_one_permission_more_is_let_in():
    person = UserFactory(customer_rep=True, permissions={"activity": {"view": True}})
    assert browser_of(person).get(reverse("accounts:activity")).status_code == 200


def replace(title, table):
    """Write a table into the document, below the words of its section."""
    text = DOC.read_text()
    words = "\n".join(line for line in section(text, title) if not line.startswith("|")).strip()
    before, rest = text.split(f"## {title}\n", 1)
    after = re.search(r"^## .*", rest, re.MULTILINE | re.DOTALL)
    DOC.write_text(f"{before}## {title}\n\n{words}\n\n{table}\n" + (f"\n{after[0]}" if after else ""))
