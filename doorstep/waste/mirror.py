"""Brings a home here as the council's own waste system has it: containers, rounds, days, what crews logged, work keyed there.

Rules and pages read our tables alone. They are brought up to date before that, where nobody holds a lock (`bring`), and at night
(`walk`). Who does not answer leaves them as they were, with their age.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from django.db import connection, transaction
from django.db.models import Max, Q

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import DeviceEvent
from doorstep.forms.facts import Unavailable
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.places.models import Property
from doorstep.waste import actions, keyed, queries, theirs
from doorstep.waste.models import LONGEST_WEEKS, BinNote, Container, Mirrored, Round
from doorstep.waste.provider import Collection, Log, NoSuchHome, Service, Worksheet

# Who was read so long ago is read again: containers and days, and what changes by the minute.
BOOK_FOR, NEWS_FOR = timedelta(hours=6), timedelta(seconds=60)
# Who did not answer is not asked for the same home again before.
AGAIN = timedelta(seconds=30)
# The days that are read: back as far as a missed collection is told of, ahead as far as pages show.
BACK, AHEAD = timedelta(days=35), timedelta(days=91)
# A person waits for one home no longer than this before the last call begins, which has its own limit.
MOST_SECONDS = 6.0
# Homes that are read again a minute at night, those that were read longest ago first: some 7,000 a night.
A_MINUTE, NIGHT = 30, range(1, 5)
DAILY, EMPTY_FOR = timedelta(hours=20), timedelta(hours=24)
# At night one home is tried no more often than this.
BETWEEN = timedelta(hours=1)
# So many homes that cannot be read, one after the other, and the rest of the night's minute is left out.
MOST_FAILURES = 3
UNREAD = "the waste system does not answer, and this home was never read"
log = structlog.get_logger("doorstep.waste")


def bring(uprn: int, now: datetime, *, news: bool = True) -> Unavailable | None:
    """Bring a home, and the building it is in, up to date; Unavailable where it was never read and cannot be now.

    Without `news` its containers and days alone, as pages of bin days need them. The caller holds no lock.
    """
    if not theirs.is_kept_there():
        return None
    until = time.monotonic() + MOST_SECONDS
    # A building is a property, too: the parent of its flats.
    rows = [
        _bring(place, now, until, news=news)
        for place in Property.objects.filter(Q(uprn=uprn) | Q(property__uprn=uprn))
    ]
    return None if all(row.book_at for row in rows) else Unavailable(UNREAD)


def is_due(uprn: int, now: datetime) -> bool:
    """Say whether the containers and days of a home would be read there now."""
    row = Mirrored.objects.filter(place_id=uprn).first() if theirs.is_kept_there() else None
    return theirs.is_kept_there() and not (row and _is_fresh(row, now, news=False))


def bring_home(uprn: str, *_: object, now: datetime) -> Unavailable | None:
    """As `bring`, with the arguments of a fact about a home."""
    return bring(int(uprn), now) if uprn.isdecimal() and len(uprn) <= 12 else None


def _bring(place: Property, now: datetime, until: float, *, news: bool = True) -> Mirrored:
    row = Mirrored.objects.filter(place=place).first()
    return row if row and _is_fresh(row, now, news) else _read(place, row, now, until)


def _is_fresh(row: Mirrored, now: datetime, news: bool) -> bool:
    if row.wrong and now - row.tried_at < AGAIN:
        return True
    is_read = _young(row.book_at, BOOK_FOR, now)
    return is_read and (not news or _young(row.news_at, NEWS_FOR, now))


def _young(at: datetime | None, age: timedelta, now: datetime) -> bool:
    return at is not None and now - at < age


@dataclass
class _Found:
    """What was read of a home: its book, if that was due, and what is new there."""

    book: tuple[list[Service], list[Collection]] | None = None
    logs: list[Log] | None = None
    sheets: list[Worksheet] | None = None


def _read(place: Property, before: Mirrored | None, now: datetime, until: float) -> Mirrored:
    """Read a home and keep what was read; what was not stays as it was."""
    found, wrong = _Found(), ""
    with_book = not _young(before.book_at if before else None, BOOK_FOR, now)
    try:
        _ask(place, found, with_book, now, until)
    except NoSuchHome:
        found.book = ([], [])  # nothing is emptied there
        found.logs, found.sheets = [], []
    except (TryLater, GiveUp) as exc:
        wrong = str(exc)[:200]
        log.warning("home_not_read", said=wrong)
    return _keep(place, found, wrong, now)


def _ask(place: Property, found: _Found, with_book: bool, now: datetime, until: float) -> None:
    backend, today = theirs.backend(), now.astimezone(ZONE).date()
    if not theirs.words().bins:
        raise GiveUp(f"{theirs.FILE} names no containers, or cannot be read")
    if with_book:
        services = backend.services(place.uprn)
        _in_time(until)
        found.book = (services, backend.collections(place.uprn, today - BACK, today + AHEAD))
    _in_time(until)
    logs = backend.logs(today - BACK, uprn=place.uprn)
    _in_time(until)
    logs += backend.logs(today - BACK, usrn=place.street_id)
    found.logs = logs
    _in_time(until)
    found.sheets = backend.worksheets(place.uprn)


def _in_time(until: float) -> None:
    if time.monotonic() > until:
        raise TryLater("the waste system answers too slowly")


@transaction.atomic
def _keep(place: Property, found: _Found, wrong: str, now: datetime) -> Mirrored:
    """Write down what was read, one at a time for a home."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"doorstep.mirror.{place.uprn}"],
        )
    row = Mirrored.objects.filter(place=place).first() or Mirrored(place=place)
    row.tried_at, row.wrong = now, wrong
    if found.book is not None:
        _keep_book(place, row, *found.book, now=now)
        row.book_at = now
    if found.logs is not None:
        _keep_logs(place, found.logs)
    if found.sheets is not None:
        keyed.take_in(place=place, rows=found.sheets, now=now)
        row.news_at = now
    row.save()
    return row


