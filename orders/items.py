"""An order's items: the source's JSON shape (002 `orders.items`), checked and priced from the catalogue.

Money in the JSON is a string with two decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from base.errors import Invalid
from base.money import round_money, to_json
from orders.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_LINES = 500
MOST_UNITS = 100_000
_LARGEST = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is asked for: a product by id or SKU (also a variant's SKU), or, without either, only words and a price."""

    quantity: int
    sku: str = ""
    product_id: UUID | None = None
    variant_id: str = ""
    name: str = ""
    unit_price: Decimal | None = None
    notes: str | None = None


class Catalogue:
    """The products that a set of lines asks for, in at most two statements."""

    def __init__(self, lines: Iterable[Line]) -> None:
        lines = list(lines)
        ids = {line.product_id for line in lines if line.product_id}
        skus = {line.sku for line in lines if line.sku}
        fields = ("id", "name", "sku", "price", "variants", "is_active")
        found = list(Product.objects.filter(Q(pk__in=ids) | Q(sku__in=skus)).only(*fields)) if ids or skus else []
        missing = skus - {product.sku for product in found} - {str(v.get("sku")) for product in found for v in product.variants}
        if missing:
            wanted = Q()
            for sku in missing:
                wanted |= Q(variants__contains=[{"sku": sku}])
            found += Product.objects.filter(wanted).only(*fields)
        self.by_id: dict[UUID, Product] = {product.pk: product for product in found}
        self.by_sku: dict[str, tuple[Product, str]] = {}
        for product in found:
            for variant in product.variants:
                self.by_sku.setdefault(str(variant.get("sku")), (product, str(variant["id"])))
        self.by_sku |= {product.sku: (product, "") for product in found}

    def find(self, line: Line, place: str) -> tuple[Product | None, dict[str, Any] | None]:
        """The product and the variant of a line; Invalid names the line's field that is wrong."""
        if line.product_id is None and not line.sku:
            return None, None
        product, variant_id = self._product(line, place)
        if not product.is_active:
            raise Invalid("product_inactive", _("%(product)s is not sold any more.") % {"product": product.name}, f"{place}.sku")
        wanted = line.variant_id or variant_id
        variants = {str(variant["id"]): variant for variant in product.variants}
        if not wanted:
            if variants and line.sku:
                raise Invalid("variant_needed", _("Choose a variant of %(product)s.") % {"product": product.name}, f"{place}.variant_id")
            return product, None
        if wanted not in variants:
            text = _("%(product)s has no variant “%(variant)s”.") % {"product": product.name, "variant": wanted}
            raise Invalid("unknown_variant", text, f"{place}.variant_id")
        return product, variants[wanted]

    def _product(self, line: Line, place: str) -> tuple[Product, str]:
        if line.product_id is not None:
            product = self.by_id.get(line.product_id)
            if product is None:
                raise Invalid("unknown_product", _("There is no such product."), f"{place}.product_id")
            return product, ""
        if line.sku not in self.by_sku:
            raise Invalid("unknown_sku", _("There is no product with the SKU “%(sku)s”.") % {"sku": line.sku}, f"{place}.sku")
        return self.by_sku[line.sku]


def priced(lines: Sequence[Line], catalogue: Catalogue, currency: str) -> tuple[list[dict[str, Any]], Decimal]:
    """The items as they are stored, and their sum. Invalid names the line (`items.3.quantity`) and the rule."""
    if not lines:
        raise Invalid("no_items", _("An order needs at least one item."), "items")
    if len(lines) > MOST_LINES:
        raise Invalid(
            "too_many_items",
            _("%(count)s lines: an order takes %(most)s at most. Split it.") % {"count": len(lines), "most": MOST_LINES},
            "items",
        )
    items = [_item(line, catalogue, currency, f"items.{number}") for number, line in enumerate(lines)]
    subtotal = sum((Decimal(item["total"]) for item in items), Decimal(0))
    if subtotal > _LARGEST:
        raise Invalid("too_large", _("The items sum to more than an order can hold."), "items")
    return items, subtotal


def _item(line: Line, catalogue: Catalogue, currency: str, place: str) -> dict[str, Any]:
    if not 1 <= line.quantity <= MOST_UNITS:
        raise Invalid("invalid_quantity", _("A quantity is a whole number from 1 to %(most)s.") % {"most": MOST_UNITS}, f"{place}.quantity")
    product, variant = catalogue.find(line, place)
    price = _price(line, product, variant, place)
    name = _name(line, product, variant, place)
    return {
        "product_id": str(product.pk) if product else None,
        "variant_id": str(variant["id"]) if variant else None,
        "sku": str(variant.get("sku") or product.sku) if product and variant else product.sku if product else line.sku,
        "name": name,
        "quantity": line.quantity,
        "unit_price": to_json(price),
        "total": to_json(round_money(price * line.quantity, currency)),
        "notes": line.notes or None,
    }


def _price(line: Line, product: Product | None, variant: dict[str, Any] | None, place: str) -> Decimal:
    price = line.unit_price
    if price is None and variant is not None and variant.get("price") not in (None, ""):
        price = Decimal(str(variant["price"]))
    if price is None and product is not None:
        price = product.price
    if price is None or not price.is_finite() or not 0 <= price <= _LARGEST:
        raise Invalid("invalid_price", _("Give a price from 0 on."), f"{place}.unit_price")
    if price != price.quantize(Decimal("0.01")):
        raise Invalid("invalid_price", _("A price has two decimals at most."), f"{place}.unit_price")
    return price


def _name(line: Line, product: Product | None, variant: dict[str, Any] | None, place: str) -> str:
    if product is None:
        if not line.name.strip():
            raise Invalid("name_needed", _("Name the item, or give its SKU."), f"{place}.name")
        return line.name.strip()[:250]
    return f"{product.name} – {variant['name']}" if variant and variant.get("name") else product.name


def lines_of(items: Iterable[dict[str, Any]]) -> list[Line]:
    """Stored items as lines again, at the price they were sold at: for edits."""
    return [
        Line(
            quantity=int(item["quantity"]),
            sku="" if item.get("product_id") else item.get("sku") or "",
            product_id=UUID(item["product_id"]) if item.get("product_id") else None,
            variant_id=item.get("variant_id") or "",
            name=item.get("name") or "",
            unit_price=Decimal(str(item["unit_price"])),
            notes=item.get("notes"),
        )
        for item in items
    ]
