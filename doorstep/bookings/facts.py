"""What the bookings room can observe: days with room, and what is booked already."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from doorstep.bookings import calendars, queries
from doorstep.bookings.models import Booking
from doorstep.catalogue.words import say
from doorstep.council.queries import ZONE
from doorstep.forms.facts import Fact, Observed, brings, offer
from doorstep.forms.rules.types import DAY, INT, PROPERTY, TEXT, ListOf, Record

OPTION = Record("option", {"id": TEXT, "label": TEXT})
BOOKING = Record("booking", {"day": DAY})


def _uprn(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 12 else 0


def named(text: str) -> tuple[UUID | None, int | None]:
    """Return the draft that a rule's `draft` names, and the case that it changes."""
    draft, _, case = text.partition("/")
    try:
        return UUID(draft), int(case) if case else None
    except ValueError:
        return None, None


def option(slot_day: queries.SlotDay) -> dict[str, str]:
    """Return a day as an option; one that cannot be chosen begins with a minus and says why."""
    if slot_day.open:
        return {"id": slot_day.slot, "label": say(slot_day.day)}
    return {"id": f"-{slot_day.day.isoformat()}", "label": slot_day.why}


def brought_up_to_date(uprn: int, asked: Mapping[str, Any], now: datetime) -> None:
    """Have days brought up to date, where another system gives them, before they are read outside of a form; holds no lock."""
    before = brings("bookings.slots")
    if before is not None:
        before.act(asked["kind"], str(uprn), asked["load"], asked["first"], asked["last"], now=now)


def slots(
    kind: str, uprn: str, load: int, first: date, last: date, draft: str, now: datetime
) -> Observed:
    """Observe each day from first to last for this much work at a home, and which have room."""
    draft_id, case_id = named(draft)
    days = queries.days(
        kind=kind,
        uprn=_uprn(uprn),
        load=load,
        first=first,
        last=last,
        now=now,
        draft_id=draft_id,
        case_id=case_id,
    )
    return Observed([option(day) for day in days], now)


def pending(kind: str, uprn: str, now: datetime) -> Observed:
    """Observe the days from today on for which cases about a home hold or have booked this kind of work."""
    today = now.astimezone(ZONE).date()
    return Observed([{"day": day} for day in queries.pending(kind, _uprn(uprn), today)], now)


def pending_beside(kind: str, uprn: str, draft: str, now: datetime) -> Observed:
    """Observe the same, without what the case has itself that this form changes."""
    today, (_, case_id) = now.astimezone(ZONE).date(), named(draft)
    days = queries.pending(kind, _uprn(uprn), today, but=case_id)
    return Observed([{"day": day} for day in days], now)


def own_days(draft: str, now: datetime) -> Observed:
    """Observe the days that the case has booked which this form changes: none of a new one."""
    _draft_id, case_id = named(draft)
    booked = (
        Booking.objects.filter(case=case_id, state="booked") if case_id else Booking.objects.none()
    )
    return Observed([{"day": day} for day in booked.values_list("day__day", flat=True)], now)


def register() -> None:
    """Offer the room's facts."""
    home = (("kind", TEXT), ("property", PROPERTY))
    window = (("load", INT), ("first", DAY), ("last", DAY), ("draft", TEXT))
    offer(
        Fact(
            "bookings.slots",
            (*home, *window),
            ListOf(OPTION),
            "local",
            slots,
            check_here=lambda fixed: calendars.unknown(calendars.of_council(), fixed.get("kind")),
        )
    )
    offer(Fact("bookings.pending", home, ListOf(BOOKING), "local", pending))
    offer(Fact("bookings.own_days", (("draft", TEXT),), ListOf(BOOKING), "local", own_days))
    beside = (*home, ("draft", TEXT))
    offer(Fact("bookings.pending_beside", beside, ListOf(BOOKING), "local", pending_beside))
