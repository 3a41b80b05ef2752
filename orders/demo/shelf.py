"""The demo's catalogue in the database, and what an order takes from it: items, promo codes, stock that comes and goes."""

from __future__ import annotations

import json
from bisect import bisect
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from base.money import to_json
from base.postgres.bulk import insert
from orders.demo.goods import GOODS, PER_DOLLAR, Goods
from orders.demo.rows import hundredths, identifier, written
from orders.demo.seasons import HOUR_MS
from orders.models import Category, Discount, Product
from orders.states import DiscountKind, ListingStatus

if TYPE_CHECKING:
    from random import Random

    from accounts.models import Tenant

_LINES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
_QUANTITIES = (1,) * 17 + (2, 2, 3)
_OUT_OF_FASHION = 0.05
# A delivery from the supplier lasts about so long, and is not smaller than that.
_LASTS_DAYS, _LEAST = 21, 12
# Some goods are ordered in time, of others the last one is sold first.
_ORDERED_AT = (0, 3, 6, 6)
_WITH_CODE = 0.07
_CODES = (("BIENVENUE10", DiscountKind.PERCENT, 10), ("FIDELITE", DiscountKind.FIXED, 3), ("ETE15", DiscountKind.PERCENT, 15))


class Kind(NamedTuple):
    """Something that can be sold: a product, or one variant of it. `sku` and `name` as JSON strings, the price in hundredths."""

    product: str
    variant: str
    sku: str
    name: str
    price: int


class Basket(NamedTuple):
    """The items of one order: their JSON, their sum in hundredths, and how many of which kind (its place in `Shelf.kinds`)."""

    json: str
    subtotal: int
    units: list[tuple[int, int]]


class Shelf:
    """What the merchant sells. Draws baskets, and keeps count of the stock as orders take from it.

    `changes`: what was added to or taken from each (product, variant) since it was last emptied; `deliveries`: the goods that
    came in meanwhile, as (moment, place of the kind, quantity).
    """

    def __init__(self, products: list[Product], rng: Random, *, orders_a_day: float) -> None:
        self._rng, self._random = rng, rng.random
        self.kinds = [kind for product in products for kind in _kinds(product)]
        stock = {(product.pk.hex, variant): count for product in products for variant, count in _stock(product)}
        self._stock = [stock[kind.product, kind.variant] for kind in self.kinds]
        widths = [len(product.variants) or 1 for product in products]
        # The first goods of the list are the shop's best sellers; the variants of one share its buyers.
        weights = [1 / (place + 1) ** 0.7 / width for place, width in enumerate(widths) for _variant in range(width)]
        self._weights = tuple(accumulate(weights))
        per_order = sum(_LINES) / len(_LINES) * sum(_QUANTITIES) / len(_QUANTITIES)
        daily = [orders_a_day * per_order * weight / self._weights[-1] for weight in weights]
        self._delivered = [max(_LEAST, round(_LASTS_DAYS * units)) for units in daily]
        self._fragments: dict[tuple[int, int], str] = {}
        self.changes: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.deliveries: list[tuple[int, int, int]] = []

    def basket(self) -> Basket:
        """One to three kinds, the popular ones oftener."""
        random = self._random
        places = {bisect(self._weights, random() * self._weights[-1]) for _line in range(_LINES[int(random() * 10)])}
        units = [(place, _QUANTITIES[int(random() * 20)]) for place in sorted(places)]
        parts = [self._fragments.get(unit) or self._fragment(unit) for unit in units]
        return Basket(f"[{', '.join(parts)}]", sum(self.kinds[place].price * quantity for place, quantity in units), units)

    def move(self, moment: int, place: int, quantity: int) -> None:
        """Take units away (below zero) or put them back; when the shelf gets too empty, the supplier came shortly before."""
        left = self._stock[place] + quantity
        kind = self.kinds[place]
        if left < _ORDERED_AT[place % len(_ORDERED_AT)]:
            came = self._delivered[place] - quantity
            self.deliveries.append((moment - 2 * HOUR_MS, place, came))
            self.changes[UUID(kind.product)][kind.variant] += came
            left += came
        self._stock[place] = left
        self.changes[UUID(kind.product)][kind.variant] += quantity

    def _fragment(self, unit: tuple[int, int]) -> str:
        place, quantity = unit
        kind = self.kinds[place]
        variant = json.dumps(kind.variant, ensure_ascii=False) if kind.variant else "null"
        price, total = hundredths(kind.price), hundredths(kind.price * quantity)
        made = self._fragments[unit] = written(
            f'{{"product_id": "{UUID(kind.product)}", "variant_id": {variant}, "sku": {kind.sku}, "name": {kind.name}, '
            f'"quantity": {quantity}, "unit_price": "{price}", "total": "{total}", "notes": null}}'
        )
        return made


