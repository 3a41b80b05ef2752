"""The pages of customers: the list and its file, one customer with everything that is known, merging two who are one."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import ActivityLog
from accounts.tenancy import as_operator, in_tenant
from base.actor import SYSTEM
from orders.actions import customers
from orders.models import Address, Customer
from orders.navigation import find_customers
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import AddressFactory, CustomerFactory, OrderFactory
from tests.orders.conftest import a_phone

pytestmark = pytest.mark.django_db
OVERRIDE = "\u202e"
MOST_STATEMENTS = 10
VERBS = ("customer-edit", "customer-addresses", "customer-tags", "customer-block", "customer-unblock", "customer-merge")


@pytest.fixture
def manager(tenant):
    return UserFactory(manager=True, tenant=tenant)


@pytest.fixture
def browser(manager):
    return browser_of(manager)


@pytest.fixture
def amina(tenant):
    return CustomerFactory(tenant=tenant, full_name="Amina El Idrissi", phone="+212661204418", email="amina@atlas.example")


def fresh(row):
    with as_operator("a test looks"):
        return type(row).objects.get(pk=row.pk)


def page_of(row, name="customer"):
    return reverse(f"orders:{name}", args=[row.pk])


def given(**changes):
    values = {"full_name": "أمينة الإدريسي", "phone": "0661 20 44 18", "email": "Amina@Atlas.example", "address": "12، زنقة الأوداية"}
    return {**values, "area": "المعاريف", "city": "الدار البيضاء", "postal_code": "20330", "notes": "تتصل مساء", **changes}


class TestTheList:
    def test_shows_ones_own_customers_only_and_not_those_that_were_merged(self, browser, tenant, amina):
        other = CustomerFactory(full_name="Farhana Rahman")
        gone = CustomerFactory(tenant=tenant, full_name="Amina Idrissi", merged_into=amina)
        page = browser.get("/customers/").text
        assert "Amina El Idrissi" in page
        assert "+212 6 61 20 44 18" in page
        assert page_of(gone) not in page
        assert other.full_name not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "idrissi"}, True),
            ({"q": "0661204418"}, True),
            ({"q": "٠٦٦١٢٠٤٤"}, True),
            ({"q": "atlas.example"}, True),
            ({"q": "karim"}, False),
            ({"area": "Maârif"}, True),
            ({"city": "Casablanca"}, True),
            ({"tag": "vip"}, True),
            ({"tag": "VIP"}, True),
            ({"tag": "new"}, False),
            ({"blocked": "true"}, False),
            ({"blocked": "false"}, True),
        ],
    )
    def test_filters(self, browser, tenant, amina, query, found):
        CustomerFactory(tenant=tenant, area="Gauthier", city="Rabat")
        with in_tenant(tenant):
            customers.tag_customers([amina.pk], add=[{"id": "vip", "label": "VIP"}], actor=SYSTEM)
        assert (page_of(amina) in browser.get("/customers/", query).text) is found

    @pytest.mark.parametrize("query", ["q=%00", "area=%F0%9F%98%80", "sort=worst", "tag=%E2%80%AE", "cursor=nonsense", "blocked=perhaps"])
    def test_an_ugly_address_is_no_failure(self, browser, amina, query):
        assert browser.get(f"/customers/?{query}").status_code in {200, 400}

    def test_the_best_stand_first_when_asked_for(self, browser, tenant, amina):
        OrderFactory(tenant=tenant, customer=amina)
        CustomerFactory(tenant=tenant, full_name="Karim Benali")
        newest = browser.get("/customers/").text
        best = browser.get("/customers/", {"sort": "orders"}).text
        assert newest.index("Karim") < newest.index("Amina")
        assert best.index("Amina") < best.index("Karim")

    @pytest.mark.parametrize("sort", ["", "orders", "spent"])
    def test_pages_follow_each_other_by_key_in_each_order(self, browser, tenant, sort):
        for number in range(60):
            CustomerFactory(tenant=tenant, full_name=f"Buyer {number:02}")
        first = browser.get("/customers/", {"sort": sort}).text
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', first)[1].replace("&amp;", "&")
        second = browser.get(f"/customers/{following}").text
        shown = [set(re.findall(r"Buyer \d\d", page)) for page in (first, second)]
        assert not shown[0] & shown[1]
        assert len(shown[0] | shown[1]) == 60

    def test_costs_the_same_for_one_and_for_thirty(self, browser, tenant):
        CustomerFactory(tenant=tenant)
        few = statements(browser, "/customers/")
        CustomerFactory.create_batch(29, tenant=tenant)
        assert statements(browser, "/customers/") == few <= MOST_STATEMENTS

    def test_an_operator_sees_everybodys_with_the_merchants_name(self, amina):
        page = browser_of(UserFactory(superadmin=True)).get("/customers/").text
        assert "Amina El Idrissi" in page
        assert amina.tenant.name in page

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_is_taken_along_as_a_file_which_is_recorded(self, browser, manager, amina, ending):
        CustomerFactory(tenant=amina.tenant, full_name="=HYPERLINK()", area="Gauthier")
        answer = browser.get(reverse("orders:customers-export", args=[ending]), {"area": "Maârif"})
        assert answer.status_code == 200
        sent = b"".join(answer)
        if ending == "csv":
            phones = [row["Phone"] for row in csv.DictReader(io.StringIO(sent.decode("utf-8-sig")))]
        else:
            head, *rows = load_workbook(io.BytesIO(sent)).active.iter_rows(values_only=True)
            phones = [row[head.index("Phone")] for row in rows]
        assert [phone.lstrip("'") for phone in phones] == ["+212661204418"]
        with in_tenant(manager.tenant):
            row = ActivityLog.objects.get(action="customers_exported")
        assert (row.user_id, row.details["filters"], row.details["format"]) == (manager.pk, {"area": "Maârif"}, ending)

    def test_a_file_of_unknown_kind_or_with_a_wrong_filter_is_refused(self, browser, amina):
        assert browser.get(reverse("orders:customers-export", args=["pdf"])).status_code == 400
        assert browser.get(reverse("orders:customers-export", args=["csv"]), {"area": "Nowhere"}).status_code == 400

    def test_is_found_by_the_search_box(self, browser, manager, amina):
        with in_tenant(manager.tenant):
            hit = find_customers("idris", manager, 5)[0]
        assert (hit.title, hit.url) == ("Amina El Idrissi", page_of(amina))
        assert "Amina El Idrissi" in browser.get("/search/", {"q": "0661-20"}).text


class TestANewCustomer:
    def test_any_script_and_a_local_phone(self, browser, tenant):
        answer = browser.post("/customers/new/", given())
        with in_tenant(tenant):
            amina = Customer.objects.get()
        assert answer["Location"] == page_of(amina)
        assert (amina.full_name, amina.phone, amina.email) == ("أمينة الإدريسي", "+212661204418", "amina@atlas.example")
        assert (amina.address, amina.area, amina.city) == ("12، زنقة الأوداية", "المعاريف", "الدار البيضاء")
        page = browser.get(answer["Location"]).text
        assert "<bdi>أمينة الإدريسي</bdi>" in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"full_name": ""}, "full_name"),
            ({"full_name": f"Amina{OVERRIDE}anima"}, "full_name"),
            ({"full_name": "Amina 😀"}, "full_name"),
            ({"full_name": "A" * 201}, "full_name"),
            ({"phone": ""}, "phone"),
            ({"phone": "0"}, "phone"),
            ({"phone": "-1"}, "phone"),
            ({"phone": "+33612345678"}, "phone"),
            ({"phone": "9" * 40}, "phone"),
            ({"email": "amina"}, "email"),
            ({"postal_code": "9" * 21}, "postal_code"),
            ({"notes": "x" * 2001}, "notes"),
            ({"city": "a\0b"}, "city"),
        ],
    )
    def test_a_wrong_value_is_told_beside_its_field_and_nothing_typed_is_lost(self, browser, tenant, changes, field):
        answer = browser.post("/customers/new/", given(**changes))
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        assert "المعاريف" in answer.text
        with in_tenant(tenant):
            assert not Customer.objects.exists()

    def test_a_second_click_makes_no_second_one(self, browser, tenant):
        browser.post("/customers/new/", given())
        again = browser.post("/customers/new/", given())
        assert again.status_code == 422
        assert "Another customer has this phone" in again.text
        with in_tenant(tenant):
            assert Customer.objects.count() == 1

    def test_only_who_may(self, tenant):
        assert browser_of(UserFactory(accountant=True, tenant=tenant)).post("/customers/new/", given()).status_code == 403
        assert browser_of(UserFactory(delivery_agent=True, tenant=tenant)).get("/customers/").status_code == 403
        with in_tenant(tenant):
            assert not Customer.objects.exists()


class TestACustomer:
    def test_shows_figures_rate_orders_addresses_tags_and_what_was_done(self, browser, tenant, amina):
        OrderFactory(tenant=tenant, customer=amina, status="delivered", payment_status="collected")
        OrderFactory(tenant=tenant, customer=amina, status="returned")
        AddressFactory(tenant=tenant, customer=amina, label="Work", address="7 rue Taha Hussein")
        browser.post(page_of(amina, "customer-tags"), {"label": "VIP"})
        page = browser.get(page_of(amina)).text
        assert "145.00" in page
        assert re.search(r'class="meter bad wide"><svg[^>]*><rect width="50.0%"', page), "half of the meter is filled"
        assert "50 %" in page
        assert page.count("T-0") >= 2
        assert "7 rue Taha Hussein" in page
        assert "VIP" in page
        assert "Tagged customers" in page

    def test_what_was_done_is_for_who_may_read_it(self, tenant, amina):
        rep = browser_of(UserFactory(tenant=tenant))
        assert "What was done" not in rep.get(page_of(amina)).text

    def test_orders_are_for_who_may_see_orders(self, tenant, amina):
        order = OrderFactory(tenant=tenant, customer=amina)
        blind = UserFactory(manager=True, tenant=tenant, permissions={"orders": {"view": False}})
        assert order.order_number not in browser_of(blind).get(page_of(amina)).text

    def test_costs_the_same_however_much_there_is(self, browser, tenant, amina):
        OrderFactory(tenant=tenant, customer=amina)
        few = statements(browser, page_of(amina))
        OrderFactory.create_batch(29, tenant=tenant, customer=amina)
        AddressFactory.create_batch(29, tenant=tenant, customer=amina)
        assert statements(browser, page_of(amina)) == few <= MOST_STATEMENTS

    def test_its_orders_go_on_by_key(self, browser, tenant, amina):
        OrderFactory.create_batch(25, tenant=tenant, customer=amina)
        first = browser.get(page_of(amina)).text
        older = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
        second = browser.get(f"{page_of(amina)}{older}").text
        shown = [set(re.findall(r"T-\d{6}", page)) for page in (first, second)]
        assert (len(shown[0]), len(shown[1]), shown[0] & shown[1]) == (20, 5, set())

    def test_is_changed_where_something_was_changed(self, browser, manager, amina):
        answer = browser.post(page_of(amina, "customer-edit"), given(full_name="Amina B.", notes="calls back"))
        assert answer.status_code == 302
        assert (fresh(amina).full_name, fresh(amina).notes) == ("Amina B.", "calls back")
        with in_tenant(manager.tenant):
            row = ActivityLog.objects.get(action="customer_changed", entity_id=amina.pk)
        assert row.details["changes"]["full_name"] == {"old": "Amina El Idrissi", "new": "Amina B."}
        assert "phone" not in row.details["changes"]

    def test_a_phone_that_somebody_has_is_refused_on_its_field(self, browser, tenant, amina):
        CustomerFactory(tenant=tenant, phone="+212670119002")
        answer = browser.post(page_of(amina, "customer-edit"), given(phone="0670119002"))
        assert answer.status_code == 422
        assert 'id="id_phone_error"' in answer.text
        assert fresh(amina).phone == "+212661204418"

    def test_addresses_are_added_chosen_and_removed(self, browser, amina):
        browser.post(page_of(amina, "customer-addresses"), {"address": "7 rue Taha Hussein", "label": "Work", "city": "Rabat"})
        with in_tenant(amina.tenant):
            work = Address.objects.get()
        assert fresh(amina).address == "12 rue des Oudayas"
        browser.post(reverse("orders:address-default", args=[amina.pk, work.pk]))
        assert (fresh(amina).address, fresh(amina).city) == ("7 rue Taha Hussein", "Rabat")
        with in_tenant(amina.tenant):
            before = Address.objects.get(is_default=False)
        assert before.address == "12 rue des Oudayas", "the address before is not lost"
        browser.post(reverse("orders:address-remove", args=[amina.pk, before.pk]))
        with in_tenant(amina.tenant):
            assert Address.objects.get().pk == work.pk

    def test_an_empty_address_is_told_beside_its_field(self, browser, amina):
        answer = browser.post(page_of(amina, "customer-addresses"), {"address": " ", "label": "Work"})
        assert answer.status_code == 422
        assert 'id="address_address_error"' in answer.text
        assert 'value="Work"' in answer.text

    def test_tags_in_any_script_are_added_taken_off_and_taken_back(self, browser, amina):
        browser.post(page_of(amina, "customer-tags"), {"label": "زبون مهم", "color": "#935600"})
        tag = fresh(amina).tags[0]
        assert (tag["label"], tag["color"]) == ("زبون مهم", "#935600")
        assert page_of(amina) in browser.get("/customers/", {"tag": "زبون مهم"}).text
        page = browser.post(page_of(amina, "customer-tags"), {"remove": tag["id"]}, follow=True).text
        assert fresh(amina).tags == []
        undo = re.search(r'action="([^"]+tags/\?[^"]+)"', page)[1].replace("&amp;", "&")
        browser.post(undo)
        assert fresh(amina).tags == [tag]

    def test_a_tag_without_words_is_told_beside_its_field(self, browser, amina):
        answer = browser.post(page_of(amina, "customer-tags"), {"label": "😀"})
        assert answer.status_code in {302, 422}
        assert browser.post(page_of(amina, "customer-tags"), {"label": " "}).status_code == 422

    def test_blocking_needs_a_reason_and_is_taken_back(self, browser, amina):
        refused = browser.post(page_of(amina, "customer-block"), {"reason": "  "})
        assert refused.status_code == 422
        assert 'id="block_reason_error"' in refused.text
        assert not fresh(amina).blocked
        page = browser.post(page_of(amina, "customer-block"), {"reason": "Refused five parcels"}, follow=True).text
        assert "No orders are taken from this customer." in page
        assert fresh(amina).blocked_reason == "Refused five parcels"
        browser.post(page_of(amina, "customer-unblock"))
        assert not fresh(amina).blocked

    def test_of_another_merchant_is_not_there_and_stays_as_it_is(self, browser, amina):
        other = CustomerFactory(full_name="Farhana Rahman")
        address = AddressFactory(tenant=other.tenant, customer=other)
        before = fresh(other)
        sent = {**given(), "label": "VIP", "reason": "because", "other": str(amina.pk)}
        for name in ("customer", *VERBS):
            assert browser.get(page_of(other, name)).status_code in {404, 405}, name
            assert browser.post(page_of(other, name), sent).status_code in {404, 405}, name
        for name in ("address-default", "address-remove"):
            assert browser.post(reverse(f"orders:{name}", args=[other.pk, address.pk])).status_code == 404
            assert browser.post(reverse(f"orders:{name}", args=[amina.pk, address.pk])).status_code == 404
        assert fresh(other).updated_at == before.updated_at
        assert fresh(address).updated_at == address.updated_at

    def test_who_may_only_look_finds_no_buttons_and_is_refused(self, tenant, amina):
        looking = browser_of(UserFactory(accountant=True, tenant=tenant))
        page = looking.get(page_of(amina)).text
        assert page_of(amina, "customer-edit") not in page
        for name in VERBS:
            assert looking.post(page_of(amina, name), {"reason": "x", "label": "x"}).status_code == 403, name
        assert fresh(amina).tags == []


class TestMerging:
    @pytest.fixture
    def twin(self, tenant):
        return CustomerFactory(tenant=tenant, full_name="Amina Idrissi", phone="+212670119002", address="7 rue Taha Hussein")

    def test_the_other_is_found_shown_side_by_side_and_merged(self, browser, tenant, amina, twin):
        order = OrderFactory(tenant=tenant, customer=twin)
        place = page_of(amina, "customer-merge")
        found = browser.get(place, {"q": "Idrissi"}).text
        assert f"other={twin.pk}" in found
        assert f"other={amina.pk}" not in found
        sides = browser.get(place, {"other": twin.pk}).text
        assert "12 rue des Oudayas" in sides
        assert "7 rue Taha Hussein" in sides
        assert "This cannot be taken back" in sides
        answer = browser.post(place, {"other": twin.pk})
        assert answer["Location"] == page_of(amina)
        assert (fresh(order).customer_id, fresh(twin).merged_into_id, fresh(amina).total_orders) == (amina.pk, amina.pk, 1)
        assert browser.get(page_of(twin))["Location"] == page_of(amina)
        assert "7 rue Taha Hussein" in browser.get(page_of(amina)).text

    def test_a_second_click_says_that_it_is_done(self, browser, amina, twin):
        place = page_of(amina, "customer-merge")
        browser.post(place, {"other": twin.pk})
        again = browser.post(place, {"other": twin.pk})
        assert again.status_code == 422
        assert "merged already" in again.text

    @pytest.mark.parametrize("other", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
    def test_nobody_to_merge_is_told(self, browser, amina, other):
        assert browser.post(page_of(amina, "customer-merge"), {"other": other}).status_code == 422
        assert browser.get(page_of(amina, "customer-merge"), {"other": other, "q": "\0x"}).status_code == 200

    def test_nobody_is_merged_into_themselves_or_with_another_merchants(self, browser, amina):
        stranger = CustomerFactory(full_name="Farhana Rahman")
        place = page_of(amina, "customer-merge")
        for other in (amina, stranger):
            assert browser.post(place, {"other": other.pk}).status_code == 422
        assert "Farhana" not in browser.get(place, {"other": stranger.pk}).text
        assert fresh(stranger).merged_into_id is None

    def test_costs_few_statements(self, browser, amina, twin):
        assert statements(browser, f"{page_of(amina, 'customer-merge')}?other={twin.pk}") <= MOST_STATEMENTS


def test_two_merchants_may_know_the_same_phone(browser, amina):
    other = UserFactory(manager=True, tenant=TenantFactory(settings={"country_code": "MA"}))
    assert browser_of(other).post("/customers/new/", given()).status_code == 302
    assert a_phone() != amina.phone


def statements(browser, address):
    """How many the page costs once caches are warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)
