"""Products, their variants, images and listing; categories; promo codes."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.audit import by
from accounts.tenancy import tenant_in_scope
from base.errors import DomainError, Invalid, NotFound
from base.lifecycle import move
from base.money import to_json
from orders import words
from orders.finding import locked_product
from orders.models import Category, Discount, Product
from orders.states import LISTING, MovementKind
from orders.stock import Movement, move_stock

if TYPE_CHECKING:
    from base.actor import Actor

_COLUMNS = (
    "name", "sku", "description", "category", "price", "cost_price", "low_stock_threshold", "allow_backorders", "variants", "images",
    "is_active",
)  # fmt: skip
_MOST_VARIANTS = 200
_MOST_STOCK = 10_000_000
_DISCOUNT = (
    "code", "kind", "value", "minimum_subtotal", "starts_at", "ends_at", "max_uses", "max_uses_per_customer", "is_active",
)  # fmt: skip


def create_product(*, stock: int = 0, actor: Actor, **values: Any) -> Product:
    """A new product with its opening stock (also `stock` of each variant). Errors on their field: duplicate_sku, invalid_price, …"""
    _known(values)
    product = Product(tenant=tenant_in_scope())
    variants = check_variants(values.pop("variants", None) or [])
    _set(product, {"name": "", "sku": "", "price": "", **values})
    product.variants = [{**variant, "stock": 0} for variant in variants]
    with transaction.atomic(), by(actor):
        _save_once(product)
        opening = [Movement(product.pk, variant["id"], MovementKind.COUNT, variant["stock"]) for variant in variants]
        move_stock(opening or [Movement(product.pk, "", MovementKind.COUNT, _opening(stock, "stock"))])
        product.refresh_from_db()
    return product


def change_product(product: Product, *, actor: Actor, **values: Any) -> Product:
    """Change a product; the stock of its variants stays what the movements say."""
    _known(values)
    with transaction.atomic(), by(actor):
        locked = locked_product(product.pk)
        if "variants" in values:
            locked.variants = _with_stock(locked, check_variants(_unstocked(values.pop("variants") or [])))
        _set(locked, values)
        _save_once(locked)
    return locked


def change_listing(product: Product, to: str, *, actor: Actor, note: str = "") -> Product:
    """Move a product's listing through its review: draft → submitted → approved or rejected → published."""
    with transaction.atomic(), by(actor):
        return move(product, to, lifecycle=LISTING, actor=actor, note=note, field="listing_status")


def create_category(*, name: str, parent: Category | None = None, actor: Actor) -> Category:
    """A new category, below `parent` or at the top."""
    with by(actor):
        return _save_category(Category(tenant=tenant_in_scope()), name, parent)


def change_category(category: Category, *, name: str, parent: Category | None, actor: Actor) -> Category:
    """Rename a category, and put it below `parent` (None: at the top) with all that hangs on it; never below itself."""
    with transaction.atomic(), by(actor):
        # All of them: two moves at once, each allowed alone, could make a circle together.
        rows = {row.pk: row for row in Category.objects.order_by("pk").select_for_update(of=("self",))}
        if category.pk not in rows:
            raise NotFound("not_found", _("There is no such category, or not any more."))
        above = parent.pk if parent else None
        while above is not None:
            if above == category.pk:
                raise Invalid("circle", _("A category cannot stand below itself."), "parent")
            above = rows[above].parent_id if above in rows else None
        return _save_category(rows[category.pk], name, parent)


def remove_category(category: Category, *, actor: Actor) -> None:
    """Remove a category that has neither products nor categories below it."""
    try:
        with transaction.atomic(), by(actor):
            category.delete()
    except ProtectedError as error:
        text = _("It still has products or categories: move those first.")
        raise DomainError("category_not_empty", text) from error


def _save_category(category: Category, name: str, parent: Category | None) -> Category:
    category.name, category.parent = words.clean_name(name, longest=120), parent
    if not category.name:
        raise Invalid("name_needed", _("Name the category."), "name")
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        if "categories_once" not in str(error):
            raise
        raise Invalid("duplicate_name", _("There is a category of this name here."), "name") from error
    return category


def create_discount(*, actor: Actor, **values: Any) -> Discount:
    """A new promo code. Errors on their field: code_needed, duplicate_code, invalid_value."""
    discount = Discount(tenant=tenant_in_scope(), **values)
    with by(actor):
        _save_discount(discount)
    return discount


def change_discount(discount: Discount, *, actor: Actor, **values: Any) -> Discount:
    """Change a promo code; orders keep what they got. How often it was used is nobody's to change, nor can its limit fall below that."""
    with transaction.atomic(), by(actor):
        locked: Discount | None = Discount.objects.select_for_update(of=("self",)).filter(pk=discount.pk).first()
        if locked is None:
            raise NotFound("not_found", _("There is no such promo code, or not any more."))
        for name, value in values.items():
            if name not in _DISCOUNT:
                raise TypeError(f"cannot set {name}")
            setattr(locked, name, value)
        _save_discount(locked)
    return locked


