"""Rows of orders, written as any path writes them, so that history, statistics and stock follow."""

from decimal import Decimal

import factory
from django.db import transaction

from accounts.tenancy import in_tenant
from base.money import to_json
from orders.models import (
    Address,
    AgentPerformance,
    BulkJob,
    Category,
    Customer,
    Discount,
    Order,
    OrderDetails,
    OrderHistory,
    Product,
    SavedView,
    StockMovement,
    Warehouse,
)
from orders.states import LIFECYCLE, DiscountKind, MovementKind, OrderStatus
from orders.stock import Movement, move_stock
from tests.factories.accounts import TenantFactory, UserFactory, WalledFactory


class CustomerFactory(WalledFactory):
    class Meta:
        model = Customer

    tenant = factory.SubFactory(TenantFactory)
    full_name = factory.Sequence(lambda n: f"Amina El Idrissi {n}")
    phone = factory.Sequence(lambda n: f"+21262{n:07d}")
    address = "12 rue des Oudayas"
    area = "Maârif"
    city = "Casablanca"

    class Params:
        refused = factory.Trait(blocked=True, blocked_reason="Refused five parcels")


class AddressFactory(WalledFactory):
    class Meta:
        model = Address

    tenant = factory.SubFactory(TenantFactory)
    customer = factory.SubFactory(CustomerFactory, tenant=factory.SelfAttribute("..tenant"))
    label = "Work"
    address = factory.Sequence(lambda n: f"{n} boulevard Zerktouni")
    city = "Casablanca"


class CategoryFactory(WalledFactory):
    class Meta:
        model = Category

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Lamps {n}")


class ProductFactory(WalledFactory):
    """`ProductFactory(stock=5)`; of a product with variants each variant brings its own `stock`."""

    class Meta:
        model = Product

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Brass lamp {n}")
    sku = factory.Sequence(lambda n: f"BRASS-{n}")
    price = Decimal("50.00")
    cost_price = Decimal("20.00")

    @classmethod
    def _create(cls, model_class, *args, stock=0, variants=(), **kwargs):
        # What is in stock is the sum of movements, so it comes in by them.
        bare = [{**variant, "stock": 0} for variant in variants]
        product = super()._create(model_class, *args, variants=bare, **kwargs)
        with in_tenant(product.tenant), transaction.atomic():
            opening = [Movement(product.pk, variant["id"], MovementKind.COUNT, variant.get("stock", 0)) for variant in variants]
            move_stock(opening or [Movement(product.pk, "", MovementKind.COUNT, stock)])
            product.refresh_from_db()
        return product


class WarehouseFactory(WalledFactory):
    class Meta:
        model = Warehouse

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"Depot {n}")


class StockMovementFactory(WalledFactory):
    """The row alone: the product's stock is another matter."""

    class Meta:
        model = StockMovement

    tenant = factory.SubFactory(TenantFactory)
    product = factory.SubFactory(ProductFactory, tenant=factory.SelfAttribute("..tenant"))
    warehouse = factory.SubFactory(WarehouseFactory, tenant=factory.SelfAttribute("..tenant"))
    kind = MovementKind.ADJUST
    quantity = 3
    note = "found behind the shelf"


class DiscountFactory(WalledFactory):
    class Meta:
        model = Discount

    tenant = factory.SubFactory(TenantFactory)
    code = factory.Sequence(lambda n: f"EID{n}")
    kind = DiscountKind.PERCENT
    value = Decimal("10.00")


class OrderFactory(WalledFactory):
    """An order in any status at once, without the way there: `OrderFactory(status="delivered", product=lamp, quantity=2)`."""

    class Meta:
        model = Order

    class Params:
        product = None
        quantity = 1
        unit_price = factory.LazyAttribute(lambda order: order.product.price if order.product else Decimal("120.00"))

    tenant = factory.SubFactory(TenantFactory)
    customer = factory.SubFactory(CustomerFactory, tenant=factory.SelfAttribute("..tenant"))
    order_number = factory.Sequence(lambda n: f"T-{n:06d}")
    status = OrderStatus.NEW
    currency = "MAD"
    subtotal = factory.LazyAttribute(lambda order: order.unit_price * order.quantity)
    delivery_fee = Decimal("25.00")
    total_amount = factory.LazyAttribute(lambda order: order.subtotal + order.delivery_fee)
    delivery_address = factory.SelfAttribute("customer.address")
    delivery_area = factory.SelfAttribute("customer.area")
    delivery_city = factory.SelfAttribute("customer.city")
    country_code = "MA"

    @factory.lazy_attribute
    def items(self):
        return [
            {
                "product_id": str(self.product.pk) if self.product else None,
                "variant_id": None,
                "sku": self.product.sku if self.product else "",
                "name": self.product.name if self.product else "Mint tea",
                "quantity": self.quantity,
                "unit_price": to_json(self.unit_price),
                "total": to_json(self.subtotal),
                "notes": None,
            }
        ]

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        stamp = LIFECYCLE.stamps.get(kwargs["status"])
        order = super()._create(model_class, *args, **kwargs)
        if stamp and stamp not in kwargs:
            with in_tenant(order.tenant):
                setattr(order, stamp, order.created_at)
                order.save(update_fields=[stamp])
        return order


class OrderHistoryFactory(WalledFactory):
    """The row alone: the order stays as it is."""

    class Meta:
        model = OrderHistory

    tenant = factory.SubFactory(TenantFactory)
    order = factory.SubFactory(OrderFactory, tenant=factory.SelfAttribute("..tenant"))
    old_status = OrderStatus.NEW
    new_status = OrderStatus.CONFIRMATION_PENDING


class SavedViewFactory(WalledFactory):
    class Meta:
        model = SavedView

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory, tenant=factory.SelfAttribute("..tenant"))
    page = "orders"
    name = factory.Sequence(lambda n: f"Maârif today {n}")
    query = "status=new&area=Maârif"


class BulkJobFactory(WalledFactory):
    class Meta:
        model = BulkJob

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory, tenant=factory.SelfAttribute("..tenant"))
    action = "confirm"
    order_ids = factory.LazyFunction(list)
    total = 0
    idempotency_key = factory.Sequence(lambda n: f"job-{n}")


class OrderDetailsFactory(WalledFactory):
    """A view's row is that of an order."""

    class Meta:
        model = OrderDetails

    @classmethod
    def of_tenant(cls, tenant):
        order = OrderFactory(tenant=tenant)
        with in_tenant(tenant):
            return OrderDetails.objects.get(pk=order.pk)


class AgentPerformanceFactory(WalledFactory):
    """A view's row is that of an agent."""

    class Meta:
        model = AgentPerformance

    @classmethod
    def of_tenant(cls, tenant):
        agent = UserFactory(tenant=tenant, delivery_agent=True)
        with in_tenant(tenant):
            return AgentPerformance.objects.get(pk=agent.pk)
