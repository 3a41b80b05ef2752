"""The demo's orders are a shop's life as the actions would have left it, the same for the same seed."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import phonenumbers
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from accounts import demo
from accounts.models import ActivityLog, NumberSequence
from accounts.states import Role
from accounts.tenancy import in_tenant
from base.actor import SYSTEM
from orders.actions.placing import place_order
from orders.models import Category, Customer, Discount, Order, OrderHistory, Product, StockMovement
from orders.reconcile import find_drift
from orders.states import LIFECYCLE, OPEN, OrderStatus, PaymentStatus
from tests.factories.accounts import TenantFactory, UserFactory
from tests.orders.conftest import a_draft

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
AREAS = ["Maârif", "Sidi Maârouf", "Gauthier", "Anfa"]


def a_shop(slug="atlas", **settings):
    given = {
        "currency": "MAD",
        "country_code": "MA",
        "languages": ["fr", "ar"],
        "delivery": {"areas": AREAS},
        "timezone": "Africa/Casablanca",
    }
    tenant = TenantFactory(slug=slug, settings=given | settings)
    for role in (Role.MANAGER, Role.CUSTOMER_REP, Role.DELIVERY_AGENT):
        UserFactory(tenant=tenant, role=role, email=f"{role}@{slug}.example")
    return tenant


def lived(tenant, orders=2000, seed=7, **values):
    steps = []
    demo.live(tenant, demo.Life(until=NOON, orders=orders, seed=seed, **values), lambda *said: steps.append(said))
    return steps


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    """A shop that has lived through 2,000 orders; only looked at."""
    from django.db import transaction

    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        tenant = a_shop()
        lived(tenant)
        yield tenant
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def inside(shop, db):
    with in_tenant(shop):
        yield shop


def test_makes_as_many_orders_as_asked_over_eighteen_months(inside):
    found = Order.objects.order_by("created_at")
    assert found.count() == 2000
    assert found.last().created_at <= NOON
    assert NOON - timedelta(days=550) < found.first().created_at < NOON - timedelta(days=500)


def test_figures_stock_and_history_add_up(inside):
    assert list(find_drift()) == []
    assert not Product.objects.filter(stock_quantity__lt=0).exists()


def test_every_history_walks_the_lifecycle_in_time(inside):
    steps = OrderHistory.objects.order_by("order_id", "created_at").values_list("order_id", "old_status", "new_status", "created_at")
    present = {}
    created = dict(Order.objects.values_list("pk", "created_at"))
    for order, old, new, at in steps:
        status, since = present.get(order, ("new", created[order]))
        assert old == status
        assert new in LIFECYCLE.after(old)
        assert since < at <= NOON
        present[order] = new, at
    moved = Order.objects.exclude(status="new")
    assert dict(moved.values_list("pk", "status")) == {pk: status for pk, (status, _at) in present.items()}


def test_about_a_fifth_of_what_reaches_the_door_comes_back_and_areas_differ(inside):
    ended = Order.objects.filter(status__in=["delivered", "returned"])
    back = Q(status="returned")
    assert 0.16 < ended.filter(back).count() / ended.count() < 0.24
    shares = [row["back"] / row["all"] for row in ended.values("delivery_area").annotate(all=Count("pk"), back=Count("pk", filter=back))]
    assert len(shares) == len(AREAS)
    assert max(shares) > 1.5 * min(shares)


def test_recent_orders_are_open_and_old_ones_are_closed(inside):
    assert not Order.objects.filter(status__in=OPEN, created_at__lt=NOON - timedelta(days=10)).exists()
    lately = Order.objects.filter(created_at__gte=NOON - timedelta(days=1))
    assert lately.filter(status__in=OPEN).count() > lately.count() / 2
    assert set(Order.objects.values_list("status", flat=True)) == set(OrderStatus.values)


def test_times_stand_where_the_status_says_so(inside):
    assert not Order.objects.filter(status="delivered", delivered_at=None).exists()
    assert not Order.objects.filter(status="cancelled", cancelled_at=None).exists()
    assert not Order.objects.filter(status="cancelled", cancel_reason="").exists()
    assert not Order.objects.filter(status="returned", return_reason="").exists()
    assert not Order.objects.filter(delivered_at__lt=F("confirmed_at")).exists()
    assert not Order.objects.filter(payment_status=PaymentStatus.COLLECTED).exclude(status="delivered").exists()


def test_some_customers_come_often_most_come_once(inside):
    orders = list(Customer.objects.order_by("-total_orders").values_list("total_orders", flat=True))
    assert orders[0] >= 8
    assert 1 in orders
    assert 0.35 < len(orders) / 2000 < 0.6


def test_every_phone_is_a_valid_mobile_of_the_country_and_nobody_elses(inside):
    phones = list(Customer.objects.values_list("phone", flat=True))
    assert len(set(phones)) == len(phones)
    for phone in phones:
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number_for_region(number, "MA")
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == phone


def test_people_write_their_names_in_the_shops_languages(inside):
    names = "".join(Customer.objects.values_list("full_name", flat=True))
    assert any("\u0600" <= letter <= "\u06ff" for letter in names)
    assert "El Idrissi" in names


def test_a_shop_in_dhaka_has_bengali_names_and_its_own_phones(db):
    tenant = a_shop("bazaar", currency="BDT", country_code="BD", languages=["en"], timezone="Asia/Dhaka")
    lived(tenant, orders=120)
    with in_tenant(tenant):
        names = "".join(Customer.objects.values_list("full_name", flat=True))
        assert any("\u0980" <= letter <= "\u09ff" for letter in names)
        assert all(phone.startswith("+8801") for phone in Customer.objects.values_list("phone", flat=True))
        assert list(find_drift()) == []


def test_goods_have_variants_categories_and_promo_codes_are_counted(inside):
    assert Product.objects.exclude(variants=[]).exists()
    assert Category.objects.exclude(parent=None).exists()
    for discount in Discount.objects.all():
        used = Order.objects.filter(discount_code=discount.code)
        assert discount.uses == used.count() > 0
        assert not used.filter(discount=0).exists()


def test_orders_have_their_rep_and_what_left_has_its_agent(inside):
    left = Order.objects.filter(status__in=["out_for_delivery", "delivered", "returned"])
    assert not left.filter(Q(assigned_agent=None) | Q(assigned_rep=None)).exists()
    assert Order.objects.filter(status="ready_for_pickup").exists()


def everything(tenant):
    with in_tenant(tenant):
        return {
            model.__name__: sorted(map(str, model.objects.values_list("pk", flat=True)))
            for model in (Order, Customer, OrderHistory, StockMovement, Product, Category, Discount)
        } | {"rows": list(Order.objects.order_by("pk").values_list("order_number", "status", "items", "total_amount", "created_at"))}


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(db):
    from django.db import transaction

    found = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            tenant = a_shop("twice")
            lived(tenant, orders=300, seed=seed)
            found.append(everything(tenant))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert not set(found[0]["Order"]) & set(found[2]["Order"])


def test_a_second_run_adds_nothing_and_a_larger_one_the_difference(db):
    tenant = a_shop("again")
    lived(tenant, orders=150)
    before = everything(tenant)
    assert lived(tenant, orders=150) == []
    assert lived(tenant, orders=100) == []
    assert everything(tenant) == before
    assert lived(tenant, orders=200)[-1] == ("orders", 50, 50)
    with in_tenant(tenant):
        assert Order.objects.count() == 200
        assert Product.objects.count() == len(before["Product"])
        assert list(find_drift()) == []


def test_goes_on_beside_orders_that_were_placed_by_hand(db):
    tenant = a_shop("mixed", confirmation={"required": False})
    lived(tenant, orders=60)
    with in_tenant(tenant):
        product = Product.objects.active().filter(variants=[]).first()
        placed = place_order(a_draft(product, quantity=1), actor=SYSTEM)
        assert placed.order_number == "ORD-000061"
    lived(tenant, orders=120)
    with in_tenant(tenant):
        assert Order.objects.count() == 121
        assert Order.objects.filter(order_number="ORD-000121").exists()
        assert list(find_drift()) == []


def test_a_stopped_run_goes_on_where_it_was(db, monkeypatch):
    monkeypatch.setattr("orders.demo.PORTION", 50)
    tenant = a_shop("stopped")

    def stop(_stage, done, _total):
        if done == 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.live(tenant, demo.Life(until=NOON, orders=200), stop)
    with in_tenant(tenant):
        assert Order.objects.count() == 100
    lived(tenant, orders=200, seed=1)
    with in_tenant(tenant):
        assert Order.objects.count() == 200
        assert list(find_drift()) == []


def test_the_command_fills_the_demos_merchants_and_prints_the_logins(db):
    out = StringIO()
    call_command("demo", "--orders", "40", "--until", "2026-03-18T12:00", stdout=out)
    assert "admin@atlas-home.example" in out.getvalue()
    from accounts.models import Tenant
    from accounts.tenancy import as_operator

    with as_operator("a test counts"):
        tenants = list(Tenant.objects.filter(slug__in=["atlas-home", "buriganga-bazaar"]))
        assert [Order.objects.filter(tenant=tenant).count() for tenant in tenants] == [40, 40]
        assert not ActivityLog.objects.filter(entity_type="order").exists()
        assert NumberSequence.objects.filter(name="order", last=40).count() == 2


def test_the_command_refuses_a_tenant_that_is_not_there_and_impossible_numbers(db):
    with pytest.raises(CommandError, match="There is no tenant “nobody”"):
        call_command("demo", "--tenant", "nobody", stdout=StringIO())
    with pytest.raises(CommandError, match="--months is from 1 to 240"):
        call_command("demo", "--months", "0", stdout=StringIO())
