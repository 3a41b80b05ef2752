"""What the API of accounts takes and gives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Session


class CredentialsIn(serializers.Serializer[Any]):
    """A person's e-mail and password, and the code of the second factor where one is set up."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    code = serializers.CharField(
        max_length=16, required=False, allow_blank=True, help_text="Code of the authenticator app, or a recovery code."
    )
    device_name = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Shown in the person's list of sign-ins."
    )


class RefreshIn(serializers.Serializer[Any]):
    """A refresh token. It works once."""

    refresh = serializers.CharField(max_length=2000)


class TokensOut(serializers.Serializer[Any]):
    """An access token for 15 minutes, and the one refresh token that is good now."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    session = serializers.UUIDField(source="session.pk")
    access_expires_in = serializers.IntegerField(help_text="Seconds.")
    refresh_expires_at = serializers.DateTimeField(source="session.expires_at")


class SessionOut(serializers.ModelSerializer[Session]):
    """One device's sign-in."""

    current = serializers.SerializerMethodField(help_text="Whether this request came by it.")

    class Meta:
        model = Session
        fields = ("id", "device_name", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "current")

    def get_current(self, session: Session) -> bool:
        asking = self.context["request"].auth
        return isinstance(asking, Session) and asking.pk == session.pk
