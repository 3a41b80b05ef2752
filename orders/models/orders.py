"""The order: the core record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.tenancy import TenantOwned
from base.ids import Identified
from base.money import money_field
from base.stamps import Stamped
from orders.models.customers import Customer
from orders.queries import OrderQuerySet
from orders.states import OPEN, RECENT, OrderSource, OrderStatus, PaymentMethod, PaymentStatus, Priority, ServiceCode

if TYPE_CHECKING:
    from orders.recording import Seen

_OPEN = Q(status__in=[status.value for status in OPEN])
_RECENT = [status.value for status in RECENT]
_PERSON = settings.AUTH_USER_MODEL


class Order(Identified, TenantOwned, Stamped):
    """An order (source 002 `orders`, plus the spec's columns). Whatever path changes it, history and statistics follow in the
    same transaction, and a move that the lifecycle does not know raises.
    """

    order_number = models.CharField(_("number"), max_length=40)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    assigned_rep = models.ForeignKey(_PERSON, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    assigned_agent = models.ForeignKey(_PERSON, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    status = models.CharField(_("status"), max_length=20, choices=OrderStatus, default=OrderStatus.NEW, db_default=OrderStatus.NEW)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.MEDIUM, db_default=Priority.MEDIUM)
    # For sorting by urgency: 0 high, 1 medium, 2 low.
    priority_rank = models.GeneratedField(
        expression=Case(When(priority="high", then=Value(0)), When(priority="medium", then=Value(1)), default=Value(2)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    items = models.JSONField(_("items"))
    currency = models.CharField(_("currency"), max_length=3)
    subtotal = money_field(verbose_name=_("subtotal"))
    delivery_fee = money_field(verbose_name=_("delivery fee"), default=0, db_default=0)
    discount = money_field(verbose_name=_("discount"), default=0, db_default=0)
    discount_code = models.CharField(_("promo code"), max_length=40, blank=True)
    total_amount = money_field(verbose_name=_("total"))
    payment_status = models.CharField(
        _("payment"), max_length=10, choices=PaymentStatus, default=PaymentStatus.PENDING, db_default=PaymentStatus.PENDING
    )
    payment_method = models.CharField(
        _("paid by"), max_length=15, choices=PaymentMethod, default=PaymentMethod.COD, db_default=PaymentMethod.COD
    )
    service_code = models.CharField(
        _("service"), max_length=10, choices=ServiceCode, default=ServiceCode.STANDARD, db_default=ServiceCode.STANDARD
    )
    customer_notes = models.TextField(_("the customer's notes"), blank=True)
    internal_notes = models.TextField(_("internal notes"), blank=True)
    delivery_address = models.TextField(_("delivery address"), blank=True)
    delivery_area = models.CharField(_("area"), max_length=100, blank=True)
    delivery_city = models.CharField(_("city"), max_length=100, blank=True)
    country_code = models.CharField(_("country"), max_length=2, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=OrderSource, default=OrderSource.MANUAL, db_default=OrderSource.MANUAL)
    webhook_source = models.CharField(_("shop"), max_length=120, blank=True)
    external_id = models.CharField(_("number at the shop"), max_length=120, blank=True)
    delivery_proof = models.JSONField(_("proof of delivery"), null=True, blank=True)
    return_reason = models.TextField(_("reason of the return"), blank=True)
    cancel_reason = models.CharField(_("reason of the cancellation"), max_length=200, blank=True)
    risk_score = models.PositiveSmallIntegerField(_("risk"), null=True, blank=True)
    risk_reasons = models.JSONField(_("reasons of the risk"), default=list, blank=True)
    confirmation_attempts = models.PositiveSmallIntegerField(_("calls"), default=0, db_default=0)
    next_call_at = models.DateTimeField(_("next call"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager(tenant="tenant", _manager_class=models.Manager.from_queryset(OrderQuerySet))

    # What history and statistics saw of the row before it is saved.
    as_seen: Seen | None = None

    class Meta:
        db_table = "orders"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = (
            models.Index(fields=["customer", "-created_at", "-id"], name="idx_orders_customer_id"),
            models.Index(
                fields=["assigned_rep", "-created_at", "-id"], name="idx_orders_assigned_rep_id", condition=Q(assigned_rep__isnull=False)
            ),
            models.Index(
                fields=["assigned_agent", "-created_at", "-id"],
                name="idx_orders_assigned_agent_id",
                condition=Q(assigned_agent__isnull=False),
            ),
            models.Index(fields=["tenant", "status", "-created_at", "-id"], name="idx_orders_status"),
            models.Index(fields=["tenant", "status", "priority_rank", "-created_at", "-id"], name="idx_orders_board", condition=_OPEN),
            models.Index(fields=["tenant", "priority_rank", "-created_at", "-id"], name="idx_orders_priority", condition=_OPEN),
            models.Index(fields=["tenant", "payment_status", "-created_at", "-id"], name="idx_orders_payment_status"),
            models.Index(fields=["tenant", "delivery_area", "-created_at", "-id"], name="idx_orders_delivery_area"),
            models.Index(fields=["tenant", "source", "-created_at", "-id"], name="idx_orders_source"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="idx_orders_created_at"),
            models.Index(fields=["tenant", "-delivered_at"], name="idx_orders_delivered_at", condition=Q(delivered_at__isnull=False)),
            GinIndex(fields=["items"], name="idx_orders_items", opclasses=["jsonb_path_ops"]),
            models.Index(
                fields=["tenant", "priority_rank", "-created_at", "-id"], name="idx_orders_status_created", condition=Q(status__in=_RECENT)
            ),
            models.Index(
                fields=["assigned_agent", "status", "priority_rank", "created_at"],
                name="idx_orders_agent_status",
                condition=Q(assigned_agent__isnull=False),
            ),
            models.Index(
                fields=["assigned_rep", "status", "priority_rank", "created_at"],
                name="idx_orders_rep_status",
                condition=Q(assigned_rep__isnull=False),
            ),
            models.Index(
                fields=["tenant", "delivery_area", "status", "priority_rank", "created_at"], name="idx_orders_area_status", condition=_OPEN
            ),
            models.Index(
                fields=["tenant", "next_call_at"],
                name="idx_orders_to_confirm",
                condition=Q(status__in=["new", "confirmation_pending"]),
            ),
            GinIndex(OpClass(Upper("order_number"), "gin_trgm_ops"), name="idx_orders_number_trgm"),
        )
        constraints = (
            models.UniqueConstraint(fields=["tenant", "order_number"], name="idx_orders_order_number"),
            models.UniqueConstraint(
                fields=["tenant", "source", "webhook_source", "external_id"], condition=~Q(external_id=""), name="orders_external_once"
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="orders_of_tenant"),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, delivery_fee__gte=0, discount__gte=0, total_amount__gte=0), name="orders_amounts_positive"
            ),
            models.CheckConstraint(
                condition=Q(total_amount=F("subtotal") + F("delivery_fee") - F("discount")), name="orders_total_adds_up"
            ),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="orders_status_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="orders_priority_known"),
            models.CheckConstraint(condition=Q(payment_status__in=PaymentStatus.values), name="orders_payment_status_known"),
            models.CheckConstraint(condition=Q(payment_method__in=PaymentMethod.values), name="orders_payment_method_known"),
            models.CheckConstraint(condition=Q(source__in=OrderSource.values), name="orders_source_known"),
            models.CheckConstraint(condition=Q(service_code__in=ServiceCode.values), name="orders_service_known"),
            models.CheckConstraint(condition=Q(risk_score__isnull=True) | Q(risk_score__lte=100), name="orders_risk_range"),
        )

    def __str__(self) -> str:
        return self.order_number

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        # One transaction for the row, its history and the customer's statistics, whoever saves.
        with transaction.atomic():
            super().save_base(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done for it."""
        return self.status in OPEN

    @property
    def due(self) -> Any:
        """What is still to be collected at the door."""
        return self.total_amount if self.payment_status == PaymentStatus.PENDING else 0
