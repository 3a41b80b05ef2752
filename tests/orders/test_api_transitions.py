"""What is done to orders over the API: every pair of states against the table, the other verbs, and the bulk."""

import pytest

from accounts.tenancy import in_tenant
from orders.models import Customer, Order, OrderHistory, Product
from orders.reconcile import find_drift
from orders.states import LIFECYCLE, OrderStatus
from orders.verbs import VERBS
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.orders import OrderFactory, ProductFactory
from tests.orders.calling import Caller, good, refused

pytestmark = pytest.mark.django_db

# The verb that leads to a state; "ready" and "back-to-hub" lead to the same one, from different sides.
VERB_TO = {
    "confirmation_pending": "send-to-confirmation",
    "confirmed": "confirm",
    "being_prepared": "prepare",
    "ready_for_pickup": "ready",
    "out_for_delivery": "dispatch",
    "delivered": "deliver",
    "returned": "return",
    "cancelled": "cancel",
}
BODIES = {"return": {"reason": "refused at the door"}, "cancel": {"reason": "ordered twice"}}


@pytest.fixture
def admin(tenant):
    return UserFactory(tenant=tenant, admin=True)


@pytest.fixture
def api(admin):
    return Caller(admin)


def present(order):
    with in_tenant(order.tenant):
        return Order.objects.get(pk=order.pk)


def changes(order):
    with in_tenant(order.tenant):
        return list(OrderHistory.objects.filter(order=order).values_list("old_status", "new_status"))


@pytest.mark.parametrize("start", OrderStatus.values)
@pytest.mark.parametrize("to", [to for to in OrderStatus.values if to != "new"])
def test_every_pair_of_states_is_answered_by_the_table(api, tenant, start, to):
    order = OrderFactory(tenant=tenant, status=start)
    verb = "back-to-hub" if (start, to) == ("out_for_delivery", "ready_for_pickup") else VERB_TO[to]
    answer = api.post(f"orders/{order.pk}/{verb}", BODIES.get(verb))
    if to in LIFECYCLE.after(start):
        body = good(answer)
        assert body["status"] == present(order).status == to
        assert changes(order) == [(start, to)]
        return
    body = refused(answer, 409, "already" if start == to else "illegal_transition", "status")
    assert (body["from"], body["to"]) == (start, to)
    assert body["allowed"] == [str(state) for state in LIFECYCLE.after(start)]
    assert present(order).status == start
    assert changes(order) == []


@pytest.mark.parametrize("start", OrderStatus.values)
def test_no_verb_leads_back_to_new(api, tenant, start):
    order = OrderFactory(tenant=tenant, status=start)
    refused(api.patch(f"orders/{order.pk}/", {"status": "new"}), 400, "unknown_field", "status")
    assert present(order).status == start


@pytest.mark.parametrize("start", OrderStatus.values)
def test_allowed_actions_are_the_verbs_that_go_through(api, tenant, start):
    shown = good(api.get(f"orders/{OrderFactory(tenant=tenant, status=start).pk}/"))["allowed_actions"]
    agent = UserFactory(tenant=tenant, delivery_agent=True)
    bodies = {
        **BODIES,
        "delete": {"reason": "a test"},
        "assign-rep": {"assigned_rep": None},
        "assign-agent": {"assigned_agent": str(agent.pk)},
    }
    through = []
    for verb in VERBS:
        order = OrderFactory(tenant=tenant, status=start)
        if api.post(f"orders/{order.pk}/{verb.name}", bodies.get(verb.name)).status_code == 200:
            through.append(verb.name)
    assert shown == through


def test_allowed_actions_hold_only_what_the_caller_may(tenant):
    order = OrderFactory(tenant=tenant, status="confirmed")
    seen = {
        role: good(Caller(UserFactory(tenant=tenant, role=role)).get(f"orders/{order.pk}/"))["allowed_actions"]
        for role in ("admin", "manager", "customer_rep", "accountant")
    }
    assert seen == {
        "admin": ["prepare", "cancel", "assign-rep", "assign-agent", "delete"],
        "manager": ["prepare", "cancel", "assign-rep", "assign-agent"],
        "customer_rep": ["prepare", "cancel"],
        "accountant": [],
    }


def test_ready_and_back_to_hub_are_not_the_same(api, tenant):
    packing, on_the_way = OrderFactory(tenant=tenant, status="being_prepared"), OrderFactory(tenant=tenant, status="out_for_delivery")
    refused(api.post(f"orders/{on_the_way.pk}/ready"), 409, "illegal_transition", "status")
    refused(api.post(f"orders/{packing.pk}/back-to-hub"), 409, "illegal_transition", "status")
    assert (present(packing).status, present(on_the_way).status) == ("being_prepared", "out_for_delivery")


