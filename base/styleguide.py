"""Made-up people, orders and figures for the component page; nothing here reads the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from base.banners import Banner
from base.charts import Chart, Series
from base.forms import DateInput, Switch
from base.navigation import Link, Section
from base.search import Hit


class Person:
    """Stands where a signed-in user stands in the shell."""

    is_authenticated = True
    full_name = "Salma Benjelloun"
    email = "salma@atlas.example"
    tenant = "Atlas Home · Casablanca"

    def get_role_display(self) -> str:
        return "Customer rep"


ROLES = [("", "Choose…"), ("rep", "Customer rep"), ("agent", "Delivery agent")]
CHANNELS = [("sms", "SMS"), ("mail", "E-mail"), ("wa", "WhatsApp")]
DAYS = [("mo", "Monday"), ("tu", "Tuesday")]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Full name", help_text="As it stands on the identity card.")
    email = forms.EmailField(label="E-mail")
    phone = forms.CharField(
        label="Phone",
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text="With the country: +212 6 61 20 44 18",
    )
    amount = forms.DecimalField(label="Limit of cash in hand", max_digits=14, decimal_places=2)
    day = forms.DateField(label="First day", widget=DateInput)
    role = forms.ChoiceField(label="Role", choices=ROLES)
    channel = forms.ChoiceField(label="Reached by", choices=CHANNELS, widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(label="Works on", required=False, choices=DAYS, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    alerts = forms.BooleanField(label="Tell me when a run is late", required=False, widget=Switch)
    terms = forms.BooleanField(label="The agent has signed the cash rules")


class SampleFilter(forms.Form):
    q = forms.CharField(label="Name or phone", required=False)
    area = forms.ChoiceField(label="Area", required=False, choices=[("", "All areas"), ("m", "Maârif"), ("a", "Anfa")])
    since = forms.DateField(label="Since", required=False, widget=DateInput)


def samples() -> dict[str, Any]:
    return {**_shell(), **_lists(), **_parts(), **_forms()}


def _shell() -> dict[str, Any]:
    acting = Banner("You act as Salma Benjelloun of Atlas Home.", "Reason: ticket 4411. Ends by itself in 24 minutes.", "info", "Stop", "#")
    return {"user": Person(), "navigation": _navigation(), "banners": [acting], "bell_count": 3}


def _lists() -> dict[str, Any]:
    return {
        "stats": _stats(),
        "orders": _orders(),
        "pills": [
            {"label": "All open", "url": "#", "count": 685, "current": True},
            {"label": "New", "url": "#", "count": 47},
            {"label": "Confirmed", "url": "#", "count": 126},
            {"label": "Area: Maârif ×", "url": "#"},
        ],
        "selection": [
            {"label": "Assign rep", "url": "#"},
            {"label": "Print labels", "url": "#"},
            {"label": "Cancel…", "tone": "danger", "opens": "cancel-order"},
        ],
        "page": {"estimate": 68500, "next_url": "#next", "previous_url": "#previous"},
    }


def _parts() -> dict[str, Any]:
    return {
        "tabs": [
            {"label": "Lines", "url": "#", "current": True},
            {"label": "History", "url": "#", "count": 12},
            {"label": "Messages", "url": "#"},
        ],
        "notices": [
            Banner("Suspended.", "Nothing can be changed until the fees are paid.", "wait"),
            Banner("Two agents are over their limit.", tone="bad"),
        ],
        "tones": [("wait", "To confirm"), ("info", "Confirmed"), ("ok", "Delivered"), ("bad", "Not home, 2 of 3"), ("no", "Draft")],
        "hits": [
            Hit("ORD-104822", "Amina El Idrissi · Maârif", "#", "Order"),
            Hit("Amina El Idrissi", "+212 661-204418 · 7 orders", "#", "Customer"),
        ],
        "events": _events(),
        "charts": _charts(),
    }


def _forms() -> dict[str, Any]:
    wrong = {"bad-name": "", "bad-email": "salma@", "bad-amount": "much", "bad-channel": "fax"}
    return {
        "empty_form": SampleForm(initial={"channel": "sms", "alerts": True}, prefix="new"),
        "wrong_form": SampleForm(wrong, prefix="bad"),
        "filter_form": SampleFilter({"q": "", "area": "m"}, prefix="f"),
    }


def _navigation() -> list[Section]:
    def links(*pairs: tuple[str, Any]) -> list[Link]:
        return [
            Link(label, "/styleguide/" if label == "Orders" else "#", count, "page" if label == "Orders" else "") for label, count in pairs
        ]

    return [
        Section("", links(("Today", None))),
        Section("Sell", links(("Orders", 1284), ("Confirm", 47), ("Customers", None), ("Products", "6 low"))),
        Section("Deliver", links(("Dispatch", 212), ("Live runs", 18), ("Failed", 31))),
        Section("After", links(("Returns", 22), ("Refunds", None))),
        Section("Money", links(("Cash now", None), ("Hub desk", 3), ("Payouts", 2), ("Reports", None))),
        Section("Improve", links(("Analytics", None), ("Automations", None), ("Shops", None))),
    ]


def _stats() -> list[dict[str, Any]]:
    return [
        {"label": "To confirm", "value": 47, "note": "oldest 38 min"},
        {"label": "To pack", "value": 126, "note": "by 16:00"},
        {"label": "Out now", "value": 312, "note": "18 runs", "url": "#"},
        {"label": "Delivered today", "value": 204, "note": "81 % of tried", "tone": "good"},
        {"label": "Cash with agents", "value": 148320, "note": "2 over", "tone": "bad"},
    ]


def _orders() -> list[dict[str, Any]]:
    now = timezone.now()
    rows = """
        ORD-104822 | Shopify · 2 items | Amina El Idrissi | +212661204418 | Maârif | wait | To confirm | 14 | ok | 1110 | 6
        ORD-104821 | Shopify · 1 item | محمد المنصوري | +212670119002 | Sidi Maârouf | wait | To confirm | 71 | bad | 3480 | 9
        ORD-104817 | CSV · 3 items | Karim Benali | +212655832177 | Maârif | info | Confirmed | 33 | wait | 780 | 41
        ORD-104790 | WooCommerce · 1 item | Nadia Haddad | +212661901051 | Gauthier | info | Ready | 8 | ok | 540 | 190
        ORD-104655 | Manual · 2 items | Tariq Rahman | +212668025519 | Hay Hassani | bad | Not home, 2 of 3 | 58 | wait | 1320 | 2900
        ORD-104610 | Shopify · 1 item | Zoë O’Neil | +212671773108 | Gauthier | ok | Delivered | 11 | ok | 450 | 3000
    """
    names = ("number", "source", "customer", "phone", "area", "tone", "status", "risk", "risk_tone", "due", "minutes")
    orders: list[dict[str, Any]] = [
        dict(zip(names, (cell.strip() for cell in row.split("|")), strict=True)) for row in rows.strip().splitlines()
    ]
    for order in orders:
        order |= {"risk": int(order["risk"]), "due": Decimal(order["due"]), "at": now - timedelta(minutes=int(order["minutes"]))}
    return orders


def _events() -> list[dict[str, Any]]:
    now = timezone.now()
    rows = [
        ("ok", "Delivered, 990.00 MAD taken", "Omar Tazi", 40),
        ("info", "Out for delivery, run R-2210, stop 14", "Dispatch", 320),
        ("bad", "Not home", "Omar Tazi", 1500),
        ("wait", "Confirmed by phone", "Salma Benjelloun", 2900),
        ("no", "Order came in from Shopify", "System", 3000),
    ]
    return [{"tone": tone, "what": what, "who": who, "at": now - timedelta(minutes=minutes)} for tone, what, who, minutes in rows]


def _charts() -> list[Chart]:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    collected = Series("Collected", [21300, 18750, 26400, 24100, 31900, 35250, 12800])
    outcomes = [
        Series("Delivered", [81, 77, 90, 84, 102, 120, 41]),
        Series("Failed", [12, 9, 14, 8, 11, 19, 6], "bad"),
        Series("Put off", [6, 8, 5, 9, 7, 4, 2], "wait"),
    ]
    return [
        Chart("cash", "Cash collected", days, [collected], "MAD", note="This week, as of now", label_name="Day", csv_url="#"),
        Chart("outcomes", "Outcomes of deliveries", days, outcomes, "deliveries", kind="bar", stacked=True, label_name="Day"),
    ]
