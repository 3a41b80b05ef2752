"""Bulk jobs: few at once, many by a worker that may be killed; the pages that show them."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from orders.actions import bulk
from orders.models import BulkJob, Order, OrderHistory
from orders.tasks import run_bulk_job, sweep_bulk_jobs
from tests.browsing import browser_of
from tests.factories.accounts import UserFactory
from tests.factories.orders import OrderFactory
from tests.orders.conftest import a_product, an_order, fresh

pytestmark = pytest.mark.django_db


class TestBulk:
    def test_few_are_done_at_once_and_refusals_are_told(self, desk, scope):
        fine, late = an_order("confirmed"), an_order("delivered")
        desk.post("/orders/bulk/", {"action": "cancel", "ids": [fine.pk, late.pk], "reason": "Out of season", "key": "k1"})
        job = BulkJob.objects.get()
        assert (job.status, job.done, job.changed) == ("done", 2, 1)
        assert fresh(fine).cancel_reason == "Out of season"
        assert fresh(late).status == "delivered"
        page = desk.get(f"/orders/jobs/{job.pk}/").text
        assert late.order_number in page
        assert "Possible now" in page
        assert "1 refused" in desk.get("/orders/").text

    def test_the_same_click_twice_is_one_job(self, desk, scope):
        order = an_order("confirmed")
        for _click in range(2):
            desk.post("/orders/bulk/", {"action": "prepare", "ids": [order.pk], "key": "k1"})
        assert BulkJob.objects.count() == 1
        assert OrderHistory.objects.filter(order=order, new_status="being_prepared").count() == 1
        desk.post("/orders/bulk/", {"action": "ready", "ids": [order.pk], "key": "k1"})
        assert BulkJob.objects.count() == 2

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"action": "cancel"}, 400),
            ({"action": "zzz"}, 400),
            ({"action": "assign-rep", "assigned_rep": "zzz"}, 400),
            ({"action": "delete", "reason": "x"}, 403),
        ],
    )
    def test_what_cannot_be_is_refused_before_anything_is_done(self, desk, scope, given, status):
        order = an_order("new")
        assert desk.post("/orders/bulk/", {"ids": [order.pk], "key": "k", **given}).status_code == status
        assert desk.post("/orders/bulk/", {"ids": [], "key": "k", "action": "confirm"}).status_code == 400
        assert not BulkJob.objects.exists()
        assert fresh(order).status == "new"

    def test_many_are_done_by_a_worker_and_the_list_shows_how_far(self, desk, manager, scope, django_capture_on_commit_callbacks):
        OrderFactory.create_batch(60, tenant=scope, status="confirmed")
        OrderFactory.create_batch(3, tenant=scope, status="confirmed", delivery_area="Anfa")
        with patch("orders.actions.bulk.wake") as wake, django_capture_on_commit_callbacks(execute=True):
            desk.post("/orders/bulk/", {"action": "prepare", "all": "1", "query": "area=Maârif&status=confirmed", "key": "k"})
        job = BulkJob.objects.get()
        wake.assert_called_once()
        assert (job.status, job.total, job.done) == ("waiting", 60, 0)
        assert "0 of 60" in desk.get("/orders/").text
        run_bulk_job(str(job.pk))
        job.refresh_from_db()
        assert (job.status, job.changed) == ("done", 60)
        assert Order.objects.filter(status="being_prepared").count() == 60
        assert Order.objects.filter(status="confirmed").count() == 3
        bar = desk.get(f"/orders/jobs/{job.pk}/bar/").text
        assert "60 of 60" in bar
        assert "hx-trigger" not in bar

    def test_a_killed_worker_leaves_whole_portions_and_another_goes_on_from_there(self, manager, scope, monkeypatch):
        monkeypatch.setattr(bulk, "PORTION", 10)
        orders = OrderFactory.create_batch(60, tenant=scope, status="confirmed")
        with patch("orders.actions.bulk.wake"):
            job = bulk.start_bulk([order.pk for order in orders], "prepare", {}, key="k", actor=manager)
        real, calls = bulk.run_each, []

        def dying(verb, ids, options, *, actor):
            result = real(verb, ids, options, actor=actor)
            calls.append(len(ids))
            if len(calls) == 3:
                # After it was written, before it was kept: the worst moment.
                raise SystemExit
            return result

        monkeypatch.setattr(bulk, "run_each", dying)
        with pytest.raises(SystemExit):
            run_bulk_job(str(job.pk))
        job.refresh_from_db()
        assert (job.status, job.done) == ("running", 20)
        assert Order.objects.filter(status="being_prepared").count() == 20
        monkeypatch.setattr(bulk, "run_each", real)
        sweep_bulk_jobs()
        job.refresh_from_db()
        assert job.done == 20, "the lease is still another worker's"
        BulkJob.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
        sweep_bulk_jobs()
        job.refresh_from_db()
        assert (job.status, job.done, job.changed) == ("done", 60, 60)
        assert OrderHistory.objects.filter(new_status="being_prepared").count() == 60

    def test_a_failed_job_says_why_and_can_be_tried_again(self, desk, manager, scope, monkeypatch):
        orders = OrderFactory.create_batch(51, tenant=scope, status="confirmed")
        with patch("orders.actions.bulk.wake"):
            job = bulk.start_bulk([order.pk for order in orders], "prepare", {}, key="k", actor=manager)
        real = bulk.run_each
        monkeypatch.setattr(bulk, "run_each", lambda *_args, **_options: 1 / 0)
        run_bulk_job(str(job.pk))
        job.refresh_from_db()
        assert job.status == "failed"
        assert "ZeroDivisionError" in desk.get(f"/orders/jobs/{job.pk}/").text
        monkeypatch.setattr(bulk, "run_each", real)
        other = browser_of(UserFactory(manager=True, tenant=scope))
        assert other.post(f"/orders/jobs/{job.pk}/retry/").status_code == 404
        with patch("orders.actions.bulk.wake"):
            desk.post(f"/orders/jobs/{job.pk}/retry/")
        run_bulk_job(str(job.pk))
        job.refresh_from_db()
        assert (job.status, job.changed) == ("done", 51)

    def test_who_was_deactivated_meanwhile_does_nothing_more(self, manager, scope):
        orders = OrderFactory.create_batch(51, tenant=scope, status="confirmed")
        with patch("orders.actions.bulk.wake"):
            job = bulk.start_bulk([order.pk for order in orders], "prepare", {}, key="k", actor=manager)
        type(manager).objects.filter(pk=manager.pk).update(is_active=False)
        run_bulk_job(str(job.pk))
        job.refresh_from_db()
        assert job.status == "failed"
        assert not Order.objects.filter(status="being_prepared").exists()

    def test_one_that_lacks_stock_is_refused_alone(self, desk, scope):
        lamp = a_product(stock=1)
        first, second = an_order("new", lamp), an_order("new", lamp)
        desk.post("/orders/bulk/", {"action": "confirm", "ids": [first.pk, second.pk], "key": "k"})
        assert sorted([fresh(first).status, fresh(second).status]) == ["confirmed", "new"]
        assert "1 left" in BulkJob.objects.get().refusals[0]["message"] or "left" in BulkJob.objects.get().refusals[0]["message"]
