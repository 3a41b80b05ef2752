"""The enums of accounts, and who may become what."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Source 002 `user_role`, plus the platform operator's two."""

    SUPERADMIN = "superadmin", _("Platform operator")
    MONITOR = "monitor", _("Platform monitor")
    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Manager")
    CUSTOMER_REP = "customer_rep", _("Customer rep")
    DELIVERY_AGENT = "delivery_agent", _("Delivery agent")
    ACCOUNTANT = "accountant", _("Accountant")


OPERATOR_ROLES = (Role.SUPERADMIN, Role.MONITOR)
TENANT_ROLES = tuple(role for role in Role if role not in OPERATOR_ROLES)


class Availability(TextChoices):
    """Source 002 `availability_status`."""

    AVAILABLE = "available", _("Available")
    BUSY = "busy", _("Busy")
    OFFLINE = "offline", _("Offline")


class TenantStatus(TextChoices):
    """Source 001 `tenants.status`. Churned is computed, not stored."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


TENANT_TRANSITIONS = {
    TenantStatus.ACTIVE: (TenantStatus.SUSPENDED,),
    TenantStatus.SUSPENDED: (TenantStatus.ACTIVE,),
}


class NotificationType(TextChoices):
    """Source 002 `notification_type`."""

    ORDER = "order", _("Orders")
    DELIVERY = "delivery", _("Deliveries")
    SYSTEM = "system", _("System")
    WORKFLOW = "workflow", _("Automations")
    ALERT = "alert", _("Alerts")


class Channel(TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    VOICE = "voice", _("Voice call")


class NoticeChannel(TextChoices):
    """Where a person is notified: in the bell, or by e-mail too."""

    BELL = "bell", _("In Doorstep")
    EMAIL = "email", _("E-mail")


class MessageStatus(TextChoices):
    """The life of a message to a person outside or inside."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    OPENED = "opened", _("Opened")
    CLICKED = "clicked", _("Clicked")
    LISTENED = "listened", _("Listened")
    FAILED = "failed", _("Failed")
    OPTED_OUT = "opted_out", _("Opted out")


_READ = (MessageStatus.OPENED, MessageStatus.CLICKED, MessageStatus.LISTENED)
MESSAGE_TRANSITIONS = {
    MessageStatus.QUEUED: (MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.OPTED_OUT),
    MessageStatus.SENT: (MessageStatus.DELIVERED, *_READ, MessageStatus.FAILED),
    MessageStatus.DELIVERED: _READ,
    MessageStatus.OPENED: (MessageStatus.CLICKED, MessageStatus.LISTENED),
    MessageStatus.CLICKED: (),
    MessageStatus.LISTENED: (MessageStatus.CLICKED,),
    MessageStatus.FAILED: (MessageStatus.QUEUED,),
    MessageStatus.OPTED_OUT: (),
}