def test_a_merchant_who_calls_first_cannot_skip_it():
    tenant = TenantFactory(settings={"confirmation": {"required": True}})
    api, order = Caller(UserFactory(tenant=tenant, admin=True)), OrderFactory(tenant=tenant)
    assert "confirm" not in good(api.get(f"orders/{order.pk}/"))["allowed_actions"]
    refused(api.post(f"orders/{order.pk}/confirm"), 409, "confirmation_needed", "status")
    assert "confirm" in good(api.post(f"orders/{order.pk}/send-to-confirmation"))["allowed_actions"]


def test_a_day_by_hand(api, tenant):
    """From new to delivered; stock, history and the customer's figures are right at the end."""
    lamp = ProductFactory(tenant=tenant, stock=5)
    order = OrderFactory(tenant=tenant, product=lamp, quantity=2)
    for verb in ("confirm", "prepare", "ready", "dispatch", "back-to-hub", "dispatch"):
        good(api.post(f"orders/{order.pk}/{verb}"))
    done = good(api.post(f"orders/{order.pk}/deliver", {"collected": False}))
    assert (done["payment_status"], done["allowed_actions"]) == ("pending", ["return", "collect"])
    assert good(api.post(f"orders/{order.pk}/collect"))["payment_status"] == "collected"
    refused(api.post(f"orders/{order.pk}/collect"), 409, "nothing_to_collect", "payment_status")
    with in_tenant(tenant):
        customer = Customer.objects.get(pk=order.customer_id)
        assert (customer.total_orders, customer.total_spent) == (1, order.total_amount)
        assert Product.objects.get(pk=lamp.pk).stock_quantity == 3
        assert list(find_drift()) == []


def test_confirming_without_stock_names_the_product_and_changes_nothing(api, tenant):
    lamp = ProductFactory(tenant=tenant, stock=1)
    order = OrderFactory(tenant=tenant, product=lamp, quantity=2)
    body = refused(api.post(f"orders/{order.pk}/confirm"), 409, "out_of_stock", "items")
    assert (body["sku"], body["left"]) == (lamp.sku, 1)
    assert present(order).status == "new"


@pytest.mark.parametrize("verb", ["cancel", "return", "delete"])
def test_what_is_called_off_needs_a_reason(api, tenant, verb):
    order = OrderFactory(tenant=tenant, status="out_for_delivery" if verb == "return" else "new")
    refused(api.post(f"orders/{order.pk}/{verb}"), 400, "required", "reason")
    refused(api.post(f"orders/{order.pk}/{verb}", {"reason": "  "}), 400, "blank", "reason")
    assert changes(order) == []


class TestAssigning:
    def test_a_rep_and_an_agent_are_given_and_taken(self, api, tenant):
        order = OrderFactory(tenant=tenant)
        rep, agent = UserFactory(tenant=tenant), UserFactory(tenant=tenant, delivery_agent=True)
        made = good(api.post(f"orders/{order.pk}/assign-rep", {"assigned_rep": str(rep.pk)}))
        assert made["assigned_rep"] == {"id": str(rep.pk), "full_name": rep.full_name}
        assert good(api.post(f"orders/{order.pk}/assign-agent", {"assigned_agent": str(agent.pk)}))["assigned_agent"]["id"] == str(agent.pk)
        assert good(api.post(f"orders/{order.pk}/assign-agent", {"assigned_agent": None}))["assigned_agent"] is None

    def test_only_somebody_of_the_team_with_the_right_role(self, api, tenant):
        order = OrderFactory(tenant=tenant)
        for person in (
            UserFactory(tenant=tenant),
            UserFactory(delivery_agent=True),
            UserFactory(tenant=tenant, role="delivery_agent", is_active=False),
        ):
            answer = api.post(f"orders/{order.pk}/assign-agent", {"assigned_agent": str(person.pk)})
            refused(answer, 400, "cannot_be_assigned", "assigned_agent")
        assert present(order).assigned_agent_id is None

    def test_nobody_is_given_a_closed_order(self, api, tenant):
        order = OrderFactory(tenant=tenant, status="cancelled")
        refused(api.post(f"orders/{order.pk}/assign-rep", {"assigned_rep": None}), 409, "closed", "status")


class TestDeleting:
    def test_it_goes_out_of_sight_and_comes_back(self, api, tenant):
        order = OrderFactory(tenant=tenant, status="confirmed")
        gone = good(api.post(f"orders/{order.pk}/delete", {"reason": "a test order"}))
        assert gone["deleted_at"]
        assert gone["allowed_actions"] == ["restore"]
        assert good(api.get("orders/"))["results"] == []
        refused(api.post(f"orders/{order.pk}/prepare"), 404, "not_found")
        refused(api.post(f"orders/{order.pk}/delete", {"reason": "again"}), 404, "not_found")
        assert good(api.post(f"orders/{order.pk}/restore"))["deleted_at"] is None
        refused(api.post(f"orders/{order.pk}/restore"), 409, "not_deleted", "status")

    def test_what_has_left_stays(self, api, tenant):
        order = OrderFactory(tenant=tenant, status="out_for_delivery")
        refused(api.post(f"orders/{order.pk}/delete", {"reason": "x"}), 409, "not_deletable", "status")


