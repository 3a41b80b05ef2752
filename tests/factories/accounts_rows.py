"""The rows of accounts that tests seldom make by hand."""

import factory
from django.utils import timezone

from accounts.audit import digest
from accounts.models import (
    ActivityLog,
    ActivitySeal,
    MessageTemplate,
    NotificationPreference,
    OptOut,
    RecoveryCode,
    Session,
    TotpDevice,
    UnsealedActivity,
)
from accounts.second_factor import new_key
from accounts.states import Channel, NoticeChannel, NotificationType
from accounts.tenancy import in_tenant
from base.crypto import fingerprint
from tests.factories.accounts import TenantFactory, UserFactory, WalledFactory


class _OfAPerson(WalledFactory):
    class Meta:
        abstract = True

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory, tenant=factory.SelfAttribute("..tenant"))


class SessionFactory(_OfAPerson):
    class Meta:
        model = Session

    refresh_token = factory.Sequence(lambda n: f"{n:064x}")
    device_name = factory.Sequence(lambda n: f"Omar's phone {n}")
    last_used_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timezone.timedelta(days=30))


class TotpDeviceFactory(_OfAPerson):
    class Meta:
        model = TotpDevice

    key = factory.LazyFunction(new_key)
    confirmed = True


class RecoveryCodeFactory(_OfAPerson):
    class Meta:
        model = RecoveryCode

    code_hash = factory.Sequence(lambda n: f"{n:064x}")


class NotificationPreferenceFactory(_OfAPerson):
    class Meta:
        model = NotificationPreference

    type = NotificationType.ALERT
    channel = NoticeChannel.EMAIL
    enabled = True


class ActivityLogFactory(_OfAPerson):
    class Meta:
        model = ActivityLog

    user_name = factory.SelfAttribute("user.full_name")
    action = "user_changed"
    entity_type = "user"
    entity_id = factory.SelfAttribute("user.pk")
    entity_name = factory.SelfAttribute("user.full_name")
    details = factory.LazyFunction(lambda: {"changes": {"role": {"old": "manager", "new": "admin"}}})
    ip_address = "192.0.2.7"


class UnsealedActivityFactory(WalledFactory):
    """The database queues a row of the log by itself."""

    class Meta:
        model = UnsealedActivity

    @classmethod
    def of_tenant(cls, tenant):
        """The queued entry of a new row of the log."""
        row = ActivityLogFactory(tenant=tenant)
        with in_tenant(tenant):
            return UnsealedActivity.objects.get(pk=row.pk)


class ActivitySealFactory(WalledFactory):
    class Meta:
        model = ActivitySeal

    tenant = factory.SubFactory(TenantFactory)
    number = factory.Sequence(lambda n: n + 1)
    log_ids = factory.LazyFunction(list)
    digest = factory.LazyFunction(lambda: digest([], ""))


class MessageTemplateFactory(WalledFactory):
    class Meta:
        model = MessageTemplate

    tenant = factory.SubFactory(TenantFactory)
    key = factory.Sequence(lambda n: f"kind-{n}")
    channel = Channel.EMAIL
    language = "en"
    subject = "Your order"
    body = "It comes today."


class OptOutFactory(WalledFactory):
    class Meta:
        model = OptOut

    tenant = factory.SubFactory(TenantFactory)
    channel = Channel.EMAIL
    fingerprint = factory.Sequence(lambda n: fingerprint(f"customer{n}@example.com"))
