"""Customers: make, change, tag, block, merge; their addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import by, record
from accounts.tenancy import tenant_in_scope
from base import context
from base.errors import DomainError, Invalid, NotFound
from orders import words
from orders.finding import locked_customer
from orders.models import Address, Customer, Order
from orders.signals import customer_tags_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from base.actor import Actor

_TEXTS = ("city", "area", "postal_code")
_COLUMNS = ("full_name", "phone", "email", "address", "notes", *_TEXTS)
_ADDRESS = frozenset({"address", *_TEXTS})
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LONGEST = {"label": 60, "city": 100, "area": 100, "postal_code": 20}
_TAG_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def create_customer(*, actor: Actor, **values: Any) -> Customer:
    """A new customer. Errors, each on its field: name_needed, hidden_characters, symbols, invalid_phone, invalid_email, duplicate_phone."""
    _known(values)
    customer = Customer(tenant=tenant_in_scope())
    _set(customer, {"full_name": "", "phone": "", **values})
    with by(actor):
        _save_once(customer)
    return customer


def change_customer(customer: Customer, *, actor: Actor, **values: Any) -> Customer:
    """Change a customer's words; the figures are not anybody's to change."""
    _known(values)
    with transaction.atomic(), by(actor):
        locked = locked_customer(customer.pk)
        _set(locked, values)
        _save_once(locked)
        if _ADDRESS & values.keys():
            # The default address and the customer's own columns are one.
            Address.objects.filter(customer=locked, is_default=True).update(**{name: getattr(locked, name) for name in _ADDRESS})
    return locked


def block_customer(customer: Customer, *, reason: str, actor: Actor) -> Customer:
    """Take no more orders from this customer. Needs a reason."""
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why."), "reason")
    with transaction.atomic(), by(actor):
        locked = locked_customer(customer.pk)
        locked.blocked, locked.blocked_reason = True, reason.strip()[:200]
        locked.save(update_fields=["blocked", "blocked_reason"])
    return locked


def unblock_customer(customer: Customer, *, actor: Actor) -> Customer:
    """Take orders from this customer again."""
    with transaction.atomic(), by(actor):
        locked = locked_customer(customer.pk)
        locked.blocked, locked.blocked_reason = False, ""
        locked.save(update_fields=["blocked", "blocked_reason"])
    return locked


def tag_customers(ids: Iterable[UUID], *, add: Sequence[dict[str, str]] = (), remove: Sequence[str] = (), actor: Actor) -> int:
    """Add tags {id, label, color} to customers, and remove tags by id. Returns how many customers changed."""
    added = [_tag(tag) for tag in add]
    with transaction.atomic(), by(actor):
        rows = list(Customer.objects.present().filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",), no_key=True))
        changed = []
        for row in rows:
            kept = [tag for tag in row.tags if tag["id"] not in {*remove, *(new["id"] for new in added)}] + added
            if kept != row.tags:
                row.tags = kept
                changed.append(row)
        Customer.objects.bulk_update(changed, ["tags"], batch_size=500)
        if changed:
            if context.current().user is not None:
                details = {"added": [tag["id"] for tag in added], "removed": list(remove)}
                record("customers_tagged", entity_type="customer", entity_ids=[row.pk for row in changed], details=details)
            customer_tags_changed.send(sender=Customer, customers=changed, added=added, removed=list(remove), actor=actor)
    return len(changed)


def merge_customers(keep: Customer, others: Iterable[Customer], *, actor: Actor) -> Customer:
    """Make one customer of several: orders, addresses, tags and figures go to `keep`; an audit row names what was merged.

    Who was blocked stays blocked. The others stay as pointers to `keep`, so that their phones still find it. Locks go orders → customers,
    as everywhere.
    """
    other_ids = [other.pk for other in others]
    if not other_ids or keep.pk in other_ids:
        raise Invalid("cannot_merge", _("Choose the customer to keep, and others to merge into it."), "customer")
    with transaction.atomic(), by(actor):
        list(Order.objects.filter(customer_id__in=other_ids).order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
        rows = {row.pk: row for row in Customer.objects.filter(pk__in=[keep.pk, *other_ids]).order_by("pk").select_for_update(of=("self",))}
        if len(rows) != len(other_ids) + 1 or any(row.merged_into_id for row in rows.values()):
            raise Invalid("cannot_merge", _("One of these customers is not there any more, or was merged already."), "customer")
        kept: Customer = rows[keep.pk]
        moved = Order.objects.filter(customer_id__in=other_ids).update(customer=kept)
        Address.objects.filter(customer_id__in=other_ids).update(customer=kept, is_default=False)
        for pk in other_ids:
            _absorb(kept, rows[pk])
        _keep_addresses(kept, [rows[pk] for pk in other_ids])
        Customer.objects.filter(pk__in=other_ids).update(merged_into=kept)
        Customer.objects.filter(merged_into_id__in=other_ids).update(merged_into=kept)
        kept.save(update_fields=["email", "address", "city", "area", "postal_code", "tags", "notes", "blocked", "blocked_reason"])
        kept.refresh_from_db()
        names = {str(pk): {"name": rows[pk].full_name, "phone": rows[pk].phone} for pk in other_ids}
        if context.current().user is not None:
            record("customers_merged", entity=kept, details={"merged": names, "orders_moved": moved})
    return kept


def add_address(customer: Customer, *, is_default: bool = False, actor: Actor, **values: str) -> Address:
    """Another address of a customer; the default one is also the customer's own columns, which new orders start from."""
    if not values.get("address", "").strip():
        raise Invalid("address_needed", _("Write the address."), "address")
    cleaned = {name: words.clean_text(text, longest=_LONGEST.get(name, 2000)) for name, text in values.items()}
    with transaction.atomic(), by(actor):
        locked = locked_customer(customer.pk)
        made: Address = Address.objects.create(tenant_id=locked.tenant_id, customer=locked, **cleaned)
        if is_default or not locked.address:
            _make_default(locked, made)
    return made


