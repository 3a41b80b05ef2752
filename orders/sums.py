"""What a typed order comes to, before it is placed: line by line, so that a line that is wrong does not hide the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from base.errors import DomainError
from orders import discounts
from orders.items import Catalogue, priced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from orders.items import Line
    from orders.models import Product


@dataclass(slots=True)
class Sums:
    """`items` are the priced lines, None where a line is wrong; `products` what each line found, for its variants."""

    currency: str
    items: list[dict[str, Any] | None] = field(default_factory=list)
    products: list[Product | None] = field(default_factory=list)
    subtotal: Decimal = Decimal(0)
    delivery_fee: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    code_note: str = ""

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.subtotal + self.delivery_fee - self.discount

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The lines that could be priced."""
        return [item for item in self.items if item is not None]


def sum_up(
    lines: Sequence[Line], currency: str, *, delivery_fee: Decimal, discount: Decimal, code: str = "", customer_id: UUID | None = None
) -> Sums:
    """The sums of these lines at this moment; nothing is kept, no promo code is counted."""
    sums = Sums(currency, delivery_fee=delivery_fee, discount=discount)
    catalogue = Catalogue(lines)
    for line in lines:
        sums.products.append(_product(line, catalogue))
        try:
            items, subtotal = priced([line], catalogue, currency)
        except DomainError:
            sums.items.append(None)
        else:
            sums.items.append(items[0])
            sums.subtotal += subtotal
    if code:
        try:
            sums.discount = min(sums.subtotal, discount + discounts.worth(code, sums.subtotal, currency, customer_id))
        except DomainError as error:
            sums.code_note = str(error)
    return sums


def _product(line: Line, catalogue: Catalogue) -> Product | None:
    if line.product_id is not None:
        return catalogue.by_id.get(line.product_id)
    found = catalogue.by_sku.get(line.sku)
    return found[0] if found else None
