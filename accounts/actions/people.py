"""People: invite, change, deactivate, let back in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import phonenumbers
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.actions.sessions import end_sessions_of
from accounts.audit import by, record
from accounts.models import Tenant, User
from accounts.states import OPERATOR_ROLES, Availability, Role
from accounts.tenancy import as_operator
from base.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from base.actor import Actor

_CHANGEABLE = ("email", "full_name", "phone", "role", "permissions", "locale")
_OWN = ("full_name", "phone", "locale", "theme")


def invite_person(  # noqa: PLR0913  # one argument a column
    tenant: Tenant | None,
    *,
    email: str,
    full_name: str,
    role: str,
    phone: str = "",
    exceptions: dict[str, Any] | None = None,
    locale: str = "",
    password: str | None = None,
    actor: Actor,
) -> User:
    """Add a person to `tenant`, or an operator when it is None. Without a password they set one by `password_link`.

    Errors: duplicate_email, invalid_email, unknown_role, unknown_permission, invalid_phone, weak_password, each on its field.
    """
    person = User(tenant=tenant, email=email, full_name=full_name.strip(), role=role, phone=phone, locale=locale)
    person.permissions = exceptions or {}
    _check(person)
    if password is None:
        person.set_unusable_password()
    else:
        _set_password(person, password)
    with transaction.atomic(), by(actor):
        _refuse_taken_email(person)
        _refuse_climbing(person, actor)
        person.save(force_insert=True)
    return person


def change_person(person: User, *, actor: Actor, **values: Any) -> User:
    """Change columns of a person (email, full_name, phone, role, permissions, locale).

    Nobody takes their own right to manage people away, and a tenant keeps one active administrator.
    """
    unknown = set(values) - set(_CHANGEABLE)
    if unknown:
        raise TypeError(f"cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic(), by(actor):
        person = _locked(person.pk)
        was_admin = person.role == Role.ADMIN
        for name, value in values.items():
            setattr(person, name, value)
        _check(person)
        _refuse_taken_email(person)
        _refuse_climbing(person, actor)
        if was_admin and person.role != Role.ADMIN:
            _keep_one_admin(person)
        if person.pk == actor.pk and not person.has_perm("users.edit"):
            raise DomainError("locks_self_out", _("You cannot take your own right to manage people away."), field="role", status=400)
        person.save()
    return person


def change_own_profile(person: User, **values: Any) -> User:
    """A person's own name, phone, language and theme."""
    unknown = set(values) - set(_OWN)
    if unknown:
        raise TypeError(f"cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic(), by(person):
        person = _locked(person.pk)
        for name, value in values.items():
            setattr(person, name, value)
        _check(person)
        person.save()
    return person


def deactivate_person(person: User, *, reason: str, actor: Actor) -> User:
    """End a person's access now: browser, phones, API. Their rows stay. Needs a reason."""
    if not reason.strip():
        raise DomainError("reason_needed", _("Say why."), field="reason", status=400)
    with transaction.atomic(), by(actor):
        person = _locked(person.pk)
        if person.pk == actor.pk:
            raise DomainError("locks_self_out", _("You cannot deactivate yourself."), status=409)
        refuse_above(person, actor)
        if person.role == Role.ADMIN:
            _keep_one_admin(person)
        person.is_active = False
        person.availability_status = Availability.OFFLINE
        person.save()
        end_sessions_of(person, reason="deactivated")
        record("user_deactivated", entity=person, details={"justification": reason.strip()})
    return person


def reactivate_person(person: User, *, actor: Actor) -> User:
    """Let a deactivated person in again."""
    with transaction.atomic(), by(actor):
        person = _locked(person.pk)
        person.is_active = True
        refuse_above(person, actor)
        person.save()
    return person


def set_availability(person: User, *, availability: str) -> User:
    """Whether the person takes work now. Only a change is written."""
    if availability not in Availability.values:
        raise DomainError("unknown_availability", _("Choose available, busy or offline."), field="availability_status", status=400)
    with transaction.atomic(), by(person):
        person = _locked(person.pk)
        if person.availability_status != availability:
            person.availability_status = availability
            person.save(update_fields=["availability_status"])
    return person


def change_password(person: User, *, current: str, new: str) -> User:
    """A person's own password; needs the present one. Ends the person's phones and programs, not this browser."""
    with transaction.atomic(), by(person):
        person = _locked(person.pk)
        if not person.check_password(current):
            raise DomainError("wrong_password", _("This is not your present password."), field="current", status=400)
        _set_password(person, new)
        person.save()
        end_sessions_of(person, reason="password_changed")
    return person


def set_first_password(person: User, *, new: str) -> User:
    """The password of a person who followed a link from `password_link`."""
    with transaction.atomic(), as_operator("somebody sets a password by a link, before they are signed in"):
        person = _locked(person.pk)
        _set_password(person, new)
        person.save()
        end_sessions_of(person, reason="password_changed")
        record("password_set_by_link", entity=person, user=person)
    return person


def password_link(person: User) -> str:
    """The path of a page where this person sets a password; good once, for an hour."""
    uid = urlsafe_base64_encode(force_bytes(str(person.pk)))
    return reverse("accounts:set-password", args=[uid, default_token_generator.make_token(person)])


def _locked(pk: UUID) -> User:
    person: User = User.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=pk)
    return person