# The book: containers with their rounds, and the rounds' days.


def code_of(schedule: str, stream: str) -> str:
    """Return our code of a round, of twenty letters at most: the beginning of theirs ("RND-6 Wed Wk 2"), and a sign of all of it."""
    code = re.sub(r"[^A-Za-z0-9]+", "-", schedule).strip("-")[:15].strip("-")
    return f"{code}-{hashlib.sha256(f'{schedule}|{stream}'.encode()).hexdigest()[:4]}"


def _keep_book(
    place: Property,
    row: Mirrored,
    services: list[Service],
    collections: list[Collection],
    *,
    now: datetime,
) -> None:
    """Keep a home's containers with their rounds; what is emptied there no more is believed once they say so for a day.

    An answer without its list looks the same, and containers that come back would be others to the cases about them.
    """
    today = now.astimezone(ZONE).date()
    wanted: dict[str, list[str]] = {}
    rounds: dict[str, tuple[str, str, Service]] = {}
    for service in services:
        known = theirs.words().bins.get(service.item)
        if known is None:
            log.warning("container_unknown", item=service.item)
        elif _holds(service, today):
            for schedule in service.schedules:
                code = code_of(schedule, known.stream)
                rounds[code] = (schedule, known.stream, service)
                wanted.setdefault(known.kind, []).append(code)
    for code in sorted(rounds):  # in one order, so that two homes never wait for each other
        schedule, stream, service = rounds[code]
        _keep_round(code, schedule, stream, service, collections, today)
    boxes = list(Container.objects.select_for_update().filter(place=place).order_by("id"))
    row.empty_at = (row.empty_at or now) if {b.kind for b in boxes} - wanted.keys() else None
    is_believed = row.empty_at is not None and now - row.empty_at >= EMPTY_FOR
    since = today if row.book_at else None
    _keep_boxes(place, boxes, wanted, since, may_end=is_believed)


def _holds(service: Service, today: date) -> bool:
    """Say whether what is emptied at a home is so today: it began, and is not over."""
    begun = service.first is None or service.first <= today
    return begun and (service.last is None or service.last >= today)


def _keep_round(
    code: str,
    schedule: str,
    stream: str,
    service: Service,
    collections: list[Collection],
    today: date,
) -> None:
    """Keep a round with the days that they say; those further back than they were asked for stay as they were.

    A home of which they say no days, or fewer, takes none from its round, which is that of others, too: its own replace what
    lies between its first and its last.
    """
    first, last = today - BACK, today + AHEAD
    said = {c.day for c in collections if f"{c.round} {c.schedule}".strip() == schedule}
    row = Round.objects.select_for_update().filter(code=code).first()
    if row is not None and not said:
        return
    if not said and service.next and len(service.schedules) == 1:
        said = {service.next}
    own = sorted(day for day in said if first <= day <= last)
    others = [day for day in row.days if not own or not own[0] <= day <= own[-1]] if row else []
    days = sorted({*own, *others})
    known_from = min(row.known_from, first) if row and row.known_from else first
    about = {
        "name": schedule[:80],
        "stream": stream,
        "weeks": _weeks(days) or (row.weeks if row else 2),
        "anchor": days[-1] if days else (row.anchor if row else first),
        "days": days,
        "known_from": known_from,
        "known_to": last,
    }
    if row is None or any(getattr(row, name) != value for name, value in about.items()):
        Round.objects.update_or_create(code=code, defaults=about)


def _weeks(days: list[date]) -> int:
    """Return how many weeks lie between most collections, of days in order; nothing of fewer than two."""
    gaps = [max(1, round((b - a).days / 7)) for a, b in zip(days, days[1:], strict=False)]
    return min(LONGEST_WEEKS, max(sorted(set(gaps)), key=gaps.count)) if gaps else 0


