"""The tables of accounts, one subject a file."""

from accounts.models.activity import ActivityLog, ActivitySeal, UnsealedActivity
from accounts.models.messages import Message, MessageTemplate, OptOut
from accounts.models.notifications import Notification, NotificationPreference
from accounts.models.second_factor import RecoveryCode, TotpDevice
from accounts.models.sessions import Session
from accounts.models.tenants import Tenant
from accounts.models.users import User

__all__ = [
    "ActivityLog",
    "ActivitySeal",
    "Message",
    "MessageTemplate",
    "Notification",
    "NotificationPreference",
    "OptOut",
    "RecoveryCode",
    "Session",
    "Tenant",
    "TotpDevice",
    "UnsealedActivity",
    "User",
]