def _check(person: User) -> None:
    try:
        validate_email(person.email.strip())
    except ValidationError as error:
        raise DomainError("invalid_email", _("Give an e-mail address such as name@example.com."), field="email", status=400) from error
    if not person.full_name.strip():
        raise DomainError("name_needed", _("Give the person's name."), field="full_name", status=400)
    wanted = OPERATOR_ROLES if person.tenant_id is None else [role for role in Role if role not in OPERATOR_ROLES]
    if person.role not in wanted:
        names = ", ".join(str(role.value) for role in wanted)
        raise DomainError("unknown_role", _("Choose one of the roles: %(roles)s.") % {"roles": names}, field="role", status=400)
    permissions.validate_overrides(person.permissions)
    person.phone = _e164(person.phone, person.tenant)


def _e164(phone: str, tenant: Tenant | None) -> str:
    if not phone.strip():
        return ""
    region = tenant.config.country_code if tenant else None
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise DomainError("invalid_phone", _("Give a full phone number such as +212 6 61 20 44 18."), field="phone", status=400)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refuse_taken_email(person: User) -> None:
    with as_operator("an e-mail address is unique over all tenants"):
        taken = User.objects.filter(email__iexact=person.email.strip()).exclude(pk=person.pk).exists()
    if taken:
        raise DomainError("duplicate_email", _("Somebody already signs in with this e-mail address."), field="email", status=409)


def _refuse_climbing(person: User, actor: Actor) -> None:
    """Nobody grants what they do not hold: a person's rights stay within those of who gives them."""
    if actor.pk is None or getattr(actor, "is_operator", False):
        return
    beyond = [name for name in permissions.MATRIX if person.has_perm(name) and not _within(actor, name)]
    if beyond:
        raise DomainError(
            "beyond_own_rights",
            _("You cannot grant what you do not hold yourself: %(names)s.") % {"names": ", ".join(beyond[:5])},
            field="permissions",
            status=403,
        )


def refuse_above(person: User, actor: Actor) -> None:
    """Nobody decides over the access of a person who may do more: it would be a way to their rights."""
    try:
        _refuse_climbing(person, actor)
    except DomainError as error:
        raise DomainError(
            "beyond_own_rights", _("This person may do more than you: ask somebody with the same rights to do it."), status=403
        ) from error


def _within(actor: Actor, name: str) -> bool:
    # An administrator manages agents without delivering parcels: holding the area's view is enough for what only a role's duty needs.
    duty = {"deliveries.deliver": "deliveries.edit"}
    return actor.has_perm(name) or actor.has_perm(duty.get(name, name))


def _keep_one_admin(person: User) -> None:
    others = User.objects.filter(tenant=person.tenant, role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if not others.select_for_update(of=("self",)).exists():
        raise DomainError(
            "last_admin", _("Somebody must stay administrator. Make another person administrator first."), field="role", status=409
        )


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise DomainError("weak_password", " ".join(error.messages), field="password", status=400) from error
    person.set_password(password)
