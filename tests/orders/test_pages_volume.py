"""What only the pages ask of customers, at volume: the areas to choose from, and who is blocked, each by its index."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Customer
from orders.queries import places
from tests.orders.test_queries import first_page, held, merchant, shop  # noqa: F401  # fixtures
from tests.orders.volume import AREAS


def test_areas_and_cities_are_found_by_leaps(merchant):  # noqa: F811
    with CaptureQueriesContext(connection) as asked:
        found = places(merchant.pk)
    assert (len(found["area"]), found["city"]) == (AREAS, ["Casablanca"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) {asked[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "idx_customers_area" in plan
    assert "idx_customers_city" in plan
    assert "Seq Scan on customers" not in plan


def test_who_is_blocked_is_found_by_an_index_of_those_alone(merchant):  # noqa: F811
    few = Customer.objects.order_by("pk").values_list("pk", flat=True)[:5]
    Customer.objects.filter(pk__in=list(few)).update(blocked=True, blocked_reason="Refused five parcels")
    held(first_page(Customer.objects.present().filter(blocked=True)), "idx_customers_blocked")
