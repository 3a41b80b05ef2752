"""The second factor: set up, check, replace, remove."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.actions.people import refuse_above
from accounts.audit import record
from accounts.models import RecoveryCode, TotpDevice, User
from base.errors import DomainError, TooMany

if TYPE_CHECKING:
    from base.actor import Actor


def begin_totp(person: User) -> TotpDevice:
    """The person's authenticator app in the making: the same key until it is confirmed. Error when one is confirmed already."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        device: TotpDevice | None = TotpDevice.objects.filter(user=person).first()
        if device is None:
            device = TotpDevice.objects.create(user=person, tenant=person.tenant, key=second_factor.new_key())
        elif device.confirmed:
            raise DomainError("already_set_up", _("The second factor is set up already."), status=409)
    return device


def confirm_totp(person: User, *, code: str) -> list[str]:
    """Switch the second factor on once the app shows the right code. Returns the recovery codes, shown this once."""
    with transaction.atomic():
        device = _locked_device(person)
        if device is None or device.confirmed:
            raise DomainError("not_begun", _("Scan the code with your app first."), status=409)
        step = second_factor.matching_step(device, code)
        if step is None:
            raise DomainError("wrong_code", _("This is not the code that the app shows now."), field="code", status=400)
        device.confirmed, device.last_step = True, step
        device.save()
        codes = _new_codes(person)
        record("second_factor_set_up", entity=person, user=person)
    return codes


def check_code(person: User, *, code: str) -> str:
    """`totp` or `recovery`: how the person showed the second factor. DomainError when wrong or tried too often.

    A wrong code makes the next try wait, twice as long each time; the wait is kept with the device, whoever asks.
    """
    with transaction.atomic():
        device = _locked_device(person)
        if device is None or not device.confirmed:
            raise DomainError("not_set_up", _("No second factor is set up."), status=409)
        permitted, why = device.verify_is_allowed()
        if not permitted:
            seconds = max(1, math.ceil((why["locked_until"] - timezone.now()).total_seconds()))
            message = _("Wait %(seconds)s seconds before the next try.") % {"seconds": seconds}
            raise TooMany("wait", message, retry_after=seconds, field="code", extra={"retry_after": seconds})
        shown = _shown(person, device, code)
        if shown:
            device.throttle_reset(commit=False)
        else:
            device.throttle_increment(commit=False)
        device.save()
    if not shown:
        raise DomainError("wrong_code", _("This is not the right code."), field="code", status=400)
    return shown


def new_recovery_codes(person: User) -> list[str]:
    """Ten new recovery codes in place of those left. They are shown this once."""
    with transaction.atomic():
        device = _locked_device(person)
        if device is None or not device.confirmed:
            raise DomainError("not_set_up", _("No second factor is set up."), status=409)
        codes = _new_codes(person)
        record("recovery_codes_renewed", entity=person, user=person)
    return codes


def remove_second_factor(person: User, *, actor: Actor, reason: str = "") -> None:
    """Switch the second factor off: one's own, or, by who manages people and with a reason, that of somebody who lost the phone."""
    if actor.pk != person.pk and not reason.strip():
        raise DomainError("reason_needed", _("Say why."), field="reason", status=400)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        refuse_above(person, actor)
        TotpDevice.objects.filter(user=person).delete()
        RecoveryCode.objects.filter(user=person).delete()
        record("second_factor_removed", entity=person, details={"justification": reason.strip()} if reason.strip() else None)


def _locked_device(person: User) -> TotpDevice | None:
    device: TotpDevice | None = TotpDevice.objects.select_for_update(of=("self",)).filter(user=person).first()
    return device


def _shown(person: User, device: TotpDevice, code: str) -> str:
    step = second_factor.matching_step(device, code)
    if step is not None:
        device.last_step = step
        return "totp"
    hashed = second_factor.hash_recovery_code(person, code)
    used = RecoveryCode.objects.filter(user=person, code_hash=hashed, used_at=None).update(used_at=timezone.now())
    if used:
        record("recovery_code_used", entity=person, user=person)
        return "recovery"
    return ""


def _new_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(user=person).delete()
    codes = [second_factor.new_recovery_code() for _n in range(second_factor.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=person, tenant=person.tenant, code_hash=second_factor.hash_recovery_code(person, code)) for code in codes
    )
    return codes
