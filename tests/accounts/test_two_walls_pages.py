"""The two walls between tenants, tried over HTTP: the admin, every page and every API route, by who holds every permission of theirs."""

from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from accounts.models import Tenant, User
from accounts.tenancy import in_tenant
from tests.accounts.walls import WALLED, stored
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.rows import row_of
from tests.routes import every_route

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return TenantFactory(name="Atlas Home")


@pytest.fixture
def theirs():
    return TenantFactory(name="Buriganga Bazaar")


@pytest.fixture
def their_rows(theirs):
    return {model: row_of(model, theirs) for model in WALLED}


@pytest.fixture
def browser(ours):
    everything = {"admin": {"view": True}, "deliveries": {"deliver": True}}
    return browser_of(UserFactory(admin=True, tenant=ours, permissions=everything))


def shows(response, rows):
    """Which of `rows` an answer names, in any spelling of the id."""
    if getattr(response, "streaming", False):
        text = b"".join(response.streaming_content).decode(errors="replace")
    else:
        text = response.content.decode(errors="replace")
    return [model._meta.label for model, row in rows.items() if isinstance(row.pk, UUID) and (str(row.pk) in text or row.pk.hex in text)]


REGISTERED = [model for model in WALLED if admin.site.is_registered(model)]
each_registered = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


def test_every_model_of_a_tenant_is_in_the_admin():
    assert set(REGISTERED) == set(WALLED)


@each_registered
def test_the_admin_neither_shows_nor_changes_another_tenants_row(model, browser, their_rows):
    name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", their_rows[model]
    before = {each: stored(each, found) for each, found in their_rows.items()}
    changelist = reverse(f"{name}_changelist")
    for address in (changelist, reverse(f"{name}_add")):
        assert shows(browser.get(address), their_rows) == []
    # The page repeats what it was asked for, so the row itself is counted.
    for asked in ({"q": str(row)}, {"pk__exact": str(row.pk)}, {"tenant__id__exact": str(their_rows[Tenant].pk)}):
        response = browser.get(changelist, asked)
        if response.status_code == 200:
            assert row not in response.context["cl"].result_list
    for page in ("change", "delete", "history"):
        address = reverse(f"{name}_{page}", args=[row.pk])
        for response in (browser.get(address), browser.post(address, {"post": "yes"})):
            assert response.status_code in (302, 403, 404), f"{page}: {response.status_code}"
    browser.post(changelist, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    browser.post(changelist, {"action": "end_sign_ins", "_selected_action": [str(row.pk)]})
    assert {each: stored(each, found) for each, found in their_rows.items()} == before


@each_registered
def test_the_admins_choices_hold_nothing_of_another_tenant(model, browser, ours, their_rows, rf):
    mine = row_of(model, ours)
    person = User(tenant=ours, role="admin")
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model in WALLED:
            request = rf.get("/")
            request.user = person
            with in_tenant(ours):
                offered = admin.site._registry[model].formfield_for_foreignkey(field, request).queryset
                assert their_rows[field.related_model] not in offered
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            assert shows(browser.get(reverse("admin:autocomplete"), asked), their_rows) == []
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    assert shows(browser.get(reverse(name, args=[mine.pk])), their_rows) == []


def test_the_admins_shortcut_to_a_row_leads_to_nothing_of_another_tenant(browser, their_rows):
    for model, row in their_rows.items():
        kind = ContentType.objects.get_for_model(model)
        assert browser.get(reverse("admin:view_on_site", args=[kind.pk, row.pk])).status_code == 404


@pytest.mark.parametrize("route", [route for route in every_route() if not route.is_admin], ids=lambda route: route.text or "/")
def test_no_page_and_no_api_route_gives_or_takes_anything_of_another_tenant(route, browser, their_rows):
    before = {model: stored(model, row) for model, row in their_rows.items()}
    keys = [row.pk for row in their_rows.values() if isinstance(row.pk, UUID)] if route.parameters else [""]
    for key in keys:
        address = route.url(dict.fromkeys(route.parameters, key))
        for method in route.methods:
            with transaction.atomic():
                response = browser.generic(method, address, content_type="application/json" if route.is_api else "")
                if "tenant_id" in route.parameters or "person_id" in route.parameters:
                    assert response.status_code in (302, 403, 404), f"{method} {address}: {response.status_code}"
                assert set(shows(response, {m: r for m, r in their_rows.items() if r.pk != key})) == set(), f"{method} {address}"
                assert {model: stored(model, row) for model, row in their_rows.items()} == before, f"{method} {address}"
                transaction.set_rollback(True)
