"""When an office is open: now, on each day of the week, and which days it is closed out of turn."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from doorstep.council import queries as council
from doorstep.council.offices import Hours, Office
from doorstep.council.queries import ZONE
from doorstep.council.weekdays import WEEKDAYS

# So far ahead is looked for when an office opens next.
AHEAD = 60


@dataclass(frozen=True)
class Standing:
    """How an office stands at a moment: open `until` a time of today, or closed; `why`, on a day on which it is open else.

    `opens` is when it opens next; nothing where that is far off.
    """

    until: time | None = None
    why: str | None = None
    opens: datetime | None = None


def hours_of(office: Office, day: date) -> list[Hours]:
    """Return an office's hours on the weekday of a day, in order, whether or not it is closed on that day."""
    weekday = WEEKDAYS[day.weekday()]
    return sorted((h for h in office.hours if weekday in h.days), key=lambda h: h.opens)


def why_closed(office: Office, day: date) -> str | None:
    """Return why an office is closed on a day out of turn, "" where nobody says; nothing where it is not."""
    for closure in (*office.closed, *council.current().closed_days):
        if closure.first <= day <= closure.last:
            return closure.why
    return None if office.open_on_bank_holidays else council.bank_holiday(day)


def standing(office: Office, now: datetime) -> Standing:
    """Return whether an office is open now, why it is not on a day like this, and when it opens next."""
    local = now.astimezone(ZONE)
    today = local.date()
    why, hours = why_closed(office, today), hours_of(office, today)
    if why is None:
        for span in hours:
            if span.opens <= local.time() < span.closes:
                return Standing(until=span.closes)
    return Standing(why=why if hours else None, opens=_opens_next(office, local))


def _opens_next(office: Office, local: datetime) -> datetime | None:
    for ahead in range(AHEAD):
        day = local.date() + timedelta(days=ahead)
        if why_closed(office, day) is not None:
            continue
        for span in hours_of(office, day):
            opens = datetime.combine(day, span.opens, ZONE)
            if opens > local:
                return opens
    return None


def closed_soon(office: Office, now: datetime) -> list[tuple[date, str]]:
    """Return the days of the next six weeks on which an office is closed out of turn, and why."""
    today = now.astimezone(ZONE).date()
    days = [today + timedelta(days=n) for n in range(42)]
    closed = [(day, why_closed(office, day)) for day in days if hours_of(office, day)]
    return [(day, why) for day, why in closed if why is not None]