class Codes:
    """The merchant's promo codes. `uses`: how often each was used since it was last emptied."""

    def __init__(self, discounts: list[Discount], rng: Random) -> None:
        self._discounts, self._random = discounts, rng.random
        self.uses: dict[UUID, int] = defaultdict(int)

    def draw(self, subtotal: int) -> tuple[str, int]:
        """A code and what it takes off, in hundredths, always whole units; mostly none."""
        if not self._discounts or self._random() > _WITH_CODE:
            return "", 0
        discount = self._discounts[int(self._random() * len(self._discounts))]
        off = int(subtotal * discount.value / 100) if discount.kind == DiscountKind.PERCENT else int(discount.value * 100)
        self.uses[discount.pk] += 1
        return discount.code, min(off // 100 * 100, subtotal)


def stocked(tenant: Tenant, since: int, rng: Random) -> list[Product]:
    """The demo's products; those that are missing are made, as of the moment `since`."""
    there = {product.sku: product for product in Product.objects.filter(sku__in=[goods.sku for goods in GOODS])}
    missing = [goods for goods in GOODS if goods.sku not in there]
    categories = _categories(tenant, missing, since, rng)
    made = [_product(tenant, goods, categories[goods.category], since, rng) for goods in missing]
    insert(Product, made)
    there |= {product.sku: product for product in made}
    return [there[goods.sku] for goods in GOODS if there[goods.sku].is_active]


def promised(tenant: Tenant, since: int, rng: Random) -> list[Discount]:
    """The demo's promo codes; those that are missing are made."""
    there = {discount.code: discount for discount in Discount.objects.filter(code__in=[code for code, _kind, _value in _CODES])}
    factor = PER_DOLLAR.get(tenant.config.currency, 10)
    begun = datetime.fromtimestamp(since / 1000, UTC)
    made = [
        Discount(
            id=UUID(identifier(since, rng)),
            tenant=tenant,
            code=code,
            kind=kind,
            value=Decimal(value * (factor if kind == DiscountKind.FIXED else 1)),
            starts_at=begun,
            created_at=begun,
            updated_at=begun,
        )
        for code, kind, value in _CODES
        if code not in there
    ]
    insert(Discount, made)
    found = [*there.values(), *made]
    return sorted((row for row in found if row.is_active and row.max_uses is None), key=lambda row: row.code)


def _categories(tenant: Tenant, missing: list[Goods], since: int, rng: Random) -> dict[tuple[str, str], Category]:
    found: dict[Any, Category] = {(row.parent_id, row.name): row for row in Category.objects.all()}

    def category(name: str, parent: Category | None) -> Category:
        key = (parent.pk if parent else None, name)
        if key not in found:
            found[key] = Category.objects.create(id=UUID(identifier(since, rng)), tenant=tenant, name=name, parent=parent)
        return found[key]

    pairs = sorted({goods.category for goods in missing})
    return {(upper, lower): category(lower, category(upper, None)) for upper, lower in pairs}


def _product(tenant: Tenant, goods: Goods, category: Category, since: int, rng: Random) -> Product:
    config = tenant.config
    price = _round(goods.price * PER_DOLLAR.get(config.currency, 10))
    begun = datetime.fromtimestamp(since / 1000, UTC)
    return Product(
        id=UUID(identifier(since, rng)),
        tenant=tenant,
        name=goods.nom if "fr" in config.languages else goods.name,
        sku=goods.sku,
        category=category,
        price=price,
        cost_price=(price * Decimal(rng.randrange(35, 60)) / 100).quantize(Decimal(1), ROUND_UP),
        low_stock_threshold=_LEAST // 2,
        variants=[_variant(goods, place, value) for place, value in enumerate(goods.variants, start=1)],
        is_active=rng.random() > _OUT_OF_FASHION,
        listing_status=ListingStatus.PUBLISHED,
        created_at=begun,
        updated_at=begun,
    )


def _variant(goods: Goods, place: int, value: str) -> dict[str, Any]:
    sku = f"{goods.sku}-{place}"
    return {"id": f"v{place}", "name": value, "sku": sku, "price": None, "stock": 0, "attributes": {goods.by: value}}


def _round(amount: float) -> Decimal:
    """A price as shops write it: 99, 190, 2,490."""
    step = 10 ** max(0, len(str(round(amount))) - 2)
    return Decimal(max(1, round(amount / step) * step - (1 if amount < 1000 else 10 if step >= 100 else 0)))  # noqa: PLR2004


def _kinds(product: Product) -> list[Kind]:
    if not product.variants:
        return [Kind(product.pk.hex, "", _quoted(product.sku), _quoted(product.name), round(product.price * 100))]
    return [
        Kind(
            product.pk.hex,
            str(variant["id"]),
            _quoted(str(variant.get("sku") or product.sku)),
            _quoted(f"{product.name} – {variant['name']}" if variant.get("name") else product.name),
            round(Decimal(to_json(Decimal(str(variant.get("price") or product.price)))) * 100),
        )
        for variant in product.variants
    ]


def _stock(product: Product) -> list[tuple[str, int]]:
    if not product.variants:
        return [("", product.stock_quantity)]
    return [(str(variant["id"]), int(variant.get("stock") or 0)) for variant in product.variants]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
