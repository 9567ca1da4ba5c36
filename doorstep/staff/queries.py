"""Reads who looked at what, and tokens."""

from datetime import datetime

from django.db.models import QuerySet

from doorstep.outside.kept import kept
from doorstep.outside.secret import hashed
from doorstep.staff.models import Alarm, Look, StaffEvent, StaffUser, Token


def of(what: str, key: str) -> list[Look]:
    """Return the latest fifty looks at a record, the newest first."""
    return _looks(what, key)


@kept
def _looks(what: str, key: str) -> QuerySet[Look]:
    return Look.objects.select_related("staff").filter(what=what, key=key).order_by("-at")[:50]


def has_people() -> bool:
    """Say whether anybody may sign in; raises OperationalError while the database is away."""
    return StaffUser.objects.exists()


def person(number: int) -> StaffUser | None:
    """Return somebody whose account is open, by its number."""
    return StaffUser.objects.filter(pk=number, is_active=True).first()


def person_named(username: str) -> StaffUser | None:
    """Return somebody whose account is open, by the name they sign in with."""
    return StaffUser.objects.filter(username=username, is_active=True).first()


def events_of(staff: StaffUser) -> QuerySet[StaffEvent]:
    """Return the latest twenty things that were done to somebody's account, or that they did to come in."""
    return StaffEvent.objects.filter(about=staff.username).order_by("-id")[:20]


def emergencies() -> QuerySet[Alarm]:
    """Return the uses of accounts for emergencies that nobody has looked into yet."""
    return Alarm.objects.select_related("about").filter(seen_at=None).order_by("at")


def token_by_secret(secret: str, now: datetime) -> Token | None:
    """Return the valid token with this secret, or nothing."""
    return _valid.first(hashed(secret), now)


@kept
def _valid(secret_hash: str, now: datetime) -> QuerySet[Token]:
    return Token.objects.filter(secret_hash=secret_hash, revoked_at=None, expires_at__gt=now)


def token(number: int) -> Token | None:
    """Return a token by its number."""
    return tokens().filter(id=number).first() if number < 2**63 else None


def tokens() -> QuerySet[Token]:
    """Return every token, the newest first, with who made it."""
    return Token.objects.select_related("made_by", "revoked_by").order_by("-made_at", "-id")