def make_default_address(address: Address, *, actor: Actor) -> Address:
    """Let new orders start from this address."""
    with transaction.atomic(), by(actor):
        customer = locked_customer(address.customer_id)
        present = _present(address)
        _make_default(customer, present)
    return present


def remove_address(address: Address, *, actor: Actor) -> None:
    """Forget an address; orders keep the words they were placed with."""
    with transaction.atomic(), by(actor):
        locked_customer(address.customer_id)
        _present(address).delete()


def _present(address: Address) -> Address:
    """The address as it is now that its customer is locked; NotFound when somebody removed it meanwhile."""
    found: Address | None = Address.objects.filter(pk=address.pk, customer_id=address.customer_id).first()
    if found is None:
        raise NotFound("not_found", _("The customer has no such address any more."))
    return found


def _make_default(customer: Customer, address: Address) -> None:
    _keep_addresses(customer, [customer])
    Address.objects.filter(customer=customer, is_default=True).update(is_default=False)
    address.is_default = True
    address.save(update_fields=["is_default"])
    for name in ("address", *_TEXTS):
        setattr(customer, name, getattr(address, name))
    customer.save(update_fields=["address", *_TEXTS])


def _keep_addresses(kept: Customer, owners: Iterable[Customer]) -> None:
    """Write the owners' own address into the list of `kept`, where it does not stand yet."""
    known = {row.address for row in Address.objects.filter(customer=kept)}
    for owner in owners:
        if owner.address and owner.address not in known and (owner is kept or owner.address != kept.address):
            known.add(owner.address)
            texts = {name: getattr(owner, name) for name in ("address", *_TEXTS)}
            Address.objects.create(tenant_id=kept.tenant_id, customer=kept, **texts)


def _absorb(kept: Customer, other: Customer) -> None:
    for name in ("email", "address", *_TEXTS):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    known = {tag["id"] for tag in kept.tags}
    kept.tags = kept.tags + [tag for tag in other.tags if tag["id"] not in known]
    if other.blocked and not kept.blocked:
        kept.blocked, kept.blocked_reason = True, other.blocked_reason
    if other.notes and other.notes not in kept.notes:
        kept.notes = "\n".join(filter(None, [kept.notes, other.notes]))


def _known(values: dict[str, Any]) -> None:
    unknown = set(values) - set(_COLUMNS)
    if unknown:
        raise TypeError(f"cannot set {', '.join(sorted(unknown))}")


def _set(customer: Customer, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "full_name":
            customer.full_name = words.check_name(value, "full_name")
        elif name == "phone":
            customer.phone = words.e164(value, tenant_in_scope().config.country_code)
        elif name == "email":
            customer.email = _email(value)
        elif name in _TEXTS:
            setattr(customer, name, words.clean_name(value, longest=20 if name == "postal_code" else 100))
        else:
            setattr(customer, name, words.clean_text(value))


def _email(value: str) -> str:
    email = value.strip().lower()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Invalid("invalid_email", _("Give an e-mail address such as name@example.com."), "email") from error
    return email


def _save_once(customer: Customer) -> None:
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError as error:
        if "idx_customers_phone" not in str(error):
            raise
        raise DomainError("duplicate_phone", _("Another customer has this phone. Open that one, or merge them."), field="phone") from error


def _tag(tag: dict[str, str]) -> dict[str, str]:
    identity = tag.get("id", "").strip().lower()
    label = words.clean_name(tag.get("label", "") or identity, longest=60)
    colour = tag.get("color") or "#57534a"
    if not _TAG_ID.fullmatch(identity):
        raise Invalid("invalid_tag", _("A tag's id has small letters, digits, - and _, such as vip."), "tags")
    if not _COLOUR.fullmatch(colour):
        raise Invalid("invalid_tag", _("A tag's colour is written like #FFD700."), "tags")
    return {"id": identity, "label": label, "color": colour}
