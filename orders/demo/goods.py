"""What the demo's merchants sell: a small shop's catalogue, with names in French and English and prices in dollars."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goods:
    """`price` in US dollars, roughly; `variants`: the values of one attribute, named in `by`."""

    sku: str
    category: tuple[str, str]
    name: str
    nom: str
    price: float
    by: str = ""
    variants: tuple[str, ...] = ()


KITCHEN = ("Home", "Kitchen")
LIVING = ("Home", "Living room")
BATH = ("Home", "Bathroom")
BEAUTY = ("Beauty", "Care")
PERFUME = ("Beauty", "Perfume")
CLOTHES = ("Fashion", "Clothes")
SHOES = ("Fashion", "Shoes")
PHONES = ("Electronics", "Phone accessories")
SMALL = ("Electronics", "Small appliances")
CHILDREN = ("Family", "Children")
SPORT = ("Family", "Sport")
_SIZES = ("S", "M", "L", "XL")
_EU_SHOES = ("38", "39", "40", "41", "42", "43")

GOODS = (
    Goods("KIT-TAGINE", KITCHEN, "Clay tagine", "Tajine en terre cuite", 18, "size", ("26 cm", "30 cm")),
    Goods("KIT-KNIVES", KITCHEN, "Knife set, 6 pieces", "Lot de 6 couteaux", 24),
    Goods("KIT-TEAPOT", KITCHEN, "Teapot", "Théière", 21, "colour", ("Silver", "Copper", "Black")),
    Goods("KIT-BLENDER", SMALL, "Blender 1.5 l", "Blender 1,5 l", 39, "colour", ("White", "Black")),
    Goods("KIT-SCALE", KITCHEN, "Digital kitchen scale", "Balance de cuisine", 15),
    Goods("KIT-BOXES", KITCHEN, "Storage boxes, set of 10", "Boîtes de conservation, lot de 10", 17),
    Goods("LIV-CUSHION", LIVING, "Cushion cover, pair", "Housses de coussin, la paire", 12, "colour", ("Ochre", "Blue", "Green", "Grey")),
    Goods("LIV-RUG", LIVING, "Woven rug", "Tapis tissé", 55, "size", ("120 × 170", "160 × 230")),
    Goods("LIV-LAMP", LIVING, "Bedside lamp", "Lampe de chevet", 22, "colour", ("White", "Wood")),
    Goods("LIV-CURTAIN", LIVING, "Blackout curtains", "Rideaux occultants", 33, "colour", ("Beige", "Grey", "Navy")),
    Goods("BAT-TOWELS", BATH, "Towels, set of 4", "Serviettes, lot de 4", 26, "colour", ("White", "Sand", "Petrol")),
    Goods("BAT-SHELF", BATH, "Corner shelf without drilling", "Étagère d'angle sans perçage", 19),
    Goods("BEA-ARGAN", BEAUTY, "Argan oil 100 ml", "Huile d'argan 100 ml", 14),
    Goods("BEA-SOAP", BEAUTY, "Black soap and glove", "Savon noir et gant", 9),
    Goods("BEA-SERUM", BEAUTY, "Vitamin C serum", "Sérum vitamine C", 16),
    Goods("BEA-DRYER", SMALL, "Hair dryer brush", "Brosse soufflante", 34, "colour", ("Pink", "Black")),
    Goods("PER-OUD", PERFUME, "Oud perfume 50 ml", "Parfum oud 50 ml", 29),
    Goods("PER-MUSK", PERFUME, "White musk 50 ml", "Musc blanc 50 ml", 23),
    Goods("CLO-ABAYA", CLOTHES, "Abaya", "Abaya", 38, "size", _SIZES),
    Goods("CLO-SHIRT", CLOTHES, "Linen shirt", "Chemise en lin", 25, "size", _SIZES),
    Goods("CLO-SCARF", CLOTHES, "Silk scarf", "Foulard en soie", 13, "colour", ("Ivory", "Rose", "Sage", "Black", "Plum")),
    Goods("CLO-PYJAMA", CLOTHES, "Cotton pyjamas", "Pyjama en coton", 22, "size", _SIZES),
    Goods("SHO-SLIPPER", SHOES, "Leather slippers", "Babouches en cuir", 20, "size", _EU_SHOES),
    Goods("SHO-SNEAKER", SHOES, "Sneakers", "Baskets", 42, "size", _EU_SHOES),
    Goods("PHO-CHARGER", PHONES, "Fast charger 33 W", "Chargeur rapide 33 W", 13),
    Goods("PHO-BUDS", PHONES, "Wireless earbuds", "Écouteurs sans fil", 27, "colour", ("White", "Black")),
    Goods("PHO-BANK", PHONES, "Power bank 20,000 mAh", "Batterie externe 20 000 mAh", 30),
    Goods("PHO-WATCH", PHONES, "Smart watch", "Montre connectée", 45, "colour", ("Black", "Silver", "Gold")),
    Goods("ELE-VACUUM", SMALL, "Hand vacuum cleaner", "Aspirateur à main", 48),
    Goods("ELE-HEATER", SMALL, "Fan heater", "Chauffage soufflant", 37),
    Goods("CHI-BLOCKS", CHILDREN, "Wooden blocks, 100 pieces", "Cubes en bois, 100 pièces", 19),
    Goods("CHI-BAG", CHILDREN, "School bag", "Cartable", 28, "colour", ("Blue", "Red", "Violet")),
    Goods("CHI-BOTTLE", CHILDREN, "Insulated bottle", "Gourde isotherme", 12, "colour", ("Blue", "Pink", "Green")),
    Goods("SPO-BANDS", SPORT, "Resistance bands, set of 5", "Élastiques de sport, lot de 5", 14),
    Goods("SPO-MAT", SPORT, "Exercise mat", "Tapis de sport", 21, "colour", ("Violet", "Black")),
    Goods("SPO-ROPE", SPORT, "Skipping rope", "Corde à sauter", 8),
)

# Units of the currency for a dollar, in round figures; prices become whole units.
PER_DOLLAR = {
    "MAD": 10, "BDT": 115, "DZD": 135, "TND": 3, "EGP": 49, "SAR": 4, "AED": 4, "EUR": 1, "GBP": 1, "USD": 1, "XOF": 600, "PKR": 280,
    "INR": 85, "NGN": 1500, "KES": 130, "IQD": 1310,
}  # fmt: skip
