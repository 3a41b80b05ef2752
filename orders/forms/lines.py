"""The lines of an order as they are typed: `items-0-sku`, `items-0-quantity`, …; any number of them, blank ones are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from orders.items import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PREFIX = "items"
_NAME = re.compile(r"items-(\d{1,5})-(?:sku|name|quantity|unit_price|variant_id)")
# More digits than any quantity has; the domain says what is too many.
_LONGEST = 18


@dataclass(slots=True)
class TypedLine:
    """One line as it was typed, with what is wrong with it by field. A line of words has a `name` in place of the SKU."""

    number: int
    sku: str = ""
    name: str = ""
    variant_id: str = ""
    quantity: str = "1"
    unit_price: str = ""
    is_free: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    variants: list[dict[str, Any]] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What its fields' names begin with."""
        return f"{PREFIX}-{self.number}"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was asked for yet."""
        return not (self.sku or self.name or self.unit_price or self.variant_id)

    @property
    def chosen_variant(self) -> str:
        """The variant that is asked for by its id, or by a SKU of its own."""
        by_sku = next((str(variant["id"]) for variant in self.variants if self.sku and variant.get("sku") == self.sku), "")
        return self.variant_id or by_sku

    def line(self, stored: Mapping[tuple[str, str], UUID]) -> Line:
        """For the domain; what cannot be read is noted in `errors`. `stored`: products of an order's own items by SKU and variant."""
        return Line(
            quantity=self._quantity(),
            sku="" if (self.sku, self.variant_id) in stored else self.sku,
            product_id=stored.get((self.sku, self.variant_id)),
            variant_id=self.variant_id,
            name=self.name,
            unit_price=self._price(),
        )

    def _quantity(self) -> int:
        text = self.quantity.strip()
        if re.fullmatch(r"[+-]?\d+", text) and len(text) <= _LONGEST:
            return int(text)
        self.errors.setdefault("quantity", []).append(_("Write a whole number."))
        return 1

    def _price(self) -> Decimal | None:
        text = self.unit_price.strip().replace(",", ".")
        if not text:
            return None
        try:
            return Decimal(text)
        except InvalidOperation:
            self.errors.setdefault("unit_price", []).append(_("Write a price such as 29.99."))
            return None


def typed(data: Mapping[str, Any]) -> list[TypedLine]:
    """The lines of a sent form, in their order; at least one to write in."""
    numbers = sorted({int(found[1]) for name in data if (found := _NAME.fullmatch(name))})
    lines = [_typed(data, number) for number in numbers]
    if "remove" in data:
        lines = [line for line in lines if str(line.number) != data["remove"]]
    if "add" in data or not lines:
        lines.append(TypedLine(max((line.number for line in lines), default=-1) + 1, is_free=data.get("add") == "free"))
    return lines


def of_items(items: Iterable[Mapping[str, Any]]) -> list[TypedLine]:
    """Stored items, to be edited."""
    return [
        TypedLine(
            number,
            sku=item.get("sku") or "",
            name="" if item.get("product_id") else item.get("name") or "",
            variant_id=item.get("variant_id") or "",
            quantity=str(item["quantity"]),
            unit_price=str(item["unit_price"]),
            is_free=not item.get("product_id"),
        )
        for number, item in enumerate(items)
    ]


def products_of(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], UUID]:
    """The products of stored items by SKU and variant: they stay what they are, also when the SKU was given away since."""
    return {(item.get("sku") or "", item.get("variant_id") or ""): UUID(item["product_id"]) for item in items if item.get("product_id")}


def filled(lines: Sequence[TypedLine]) -> list[TypedLine]:
    """Those that ask for something."""
    return [line for line in lines if not line.is_blank]


def _typed(data: Mapping[str, Any], number: int) -> TypedLine:
    def given(name: str) -> str:
        return str(data.get(f"{PREFIX}-{number}-{name}", "")).strip()

    return TypedLine(
        number,
        sku=given("sku"),
        name=given("name"),
        variant_id=given("variant_id"),
        quantity=given("quantity"),
        unit_price=given("unit_price"),
        is_free=bool(given("free")),
    )
