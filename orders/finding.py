"""Finds and locks one row to change; says in words when it is not there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.errors import NotFound
from orders.models import Customer, Order, Product

if TYPE_CHECKING:
    from uuid import UUID


def locked_order(pk: UUID) -> Order:
    """The order, locked until the transaction ends. NotFound when it was deleted, or is another tenant's."""
    found: Order | None = Order.objects.present().select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", _("There is no such order, or not any more."))
    return found


def locked_customer(pk: UUID) -> Customer:
    """The customer, locked until the transaction ends. NotFound when it was merged into another, or is another tenant's."""
    found: Customer | None = Customer.objects.present().select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", _("There is no such customer, or it was merged into another."))
    return found


def locked_product(pk: UUID) -> Product:
    """The product, locked until the transaction ends. NotFound when it is another tenant's."""
    found: Product | None = Product.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", _("There is no such product, or not any more."))
    return found
