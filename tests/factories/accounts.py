"""Tenants, people, notifications and messages for tests. Each row is made behind its own tenant's wall, wherever the test stands."""

from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.models import Message, Notification, Tenant, User
from accounts.states import Channel, MessageStatus, NotificationType, Role, TenantStatus
from accounts.tenancy import as_operator, in_tenant

PASSWORD = "correct horse battery staple"


@cache
def _hashed(password):
    """Once a run: even a quick hash takes its time for each person."""
    return make_password(password)


class WalledFactory(DjangoModelFactory):
    """For rows with a tenant; without one the row is the platform's."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        tenant = kwargs.get("tenant")
        with in_tenant(tenant) if tenant else as_operator("made by a test"):
            return super()._create(model_class, *args, **kwargs)


class TenantFactory(WalledFactory):
    class Meta:
        model = Tenant

    name = factory.Sequence(lambda n: f"Atlas Home {n}")
    slug = factory.Sequence(lambda n: f"atlas-home-{n}")

    class Params:
        suspended = factory.Trait(status=TenantStatus.SUSPENDED, suspension_reason="The bill of May is open")


class UserFactory(WalledFactory):
    """`UserFactory(admin=True)`, `UserFactory(role=Role.MANAGER, tenant=tenant)`; an operator has no tenant."""

    class Meta:
        model = User

    tenant = factory.SubFactory(TenantFactory)
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Salma Benjelloun {n}")
    role = Role.CUSTOMER_REP
    password = factory.LazyFunction(lambda: _hashed(PASSWORD))

    class Params:
        admin = factory.Trait(role=Role.ADMIN)
        manager = factory.Trait(role=Role.MANAGER)
        customer_rep = factory.Trait(role=Role.CUSTOMER_REP)
        delivery_agent = factory.Trait(role=Role.DELIVERY_AGENT)
        accountant = factory.Trait(role=Role.ACCOUNTANT)
        superadmin = factory.Trait(role=Role.SUPERADMIN, tenant=None)
        monitor = factory.Trait(role=Role.MONITOR, tenant=None)


class NotificationFactory(WalledFactory):
    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    tenant = factory.SelfAttribute("user.tenant")
    type = NotificationType.ORDER
    title = factory.Sequence(lambda n: f"Order ORD-{1000 + n} was confirmed")


class MessageFactory(WalledFactory):
    """A queued e-mail, due now."""

    class Meta:
        model = Message

    tenant = factory.SubFactory(TenantFactory)
    channel = Channel.EMAIL
    recipient = factory.Sequence(lambda n: f"customer{n}@example.com")
    language = "en"
    subject = "Your order is on its way"
    body = "It comes today between 14:00 and 18:00."
    status = MessageStatus.QUEUED
    idempotency_key = factory.Sequence(lambda n: f"message-{n}")
