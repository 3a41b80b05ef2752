"""Named in INSTALLED_APPS instead of `django.contrib.admin`: the admin with our own site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Makes `admin.site` an `accounts.admin_site.Site`, where every app's `admin.py` registers."""

    default = False
    default_site = "accounts.admin_site.Site"
