"""Sessions of who is signed in: key and person by one statement, how long each lasts, and how it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from doorstep.outside.kept import kept
from doorstep.outside.secret import hashed
from doorstep.staff.models import Grant, Session, StaffUser


@dataclass(frozen=True)
class Bound:
    """How long a session lasts while nothing is asked with it, and in all."""

    idle: timedelta
    whole: timedelta


DESK = Bound(timedelta(minutes=20), timedelta(hours=10))
# By role; every other is the desk's. Whoever has several has the shortest of each.
BOUNDS = {
    # A tablet lies beside the driver, and the round may be longer than a day at the desk.
    "crew": Bound(timedelta(hours=10), timedelta(hours=12)),
    "partner": Bound(timedelta(minutes=20), timedelta(hours=8)),
}
SEEN_EVERY = timedelta(minutes=1)
# So long a proof is fresh enough for a dangerous act.
PROVED_FOR = timedelta(minutes=10)
# A session that is over says for so long whose it was: what is sent with it is given back to that person alone.
KEPT_FOR = timedelta(hours=24)


def bound(roles: Iterable[str]) -> Bound:
    """Return how long a session of somebody with these roles lasts."""
    each = [BOUNDS.get(role, DESK) for role in roles] or [DESK]
    return Bound(min(b.idle for b in each), min(b.whole for b in each))


def ends_at(session: Session) -> datetime:
    """Return when a session is over if nothing more is asked with it."""
    return min(session.seen + bound_of(session).idle, ends_whole(session))


def ends_whole(session: Session) -> datetime:
    """Return when a session is over however much is asked with it."""
    return session.began + bound_of(session).whole


def bound_of(session: Session) -> Bound:
    """Return how long a session lasts, by what its person is here."""
    return bound(session.staff.role_names if session.staff else ())


def is_over(session: Session, now: datetime) -> bool:
    """Say whether a session lets nobody in any more."""
    return now >= ends_at(session) or bool(session.staff and not session.staff.is_active)


def by_key(key: str, now: datetime) -> Session | None:
    """Return the session of a cookie's key with its person and their grants, over or not, by one statement."""
    session = _by_hash.first(hashed(key))
    if session is not None and session.staff is not None:
        grants: list[dict[str, str | None]] = getattr(session, "grants", [])
        session.staff.hold(grants, now)
    return session


@kept
def _by_hash(key_hash: str) -> QuerySet[Session]:
    columns = {name: name for name in ("role", "team", "ward", "key", "until")}
    rows = Grant.objects.filter(staff=OuterRef("staff")).order_by("id")
    grants = ArraySubquery(rows.values(row=JSONObject(**columns)))
    return Session.objects.select_related("staff").annotate(grants=grants).filter(key_hash=key_hash)


def begin(*, key: str, data: dict[str, object], staff_id: int | None, how: str, device: str, now: datetime) -> Session:  # fmt: skip
    """Write a new session down; who comes in has proved just now who they are."""
    proved = now if staff_id else None
    return Session.objects.create(
        key_hash=hashed(key),
        staff_id=staff_id,
        data=data,
        began=now,
        seen=now,
        proved=proved,
        how=how,
        device=device,
    )


def keep(*, session: Session, data: dict[str, object], staff_id: int | None, how: str, device: str, now: datetime) -> bool:  # fmt: skip
    """Keep what a session knows; say whether it was still there. Another person's begins anew."""
    values: dict[str, object] = {"data": data}
    if staff_id != session.staff_id:
        values |= {"staff_id": staff_id, "began": now, "seen": now, "how": how, "device": device}
        values["proved"] = now if staff_id else None
        # Whoever keeps it once more in the same request finds the person known, and takes no proof for made just now.
        session.staff_id = staff_id
    return bool(Session.objects.filter(pk=session.pk).update(**values))


def change_key(*, session: Session, key: str) -> bool:
    """Give a session another key, so that the one before opens nothing; say whether it was still there."""
    return bool(Session.objects.filter(pk=session.pk).update(key_hash=hashed(key)))


def seen(*, session: Session, now: datetime) -> None:
    """Note that somebody works with a session, once a minute at most."""
    if now - session.seen >= SEEN_EVERY:
        Session.objects.filter(pk=session.pk, seen__lt=now).update(seen=now)
        session.seen = now


def proved(*, session: Session, now: datetime) -> None:
    """Note that the person of a session has shown anew who they are."""
    Session.objects.filter(pk=session.pk).update(proved=now)
    session.proved = now


def is_proved(session: Session, now: datetime) -> bool:
    """Say whether the person showed so lately who they are that a dangerous act may go on."""
    return session.proved is not None and now - session.proved < PROVED_FOR


def of(staff: StaffUser, now: datetime) -> list[Session]:
    """Return the sessions that somebody has, the newest first."""
    rows = list(Session.objects.filter(staff=staff).order_by("-began", "-pk"))
    for row in rows:
        row.staff = staff  # whose grants are known
    return [row for row in rows if not is_over(row, now)]


def end(*, key: str) -> None:
    """End a session by its key."""
    Session.objects.filter(key_hash=hashed(key)).delete()


def end_of(*, staff: StaffUser, number: int | None = None, but: int | None = None) -> int:
    """End one session of somebody, or all `but` one; return how many ended."""
    rows = Session.objects.filter(staff=staff).exclude(pk=but or 0)
    return (rows.filter(pk=number) if number is not None else rows).delete()[0]


def forget(now: datetime) -> None:
    """Delete the sessions that are over, a day after they began at the earliest."""
    Session.objects.filter(began__lt=now - KEPT_FOR).delete()
