"""The enums of orders (source 002, value by value), and what an order may become."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from base.lifecycle import Lifecycle


class OrderStatus(TextChoices):
    """Source 002 `order_status`."""

    NEW = "new", _("New")
    CONFIRMATION_PENDING = "confirmation_pending", _("To confirm")
    CONFIRMED = "confirmed", _("Confirmed")
    BEING_PREPARED = "being_prepared", _("Being prepared")
    READY_FOR_PICKUP = "ready_for_pickup", _("Ready")
    OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(TextChoices):
    """Source 002 `priority_level`."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class PaymentStatus(TextChoices):
    """Source 002 `payment_status`."""

    PENDING = "pending", _("Not collected")
    COLLECTED = "collected", _("Collected")
    REFUNDED = "refunded", _("Refunded")


class PaymentMethod(TextChoices):
    """Source 002 `payment_method`."""

    COD = "COD", _("Cash on delivery")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CASH = "cash", _("Cash")


class OrderSource(TextChoices):
    """Source 002 `order_source`."""

    MANUAL = "manual", _("By hand")
    WEBHOOK = "webhook", _("Shop")
    CSV = "csv", _("File")
    API = "api", _("API")


class ServiceCode(TextChoices):
    """The order's delivery service (source 004 `service_code`)."""

    STANDARD = "standard", _("Standard")
    EXPRESS = "express", _("Express")
    SAME_DAY = "same_day", _("Same day")
    EXCHANGE = "exchange", _("Exchange")


class ListingStatus(TextChoices):
    """The review of a product's listing (source 004, content)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PUBLISHED = "published", _("Published")


class MovementKind(TextChoices):
    """Why stock moved. `reserve` and `release` hold and free units for orders; the others change what lies on the shelf."""

    RESERVE = "reserve", _("Reserved")
    RELEASE = "release", _("Released")
    SHIP = "ship", _("Shipped")
    RESTOCK = "restock", _("Restocked")
    ADJUST = "adjust", _("Adjusted")
    COUNT = "count", _("Counted")


class DiscountKind(TextChoices):
    """How a promo code reduces an order."""

    PERCENT = "percent", _("Percent")
    FIXED = "fixed", _("Fixed amount")


_S = OrderStatus
LIFECYCLE = Lifecycle(
    _("order"),
    {
        _S.NEW: (_S.CONFIRMATION_PENDING, _S.CONFIRMED, _S.CANCELLED),
        _S.CONFIRMATION_PENDING: (_S.CONFIRMED, _S.CANCELLED),
        _S.CONFIRMED: (_S.BEING_PREPARED, _S.CANCELLED),
        _S.BEING_PREPARED: (_S.READY_FOR_PICKUP, _S.CANCELLED),
        _S.READY_FOR_PICKUP: (_S.OUT_FOR_DELIVERY, _S.CANCELLED),
        _S.OUT_FOR_DELIVERY: (_S.DELIVERED, _S.READY_FOR_PICKUP, _S.RETURNED),
        _S.DELIVERED: (_S.RETURNED,),
        _S.RETURNED: (),
        _S.CANCELLED: (),
    },
    stamps={
        _S.CONFIRMED: "confirmed_at",
        _S.DELIVERED: "delivered_at",
        _S.RETURNED: "returned_at",
        _S.CANCELLED: "cancelled_at",
    },
)

LISTING = Lifecycle(
    _("listing"),
    {
        ListingStatus.DRAFT: (ListingStatus.SUBMITTED,),
        ListingStatus.SUBMITTED: (ListingStatus.APPROVED, ListingStatus.REJECTED),
        ListingStatus.APPROVED: (ListingStatus.PUBLISHED,),
        ListingStatus.REJECTED: (ListingStatus.SUBMITTED, ListingStatus.DRAFT),
        ListingStatus.PUBLISHED: (ListingStatus.DRAFT,),
    },
)

# Still in the house: may be edited and cancelled.
BEFORE_DISPATCH = (_S.NEW, _S.CONFIRMATION_PENDING, _S.CONFIRMED, _S.BEING_PREPARED, _S.READY_FOR_PICKUP)
OPEN = (*BEFORE_DISPATCH, _S.OUT_FOR_DELIVERY)
# New work: on the dashboard until it is being prepared (source 002, query 1).
RECENT = (_S.NEW, _S.CONFIRMATION_PENDING, _S.CONFIRMED)
# Units are held for the order from confirmation until they leave or it is cancelled.
HOLDS_STOCK = (_S.CONFIRMED, _S.BEING_PREPARED, _S.READY_FOR_PICKUP)
