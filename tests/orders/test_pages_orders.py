"""The pages of orders: list, board, one order, saved views, pick list."""

import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ActivityLog
from base.actor import SYSTEM
from base.templatetags.values import phone
from orders.actions import moving
from orders.models import Order, OrderHistory, SavedView
from orders.states import LIFECYCLE, OrderStatus
from orders.verbs import BY_NAME, VERBS, open_verbs
from tests.browsing import browser_of
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import CustomerFactory, OrderFactory, SavedViewFactory
from tests.orders.conftest import a_product, an_order, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger():
    """The browser of a manager of another merchant."""
    return browser_of(UserFactory(manager=True, tenant=TenantFactory()))


def statements(browser, address):
    """What a page asks of the database when nothing is cached but the sign-in, which the cache keeps anyway."""
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in seen.captured_queries]


def post_verb(browser, order, verb, **given):
    return browser.post(f"/orders/{order.pk}/{verb}/", given)


class TestTheList:
    def test_a_row_says_what_the_design_says(self, desk, scope):
        customer = CustomerFactory(tenant=scope, full_name="محمد المنصوري", phone="+212670119002", area="Sidi Maârouf")
        order = OrderFactory(tenant=scope, customer=customer, webhook_source="Shopify", source="webhook", quantity=2, risk_score=71)
        page = desk.get("/orders/").text
        for words in (
            order.order_number,
            "Shopify",
            "2 items",
            "محمد المنصوري",
            phone("+212670119002"),
            "first order",
            "Sidi Maârouf",
            "71",
        ):
            assert words in page, words
        assert "meter bad" in page
        assert "265.00" in page

    def test_shows_open_orders_unless_asked_for_others(self, desk, scope):
        waiting, gone = OrderFactory(tenant=scope), OrderFactory(tenant=scope, status="delivered")
        page = desk.get("/orders/").text
        assert waiting.order_number in page
        assert gone.order_number not in page
        everything = desk.get("/orders/", {"status": "all"}).text
        assert waiting.order_number in everything
        assert gone.order_number in everything
        assert waiting.order_number not in desk.get("/orders/", {"status": "delivered"}).text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"area": "Maârif"}, True),
            ({"area": "Anfa"}, False),
            ({"rep": "none"}, True),
            ({"rep": "me"}, False),
            ({"q": "Amina"}, True),
            ({"q": "zzz"}, False),
            ({"source": "csv"}, False),
        ],
    )
    def test_is_narrowed_by_the_address_with_a_pill_to_take_it_away(self, desk, scope, query, found):
        order = OrderFactory(tenant=scope)
        page = desk.get("/orders/", query).text
        assert (order.order_number in page) is found
        assert "take this filter away" in page

    def test_counts_stand_on_the_pills_and_in_the_navigation(self, desk, scope):
        OrderFactory.create_batch(2, tenant=scope)
        OrderFactory(tenant=scope, status="out_for_delivery")
        page = " ".join(desk.get("/orders/").text.split())
        assert "All open 3" in page
        assert "New 2" in page
        assert "Out 1" in page
        assert re.search(r"Orders <b>3</b>", page)

    def test_the_strip_tells_todays_tries(self, desk, scope):
        for fate in ("delivered", "delivered", "returned"):
            order = OrderFactory(tenant=scope, status="out_for_delivery")
            moving.change_status(order, fate, actor=SYSTEM, note="at the door")
        page = desk.get("/orders/", {"status": "all"}).text
        assert "67 % of tried" in page

    def test_statements_do_not_grow_with_the_rows(self, desk, scope):
        counted = []
        for more in (1, 29, 30):
            OrderFactory.create_batch(more, tenant=scope)
            cache.clear()
            seen = statements(desk, "/orders/")
            assert len(seen) <= 10, "\n".join(seen)
            counted.append(len(seen))
        assert len(set(counted)) == 1
        assert len(statements(desk, "/orders/?area=Maârif&source=manual&q=Amina")) <= 10

    def test_an_empty_list_says_what_to_do(self, desk, scope):
        assert "No open orders" in desk.get("/orders/").text
        OrderFactory(tenant=scope, status="delivered", order_number="T-GONE")
        assert "Search in everything" in desk.get("/orders/", {"q": "T-GONE"}).text

    def test_an_agent_sees_only_their_own(self, scope):
        agent = UserFactory(delivery_agent=True, tenant=scope)
        own, other = OrderFactory(tenant=scope, assigned_agent=agent), OrderFactory(tenant=scope)
        browser = browser_of(agent)
        page = browser.get("/orders/").text
        assert own.order_number in page
        assert other.order_number not in page
        assert browser.get(f"/orders/{own.pk}/").status_code == 200
        assert browser.get(f"/orders/{other.pk}/").status_code == 404
        assert f"/orders/{other.pk}/" not in browser.get("/search/", {"q": other.order_number}).text

    def test_an_operator_reads_the_orders_of_every_merchant_and_changes_none(self, scope):
        order = OrderFactory(tenant=scope)
        operator = browser_of(UserFactory(superadmin=True))
        assert order.order_number in operator.get("/orders/").text
        page = operator.get(f"/orders/{order.pk}/").text
        assert 'data-key="c"' not in page
        assert post_verb(operator, order, "confirm").status_code == 403

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_goes_along_as_a_file_and_that_is_recorded(self, desk, scope, ending):
        order, other = OrderFactory(tenant=scope), OrderFactory(tenant=scope, delivery_area="Anfa")
        answer = desk.get(f"/orders/export/{ending}/", {"area": "Maârif"})
        body = b"".join(answer.streaming_content)
        assert answer.status_code == 200
        if ending == "csv":
            assert order.order_number in body.decode()
            assert other.order_number not in body.decode()
        assert ActivityLog.objects.filter(action="orders_exported").exists()


