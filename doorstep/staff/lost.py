"""Somebody lost what they sign in with: a colleague makes a link that lets them in once; an administrator's needs two."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.staff.actions import note
from doorstep.staff.models import Session, StaffEvent, StaffUser, WayBack
from doorstep.staff.permissions import ROLES

LASTS = timedelta(hours=1)
PERMISSION = "people.manage"
MANAGING = [role for role, may in ROLES.items() if PERMISSION in may]
# Who managed people counts as one who does: else one colleague takes the role away, makes the link, and gives it back.
FOR_LONG = timedelta(days=30)


@transaction.atomic
def help_back(*, person: StaffUser, by: StaffUser, now: datetime) -> str:
    """Return the secret of a link for a colleague; "" where another colleague must do the same within the hour.

    That is so for who manages people themselves, or did lately. Raises Refused: "not_oneself", "not_yours", "no_such_person".
    """
    if person.pk == by.pk:
        raise Refused("not_oneself")
    if not by.may(PERMISSION):
        raise Refused("not_yours")
    # Two who ask at once are one after the other.
    person = StaffUser.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refused("no_such_person")
    asked = _asked_by_another(person, by, now)
    if asked is None and needs_two(person, now):
        WayBack.objects.create(staff=person, asked_by=by, expires_at=now + LASTS)
        note(kind="way back asked for", about=person.username, by=by.username, now=now)
        return ""
    return _make(person, by, now, asked)


def needs_two(person: StaffUser, now: datetime) -> bool:
    """Say whether a way back takes two colleagues: somebody manages people, or did within the last thirty days."""
    since = now - FOR_LONG
    held = person.grants.filter(Q(until=None) | Q(until__gt=since), role__in=MANAGING)
    taken = Q(kind="role withdrawn", data__role__in=MANAGING)
    # By the council's own sign-in, or by a command.
    taken |= Q(data__roles_before__has_any_keys=MANAGING)
    events = StaffEvent.objects.filter(taken, about=person.username, at__gt=since)
    return held.exists() or events.exists()


def _asked_by_another(person: StaffUser, by: StaffUser, now: datetime) -> StaffUser | None:
    waiting = person.ways_back.filter(secret_hash=None, expires_at__gt=now)
    row = waiting.exclude(asked_by=by).exclude(asked_by=None).order_by("id").first()
    return row.asked_by if row else None


@transaction.atomic
def make(*, person: StaffUser, now: datetime) -> str:
    """Return the secret of a link, for who runs the machine: a command needs nobody's permission."""
    return _make(person, None, now)


def _make(
    person: StaffUser, by: StaffUser | None, now: datetime, asked: StaffUser | None = None
) -> str:
    """Make a link, which keeps who asked first where it took two; those before it open nothing any more."""
    person.ways_back.filter(used_at=None).delete()
    secret = secrets.token_urlsafe(32)
    who = {"asked_by": asked, "agreed_by": by} if asked else {"asked_by": by}
    WayBack.objects.create(staff=person, secret_hash=hashed(secret), expires_at=now + LASTS, **who)
    name = by.username if by else ""
    note(kind="way back made", about=person.username, by=name, now=now)
    return secret


def whose(secret: str, now: datetime) -> StaffUser:
    """Return whom a link would let in; raises Refused("link_over", "link_of_one")."""
    return _opens(secret, now).staff


def _opens(secret: str, now: datetime) -> WayBack:
    """Return a link that still lets in: one that one colleague made is over once its person manages people."""
    rows = WayBack.objects.select_related("staff").filter(secret_hash=hashed(secret), used_at=None)
    row = rows.filter(expires_at__gt=now, staff__is_active=True).first()
    if row is None:
        raise Refused("link_over")
    is_of_one = row.asked_by_id is not None and row.agreed_by_id is None
    if is_of_one and needs_two(row.staff, now):
        raise Refused("link_of_one")
    return row


@transaction.atomic
def use(*, secret: str, now: datetime) -> StaffUser:
    """Take a link, once: all sessions of its person end, and their page says so; raises Refused("link_over", "link_of_one")."""
    row = _opens(secret, now)
    # Of one table alone: a condition on another would be looked at before the lock, and not again.
    if not WayBack.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise Refused("link_over")
    person = row.staff
    Session.objects.filter(staff=person).delete()
    note(kind="way back used", about=person.username, by=person.username, now=now)
    return person


def forget(now: datetime) -> None:
    """Delete the links that are over; what was done with them stands among the events."""
    WayBack.objects.filter(expires_at__lt=now).delete()