def _keep_boxes(
    place: Property,
    rows: list[Container],
    wanted: dict[str, list[str]],
    since: date | None,
    *,
    may_end: bool,
) -> None:
    """Bring a home's containers to what they say; one that stays keeps its number, which cases know.

    What comes or changes its round does so today (`since`); when a home is read first, it was always so.
    """
    for kind in {*wanted, *((row.kind for row in rows) if may_end else ())}:
        codes = list(dict.fromkeys(wanted.get(kind, [])))
        own = [row for row in rows if row.kind == kind]
        free = [row for row in own if row.round_id not in codes]
        new = [code for code in codes if code not in {row.round_id for row in own}]
        for row, code in zip(free, new, strict=False):
            row.was_round_id, row.round_id, row.since = row.round_id, code, since
            row.was_round_id = row.was_round_id if since else None
            row.save(update_fields=["round", "was_round", "since"])
        for code in new[len(free) :]:
            Container.objects.create(place=place, kind=kind, round_id=code, since=since)
        for row in free[len(new) :]:
            row.delete()


# What crews logged.


def _event(log_id: str, *of: object) -> UUID:
    return uuid5(NAMESPACE_URL, ":".join(["waste-log", log_id, *map(str, of)]))


def _keep_logs(place: Property, logs: list[Log]) -> None:
    """Keep what crews logged: a round that was done in the street, or why a container was not emptied; each once."""
    rows = list(Container.objects.select_related("round").filter(place=place))
    kept = _kept(logs, rows)
    for line in sorted(
        {line.id: line for line in logs}.values(), key=lambda line: (line.at, line.id)
    ):
        if line.uprn not in (None, place.uprn):
            continue  # of a neighbour's, which that home's own reading keeps
        day = line.at.astimezone(ZONE).date()
        concerned = [row for row in rows if _is_of(row.round, line.round)]
        if not line.reason:
            for code in sorted({row.round_id for row in concerned}):
                if _event(line.id, code) not in kept:
                    _through(line, code, place, day)
        elif code := theirs.words().reason(line.reason):
            for row in concerned:
                if _event(line.id, row.pk) not in kept:
                    _seen(line, row, code, day)
        else:
            log.warning("reason_unknown", reason=line.reason[:60])


def _kept(logs: list[Log], rows: list[Container]) -> set[UUID]:
    """Return the events of these logs that were kept before, of these containers and their rounds; one statement."""
    asked = [_event(line.id, of) for line in logs for row in rows for of in (row.pk, row.round_id)]
    return (
        set(DeviceEvent.objects.filter(id__in=asked).values_list("id", flat=True))
        if asked
        else set()
    )


def _is_of(of: Round, theirs_code: str) -> bool:
    return of.name == theirs_code or of.name.startswith(f"{theirs_code} ")


def _through(line: Log, code: str, place: Property, day: date) -> None:
    try:
        actions.mark_street(
            event_id=_event(line.id, code),
            round_code=code,
            usrn=place.street_id,
            day=day,
            done=True,
            by=theirs.THEY,
            now=line.at,
        )
    except Refused:
        log.info("log_of_no_round", round=code)


def _seen(line: Log, row: Container, code: str, day: date) -> None:
    fieldwork.record_seen(
        event_id=_event(line.id, row.pk),
        crew_list=queries.round_code_on(row, day),
        about=("container", str(row.pk)),
        code=code,
        day=day,
        note="",
        photo="",
        by=theirs.THEY,
        now=line.at,
    )


# At night.


def walk(now: datetime, count: int = A_MINUTE) -> int:
    """Read homes again; return how many were read: first where somebody is written to the evening before, then those never read, then the oldest.

    One that cannot be read comes last the next time; after some of these in a row the rest waits for the next minute.
    """
    old = Mirrored.objects.select_related("place").order_by("tried_at")
    told = BinNote.objects.filter(confirmed_at__isnull=False).values("place_id")
    of_told = Q(place_id__in=told) | Q(place__property__in=told)  # or their building
    first = old.filter(of_told, _older(now - DAILY), tried_at__lt=now - BETWEEN)
    places = [row.place for row in first.distinct()[:count]]
    places += Property.objects.filter(mirrored=None)[: count - len(places)]
    rest = old.filter(_older(now - BOOK_FOR), tried_at__lt=now - BETWEEN)
    rest = rest.exclude(pk__in=[place.pk for place in places])
    places += [row.place for row in rest[: count - len(places)]]
    done = failures = 0
    for place in places:
        if _bring(place, now, time.monotonic() + MOST_SECONDS).wrong:
            failures += 1
        else:
            done, failures = done + 1, 0
        if failures == MOST_FAILURES:
            break
    return done


def _older(than: datetime) -> Q:
    return Q(book_at=None) | Q(book_at__lt=than)


def known_since(uprn: int) -> Mirrored | None:
    """Return when a home was last read, and what stood in the way since; nothing where the book is kept here or it never was."""
    return Mirrored.objects.filter(place_id=uprn).first() if theirs.is_kept_there() else None


def known_from(uprn: int) -> date | None:
    """Return the first day of which a home's collections were read, rather than counted from a cycle; nothing where none was."""
    if not theirs.is_kept_there():
        return None
    rows = Round.objects.filter(container__in=Container.objects.filter(queries.at_home(uprn)))
    first: date | None = rows.aggregate(day=Max("known_from"))["day"]
    return first


def last_read() -> datetime | None:
    """Return when a home was last read."""
    latest: datetime | None = Mirrored.objects.aggregate(at=Max("book_at"))["at"]
    return latest
