"""What reading costs at a million orders, against the same at ten thousand, each in a database of its own.

Measured in this process: pages and API through the whole application without a socket, `rows` through the queries alone,
where the same difference shows the more.
"""

import logging
import subprocess
import sys
from functools import cache, partial

from django.conf import settings

from config.runner import environment
from config.runner.failure import StartFailure
from tests.bench.accounts import _access_token, _browser_session
from tests.bench.orders_volume import SMALL, child_environment, inside, p95, volume
from tests.bench.registry import bench

LARGE = 1_000_000
_NEWEST = ("-created_at", "-id")
_SAMPLE = 300


def compared(name):
    """Decorator: `prepare()`, run inside a database, gives what is asked of it; measured in the small one and in the large one."""

    def register(prepare):
        def measured(rows, world):
            database = volume(rows or world.rows)
            with inside(database):
                ask = prepare()
            return partial(p95, database, ask)

        floor = f"orders.{name}.p95_at_10k"
        bench(name=floor, unit="ms", better="lower")(partial(measured, SMALL))
        bench(name=f"orders.{name}.p95", unit="ms", better="lower", floor=floor, target=1.3, rows=LARGE)(partial(measured, 0))
        return prepare

    return register


@compared("rows.list")
def list_rows():
    """A page of the newest orders of a status, an area, a rep, or of all."""
    from orders.models import Order

    rep = Order.objects.exclude(assigned_rep=None).values_list("assigned_rep", flat=True)[0]
    areas = _areas()
    narrowed = [{}, {"status": "delivered"}, {"assigned_rep": rep}, *({"delivery_area": area} for area in areas)]
    return lambda rng: _page(Order.objects.present().filter(**rng.choice(narrowed)).select_related("customer"), _NEWEST)


@compared("rows.board")
def board_rows():
    """The head of each column of the board."""
    from orders.models import Order
    from orders.states import OPEN

    order = ("priority_rank", *_NEWEST)
    return lambda _rng: [_page(Order.objects.present().filter(status=status).select_related("customer"), order) for status in OPEN]


@compared("rows.order")
def order_rows():
    """An order with its customer, its history and the customer's other orders."""
    from orders.models import Order

    keys = _some(Order)

    def ask(rng):
        order = Order.objects.select_related("customer", "assigned_rep", "assigned_agent").get(pk=rng.choice(keys))
        return list(order.history.order_by("created_at")), list(Order.objects.of_customer(order.customer))

    return ask


@compared("rows.order_search")
def searched_orders():
    """Orders by number, phone, e-mail or name."""
    from orders.models import Customer, Order

    words = _words(Customer) + _some(Order, "order_number")
    return lambda rng: _page(Order.objects.search(rng.choice(words)).select_related("customer"), _NEWEST)


@compared("rows.customer_search")
def searched_customers():
    """Customers by phone, e-mail or name."""
    from orders.models import Customer

    words = _words(Customer)
    return lambda rng: _page(Customer.objects.search(rng.choice(words)), _NEWEST)


@compared("api.list")
def api_list():
    """`GET /api/orders/` with three filters."""
    get = signed_in(headers={"Authorization": f"Bearer {_access_token()}"})
    areas = _areas()
    return lambda rng: get(f"/api/orders/?status=delivered&source=webhook&area={rng.choice(areas)}")


@compared("page.list")
def list_page():
    """The page of the open orders, and of all."""
    get = signed_in(cookie=_browser_session())
    return lambda rng: get(rng.choice(("/orders/", "/orders/?status=all")))


@compared("page.board")
def board_page():
    """The board."""
    get = signed_in(cookie=_browser_session())
    return lambda _rng: get("/orders/board/")


@compared("page.order")
def order_page():
    """An order's page."""
    from orders.models import Order

    get, keys = signed_in(cookie=_browser_session()), _some(Order)
    return lambda rng: get(f"/orders/{rng.choice(keys)}/")


@compared("page.customers")
def customers_page():
    """The search on the page of customers."""
    from orders.models import Customer

    get, words = signed_in(cookie=_browser_session()), _words(Customer)
    return lambda rng: get(f"/customers/?q={rng.choice(words)}")


@bench(name="orders.first_page.p95", unit="ms", better="lower", rows=LARGE)
def first_page(world):
    """The first page of all orders, fifty a page."""
    from orders.models import Order

    return partial(p95, volume(world.rows), lambda _rng: _page(Order.objects.present(), _NEWEST))


@bench(name="orders.deep_page.p95", unit="ms", better="lower", floor="orders.first_page.p95", target=1.3, rows=LARGE)
def deep_page(world):
    """Page 10,000 of them, or the last but one where there are fewer."""
    from base.paging import Keyset
    from orders.models import Order

    database = volume(world.rows)
    with inside(database):
        skipped = min(500_000, world.rows - 100)
        keyset = Keyset(Order.objects.present(), _NEWEST)
        cursor = keyset._write(Order.objects.present().order_by(*_NEWEST)[skipped], back=False)
    return partial(p95, database, lambda _rng: Keyset(Order.objects.present(), _NEWEST).cut(cursor, 50).rows)


@bench(name="orders.export.memory", unit="MB", better="lower", target=200, rows=LARGE)
def export_memory(world):
    """The most memory that a process has ever had which writes all orders as CSV. Run once: it is the same each time."""
    environ = child_environment(volume(world.rows))

    @cache
    def measured():
        command = [sys.executable, "-m", "tests.bench.orders_export"]
        ran = subprocess.run(command, cwd=environment.ROOT, env=environ, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise StartFailure("The export failed.", "run python -m tests.bench.orders_export by hand", ran.stderr[-2000:])
        return float(ran.stdout)

    return measured


def _page(rows, order):
    from base.paging import Keyset

    return Keyset(rows, order).cut(None, 50).rows


def _some(model, column="pk"):
    """Values from all over the table."""
    found = model.objects.order_by("?").values_list(column, flat=True)[:_SAMPLE]
    return list(found)


def _areas():
    from accounts.tenancy import tenant_in_scope

    return list(tenant_in_scope().config.delivery.areas)


def _words(customer):
    """What is typed: a phone as people write it, the end of one, an e-mail address, a whole name."""
    phones = _some(customer, "phone")
    emails = [email for email in _some(customer, "email") if email]
    return [f"0{phone[4:]}" for phone in phones] + [phone[-8:] for phone in phones] + emails + _some(customer, "full_name")


def signed_in(*, cookie="", headers=None):
    """What asks the application for an address, as a browser or a program that has signed in."""
    from django.test import Client

    # The log of each request, which only `make bench` would print to the screen.
    logging.disable(logging.INFO)
    client = Client(headers=headers, SERVER_NAME="localhost", raise_request_exception=False)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    def get(address):
        answer = client.get(address, headers={"Accept-Language": "en"})
        if answer.status_code != 200:
            raise StartFailure(f"{address} answered {answer.status_code}, not 200.", "open it in a browser", "")
        return answer

    return get
