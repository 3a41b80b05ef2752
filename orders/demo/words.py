"""The words of the demo: names, streets and what people say, in the languages that a merchant's customers write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from accounts.tenant_settings import TenantSettings


_TWO_NAMES = 0.5


@dataclass(frozen=True, slots=True)
class Voice:
    """How the people of one language are called, and how they write where they live."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    address: str

    def name(self, rng: Random) -> str:
        """A full name; many carry a second one, such as the father's."""
        second = f" {rng.choice(self.given)}" if rng.random() < _TWO_NAMES else ""
        return f"{rng.choice(self.given)}{second} {rng.choice(self.family)}"

    def place(self, rng: Random, area: str) -> str:
        """An address in `area`."""
        return self.address.format(number=rng.randrange(1, 240), street=rng.choice(self.streets), area=area)


def _all(names: str) -> tuple[str, ...]:
    return tuple(names.split())


MAGHREB = Voice(
    _all(
        "Fatima Khadija Amina Salma Imane Hajar Zineb Meryem Soukaina Nadia Houda Samira Youssef Mohamed Hamza Omar Mehdi "
        "Karim Rachid Hicham Anas Ayoub Bilal Tarik Nabil Younes"
    ),
    (
        "Benali", "El Idrissi", "Alaoui", "Tazi", "Bennani", "Berrada", "Chraïbi", "El Amrani", "Fassi", "Haddad", "Kabbaj", "Lahlou",
        "Mansouri", "Naciri", "Ouazzani", "Rami", "Saïdi", "Skalli", "Ziani", "Bouzid", "Cherkaoui", "El Khattabi", "Filali", "Guessous",
    ),
    (
        "rue des Orangers", "boulevard Zerktouni", "rue Ibn Batouta", "avenue Hassan II", "rue du Marché", "boulevard Ghandi",
        "rue Al Massira", "avenue des FAR", "résidence Al Amal", "rue Tarik Ibn Ziad", "impasse des Jasmins", "lotissement Nour",
    ),
    "{number}, {street}, {area}",
)  # fmt: skip
ARABIC = Voice(
    _all(
        "فاطمة خديجة أمينة سلمى إيمان هاجر زينب مريم سكينة نادية هدى سميرة يوسف محمد حمزة عمر مهدي كريم رشيد هشام أنس أيوب "
        "بلال طارق نبيل يونس"
    ),
    (
        "بنعلي", "الإدريسي", "العلوي", "التازي", "بناني", "برادة", "الشرايبي", "العمراني", "الفاسي", "حداد", "القباج", "لحلو", "المنصوري",
        "الناصري", "الوزاني", "الرامي", "السعيدي", "السقاط", "الزياني", "بوزيد", "الشرقاوي", "الخطابي", "الفيلالي", "كسوس",
    ),
    (
        "شارع الحسن الثاني", "زنقة البرتقال", "شارع الزرقطوني", "زنقة ابن بطوطة", "حي السلام", "شارع المسيرة", "إقامة الأمل", "زنقة السوق",
        "شارع الجيش الملكي", "تجزئة النور",
    ),
    "{street}، رقم {number}، {area}",
)  # fmt: skip
FRENCH = Voice(
    _all("Camille Léa Manon Chloé Inès Sarah Julie Émilie Lucas Hugo Louis Nathan Théo Thomas Julien Maxime Antoine Mathieu"),
    _all("Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Roux Girard Bonnet"),
    ("rue de la Gare", "avenue Jean-Jaurès", "rue des Écoles", "place de la Mairie", "boulevard Voltaire", "chemin des Vignes"),
    "{number}, {street}, {area}",
)
ENGLISH = Voice(
    _all("Emma Olivia Sophia Grace Hannah Lucy James Oliver Jack Daniel Samuel Thomas Adam Sarah Laila Noah"),
    _all("Smith Jones Taylor Brown Wilson Evans Walker Wright Green Hall Khan Clarke Cooper Ward Morris Bell"),
    ("High Street", "Station Road", "Church Lane", "Park Avenue", "Mill Road", "Victoria Street", "Garden Row", "Queensway"),
    "{number} {street}, {area}",
)
BENGALI = Voice(
    _all("ফারহানা নুসরাত শিরিন তানিয়া সুমাইয়া রোকেয়া জান্নাত মিতু রহিম করিম তানভীর রফিক সাকিব আরিফ ইমরান জাহিদ মাহমুদ হাসান নাঈম"),
    _all("রহমান ইসলাম হাসান আক্তার চৌধুরী আহমেদ খান হোসেন মিয়া সরকার তালুকদার ভূঁইয়া মজুমদার শেখ কবির আলম"),
    ("মিরপুর রোড", "গ্রিন রোড", "লেক সার্কাস", "কলেজ রোড", "স্টেশন রোড", "বাজার রোড", "নিউ ইস্কাটন", "মসজিদ গলি"),
    "বাড়ি {number}, {street}, {area}",
)
BANGLADESH = Voice(
    _all("Farhana Nusrat Shirin Tania Sumaiya Rokeya Jannat Mitu Rahim Karim Tanvir Rafiq Sakib Arif Imran Zahid Mahmud Hasan Naim"),
    _all("Rahman Islam Hasan Akter Chowdhury Ahmed Khan Hossain Miah Sarkar Talukder Bhuiyan Mazumder Sheikh Kabir Alam"),
    ("Mirpur Road", "Green Road", "Lake Circus", "College Road", "Station Road", "Bazar Road", "New Eskaton", "Road 27"),
    "House {number}, {street}, {area}",
)

