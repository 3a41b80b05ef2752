"""The people who work with Doorstep. The e-mail address is the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts import permissions
from accounts.models.tenants import Tenant
from accounts.states import OPERATOR_ROLES, Availability, Role
from base.ids import Identified
from base.stamps import Stamped, StampedQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable


class _UserManager(BaseUserManager.from_queryset(StampedQuerySet)):  # type: ignore[misc]  # made at run time
    """Finds a person by e-mail whatever its case."""

    def get_by_natural_key(self, email: str | None) -> User:
        found: User = self.get(email__iexact=email or "")
        return found


class User(AbstractBaseUser, Identified, Stamped):
    """A person of a tenant or, without one, of the platform operator (source 002 `users`)."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="people", null=True, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    password = models.CharField(_("password"), max_length=128, db_column="password_hash")
    full_name = models.CharField(_("full name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    permissions = models.JSONField(_("exceptions to the role"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    availability_status = models.CharField(_("availability"), max_length=20, choices=Availability, default=Availability.OFFLINE)
    locale = models.CharField(_("language"), max_length=5, blank=True)
    theme = models.CharField(
        _("theme"), max_length=5, choices=[("", _("Automatic")), ("light", _("Light")), ("dark", _("Dark"))], blank=True
    )

    objects: ClassVar[Any] = ScopedManager(tenant="tenant", _manager_class=_UserManager)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    # Set by the middleware while an operator acts in this person's name.
    acting_operator: User | None = None

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("full_name",)
        indexes = (
            models.Index(fields=["tenant", "role"], name="idx_users_role"),
            models.Index(fields=["tenant", "is_active"], name="idx_users_is_active"),
            models.Index(fields=["tenant", "availability_status"], name="idx_users_availability"),
        )
        constraints = (
            models.UniqueConstraint(Lower("email"), name="idx_users_email"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="users_role_known"),
            models.CheckConstraint(condition=models.Q(availability_status__in=Availability.values), name="users_availability_known"),
            models.CheckConstraint(
                condition=models.Q(tenant__isnull=True, role__in=[str(role) for role in OPERATOR_ROLES])
                | models.Q(tenant__isnull=False) & ~models.Q(role__in=[str(role) for role in OPERATOR_ROLES]),
                name="users_operators_without_tenant",
            ),
        )

    def __str__(self) -> str:
        return self.full_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name, for Django's parts that ask so."""
        return self.full_name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.full_name.split(" ", 1)[0]

    @property
    def is_operator(self) -> bool:
        """Whether the person works for the platform, over all tenants."""
        return self.role in OPERATOR_ROLES

    @property
    def is_staff(self) -> bool:
        """Whether the person may open the admin at all (Django's name for it)."""
        return self.has_perm("admin.view")

    @property
    def is_superuser(self) -> bool:
        """Nobody: every permission is asked by name."""
        return False

    @property
    def initials(self) -> str:
        """One or two letters to stand for the person where there is no room for a name."""
        words = self.full_name.split() or [self.email]
        return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the person holds permission `perm` (`area.action`); an inactive person holds none."""
        if not self.is_active:
            return False
        if self.acting_operator is not None and perm in permissions.DENIED_WHILE_ACTING:
            return False
        return permissions.allowed(self.role, self.permissions, perm)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Whether the person holds every one of these permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Django's admin asks per app; each admin page then asks by name."""
        return self.is_staff
