"""Both nights on which the clocks change: nobody is told a wrong day, nothing happens twice or never.

In 2026 London goes from GMT to BST on 29 March at 01:00 UTC, and back on 25 October at 01:00 UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from doorstep.cases import timeline
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Job
from doorstep.forms.rules import functions
from doorstep.messages.models import Message
from doorstep.places.models import Property
from doorstep.waste import notes
from doorstep.waste.calendar import collections_at
from doorstep.waste.models import BinNote
from doorstep.web.portal import feeds
from tests.district import District

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
BOTH = pytest.mark.parametrize("sunday", [SPRING, AUTUMN])


def moments(sunday: date, minutes: int = 20) -> Iterator[datetime]:
    """Yield every so many minutes of real time, from Saturday noon to Tuesday."""
    now = datetime.combine(sunday - timedelta(days=1), time(12), UTC)
    while now.date() < sunday + timedelta(days=2):
        yield now
        now += timedelta(minutes=minutes)


@BOTH
def test_today_changes_at_midnight_in_london_and_never_goes_back(sunday: date) -> None:
    days = [(now, clock_at(now).today) for now in moments(sunday)]
    assert all(earlier <= later for (_, earlier), (_, later) in zip(days, days[1:], strict=False))
    firsts = [next(now for now, day in days if day == sunday + timedelta(days=d)) for d in (0, 1)]
    long = timedelta(hours=23 if sunday == SPRING else 25)
    assert firsts[1] - firsts[0] == long
    assert all(now.astimezone(ZONE).time() == time(0) for now in firsts)


@BOTH
def test_a_time_on_the_wall_is_that_time_on_either_side(sunday: date) -> None:
    clock = clock_at(datetime.combine(sunday, time(12), UTC))
    before, after = (17, 18) if sunday == AUTUMN else (18, 17)
    assert functions.at(clock, sunday - timedelta(days=1), "18:00").astimezone(UTC).hour == before
    assert functions.at(clock, sunday, "18:00").astimezone(UTC).hour == after
    assert functions.plus_workdays(clock, sunday - timedelta(days=2), 2) == sunday + timedelta(
        days=2
    )


@BOTH
def test_reports_in_the_night_of_the_change_have_the_right_day(db: None, sunday: date) -> None:
    """Friday's bin, reported at every half hour of that night: due on Tuesday, two working days on."""
    night = datetime.combine(sunday, time(0), UTC)
    district = District(night - timedelta(hours=2)).build()
    for number, half_hours in enumerate(range(0, 8)):
        district.now = night + timedelta(minutes=30 * half_hours)
        district.case(number)
    assert {j.day for j in Job.objects.all()} == {sunday + timedelta(days=2)}
    cases = list(Case.objects.order_by("opened_at"))
    assert len({c.opened_at for c in cases}) == 8
    assert all(timeline.broken(c) == [] for c in cases)


@BOTH
def test_the_note_of_the_evening_before_goes_out_once(db: None, sunday: date) -> None:
    """Monday's collection: asked every twenty minutes from Saturday to Monday, one note, queued on Sunday."""
    district = District(datetime.combine(sunday - timedelta(days=5), time(12), UTC)).build()
    home = Property.objects.get(uprn=district.boxes[0].place_id)
    made = district.boxes[0].round
    made.anchor, made.weeks = sunday + timedelta(days=1), 1
    made.save()
    BinNote.objects.create(place=home, email="ann@resident.example", language="en", asked_at=district.now, confirmed_at=district.now, confirm_hash="c", stop_hash="s")  # fmt: skip
    for now in moments(sunday):
        if now.astimezone(ZONE).date() <= sunday:
            notes.tell_all(now=now)
    told = Message.objects.exclude(about="")
    assert [m.queued_at.astimezone(ZONE).date() for m in told] == [sunday]
    assert f"{sunday + timedelta(days=1):%-d %B}" in told[0].subject + told[0].body


@BOTH
def test_a_calendar_read_in_that_night_says_the_same_days(db: None, sunday: date) -> None:
    district = District(datetime.combine(sunday - timedelta(days=5), time(12), UTC)).build()
    home = Property.objects.get(uprn=district.boxes[0].place_id)
    read: set[tuple[Any, ...]] = set()
    for now in moments(sunday, 30):
        today = clock_at(now).today
        boxes = collections_at(
            home.uprn, sunday - timedelta(days=7), sunday + timedelta(days=60), now
        )
        events = Calendar.from_ical(feeds.ics(home, boxes, today)).walk("VEVENT")
        read.add(tuple(e["DTSTART"].dt for e in events))
        assert all(type(e["DTSTART"].dt) is date for e in events)
    assert len(read) == 1
    days = next(iter(read))
    assert len(days) > 3 and all((b - a).days == 14 for a, b in zip(days, days[1:], strict=False))