_MAGHREB_COUNTRIES = frozenset({"MA", "DZ", "TN"})
_ARAB_COUNTRIES = frozenset({"EG", "SA", "AE", "KW", "QA", "BH", "OM", "JO", "LB", "IQ", "YE", "LY", "SD", "PS", "SY"})
_CITIES = {
    "MA": "Casablanca", "DZ": "Alger", "TN": "Tunis", "BD": "Dhaka", "EG": "القاهرة", "SA": "الرياض", "AE": "دبي", "JO": "عمّان",
    "FR": "Lyon", "GB": "London", "PK": "Karachi", "SN": "Dakar", "CI": "Abidjan",
}  # fmt: skip
_AREAS = ("Centre", "Nord", "Sud", "Est", "Ouest")


def voices(config: TenantSettings) -> tuple[tuple[Voice, ...], tuple[float, ...]]:
    """The voices of a merchant's customers, and how common each is."""
    country = config.country_code
    if country in _MAGHREB_COUNTRIES:
        return (MAGHREB, ARABIC, ENGLISH), (0.52, 0.44, 0.04)
    if country == "BD":
        return (BENGALI, BANGLADESH, ENGLISH), (0.45, 0.51, 0.04)
    if country in _ARAB_COUNTRIES:
        return (ARABIC, ENGLISH), (0.9, 0.1)
    known = {"ar": ARABIC, "fr": FRENCH, "en": ENGLISH}
    spoken = tuple(known[language] for language in config.languages)
    return spoken, tuple(1 / place for place in range(1, len(spoken) + 1))


def city(config: TenantSettings) -> str:
    """Where the merchant delivers; empty where the demo knows none."""
    return _CITIES.get(config.country_code, "")


def areas(config: TenantSettings) -> tuple[str, ...]:
    """The merchant's areas, or plain ones where it has none."""
    return config.delivery.areas or _AREAS


@dataclass(frozen=True, slots=True)
class Sayings:
    """What is written into orders in one language."""

    cancelled: tuple[str, ...]
    refused: tuple[str, ...]
    sent_back: tuple[str, ...]
    missed: tuple[str, ...]
    wishes: tuple[str, ...]


_SAYINGS = {
    "fr": Sayings(
        ("Pas de réponse après trois appels", "A changé d'avis", "Commande en double", "Délai trop long", "Numéro erroné"),
        ("Refusé à la porte", "Client absent trois fois", "N'a pas l'argent", "Ne se souvient pas de la commande", "Refuse le prix"),
        ("Ne correspond pas à la photo", "Article abîmé", "Mauvaise taille"),
        ("Absent", "Téléphone éteint", "Demande un autre jour", "Adresse introuvable"),
        ("Appeler avant de venir", "Après 18 h", "Laisser chez le gardien", "Sonner deux fois"),
    ),
    "ar": Sayings(
        ("لا جواب بعد ثلاث مكالمات", "غيّر رأيه", "طلب مكرر", "الرقم خاطئ"),
        ("رفض الاستلام", "غير موجود ثلاث مرات", "لا يملك المبلغ", "لا يتذكر الطلب"),
        ("لا يطابق الصورة", "المنتج تالف", "المقاس غير مناسب"),
        ("غير موجود", "الهاتف مغلق", "طلب يوماً آخر", "العنوان غير واضح"),
        ("الاتصال قبل المجيء", "بعد السادسة مساءً", "تركه عند الحارس"),
    ),
    "en": Sayings(
        ("No answer after three calls", "Changed their mind", "Ordered twice", "Takes too long", "Wrong number"),
        ("Refused at the door", "Not at home three times", "No money", "Does not remember the order", "Refused the price"),
        ("Not like the picture", "Item damaged", "Wrong size"),
        ("Nobody at home", "Phone switched off", "Asked for another day", "Address not found"),
        ("Call before you come", "After 6 pm", "Leave it with the guard", "Ring twice"),
    ),
}


def sayings(config: TenantSettings) -> Sayings:
    """In the merchant's first language."""
    return _SAYINGS[config.languages[0]]
