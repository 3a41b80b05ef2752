"""Each of the ten named queries of source 002 that orders owns, and each list that pages show, stands on its index at volume.

Asked as the runtime role, behind row-level security, as everything is.
"""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from base.paging import Keyset
from orders.actions.placing import place_orders
from orders.models import AgentPerformance, Customer, Order, Product
from orders.states import OPEN
from tests.orders.conftest import a_draft
from tests.orders.volume import ORDERS, volume

NEWEST = ("-created_at", "-id")
MOST_READ = 60


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker, admin_database):
    with django_db_blocker.unblock(), volume(admin_database) as made:
        yield made


@pytest.fixture
def merchant(shop, db):
    with in_tenant(shop[0]):
        yield shop[0]


def plans(ask):
    """The plans of the statements that `ask` runs, with the rows they really read."""
    with CaptureQueriesContext(connection) as asked:
        found = ask()
        if not isinstance(found, dict):
            list(found)
    with connection.cursor() as cursor:
        return [_plan(cursor, statement["sql"]) for statement in asked if statement["sql"].startswith("SELECT")]


def _plan(cursor, sql):
    cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) {sql}")
    return "\n".join(line for (line,) in cursor.fetchall())


def indexes(plan):
    return set(re.findall(r"(?:using|on) (idx_\w+)", plan))


def held(ask, *names):
    """That all statements of `ask` together use just these indexes of orders, customers or products, and read no table through."""
    found = plans(ask)
    assert found
    for plan in found:
        assert "Seq Scan on orders" not in plan, plan
        assert "Seq Scan on customers" not in plan, plan
        assert "Seq Scan on products" not in plan, plan
    used = set().union(*map(indexes, found))
    assert set(names) <= used, "\n\n".join(found)
    return found


def first_page(rows, order=NEWEST):
    return lambda: Keyset(rows, order).cut(None, 50).rows


def searched(text):
    return Keyset(Order.objects.search(text), NEWEST).cut(None, 50).rows


def sorts(plan):
    return "Sort Key" in plan


def test_the_merchant_has_its_volume(merchant):
    assert Order.objects.count() == ORDERS


def test_the_database_cuts_trigrams_of_every_script(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('خديجة')), cardinality(show_trgm('রহিম'))")
        assert min(cursor.fetchone()) >= 4


def test_1_recent_orders_to_be_worked_on(merchant):
    (plan,) = held(Order.objects.recent_for_dashboard, "idx_orders_status_created")
    assert not sorts(plan), plan
    assert most_read(plan) <= MOST_READ, plan


def test_2_an_agents_active_deliveries(shop, merchant):
    held(lambda: Order.objects.active_of_agent(shop[2][1]), "idx_orders_agent_status")


def test_3_ready_orders_of_an_area_that_nobody_has(merchant):
    held(lambda: Order.objects.to_route_in("Area 4"), "idx_orders_area_status")


def test_4_a_customers_orders(merchant):
    customer = Customer.objects.order_by("pk").first()
    (plan,) = held(lambda: Order.objects.of_customer(customer), "idx_orders_customer_id")
    assert not sorts(plan)


def test_5_what_became_of_a_days_orders(merchant):
    day = (timezone.now() - timedelta(days=40)).date()
    held(lambda: Order.objects.financial_summary(day, ZoneInfo("Africa/Casablanca")), "idx_orders_created_at")


def test_6_products_to_be_ordered_again(merchant):
    held(Product.objects.low_stock, "idx_products_low_stock")


def test_7_an_agents_performance(shop, merchant):
    agent = shop[2][1]
    (plan,) = held(lambda: AgentPerformance.objects.filter(agent_id=agent.pk, total_deliveries__gt=0))
    assert "idx_orders_agent_status" in plan or "idx_orders_assigned_agent_id" in plan


def test_8_customers_of_an_area_with_a_tag(merchant):
    held(lambda: Customer.objects.tagged_in("vip", "Area 0"), "idx_customers_tags", "idx_customers_area")


def test_9_orders_that_hold_a_product(merchant):
    held(lambda: Order.objects.containing("LAMP-77"), "idx_orders_items")


