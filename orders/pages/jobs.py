"""Bulk jobs: begun from the list, followed from anywhere, tried again when they failed."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page
from base.errors import Invalid
from base.form_pages import next_address
from base.lists import ListPage
from orders.actions.bulk import MOST, retry, start_bulk
from orders.models import BulkJob, Order
from orders.pages.rows import filtered_orders

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

_OPTIONS = ("note", "reason", "assigned_rep", "assigned_agent")
# How long a finished job stays on the list: a plain one until it is seen, one with refusals until somebody can read them.
_SHOWN = timedelta(seconds=20)
_SHOWN_WITH_REFUSALS = timedelta(minutes=10)
_OPEN = (BulkJob.Status.WAITING, BulkJob.Status.RUNNING)


def job_to_show(person: User) -> BulkJob | None:
    """The job that the list shows to its owner: one under way, or one that has just ended. Index idx_bulk_jobs_user."""
    if person.tenant_id is None:
        return None
    job: BulkJob | None = BulkJob.objects.filter(user=person).defer("order_ids").order_by("-created_at").first()
    if job is None:
        return None
    if job.finished_at is None:
        return job
    shown = _SHOWN_WITH_REFUSALS if job.refusals or job.error else _SHOWN
    return job if timezone.now() - job.finished_at < shown else None


class StartBulk(Page):
    """`POST /orders/bulk/`: `action` for the ticked `ids`, or with `all` for every order that the filters of `query` leave."""

    permission = "orders.edit"

    def post(self, request: HttpRequest) -> HttpResponse:
        given = request.POST
        options = {name: given[name] for name in _OPTIONS if given.get(name)}
        job = start_bulk(self._ids(), given.get("action", ""), options, key=given.get("key", ""), actor=signed_in(request))
        if job.status == BulkJob.Status.DONE:
            toasts.add(request, outcome(job), tone="wait" if job.refusals else "ok")
        return redirect(next_address(request, reverse("orders:orders")))

    def _ids(self) -> list[uuid.UUID]:
        person = signed_in(self.request)
        rows = Order.objects.seen_by(person)
        if self.request.POST.get("all"):
            rows = filtered_orders(self.request, QueryDict(self.request.POST.get("query", "").lstrip("?")), rows)
            return list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
        try:
            ids = [uuid.UUID(pk) for pk in self.request.POST.getlist("ids")]
        except ValueError as error:
            raise Invalid("unknown_order", _("One of the ticked orders is not known."), "ids") from error
        # Another merchant's id is none of ours: it is left out, as if it did not exist.
        return list(rows.filter(pk__in=ids).order_by().values_list("pk", flat=True))


class Jobs(ListPage):
    """`/orders/jobs/`: one's own bulk jobs, newest first."""

    permission = "orders.edit"
    template_name = "orders/jobs.html"

    def get_queryset(self) -> QuerySet[BulkJob]:
        found: QuerySet[BulkJob] = BulkJob.objects.filter(user=signed_in(self.request)).defer("order_ids")
        return found


class _JobPage(Page, abstract=True):
    permission = "orders.edit"

    @cached_property
    def job(self) -> BulkJob:
        """One's own; nothing there (404) for somebody else's."""
        found: BulkJob = get_object_or_404(
            BulkJob.objects.filter(user=signed_in(self.request)).defer("order_ids"), pk=self.kwargs["job_id"]
        )
        return found


class JobPage(_JobPage, TemplateView):
    """`/orders/jobs/<id>/`: how far it is, and why which orders were refused."""

    template_name = "orders/job.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(job=self.job, is_open=self.job.status in _OPEN, **kwargs)


class JobBar(_JobPage, TemplateView):
    """`/orders/jobs/<id>/bar/`: the bar alone, which asks for itself again until the job is over."""

    template_name = "orders/_job_bar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(job=self.job, **kwargs)


class RetryJob(_JobPage):
    """`POST /orders/jobs/<id>/retry/`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        retry(self.job, actor=signed_in(request))
        toasts.add(request, _("It goes on from where it stopped."))
        return redirect("orders:job", self.job.pk)


def outcome(job: BulkJob) -> str:
    """What became of a job, in one line."""
    changed = ngettext("%(count)d order changed.", "%(count)d orders changed.", job.changed) % {"count": job.changed}
    refused = job.done - job.changed
    if not refused:
        return changed
    return changed + " " + ngettext("%(count)d was refused.", "%(count)d were refused.", refused) % {"count": refused}