class TestBulk:
    def outcomes(self, answer):
        return [(row["id"], row["changed"], row["error"]["code"] if row["error"] else None) for row in answer["results"]]

    def test_each_order_is_answered_for(self, api, tenant):
        new, done = OrderFactory(tenant=tenant), OrderFactory(tenant=tenant, status="delivered")
        foreign, unknown = OrderFactory(), "019a0000-0000-7000-8000-000000000001"
        ids = [str(done.pk), str(new.pk), str(foreign.pk), unknown, str(new.pk)]
        answer = good(api.post("orders/bulk", {"action": "cancel", "ids": ids, "options": {"reason": "out of season"}}))
        assert (answer["changed"], answer["refused"]) == (1, 3)
        assert self.outcomes(answer) == [
            (str(done.pk), False, "illegal_transition"),
            (str(new.pk), True, None),
            (str(foreign.pk), False, "not_found"),
            (unknown, False, "not_found"),
        ]
        assert (present(new).cancel_reason, present(foreign).status) == ("out of season", "new")

    @pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
    def test_every_verb_is_done_to_a_set_as_to_one(self, api, tenant, verb):
        agent = UserFactory(tenant=tenant, delivery_agent=True)
        options = {
            **BODIES,
            "delete": {"reason": "x"},
            "assign-rep": {"assigned_rep": None},
            "assign-agent": {"assigned_agent": str(agent.pk)},
        }
        orders = [OrderFactory(tenant=tenant, status=status) for status in OrderStatus.values]
        alone = [OrderFactory(tenant=tenant, status=status) for status in OrderStatus.values]
        body = {"action": verb, "ids": [str(order.pk) for order in orders], "options": options.get(verb, {})}
        together = good(api.post("orders/bulk", body))
        one_by_one = [api.post(f"orders/{order.pk}/{verb}", options.get(verb)) for order in alone]
        codes = [None if answer.status_code == 200 else answer.json()["code"] for answer in one_by_one]
        assert [code for _id, _changed, code in self.outcomes(together)] == codes
        assert [present(order).status for order in orders] == [present(order).status for order in alone]

    def test_stock_that_does_for_some_is_given_to_some(self, api, tenant):
        lamp = ProductFactory(tenant=tenant, stock=2)
        orders = [OrderFactory(tenant=tenant, product=lamp) for _number in range(3)]
        answer = good(api.post("orders/bulk", {"action": "confirm", "ids": [str(order.pk) for order in orders]}))
        assert [code for _id, _changed, code in self.outcomes(answer)] == [None, None, "out_of_stock"]

    def test_one_alone_without_stock_is_answered_for_too(self, api, tenant):
        order = OrderFactory(tenant=tenant, product=ProductFactory(tenant=tenant))
        answer = good(api.post("orders/bulk", {"action": "confirm", "ids": [str(order.pk)]}))
        assert self.outcomes(answer) == [(str(order.pk), False, "out_of_stock")]

    def test_wrong_options_are_named_where_they_stand(self, api, tenant):
        ids = [str(OrderFactory(tenant=tenant).pk)]
        refused(api.post("orders/bulk", {"action": "sell", "ids": ids}), 400, "unknown_action", "action")
        refused(api.post("orders/bulk", {"action": "cancel", "ids": ids}), 400, "required", "options.reason")
        refused(api.post("orders/bulk", {"action": "confirm", "ids": ids, "options": {"x": 1}}), 400, "unknown_field", "options.x")
        refused(api.post("orders/bulk", {"action": "confirm", "ids": []}), 400, "min_length", "ids")
        refused(api.post("orders/bulk", {"action": "confirm", "ids": ids * 501}), 400, "max_length", "ids")
        refused(api.post("orders/bulk", {"action": "confirm", "ids": ["1"]}), 400, "invalid", "ids.0")

    def test_a_verb_needs_its_own_permission(self, tenant):
        order = OrderFactory(tenant=tenant)
        rep = Caller(UserFactory(tenant=tenant, customer_rep=True))
        body = {"action": "delete", "ids": [str(order.pk)], "options": {"reason": "x"}}
        refused(rep.post("orders/bulk", body), 403, "permission_missing")
        assert present(order).deleted_at is None
        good(rep.post("orders/bulk", {**body, "action": "cancel"}))