@pytest.mark.parametrize(
    ("narrow", "index"),
    [
        (lambda shop: {}, "idx_orders_created_at"),
        (lambda shop: {"status__in": ["delivered"]}, "idx_orders_status"),
        (lambda shop: {"delivery_area": "Area 7"}, "idx_orders_delivery_area"),
        (lambda shop: {"assigned_rep": shop[1][2]}, "idx_orders_assigned_rep_id"),
        (lambda shop: {"assigned_agent": shop[2][2]}, "idx_orders_assigned_agent_id"),
        (lambda shop: {"source": "api"}, "idx_orders_source"),
        (lambda shop: {"payment_status": "pending"}, "idx_orders_payment_status"),
    ],
    ids=["all", "status", "area", "rep", "agent", "source", "payment"],
)
def test_a_list_newest_first_reads_one_page_from_its_index(shop, merchant, narrow, index):
    rows = Order.objects.present().filter(**narrow(shop)).select_related("customer")
    (plan,) = held(first_page(rows), index)
    assert not sorts(plan), plan
    assert most_read(plan) <= MOST_READ, plan


def test_page_ten_thousand_costs_what_page_one_costs(merchant):
    keyset = Keyset(Order.objects.present(), NEWEST)
    deep = Order.objects.order_by(*NEWEST)[ORDERS - 5000]
    cursor = keyset._write(deep, back=False)
    (plan,) = held(lambda: keyset.cut(cursor, 50).rows, "idx_orders_created_at")
    assert not sorts(plan)
    assert most_read(plan) <= MOST_READ, plan


def test_the_open_orders_are_listed_without_reading_the_closed_ones(merchant):
    (plan,) = held(first_page(Order.objects.open()))
    assert most_read(plan) <= ORDERS * 4 // 100, plan


@pytest.mark.parametrize("status", OPEN)
def test_a_column_of_the_board_is_read_from_its_index(merchant, status):
    rows = Order.objects.present().filter(status=status)
    (plan,) = held(first_page(rows, ("priority_rank", "-created_at", "-id")), "idx_orders_board")
    assert not sorts(plan), plan
    assert most_read(plan) <= MOST_READ, plan


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("ORD-012345", "idx_orders_order_number"),
        ("12345", "idx_orders_order_number"),
        ("D-01234", "idx_orders_number_trgm"),
        ("benali1234", "idx_customers_name_trgm"),
        ("خديجة الإدريسي 1234", "idx_customers_name_trgm"),
        ("06 00 01 23 45", "idx_customers_phone"),
        ("00012345", "idx_customers_phone_trgm"),
        ("person12345@example.com", "idx_customers_email"),
        ("person12345@", "idx_customers_email_trgm"),
    ],
)
def test_orders_are_searched_by_number_name_phone_and_email_from_indexes(merchant, text, index):
    assert Order.objects.search(text).exists()
    found = plans(lambda: searched(text))
    assert index in set().union(*map(indexes, found)), "\n\n".join(found)
    assert not any("Seq Scan on" in plan for plan in found), "\n\n".join(found)


def test_a_search_that_finds_too_many_reads_no_more_than_it_shows(merchant):
    found = plans(lambda: searched("benali"))
    assert max(map(most_read, found)) <= 300 * 5 + MOST_READ, "\n\n".join(found)


def test_three_filters_together_read_a_small_part(shop, merchant):
    rows = Order.objects.present().filter(status="delivered", delivery_area="Area 5", source="webhook")
    (plan,) = held(first_page(rows))
    assert most_read(plan) <= 1000, plan


def test_many_numbers_of_a_shop_are_looked_up_in_their_index(merchant):
    drafts = [a_draft(source="webhook", webhook_source="shop", external_id=f"no-{number}") for number in range(150)]
    with CaptureQueriesContext(connection) as asked:
        placed = place_orders(drafts, actor=SYSTEM)
    assert len(placed.orders) == len(drafts)
    (known,) = [row["sql"] for row in asked if row["sql"].startswith("SELECT") and "no-149" in row["sql"]]
    with connection.cursor() as cursor:
        assert "orders_external_once" in _plan(cursor, known)


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (("-created_at", "-id"), "idx_customers_created_at"),
        (("-total_orders", "-id"), "idx_customers_total_orders"),
        (("-total_spent", "-id"), "idx_customers_total_spent"),
    ],
)
def test_the_list_of_customers_reads_one_page_from_its_index(merchant, order, index):
    (plan,) = held(first_page(Customer.objects.present(), order), index)
    assert not sorts(plan), plan
    assert most_read(plan) <= MOST_READ, plan


def most_read(plan):
    """The largest number of rows that a node of the plan gave or filtered away, per loop."""
    return max(int(float(number)) for number in re.findall(r"(?:rows=|Removed by Filter: )([\d.]+)", plan))
