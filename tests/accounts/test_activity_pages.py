"""The activity log as people read, search and take it along."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.actions.activity import seal_all
from accounts.actions.people import change_person
from accounts.activity_words import action_choices, changes_of, facts_of
from accounts.audit import record
from accounts.models import ActivityLog
from accounts.queries.activity import entity_timeline
from accounts.tenancy import as_operator, in_tenant
from base import context
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.accounts_rows import ActivityLogFactory

pytestmark = pytest.mark.django_db
PAGE = "/activity/"


@pytest.fixture
def admin():
    return UserFactory(admin=True, full_name="Amina El Idrissi")


@pytest.fixture
def browser(admin):
    return browser_of(admin)


def names(response):
    return [row.entity_name for row in response.context["page"].rows]


def test_a_change_is_read_with_what_was_before_and_what_is_after(browser, admin):
    rep = UserFactory(tenant=admin.tenant, full_name="Salma Bennani")
    with in_tenant(admin.tenant), context.using(user=admin, ip="192.0.2.9"):
        change_person(rep, full_name="Salma Idrissi", actor=admin)
    page = browser.get(PAGE).content.decode()
    assert "Changed a person" in page
    assert "Salma Bennani" in page
    assert "Salma Idrissi" in page
    assert "192.0.2.9" in page


def test_nested_settings_are_told_value_by_value(browser, admin):
    change = {"settings": {"old": {"delivery": {"max_attempts": 3, "areas": []}}, "new": {"delivery": {"max_attempts": 5, "areas": []}}}}
    ActivityLogFactory(tenant=admin.tenant, action="tenant_changed", entity_type="tenant", details={"changes": change})
    page = browser.get(PAGE).content.decode()
    assert "Settings · delivery · max attempts" in page
    assert "areas" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "tariq"}, ["Tariq"]),
        ({"q": "nobody of this name"}, []),
        ({"action": "signed_in"}, ["Nadia"]),
        ({"entity_type": "message"}, ["Omar"]),
        ({"ip_address": "192.0.2.44"}, ["Omar"]),
        ({"q": "tariq", "action": "signed_in"}, []),
    ],
    ids=str,
)
def test_the_log_is_searched_and_narrowed(browser, admin, asked, found):
    tenant = admin.tenant
    ActivityLogFactory(tenant=tenant, entity_name="Tariq")
    ActivityLogFactory(tenant=tenant, entity_name="Nadia", action="signed_in")
    ActivityLogFactory(tenant=tenant, entity_name="Omar", entity_type="message", action="x", ip_address="192.0.2.44")
    assert names(browser.get(PAGE, asked)) == found


def test_the_log_is_narrowed_to_a_person_and_to_a_thing(browser, admin):
    one, other = (ActivityLogFactory(tenant=admin.tenant) for _ in range(2))
    assert [row.pk for row in browser.get(PAGE, {"user": str(one.user_id)}).context["page"].rows] == [one.pk]
    assert [row.pk for row in browser.get(PAGE, {"entity_id": str(other.entity_id)}).context["page"].rows] == [other.pk]


def test_days_are_days_of_the_tenants_zone():
    tenant = TenantFactory(settings={"timezone": "Asia/Dhaka"})
    browser = browser_of(UserFactory(admin=True, tenant=tenant))
    ActivityLogFactory(tenant=tenant, entity_name="late", created_at=datetime(2026, 3, 9, 18, 30, tzinfo=UTC))
    ActivityLogFactory(tenant=tenant, entity_name="early", created_at=datetime(2026, 3, 9, 17, 30, tzinfo=UTC))
    assert names(browser.get(PAGE, {"created_from": "2026-03-10", "created_to": "2026-03-10"})) == ["late"]
    assert names(browser.get(PAGE, {"created_from": "2026-03-09", "created_to": "2026-03-09"})) == ["early"]


def test_pages_follow_each_other_without_loss(browser, admin):
    start = timezone.now() - timedelta(hours=1)
    for number in range(120):
        ActivityLogFactory(tenant=admin.tenant, user=admin, entity_name=str(number), created_at=start + timedelta(seconds=number // 7))
    seen, address = [], PAGE
    while address:
        page = browser.get(address).context["page"]
        seen += [row.pk for row in page.rows]
        address = page.next_url and PAGE + page.next_url
    assert len(seen) == len(set(seen)) == 120


def test_one_row_and_thirty_cost_the_same_queries(admin, django_assert_max_num_queries):
    def queries(rows):
        for _ in range(rows):
            ActivityLogFactory(tenant=admin.tenant, user=admin)
        browser = browser_of(admin)
        browser.get(PAGE)
        with django_assert_max_num_queries(100) as counted:
            browser.get(PAGE)
        return len(counted)

    one = queries(1)
    assert queries(29) == one
    assert one <= 16


def test_the_page_says_when_rows_were_sealed_and_how_many_wait(browser, admin):
    ActivityLogFactory(tenant=admin.tenant, user=admin)
    assert "Not sealed yet, 1 row waiting" in browser.get(PAGE).content.decode()
    with as_operator("a test seals"):
        seal_all()
    page = browser.get(PAGE).content.decode()
    assert "Sealed <time" in page
    assert "0 rows waiting" in page


def test_an_operator_reads_the_log_of_every_merchant_and_of_one():
    row, other = ActivityLogFactory(entity_name="Tariq"), ActivityLogFactory(entity_name="Nadia")
    browser = browser_of(UserFactory(superadmin=True))
    assert {"Tariq", "Nadia"} <= set(names(browser.get(PAGE)))
    one = browser.get(PAGE, {"tenant": str(row.tenant_id)})
    assert names(one) == ["Tariq"]
    assert str(other.tenant) in one.content.decode(), "the other merchant can still be chosen"


def test_a_tenants_person_is_offered_no_merchants(browser):
    assert "tenant" not in browser.get(PAGE).context["filter"].form.fields


def exported(browser, admin, ending, **asked):
    response = browser.get(reverse("accounts:activity-export", args=[ending]), asked)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    with in_tenant(admin.tenant):
        [row] = ActivityLog.objects.filter(action="activity_exported")
    return content, row


def test_an_export_holds_the_rows_of_the_filter_and_is_itself_recorded(browser, admin):
    ActivityLogFactory(tenant=admin.tenant, entity_name="=Tariq")
    ActivityLogFactory(tenant=admin.tenant, entity_name="Nadia", action="signed_in")
    content, row = exported(browser, admin, "csv", action="user_changed")
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [line["Name"] for line in lines] == ["'=Tariq"]
    assert row.user_id == admin.pk
    assert row.details["filters"] == {"action": "user_changed"}
    assert row.details["format"] == "csv"


def test_an_export_to_a_spreadsheet_has_real_times(browser, admin):
    ActivityLogFactory(tenant=admin.tenant, entity_name="Tariq")
    content, _row = exported(browser, admin, "xlsx", q="Tariq")
    head, line = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert "Tariq" in line
    assert isinstance(line[head.index("When")], datetime)


def test_an_export_of_an_unknown_kind_or_filter_is_refused(browser):
    assert browser.get(reverse("accounts:activity-export", args=["pdf"])).status_code == 400
    refused = browser.get(reverse("accounts:activity-export", args=["csv"]), {"entity_id": "not an id"})
    assert refused.status_code == 400


def test_a_manager_reads_but_does_not_export(admin):
    browser = browser_of(UserFactory(manager=True, tenant=admin.tenant))
    assert "export.csv" not in browser.get(PAGE).content.decode()
    assert browser.get(reverse("accounts:activity-export", args=["csv"])).status_code == 403


def test_the_story_of_a_thing_holds_what_was_done_to_it_alone_and_with_others(admin):
    rep, other = UserFactory(tenant=admin.tenant), UserFactory(tenant=admin.tenant)
    with in_tenant(admin.tenant), context.using(user=admin):
        record("user_changed", entity=rep)
        record("users_imported", entity_type="user", entity_ids=[rep.pk, other.pk])
        record("user_changed", entity=other)
        assert [row.action for row in entity_timeline(rep)] == ["users_imported", "user_changed"]


def test_every_action_that_the_code_records_has_words():
    source = "\n".join(path.read_text() for path in Path(settings.ROOT).glob("accounts/**/*.py"))
    recorded = set(re.findall(r"\brecord\(\s*\"(\w+)\"", source))
    tracked = {f"{name}_{verb}" for name in re.findall(r"tracked\(name=\"(\w+)\"", source) for verb in ("created", "changed", "deleted")}
    assert recorded
    assert tracked
    assert (recorded | tracked) - {name for name, _words in action_choices()} == set()


def test_times_and_choices_are_told_as_people_read_them(browser, admin):
    details = {
        "until": "2026-03-09T18:30:00+00:00",
        "changes": {"role": {"old": "manager", "new": "admin"}, "phone": {"old": None, "new": ""}},
    }
    row = ActivityLogFactory(tenant=admin.tenant, details=details)
    assert [(change.label, change.old, change.new) for change in changes_of(row)] == [("Role", "Manager", "Administrator")]
    assert facts_of(row) == [("Until", "9 Mar 2026, 18:30")]
