"""What is done to customers: words in any script, tags, blocking, addresses, and making one of two, also while somebody orders."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from accounts.models import ActivityLog
from accounts.tenancy import in_tenant
from base import context
from base.actor import SYSTEM
from base.errors import DomainError
from orders.actions import customers
from orders.actions.placing import place_order
from orders.models import Address, Customer, Order
from orders.reconcile import find_drift
from orders.signals import customer_tags_changed
from tests.factories.accounts import UserFactory
from tests.orders.conftest import a_draft, a_phone, an_order

pytestmark = pytest.mark.django_db
VIP = {"id": "vip", "label": "VIP", "color": "#FFD700"}


def a_customer(**values):
    return customers.create_customer(**{"full_name": "Amina El Idrissi", "phone": a_phone(), **values}, actor=SYSTEM)


def refused(work, *args, **values):
    """The error of an action; and no customer was made or changed by it."""
    before = list(Customer.objects.order_by("pk").values())
    with pytest.raises(DomainError) as error:
        work(*args, **values, actor=SYSTEM)
    assert list(Customer.objects.order_by("pk").values()) == before
    return error.value.code, error.value.field


class TestCreating:
    @pytest.mark.parametrize("name", ["أمينة الإدريسي", "Zoë O’Neil", "রফিক ইসলাম", "Đặng Thị  Hoa", "李小龙"])
    def test_a_name_of_any_script_is_kept_in_one_line(self, scope, name):
        assert a_customer(full_name=f"  {name}\n").full_name == " ".join(name.split())

    @pytest.mark.parametrize(
        "phone", ["0661204418", "06 61 20 44 18", "+212661204418", "00212 661-204418", "+212 (0)661204418", "٠٦٦١٢٠٤٤١٨"]
    )
    def test_every_spelling_of_a_phone_is_one(self, scope, phone):
        assert a_customer(phone=phone).phone == "+212661204418"

    @pytest.mark.parametrize(
        ("values", "code", "field"),
        [
            ({"full_name": " "}, "name_needed", "full_name"),
            ({"full_name": "x" * 201}, "too_long", "full_name"),
            ({"full_name": "Amina\u202e"}, "hidden_characters", "full_name"),
            ({"full_name": "Amina 🎉"}, "symbols", "full_name"),
            ({"phone": ""}, "invalid_phone", "phone"),
            ({"phone": "12345"}, "invalid_phone", "phone"),
            ({"phone": "+8801711223344"}, "foreign_phone", "phone"),
            ({"email": "amina@"}, "invalid_email", "email"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_field(self, scope, values, code, field):
        given = {"full_name": "Amina", "phone": a_phone(), **values}
        assert refused(customers.create_customer, **given) == (code, field)

    def test_a_phone_belongs_to_one(self, scope):
        first = a_customer()
        assert refused(customers.create_customer, full_name="Karim", phone=first.phone) == ("duplicate_phone", "phone")

    def test_the_figures_are_nobodys_to_set(self, scope):
        with pytest.raises(TypeError):
            customers.create_customer(full_name="Amina", phone=a_phone(), total_orders=5, actor=SYSTEM)


class TestTags:
    def test_are_added_once_and_taken_off_and_told(self, scope):
        told = []
        amina, karim = a_customer(), a_customer()

        def listen(added, removed, customers, **_):
            told.append((len(customers), [tag["id"] for tag in added], removed))

        customer_tags_changed.connect(listen)
        try:
            assert customers.tag_customers([amina.pk, karim.pk], add=[VIP], actor=SYSTEM) == 2
            assert customers.tag_customers([amina.pk], add=[VIP], actor=SYSTEM) == 0
            assert customers.tag_customers([amina.pk], remove=["vip"], actor=SYSTEM) == 1
        finally:
            customer_tags_changed.disconnect(listen)
        assert told == [(2, ["vip"], []), (1, [], ["vip"])]
        assert [Customer.objects.get(pk=row.pk).tags for row in (amina, karim)] == [[], [VIP]]

    @pytest.mark.parametrize("tag", [{"id": ""}, {"id": "VIP!"}, {"id": "é"}, {"id": "x" * 41}, {"id": "vip", "color": "red"}])
    def test_one_that_is_none_is_refused(self, scope, tag):
        amina = a_customer()
        assert refused(customers.tag_customers, [amina.pk], add=[tag]) == ("invalid_tag", "tags")

    def test_one_row_of_the_log_tells_of_all(self, scope, tenant):
        person = UserFactory(manager=True, tenant=tenant)
        rows = [a_customer() for _each in range(3)]
        customers.tag_customers([row.pk for row in rows], add=[VIP], actor=person)
        logged = ActivityLog.objects.get(action="customers_tagged")
        assert (set(logged.details["ids"]), logged.details["added"]) == ({str(row.pk) for row in rows}, ["vip"])


class TestBlocking:
    def test_takes_no_more_orders_until_it_is_taken_back(self, scope):
        amina = a_customer()
        customers.block_customer(amina, reason="Refused five parcels", actor=SYSTEM)
        with pytest.raises(DomainError) as error:
            place_order(a_draft(phone=amina.phone), actor=SYSTEM)
        assert (error.value.code, error.value.field) == ("customer_blocked", "customer")
        customers.unblock_customer(amina, actor=SYSTEM)
        assert place_order(a_draft(phone=amina.phone), actor=SYSTEM).customer_id == amina.pk

    def test_needs_a_reason(self, scope):
        assert refused(customers.block_customer, a_customer(), reason="  ") == ("reason_needed", "reason")


class TestAddresses:
    def test_the_first_is_where_orders_start(self, scope):
        amina = a_customer()
        made = customers.add_address(amina, address="12 rue des Oudayas", area="Maârif", city="Casablanca", actor=SYSTEM)
        amina.refresh_from_db()
        assert (made.is_default, amina.address, amina.area) == (True, "12 rue des Oudayas", "Maârif")

    def test_choosing_another_loses_none(self, scope):
        amina = a_customer(address="12 rue des Oudayas", area="Maârif")
        work = customers.add_address(amina, address="7 rue Taha Hussein", city="Rabat", actor=SYSTEM)
        assert not work.is_default
        customers.make_default_address(work, actor=SYSTEM)
        amina.refresh_from_db()
        assert (amina.address, amina.area, amina.city) == ("7 rue Taha Hussein", "", "Rabat")
        assert list(Address.objects.order_by("address").values_list("address", "area", "is_default")) == [
            ("12 rue des Oudayas", "Maârif", False),
            ("7 rue Taha Hussein", "", True),
        ]
        customers.make_default_address(Address.objects.get(is_default=False), actor=SYSTEM)
        assert Address.objects.count() == 2

    def test_changing_the_customers_own_changes_the_default_with_it(self, scope):
        amina = a_customer()
        customers.add_address(amina, address="12 rue des Oudayas", actor=SYSTEM)
        customers.change_customer(amina, address="14 rue des Oudayas", actor=SYSTEM)
        assert Address.objects.get().address == "14 rue des Oudayas"

    def test_one_that_is_gone_is_told(self, scope):
        work = customers.add_address(a_customer(address="x"), address="7 rue Taha Hussein", actor=SYSTEM)
        customers.remove_address(work, actor=SYSTEM)
        for verb in (customers.make_default_address, customers.remove_address):
            assert refused(verb, Address(pk=work.pk or "", customer_id=Customer.objects.get().pk)) == ("not_found", None)

    def test_none_is_empty(self, scope):
        assert refused(customers.add_address, a_customer(), address=" ") == ("address_needed", "address")


class TestMerging:
    def test_all_goes_to_who_is_kept(self, scope, tenant):
        person = UserFactory(manager=True, tenant=tenant)
        keep = a_customer(address="12 rue des Oudayas", notes="calls back")
        other = a_customer(email="amina@atlas.example", address="7 rue Taha Hussein", notes="at work")
        customers.tag_customers([other.pk], add=[VIP], actor=SYSTEM)
        customers.add_address(other, address="3 impasse Atlas", actor=SYSTEM)
        orders = [an_order(state, phone=other.phone) for state in ("new", "returned", "cancelled", "delivered")]
        merged = customers.merge_customers(keep, [other], actor=person)
        assert (merged.total_orders, merged.returned_orders) == (3, 1)
        assert (merged.email, merged.address, merged.notes, merged.tags) == (
            "amina@atlas.example",
            "12 rue des Oudayas",
            "calls back\nat work",
            [VIP],
        )
        assert set(Address.objects.filter(customer=keep).values_list("address", flat=True)) == {"7 rue Taha Hussein", "3 impasse Atlas"}
        assert set(Order.objects.filter(customer=keep)) == set(orders)
        row = ActivityLog.objects.get(action="customers_merged")
        assert (row.user_id, row.details["orders_moved"], row.details["merged"][str(other.pk)]["phone"]) == (person.pk, 4, other.phone)
        assert list(find_drift()) == []

    def test_the_other_phone_leads_to_who_is_kept_also_over_two_merges(self, scope):
        first, second, third = a_customer(), a_customer(), a_customer()
        customers.merge_customers(second, [third], actor=SYSTEM)
        customers.merge_customers(first, [second], actor=SYSTEM)
        for row in (second, third):
            assert place_order(a_draft(phone=row.phone), actor=SYSTEM).customer_id == first.pk

    def test_who_was_blocked_stays_blocked(self, scope):
        keep, other = a_customer(), a_customer()
        customers.block_customer(other, reason="Refused five parcels", actor=SYSTEM)
        merged = customers.merge_customers(keep, [other], actor=SYSTEM)
        assert (merged.blocked, merged.blocked_reason) == (True, "Refused five parcels")

    def test_what_cannot_be_merged_is_told(self, scope):
        keep, other = a_customer(), a_customer()
        assert refused(customers.merge_customers, keep, []) == ("cannot_merge", "customer")
        assert refused(customers.merge_customers, keep, [keep]) == ("cannot_merge", "customer")
        customers.merge_customers(keep, [other], actor=SYSTEM)
        assert refused(customers.merge_customers, keep, [other]) == ("cannot_merge", "customer")
        assert refused(customers.merge_customers, other, [keep]) == ("cannot_merge", "customer")
        assert refused(customers.change_customer, other, full_name="Karim") == ("not_found", None)


def together(*works):
    """Each in a thread and a connection of its own, begun at the same time."""
    barrier, errors = Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(10)
            work()
        except Exception as error:  # noqa: BLE001  # of a thread: looked at below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_an_order_that_waits_for_the_merge_goes_to_who_is_kept(self, tenant):
        """The order has looked its customer up; then the merge commits, and only then the order is written."""
        with in_tenant(tenant):
            keep, other = a_customer(), a_customer()
        held, looked = Barrier(2), Barrier(2)
        placed = []

        def merge():
            with in_tenant(tenant), transaction.atomic():
                customers.merge_customers(keep, [other], actor=SYSTEM)
                held.wait(20)
                looked.wait(20)
                _until_somebody_waits()

        def order():
            held.wait(20)
            looked.wait(20)
            with in_tenant(tenant):
                placed.append(place_order(a_draft(phone=other.phone), actor=SYSTEM))

        assert together(merge, order) == []
        with in_tenant(tenant):
            assert Order.objects.get(pk=placed[0].pk).customer_id == keep.pk
            assert Customer.objects.get(pk=keep.pk).total_orders == 1
            assert list(find_drift()) == []

    def test_orders_and_merges_in_any_order_lose_none(self, tenant):
        with in_tenant(tenant):
            keep, other = a_customer(), a_customer()
            person = UserFactory(manager=True, tenant=tenant)

        def order():
            with in_tenant(tenant):
                for _each in range(5):
                    place_order(a_draft(phone=other.phone), actor=SYSTEM)

        def merge():
            with in_tenant(tenant), context.using(user=person):
                customers.merge_customers(keep, [other], actor=person)

        assert together(order, merge, order) == []
        with in_tenant(tenant):
            assert Order.objects.filter(customer=keep).count() == 10
            assert Customer.objects.get(pk=keep.pk).total_orders == 10
            assert list(find_drift()) == []

    def test_two_merges_against_each_other_leave_one(self, tenant):
        with in_tenant(tenant):
            one, two = a_customer(), a_customer()

        def merge(keep, other):
            def work():
                with in_tenant(tenant):
                    customers.merge_customers(keep, [other], actor=SYSTEM)

            return work

        errors = together(merge(one, two), merge(two, one))
        assert [getattr(error, "code", error) for error in errors] == ["cannot_merge"]
        with in_tenant(tenant):
            assert Customer.objects.present().count() == 1

    def test_the_same_phone_twice_makes_one_customer(self, tenant):
        phone = a_phone()

        def create():
            with in_tenant(tenant):
                a_customer(phone=phone)

        errors = together(create, create, create)
        assert [getattr(error, "code", error) for error in errors] == ["duplicate_phone"] * 2

    def test_two_defaults_at_once_leave_one(self, tenant):
        with in_tenant(tenant):
            amina = a_customer(address="12 rue des Oudayas")
            rows = [customers.add_address(amina, address=f"{number} rue Atlas", actor=SYSTEM) for number in range(4)]

        def choose(row):
            def work():
                with in_tenant(tenant):
                    customers.make_default_address(row, actor=SYSTEM)

            return work

        assert together(*(choose(row) for row in rows)) == []
        with in_tenant(tenant):
            assert Address.objects.get(is_default=True).address == Customer.objects.get().address


def _until_somebody_waits():
    """Until another connection of this database waits for a lock."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_sleep(0.02) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
