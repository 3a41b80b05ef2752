"""Answers who somebody is and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend

from accounts.models import User
from accounts.tenancy import as_operator

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


class PeopleBackend(BaseBackend):
    """Signs people in by e-mail and password; permissions come from `accounts.permissions` through the person."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """The active person with these credentials, or None. Takes as long for an unknown address as for a wrong password."""
        username, password = credentials.get("username"), credentials.get("password")
        if not username or not password:
            return None
        with as_operator("a sign-in looks the person up before the tenant is known"):
            person: User | None = User.objects.select_related("tenant").filter(email__iexact=username.strip()).first()
            if person is None:
                User().set_password(password)
                return None
            return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: UUID) -> User | None:
        """The active person of a browser's session."""
        with as_operator("a request looks its person up before the tenant is known"):
            person: User | None = User.objects.select_related("tenant").filter(pk=user_id, is_active=True).first()
            return person
