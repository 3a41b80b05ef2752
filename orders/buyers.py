"""The customers of a set of new orders: found by id or phone in one statement each, made only for orders that are placed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from base.errors import DomainError, Invalid
from base.ids import new_id
from base.postgres.bulk import insert
from orders import words
from orders.models import Customer, Order
from orders.states import OrderSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.models import Tenant
    from orders.actions.placing import Draft

_SMALL = ("id", "tenant_id", "full_name", "phone", "email", "address", "area", "city", "blocked", "blocked_reason")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who orders, as it was given: found by phone, made when not known yet."""

    full_name: str
    phone: str
    email: str = ""
    address: str = ""
    city: str = ""
    area: str = ""
    postal_code: str = ""


class Buyers:
    """Looks the customers up when made; `assign` gives each order its own, `make` writes the new ones that are needed."""

    def __init__(self, drafts: Sequence[Draft], tenant: Tenant) -> None:
        self.tenant = tenant
        self.phones: dict[int, str] = {}
        self.errors: dict[int, DomainError] = {}
        for place, draft in enumerate(drafts):
            try:
                if draft.customer_id is None:
                    self.phones[place] = self._phone(draft)
            except DomainError as error:
                self.errors[place] = error
        ids = {draft.customer_id for draft in drafts if draft.customer_id}
        self.by_phone = _by_phone(set(self.phones.values()))
        self.by_id = {row.pk: row for row in Customer.objects.present().filter(pk__in=ids).only(*_SMALL)} if ids else {}
        self.new: dict[str, Customer] = {}

    def assign(self, drafts: Sequence[Draft], rows: dict[int, Order], refused: dict[int, DomainError]) -> None:
        """Give each order its customer, known or still to be made; one without a usable customer is refused."""
        for place, row in rows.items():
            if place in refused:
                continue
            try:
                customer = self._customer(place, drafts[place])
            except DomainError as error:
                refused[place] = error
                continue
            row.customer = customer
            row.delivery_address = row.delivery_address or customer.address
            row.delivery_area = row.delivery_area or customer.area
            row.delivery_city = row.delivery_city or customer.city

    def make(self, orders: Iterable[Order]) -> None:
        """Write the new customers of these orders. One that somebody else makes at this moment serves in its place."""
        rows = list(orders)
        used = {row.customer.phone: row.customer for row in rows if row.customer.phone in self.new}
        if not used or insert(Customer, list(used.values()), on_conflict="(tenant_id, phone) DO NOTHING") == len(used):
            return
        there = _by_phone(set(used))
        for row in rows:
            if row.customer.phone in used:
                row.customer = there[row.customer.phone]

    def _customer(self, place: int, draft: Draft) -> Customer:
        if place in self.errors:
            raise self.errors[place]
        if draft.customer_id is not None:
            return _usable(self.by_id.get(draft.customer_id))
        phone = self.phones[place]
        if phone in self.by_phone:
            return _usable(self.by_phone[phone])
        if phone not in self.new and draft.buyer:
            self.new[phone] = self._new(draft.buyer, phone)
        return self.new[phone]

    def _phone(self, draft: Draft) -> str:
        if draft.buyer is None:
            raise Invalid("customer_needed", _("Say who orders: choose a customer, or give name and phone."), "customer")
        # What a person types is checked; what a shop sends is taken as far as it can be: an order is not lost for a foreign phone.
        typed = draft.source in (OrderSource.MANUAL, OrderSource.API)
        if typed:
            words.check_name(draft.buyer.full_name, "customer.full_name")
        return words.e164(draft.buyer.phone, self.tenant.config.country_code, "customer.phone", foreign=not typed)

    def _new(self, buyer: Buyer, phone: str) -> Customer:
        now = timezone.now()
        return Customer(
            id=new_id(),
            tenant_id=self.tenant.pk,
            full_name=words.clean_name(buyer.full_name) or phone,
            phone=phone,
            email=buyer.email.strip().lower()[:254],
            address=words.clean_text(buyer.address),
            city=words.clean_name(buyer.city, longest=100),
            area=words.clean_name(buyer.area, longest=100),
            postal_code=buyer.postal_code.strip()[:20],
            tags=[],
            created_at=now,
            updated_at=now,
        )


def _by_phone(phones: set[str]) -> dict[str, Customer]:
    if not phones:
        return {}
    rows = Customer.objects.filter(phone__in=phones).select_related("merged_into").only(*_SMALL, "merged_into")
    return {row.phone: row.merged_into or row for row in rows}


def _usable(customer: Customer | None) -> Customer:
    if customer is None:
        raise Invalid("unknown_customer", _("There is no such customer."), "customer")
    if customer.blocked:
        text = _("%(name)s is blocked: %(reason)s") % {"name": customer.full_name, "reason": customer.blocked_reason}
        raise DomainError("customer_blocked", text, field="customer", status=409)
    return customer
