"""Codes of an authenticator app, each taken once, and the ten that are kept on paper for when all else is lost."""

import secrets
from datetime import datetime

import pyotp
import segno
from django.db import transaction
from django.utils.crypto import constant_time_compare

from doorstep.council.errors import Refused
from doorstep.outside import sealed
from doorstep.outside.secret import derived
from doorstep.staff.actions import change_password, note
from doorstep.staff.models import RecoveryCode, Secret, StaffUser

PURPOSE, STEP = "authenticator", 30
HOW_MANY, LETTERS = 10, "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """Return a secret for an app to be set up with."""
    return pyotp.random_base32()


def picture(*, secret: str, staff: StaffUser, issuer: str) -> str:
    """Return the picture that an app is set up from, as SVG that stands in the page."""
    address = pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=issuer)
    drawn = segno.make(address, micro=False)
    return str(drawn.svg_inline(omitsize=True, light="white", svgclass=None, lineclass=None))


def _step(secret: str, code: str, now: datetime) -> int | None:
    """Return the half-minute that a code is of: this one, the one before or the next; clocks differ a little."""
    digits = "".join(code.split())
    this = int(now.timestamp()) // STEP
    steps = (this - 1, this, this + 1)
    app = pyotp.TOTP(secret)
    found = [s for s in steps if constant_time_compare(app.at(s * STEP), digits)]
    return found[-1] if found else None


@transaction.atomic
def set_up(*, staff: StaffUser, secret: str, code: str, now: datetime, password: str = "") -> None:
    """Keep an app's secret once a code of it was typed, and the password that goes before it where there is none yet.

    Raises Refused("code_wrong", "password_short" or "password_common"). A new password ends every session.
    """
    step = _step(secret, code, now)
    if step is None:
        raise Refused("code_wrong")
    if not staff.has_usable_password():
        change_password(staff=staff, password=password, now=now)
    kept = {"sealed": sealed.seal(PURPOSE, secret), "confirmed_at": now, "last_step": step}
    Secret.objects.update_or_create(staff=staff, defaults=kept)
    note(kind="authenticator set up", about=staff.username, by=staff.username, now=now)


def take(*, staff: StaffUser, code: str, now: datetime) -> None:
    """Take a code of somebody's app, once; raises Refused("code_wrong" or "code_used")."""
    kept = Secret.objects.filter(staff=staff).first()
    secret = sealed.unseal(PURPOSE, kept.sealed) if kept else None
    step = _step(secret, code, now) if secret else None
    if secret is None or step is None:
        raise Refused("code_wrong")
    if not Secret.objects.filter(staff=staff, last_step__lt=step).update(last_step=step):
        raise Refused("code_used")


def _hashed(staff: StaffUser, code: str) -> str:
    """Return a recovery code as it is kept: by a key that is not in the database."""
    letters = "".join(c for c in code.lower() if c.isalnum())
    return derived("recovery", f"{staff.pk}:{letters}")


@transaction.atomic
def make_recovery(*, staff: StaffUser, now: datetime) -> list[str]:
    """Make ten recovery codes in place of those before, and return them, which nobody can do again."""
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(HOW_MANY)]  # fmt: skip
    staff.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(staff=staff, code_hash=_hashed(staff, code), made_at=now) for code in codes
    )
    note(kind="recovery codes made", about=staff.username, by=staff.username, now=now)
    return codes


def take_recovery(*, staff: StaffUser, code: str, now: datetime) -> None:
    """Take a recovery code, once; its owner sees that on their page; raises Refused("code_wrong")."""
    unused = RecoveryCode.objects.filter(
        staff=staff, code_hash=_hashed(staff, code), used_at__isnull=True
    )
    if not unused.update(used_at=now):
        raise Refused("code_wrong")
    note(kind="recovery code used", about=staff.username, by=staff.username, now=now)
