"""Somebody lost what they sign in with: a colleague makes a link that lets them in once; an administrator's needs two."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.staff.actions import note
from doorstep.staff.models import Session, StaffUser, WayBack

LASTS = timedelta(hours=1)
PERMISSION = "people.manage"


@transaction.atomic
def help_back(*, person: StaffUser, by: StaffUser, now: datetime) -> str:
    """Return the secret of a link for a colleague; "" where another colleague must do the same within the hour.

    That is so for who manages people themselves. Raises Refused: "not_oneself", "not_yours", "no_such_person".
    """
    if person.pk == by.pk:
        raise Refused("not_oneself")
    if not by.may(PERMISSION):
        raise Refused("not_yours")
    # Two who ask at once are one after the other.
    person = StaffUser.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refused("no_such_person")
    if person.may(PERMISSION) and not _asked_by_another(person, by, now):
        WayBack.objects.create(staff=person, asked_by=by, expires_at=now + LASTS)
        note(kind="way back asked for", about=person.username, by=by.username, now=now)
        return ""
    return _make(person, by, now)


def _asked_by_another(person: StaffUser, by: StaffUser, now: datetime) -> bool:
    waiting = person.ways_back.filter(secret_hash=None, expires_at__gt=now)
    return waiting.exclude(asked_by=by).exclude(asked_by=None).exists()


@transaction.atomic
def make(*, person: StaffUser, now: datetime) -> str:
    """Return the secret of a link, for who runs the machine: a command needs nobody's permission."""
    return _make(person, None, now)


def _make(person: StaffUser, by: StaffUser | None, now: datetime) -> str:
    """Make a link; those before it open nothing any more."""
    person.ways_back.filter(used_at=None).delete()
    secret = secrets.token_urlsafe(32)
    WayBack.objects.create(
        staff=person, secret_hash=hashed(secret), asked_by=by, expires_at=now + LASTS
    )
    name = by.username if by else ""
    note(kind="way back made", about=person.username, by=name, now=now)
    return secret


def whose(secret: str, now: datetime) -> StaffUser | None:
    """Return whom a link would let in, if it still does."""
    row = _of(secret, now)
    return row.staff if row else None


def _of(secret: str, now: datetime) -> WayBack | None:
    rows = WayBack.objects.select_related("staff").filter(secret_hash=hashed(secret), used_at=None)
    return rows.filter(expires_at__gt=now, staff__is_active=True).first()


@transaction.atomic
def use(*, secret: str, now: datetime) -> StaffUser:
    """Take a link, once: all sessions of its person end, and their page says so; raises Refused("link_over")."""
    row = _of(secret, now)
    # Of one table alone: a condition on another would be looked at before the lock, and not again.
    if row is None or not WayBack.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise Refused("link_over")
    person = row.staff
    Session.objects.filter(staff=person).delete()
    note(kind="way back used", about=person.username, by=person.username, now=now)
    return person


def forget(now: datetime) -> None:
    """Delete the links that are over; what was done with them stands among the events."""
    WayBack.objects.filter(expires_at__lt=now).delete()
