"""The roles, and the areas and actions of the permissions, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.states import Role

AREAS = {
    "orders": _("Orders"),
    "customers": _("Customers"),
    "products": _("Products"),
    "financial": _("Money"),
    "workflows": _("Automations"),
    "returns": _("Returns"),
    "deliveries": _("Deliveries"),
    "integrations": _("Shops and connections"),
    "users": _("People"),
    "analytics": _("Analytics"),
    "activity": _("Activity log"),
    "messages": _("Messages"),
    "settings": _("Settings"),
    "admin": _("Administration pages"),
    "platform": _("Platform"),
}
# What somebody of a role does all day, for whoever chooses it.
ROLES = {
    Role.ADMIN: _("Runs the company's account: people, settings, everything else."),
    Role.MANAGER: _("Runs the day: orders, deliveries, returns and figures."),
    Role.CUSTOMER_REP: _("Takes orders in and confirms them by phone."),
    Role.DELIVERY_AGENT: _("Carries parcels and takes the cash; sees only their own runs."),
    Role.ACCOUNTANT: _("Counts cash, pays out, refunds and closes the books."),
    Role.SUPERADMIN: _("Runs the platform: opens, suspends and helps merchants."),
    Role.MONITOR: _("Watches the platform and changes nothing."),
}
ACTIONS = {
    "view": _("see"),
    "create": _("add"),
    "edit": _("change"),
    "delete": _("delete"),
    "assign": _("assign"),
    "export": _("export"),
    "approve": _("approve"),
    "inspect": _("inspect"),
    "refund": _("refund"),
    "deliver": _("deliver"),
    "act_as": _("act as somebody"),
}