class TestTheBoard:
    def test_each_card_stands_in_its_column_with_its_moves(self, desk, scope):
        order = OrderFactory(tenant=scope, status="confirmed")
        page = desk.get("/orders/board/").text
        column = re.search(r'data-column="confirmed".*?</section>', page, re.DOTALL)[0]
        assert order.order_number in column
        assert 'data-may="being_prepared "' in column

    def test_a_card_is_moved(self, desk, scope):
        order = an_order("confirmed")
        answer = desk.post("/orders/board/move/", {"order": order.pk, "to": "being_prepared"}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert "board" in answer.headers["HX-Trigger"]
        assert fresh(order).status == "being_prepared"

    def test_without_scripts_it_comes_back_to_the_board(self, desk, scope):
        order = an_order("being_prepared")
        answer = desk.post("/orders/board/move/", {"order": order.pk, "to": "ready_for_pickup", "next": "/orders/board/?area=Anfa"})
        assert answer.headers["Location"] == "/orders/board/?area=Anfa"
        assert fresh(order).status == "ready_for_pickup"

    def test_a_refused_move_says_why_and_changes_nothing(self, desk, scope):
        order = an_order("new")
        answer = desk.post("/orders/board/move/", {"order": order.pk, "to": "out_for_delivery"}, headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert "Possible now" in answer.headers["HX-Trigger"]
        assert fresh(order).status == "new"

    def test_closing_moves_are_not_made_by_a_drop(self, desk, scope):
        order = an_order("out_for_delivery")
        assert desk.post("/orders/board/move/", {"order": order.pk, "to": "delivered"}).status_code == 400
        assert desk.post("/orders/board/move/", {"order": order.pk, "to": "new"}).status_code == 400
        assert desk.post("/orders/board/move/", {"order": "zzz", "to": "confirmed"}).status_code == 400
        assert fresh(order).status == "out_for_delivery"

    def test_statements_do_not_grow_with_the_cards(self, desk, scope):
        OrderFactory(tenant=scope)
        desk.get("/orders/board/")
        for status in ("new", "confirmed", "out_for_delivery"):
            OrderFactory.create_batch(10, tenant=scope, status=status)
        cache.clear()
        seen = statements(desk, "/orders/board/")
        assert len(seen) <= 10, "\n".join(seen)

    def test_a_column_tells_how_many_it_does_not_show(self, desk, scope):
        OrderFactory.create_batch(27, tenant=scope)
        page = desk.get("/orders/board/").text
        assert page.count("data-card=") == 25
        assert "2 more in the list" in page


class TestOneOrder:
    def test_shows_items_sums_customer_and_story(self, desk, scope):
        lamp = a_product()
        order = an_order("confirmed", lamp, quantity=2, delivery_fee=Decimal(25))
        page = desk.get(f"/orders/{order.pk}/").text
        for words in (lamp.name, lamp.sku, "125.00", "Amina El Idrissi", "12 rue des Oudayas", "Confirmed", "on its way", "Placed"):
            assert words in page, words

    def test_takes_ten_statements_however_long_its_story(self, desk, manager, scope):
        order = an_order("delivered")
        OrderFactory.create_batch(5, tenant=scope, customer=order.customer)
        desk.get(f"/orders/{order.pk}/")
        cache.clear()
        seen = statements(desk, f"/orders/{order.pk}/")
        assert len(seen) <= 10, "\n".join(seen)

    def test_another_merchants_order_is_not_there_and_stays_as_it_is(self, stranger, scope):
        order = an_order("new")
        assert stranger.get(f"/orders/{order.pk}/").status_code == 404
        assert stranger.get(f"/orders/{order.pk}/edit/").status_code == 404
        assert stranger.post(f"/orders/{order.pk}/edit/", {"items-0-name": "x"}).status_code == 404
        for verb in VERBS:
            answer = post_verb(stranger, order, verb.name, reason="none of theirs")
            assert answer.status_code in (403, 404), verb.name
        assert stranger.post("/orders/board/move/", {"order": order.pk, "to": "confirmed"}).status_code == 404
        stranger.post("/orders/bulk/", {"action": "cancel", "ids": [order.pk], "reason": "none of theirs", "key": "k"})
        assert order.order_number not in stranger.get("/orders/pick-list/", {"ids": str(order.pk)}).text
        now = fresh(order)
        assert (now.status, now.deleted_at, now.updated_at) == ("new", None, fresh(order).updated_at)
        assert not OrderHistory.objects.filter(order=order).exists()

    @pytest.mark.parametrize("role", ["accountant", "delivery_agent"])
    def test_who_may_only_read_changes_nothing(self, scope, role):
        person = UserFactory(tenant=scope, **{role: True})
        order = an_order(
            "new",
        )
        Order.objects.filter(pk=order.pk).update(assigned_agent=person if role == "delivery_agent" else None)
        browser = browser_of(person)
        page = browser.get(f"/orders/{order.pk}/").text
        assert "/confirm/" not in page
        for verb in VERBS:
            assert post_verb(browser, order, verb.name, reason="may not").status_code == 403, verb.name
        assert browser.get("/orders/new/").status_code == 403
        assert fresh(order).status == "new"

    @pytest.mark.parametrize("start", OrderStatus.values)
    def test_the_buttons_and_what_they_do_are_the_table(self, desk, manager, scope, start):
        """Each step of each state through the page: what LIFECYCLE allows goes through, all else is answered clearly."""
        steps = {verb.name: verb for verb in VERBS if verb.to}
        reached = set()
        for name, verb in steps.items():
            order = an_order(start)
            page = desk.get(f"/orders/{order.pk}/").text
            offered = f"/orders/{order.pk}/{name}/" in page
            answer = post_verb(desk, order, name, reason="said so")
            went = answer.status_code == 302
            assert offered == went == verb.is_open(order), (start, name)
            if went:
                assert fresh(order).status == verb.to
                reached.add(str(verb.to))
            else:
                assert answer.status_code == 409, (start, name)
                assert any(words in answer.text for words in ("Possible now", "That is final", "is already")), (start, name)
                assert fresh(order).status == start
        assert reached == {str(to) for to in LIFECYCLE.after(start)}

    def test_a_reason_is_asked_for_and_what_was_sent_without_one_comes_back_open(self, desk, scope):
        order = an_order("new")
        answer = post_verb(desk, order, "cancel", reason="  ")
        assert answer.status_code == 422
        assert "data-open-now" in answer.text
        assert "Say why" in answer.text
        assert fresh(order).status == "new"

    def test_is_given_to_a_rep(self, desk, scope):
        rep, order = UserFactory(tenant=scope), an_order("new")
        assert post_verb(desk, order, "assign-rep", assigned_rep=str(rep.pk)).status_code == 302
        assert fresh(order).assigned_rep_id == rep.pk
        assert post_verb(desk, order, "assign-rep", assigned_rep="nobody").status_code == 400
        assert post_verb(desk, order, "assign-rep", assigned_rep="").status_code == 302
        assert fresh(order).assigned_rep_id is None

    def test_is_deleted_with_a_reason_and_restored(self, scope):
        admin, order = browser_of(UserFactory(admin=True, tenant=scope)), an_order("new")
        assert post_verb(admin, order, "delete", reason="Placed twice").status_code == 302
        assert order.order_number not in admin.get("/orders/", {"status": "all"}).text
        page = admin.get(f"/orders/{order.pk}/").text
        assert "It stands in no list" in page
        assert post_verb(admin, order, "restore").status_code == 302
        assert order.order_number in admin.get("/orders/").text

    def test_money_that_comes_later_is_noted_later(self, desk, scope):
        order = an_order("out_for_delivery")
        post_verb(desk, order, "deliver", collected="")
        assert fresh(order).payment_status == "pending"
        assert "Delivered, cash out" in desk.get("/orders/", {"status": "delivered"}).text
        post_verb(desk, order, "collect")
        assert fresh(order).payment_status == "collected"


class TestSavedViews:
    def test_are_ones_own_unless_shared(self, desk, manager, scope):
        colleague = UserFactory(manager=True, tenant=scope)
        SavedViewFactory(tenant=scope, user=colleague, name="Hers alone")
        SavedViewFactory(tenant=scope, user=colleague, name="For all of us", is_shared=True)
        page = desk.get("/orders/").text
        assert "Hers alone" not in page
        assert "For all of us" in page

    def test_are_kept_renamed_and_taken_away_by_their_owner_only(self, desk, manager, scope):
        answer = desk.post("/orders/views/", {"name": "Maârif", "query": "area=Maârif&cursor=x", "page": "orders"})
        view = SavedView.objects.get()
        assert view.query == urlencode({"area": "Maârif"})
        assert answer.headers["Location"] == f"/orders/?{view.query}"
        other = browser_of(UserFactory(manager=True, tenant=scope))
        assert other.post(f"/orders/views/{view.pk}/", {"name": "Mine now"}).status_code == 404
        desk.post(f"/orders/views/{view.pk}/", {"name": "Maârif today", "is_shared": "1"})
        view.refresh_from_db()
        assert (view.name, view.is_shared) == ("Maârif today", True)
        desk.post(f"/orders/views/{view.pk}/", {"delete": "1"})
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize(
        "given", [{"name": "", "query": "area=Anfa"}, {"name": "x", "query": ""}, {"name": "x", "query": "area=A", "page": "zzz"}]
    )
    def test_needs_a_name_and_a_filter(self, desk, scope, given):
        assert desk.post("/orders/views/", given).status_code == 400
        assert not SavedView.objects.exists()

    def test_a_name_is_taken_once(self, desk, scope):
        desk.post("/orders/views/", {"name": "A", "query": "area=Anfa"})
        assert desk.post("/orders/views/", {"name": "A", "query": "area=Gauthier"}).status_code == 409


class TestThePickList:
    def test_sums_products_by_warehouse_with_their_orders(self, desk, scope):
        lamp = a_product()
        first, second = an_order("confirmed", lamp, quantity=2), an_order("confirmed", lamp, quantity=3)
        other = an_order("new", lamp, quantity=7)
        page = desk.get("/orders/pick-list/").text
        assert "Main warehouse" in page
        assert ">5<" in page
        assert first.order_number in page
        assert second.order_number in page
        assert other.order_number not in page
        chosen = desk.get("/orders/pick-list/", {"ids": f"{first.pk},zzz"}).text
        assert ">2<" in chosen
        assert second.order_number not in chosen

    def test_says_when_there_is_nothing_to_pick(self, desk, scope):
        assert "Nothing to pick" in desk.get("/orders/pick-list/").text


def test_every_verb_of_the_table_has_its_button_or_chooser(scope, manager):
    from orders.pages.steps import BY_NAME as STEPS

    assert set(BY_NAME) - set(STEPS) == {"assign-rep", "assign-agent"}
    assert {verb.name for verb in open_verbs(an_order("confirmed"), manager)} == {"prepare", "cancel", "assign-rep", "assign-agent"}


def test_orders_are_found_by_number_phone_and_name(desk, scope):
    order = OrderFactory(tenant=scope)
    for query in (order.order_number, order.customer.phone[-8:], order.customer.full_name):
        assert f"/orders/{order.pk}/" in desk.get("/search/", {"q": query}).text


def test_the_first_page_tells_what_waits(desk, scope):
    OrderFactory(tenant=scope)
    page = desk.get("/").text
    assert "To confirm" in page
    assert "/orders/?status=new,confirmation_pending" in page
