"""Reads who looked at what, who may what, and tokens."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from doorstep.outside.kept import kept
from doorstep.outside.secret import hashed
from doorstep.staff.models import Alarm, Grant, Look, StaffEvent, StaffUser, Team, Token
from doorstep.staff.permissions import OF_KEY, OF_TEAM, ROLES

# How long an administrator is new at most, where nobody has looked into how they became one.
NEW_FOR = timedelta(days=30)


def of(what: str, key: str) -> list[Look]:
    """Return the latest fifty looks at a record, the newest first."""
    return _looks(what, key)


def of_many(what: str, keys: list[str]) -> list[Look]:
    """Return the latest fifty looks at any of these records, the newest first."""
    looks = Look.objects.select_related("staff").filter(what=what, key__in=keys)
    return list(looks.order_by("-at")[:50])


@kept
def _looks(what: str, key: str) -> QuerySet[Look]:
    return Look.objects.select_related("staff").filter(what=what, key=key).order_by("-at")[:50]


def has_people() -> bool:
    """Say whether anybody may sign in; raises OperationalError while the database is away."""
    return StaffUser.objects.exists()


def person_named(username: str) -> StaffUser | None:
    """Return somebody whose account is open, by the name they sign in with."""
    return StaffUser.objects.filter(username=username, is_active=True).first()


def names_of(usernames: Collection[str]) -> dict[str, str]:
    """Return what people are called, by the names they sign in with."""
    if not usernames:
        return {}
    people = StaffUser.objects.filter(username__in=usernames)
    return dict(people.values_list("username", "name"))


def alarms(for_whom: int, now: datetime) -> QuerySet[Alarm]:
    """Return the alarms that nobody has looked into and that an administrator did not raise or are about.

    Each says whether it is `for_others`: who is new, until somebody has looked into that, looks into none, and nobody
    into what they did. Else whoever makes two administrators for themselves has the one clear the other.
    """
    new = Alarm.objects.filter(why="administrator", seen_at=None, at__gt=now - NEW_FOR)
    is_new = Exists(new.filter(Q(about=for_whom) | Q(about=OuterRef("by"))))
    waiting = Alarm.objects.select_related("about", "by").filter(seen_at=None)
    theirs = waiting.exclude(about=for_whom).exclude(by=for_whom)
    return theirs.annotate(for_others=is_new).order_by("at")


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


def _held(now: datetime) -> QuerySet[Grant]:
    """Return the grants that hold at a moment."""
    return Grant.objects.filter(Q(until=None) | Q(until__gt=now))


def who_may(permission: str, now: datetime) -> QuerySet[StaffUser]:
    """Return whoever has a permission, for whichever cases, by name."""
    roles = [role for role, may in ROLES.items() if permission in may]
    people_ = StaffUser.objects.filter(is_active=True)
    return people_.filter(pk__in=_held(now).filter(role__in=roles).values("staff")).order_by("name")


def people(now: datetime, name: str = "") -> QuerySet[StaffUser]:
    """Return everybody with an account, or who is called so, by name: those that are open first, with their `held` grants."""
    called = Q(name__icontains=name) | Q(username__icontains=name) if name else Q()
    held = Prefetch("grants", queryset=_held(now).order_by("id"), to_attr="held")
    everybody = StaffUser.objects.filter(called).prefetch_related(held)
    return everybody.order_by("-is_active", "name", "id")


def person(number: int) -> StaffUser | None:
    """Return somebody by the number of their account."""
    return StaffUser.objects.filter(id=number).first() if number < 2**63 else None


def grants_of(person_: StaffUser, now: datetime) -> list[Grant]:
    """Return the grants that somebody has now, the first given first."""
    return list(_held(now).filter(staff=person_).order_by("id"))


def grant(number: int) -> Grant | None:
    """Return a grant by its number, with whom it is of."""
    grants = Grant.objects.select_related("staff")
    return grants.filter(id=number).first() if number < 2**63 else None


def not_narrowed(now: datetime) -> list[Grant]:
    """Return the grants that hold for every team or every list, though their role could be of one; by name.

    And what those read who run the system or look at figures: they had more before there was a table.
    """
    of_all = Q(role__in=OF_TEAM, team="") | Q(role__in=OF_KEY, key="")
    more = Q(role="reader", source="moved")
    grants = _held(now).filter(of_all | more, staff__is_active=True).select_related("staff")
    return list(grants.order_by("staff__name", "id"))


def done_to(username: str) -> QuerySet[StaffEvent]:
    """Return the last fifty lines about an account, the newest first."""
    return StaffEvent.objects.filter(about=username).order_by("-id")[:50]


def team_names() -> list[str]:
    """Return the teams that were made known before a service names them."""
    return list(Team.objects.order_by("name").values_list("name", flat=True))


def of_team(team: str, now: datetime) -> list[StaffUser]:
    """Return who has a role of a team, by name."""
    people_ = StaffUser.objects.filter(
        is_active=True, pk__in=_held(now).filter(team=team).values("staff")
    )
    return list(people_.order_by("name"))