def _save_discount(discount: Discount) -> None:
    discount.code = words.clean_name(discount.code, longest=40).replace(" ", "").upper()
    if not discount.code:
        raise Invalid("code_needed", _("Write the code."), "code")
    if discount.value <= 0 or (discount.kind == "percent" and discount.value > 100):  # noqa: PLR2004  # percent
        raise Invalid("invalid_value", _("Give more than 0, and at most 100 percent."), "value")
    if discount.minimum_subtotal < 0:
        raise Invalid("invalid_value", _("Give an amount from 0 on."), "minimum_subtotal")
    if discount.starts_at and discount.ends_at and discount.ends_at <= discount.starts_at:
        raise Invalid("invalid_window", _("It ends before it starts."), "ends_at")
    if discount.max_uses is not None and discount.max_uses < discount.uses:
        raise Invalid("invalid_limit", _("It was used %(uses)s times already.") % {"uses": discount.uses}, "max_uses")
    try:
        with transaction.atomic():
            discount.save()
    except IntegrityError as error:
        if "discounts_code_once" not in str(error):
            raise
        raise DomainError("duplicate_code", _("There is such a code."), field="code") from error


def check_variants(variants: Any) -> list[dict[str, Any]]:
    """Variants in the source's shape (002 `products.variants`); Invalid names the one that is wrong."""
    if not isinstance(variants, list) or len(variants) > _MOST_VARIANTS:
        raise Invalid("invalid_variants", _("A list of at most %(most)s variants.") % {"most": _MOST_VARIANTS}, "variants")
    checked = [_variant(variant, f"variants.{place}") for place, variant in enumerate(variants)]
    for name in ("id", "sku"):
        values = [variant[name] for variant in checked if variant[name]]
        if len(set(values)) != len(values):
            raise Invalid("duplicate_variant", _("Two variants have the same %(name)s.") % {"name": name}, "variants")
    return checked


def _variant(variant: Any, place: str) -> dict[str, Any]:
    if not isinstance(variant, dict) or not str(variant.get("id", "")).strip():
        raise Invalid("invalid_variants", _("Each variant needs an id."), f"{place}.id")
    price = variant.get("price")
    attributes = variant.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise Invalid("invalid_variants", _("Attributes are names and values."), f"{place}.attributes")
    return {
        "id": str(variant["id"]).strip()[:100],
        "name": words.clean_name(str(variant.get("name", "")), longest=120),
        "sku": str(variant.get("sku") or "").strip()[:100],
        "price": None if price in (None, "") else to_json(_amount(price, f"{place}.price")),
        "stock": _opening(variant.get("stock") or 0, f"{place}.stock"),
        "attributes": {str(name): str(value) for name, value in attributes.items()},
    }


def _opening(stock: Any, place: str) -> int:
    text = str(stock)
    if not (text.isdecimal() and len(text) <= len(str(_MOST_STOCK)) and int(text) <= _MOST_STOCK):
        raise Invalid("invalid_quantity", _("Stock is a whole number from 0 on."), place)
    return int(text)


def _unstocked(variants: Any) -> Any:
    """What a reader sends back may hold the stock that it read, also one below 0 of a product sold without stock."""
    return [{**each, "stock": 0} if isinstance(each, dict) else each for each in variants] if isinstance(variants, list) else variants


def _with_stock(product: Product, variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    held = {str(variant["id"]): int(variant.get("stock") or 0) for variant in product.variants}
    gone = [pk for pk in held if pk not in {variant["id"] for variant in variants} and held[pk]]
    if gone:
        raise DomainError("variant_has_stock", _("A variant with stock cannot be removed: count it to 0 first."), field="variants")
    if variants and not held and product.stock_quantity:
        text = _("Its stock belongs to no variant: count it to 0 first, then count each variant.")
        raise DomainError("product_has_stock", text, field="variants")
    return [{**variant, "stock": held.get(variant["id"], 0)} for variant in variants]


def _known(values: dict[str, Any]) -> None:
    unknown = set(values) - set(_COLUMNS)
    if unknown:
        raise TypeError(f"cannot set {', '.join(sorted(unknown))}")


def _set(product: Product, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in ("price", "cost_price"):
            setattr(product, name, _amount(value, name))
        elif name == "images":
            product.images = _images(value or [])
        elif name in ("name", "sku"):
            text = words.clean_name(str(value), longest=250 if name == "name" else 100)
            if not text:
                raise Invalid(f"{name}_needed", _("Give the product a name and a SKU."), name)
            setattr(product, name, text)
        elif name == "low_stock_threshold" and not 0 <= value <= _MOST_STOCK:
            raise Invalid("invalid_quantity", _("Give a whole number from 0 on."), name)
        elif name == "description":
            product.description = words.clean_text(value, longest=20_000)
        else:
            setattr(product, name, value)


def _amount(value: Any, place: str) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise Invalid("invalid_price", _("Give a price such as 29.99."), place) from error
    if not amount.is_finite() or not 0 <= amount < 10**12 or amount != round(amount, 2):
        raise Invalid("invalid_price", _("Give a price from 0 on, with two decimals at most."), place)
    return amount


def _images(images: Any) -> list[dict[str, Any]]:
    if not isinstance(images, list):
        raise Invalid("invalid_images", _("A list of images."), "images")
    checked = []
    for place, image in enumerate(images):
        url = str(image.get("url", "")) if isinstance(image, dict) else ""
        if urlsplit(url).scheme not in {"https", "http"}:
            raise Invalid("invalid_images", _("An image is an address that begins with https://."), f"images.{place}.url")
        checked.append({"url": url, "alt": str(image.get("alt", "")), "is_primary": bool(image.get("is_primary")), "order": place + 1})
    return checked


def _save_once(product: Product) -> None:
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if "idx_products_sku" not in str(error):
            raise
        raise DomainError("duplicate_sku", _("Another product has this SKU."), field="sku") from error
