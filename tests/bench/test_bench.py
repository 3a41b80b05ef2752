"""The bench itself: what it writes is valid, its load is bounded, and what misses its target is told."""

import json
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from rich.console import Console

from tests.bench import accounts  # noqa: F401  # registers its benches
from tests.bench.load import LoadError, Request, drive
from tests.bench.measuring import Row, measure
from tests.bench.registry import REGISTRY, Registry
from tests.bench.report import save, show
from tests.bench.world import World

COLUMNS = {"name", "value", "unit", "floor", "floor_value", "ratio", "better", "target", "rows", "at"}


@pytest.fixture
def registry():
    """A floor at 100 and two benches on it: a rate that meets its target, a time that misses it."""
    made = Registry()
    made.bench(name="floor.fixed", unit="req/s", better="higher")(lambda _world: lambda: 100.0)
    made.bench(name="orders.list.rps", unit="req/s", better="higher", floor="floor.fixed", target=0.2, rows=1000)(
        lambda world: lambda: 25.0 + (world.rows == 1000)
    )
    made.bench(name="orders.list.p95", unit="ms", better="lower", target=5, rows=1000)(lambda _world: iter([99.0, 4.0, 8.0, 6.0]).__next__)
    return made


@contextmanager
def server(status=200):
    """A small web server of the standard library on the loopback address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"x" * 5000)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_port
        running.shutdown()


def world(**changes):
    return World(app_port=0, bare_port=0, **changes)


class TestRows:
    def test_each_row_is_whole(self, registry):
        rows = {row.name: row for row in measure(registry.chosen(), registry, world(), rounds=3)}
        assert list(rows) == ["floor.fixed", "orders.list.rps", "orders.list.p95"]
        rate, time = rows["orders.list.rps"], rows["orders.list.p95"]
        assert (rate.value, rate.floor, rate.floor_value, rate.ratio, rate.rows, rate.met) == (26, "floor.fixed", 100, 0.26, 1000, True)
        # The first round, 99, only warms up; the figure is the median of the three after it.
        assert (time.value, time.floor, time.ratio, time.met) == (6, None, None, False)
        assert (rows["floor.fixed"].target, rows["floor.fixed"].rows, rows["floor.fixed"].met) == (None, 0, True)

    def test_a_bench_brings_its_floor_and_the_volume_that_is_asked_for(self, registry):
        rows = measure(registry.chosen("orders.list.rps"), registry, world(rows=7), rounds=1)
        assert [(row.name, row.rows, row.value) for row in rows] == [("floor.fixed", 0, 100), ("orders.list.rps", 7, 25)]

    def test_somebody_who_asks_to_stop_is_heard_between_rounds(self, registry):
        def stop():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure(registry.chosen(), registry, world(), between_rounds=stop)


class TestTheFile:
    def test_it_is_a_list_of_rows(self, registry, tmp_path):
        file = tmp_path / "deep/bench.json"
        save(file, measure(registry.chosen(), registry, world(), rounds=1), registry.names())
        written = json.loads(file.read_text(encoding="utf-8"))
        assert [set(row) for row in written] == [COLUMNS] * 3
        assert all(datetime.fromisoformat(row["at"]).tzinfo for row in written)

    def test_what_was_not_measured_again_stays_and_what_is_gone_goes(self, registry, tmp_path):
        file = tmp_path / "bench.json"
        file.write_text(json.dumps([{"name": "gone.bench"}, {"name": "orders.list.p95", "value": 1}]), encoding="utf-8")
        save(file, measure(registry.chosen("orders.list.rps"), registry, world(), rounds=1), registry.names())
        written = json.loads(file.read_text(encoding="utf-8"))
        assert [row["name"] for row in written] == ["floor.fixed", "orders.list.rps", "orders.list.p95"]
        assert written[2] == {"name": "orders.list.p95", "value": 1}

    def test_the_table_shows_a_missed_target_in_red(self, registry):
        out = StringIO()
        rows = measure(registry.chosen(), registry, world(), rounds=3)
        show(rows, ["the load generator was busy"], Console(file=out, force_terminal=True, width=120))
        lines = out.getvalue().splitlines()
        red = [line for line in lines if "\x1b[1;31m" in line]
        assert len(red) == 1
        assert "orders.list.p95" in red[0]
        assert any("26.00%" in line and "≥ 20.00%" in line for line in lines)
        assert "busy" in lines[-1]


@pytest.mark.parametrize(
    ("better", "ratio", "met"), [("higher", 0.2, True), ("higher", 0.19, False), ("lower", 0.2, True), ("lower", 0.21, False)]
)
def test_a_target_is_met_at_its_edge(better, ratio, met):
    row = Row("a.b", 1, "req/s", "floor.x", 5, ratio, better, 0.2, 0, "")
    assert row.met is met


class TestTheRegistry:
    @pytest.mark.parametrize("wrong", [{"name": "nodot"}, {"name": "Orders.list"}, {"better": "faster"}])
    def test_a_wrong_entry_is_refused(self, wrong):
        with pytest.raises(ValueError, match=next(iter(wrong.values()))):
            Registry().bench(**{"name": "a.b", "unit": "ms", "better": "lower", **wrong})

    def test_a_name_is_taken_once(self, registry):
        with pytest.raises(ValueError, match="there is one already"):
            registry.bench(name="orders.list.rps", unit="ms", better="lower")

    def test_only_chooses_a_name_or_its_beginning(self, registry):
        assert [bench.name for bench in registry.chosen("orders")] == ["orders.list.rps", "orders.list.p95"]
        with pytest.raises(LookupError, match=r"no bench order\. There are: floor"):
            registry.chosen("order")

    def test_every_real_bench_stands_on_a_floor_that_there_is_and_has_a_target(self):
        for bench in REGISTRY.chosen():
            if bench.name.startswith("floor."):
                assert bench.floor is None
            else:
                assert bench.target
                assert REGISTRY[bench.floor].floor is None


class TestTheLoad:
    def test_it_stops_at_the_number_of_answers(self):
        with server() as port:
            load = drive(Request(port, "/"), seconds=20, answers=25, connections=3)
        assert 25 <= load.answers < 28
        assert load.seconds < 20
        assert load.rate == pytest.approx(load.answers / load.seconds)
        assert 0 < load.p50 <= load.p95 <= load.p99
        assert 0 < load.busy <= 1.1

    def test_it_stops_at_the_time(self):
        with server() as port:
            load = drive(Request(port, "/"), seconds=0.2, connections=1)
        assert 0.2 <= load.seconds < 5

    def test_an_answer_of_another_status_is_no_figure(self):
        with server(status=404) as port, pytest.raises(LoadError, match="GET /x: answered 404, not 200"):
            drive(Request(port, "/x"), seconds=5, answers=5)

    def test_nobody_there_is_no_figure(self):
        with server() as port:
            pass
        with pytest.raises(LoadError, match="refused"):
            drive(Request(port, "/"), seconds=5, answers=5)
