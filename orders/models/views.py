"""Views of the database (source 002), each seen with its reader's own rights."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantOwned


class OrderDetails(TenantOwned):
    """`order_details_view`: an order with its customer's and its people's names."""

    id = models.UUIDField(primary_key=True)
    order_number = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
    priority = models.CharField(max_length=6)
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    payment_status = models.CharField(max_length=10)
    delivery_area = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    customer_id = models.UUIDField()
    customer_name = models.CharField(max_length=200)
    customer_phone = models.CharField(max_length=20)
    customer_email = models.CharField(max_length=254)
    rep_name = models.CharField(max_length=150, null=True)
    agent_name = models.CharField(max_length=150, null=True)
    agent_availability = models.CharField(max_length=20, null=True)

    class Meta:
        managed = False
        db_table = "order_details_view"
        verbose_name = _("order in detail")

    def __str__(self) -> str:
        return self.order_number


class AgentPerformance(TenantOwned):
    """`agent_performance_view`: what each delivery agent did; ratings and attempts come with the deliveries."""

    agent_id = models.UUIDField(primary_key=True)
    agent_name = models.CharField(max_length=150)
    agent_email = models.CharField(max_length=254)
    agent_phone = models.CharField(max_length=20)
    availability_status = models.CharField(max_length=20)
    total_deliveries = models.IntegerField()
    average_rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    completed_deliveries = models.IntegerField()
    successful_orders = models.IntegerField()

    class Meta:
        managed = False
        db_table = "agent_performance_view"
        verbose_name = _("agent's performance")

    def __str__(self) -> str:
        return self.agent_name
