"""Large items where the days are the waste system's: held here over what is free there, and sent there once they are booked."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from doorstep.bookings import queries as bookings
from doorstep.bookings.models import Booking, Calendar, Day
from doorstep.cases.models import Case, CaseTask
from doorstep.fieldwork.models import Job
from doorstep.forms.facts import Unavailable
from doorstep.waste import mirror, sheets, slots
from doorstep.waste.models import Sheet, TheirDay
from standins.whitespace.app import StandIn
from tests import whitespace
from tests.booked import Booked
from tests.district import FIRST_UPRN, District

HOME = FIRST_UPRN + 1
MINUTE = timedelta(minutes=1)


@pytest.fixture
def there(settings: Any, district: District) -> Iterator[StandIn]:
    """Keep rounds and days in the waste system: two places on each of the next forty days."""
    with whitespace.whitespace(settings) as app, whitespace.plugged(settings, app):
        whitespace.move_book(app, district)
        whitespace.give_days(app, district.today, free=2)
        yield app


@pytest.fixture
def booked(there: StandIn, district: District) -> Booked:
    mirror.walk(district.now)
    from doorstep.waste.models import Container

    district.boxes = list(Container.objects.order_by("place__sort"))
    return Booked(district)


def bring(booked: Booked, minutes: int = 0) -> Unavailable | None:
    first = booked.district.today
    return slots.bring(
        "bulky", str(HOME), 1, first, first + timedelta(days=30), now=booked.now + minutes * MINUTE
    )


def free(booked: Booked, day: date | None = None, home: int = HOME + 5) -> int:
    """Return how much a day has left for somebody else."""
    on = day or booked.day
    return bookings.days(kind="bulky", uprn=home, load=1, first=on, last=on, now=booked.now)[0].free


def send(booked: Booked, minutes: int) -> None:
    at = booked.now + minutes * MINUTE
    sheets.look(at)
    for row in Sheet.objects.filter(next_at__lte=at, job__isnull=False):
        sheets.go_on(sheet_id=row.pk, now=at)


def test_a_day_has_what_is_free_there_and_no_more(booked: Booked, there: StandIn) -> None:
    """Booked and not sent yet, then sent, then cancelled: the room is theirs, less what is held here."""
    bring(booked)
    assert free(booked) == 1
    send(booked, 1)
    assert [(s.service, s.slot) for s in there.sheets.values()] == [
        ("78", whitespace.slot(booked.day))
    ]
    bring(booked, 2)
    assert free(booked) == 1
    # Somebody books on the telephone, in their own system.
    there.slots["78"] = [
        {**s, "free": s["free"] - (s["day"] == booked.day)} for s in there.slots["78"]
    ]
    bring(booked, 4)
    assert free(booked) == 0
    Job.objects.update(state="withdrawn")
    Booking.objects.update(state="released", ended_at=booked.now, until=None)
    send(booked, 5)
    bring(booked, 6)
    assert free(booked) == 1


def test_a_day_they_do_not_give_has_no_room(booked: Booked, there: StandIn) -> None:
    there.slots["78"] = [s for s in there.slots["78"] if s["day"] != booked.day]
    bring(booked, 2)
    assert free(booked) == 0
    with pytest.raises(AssertionError, match="slot_gone"):  # the form does not take it
        booked.book(1)


def test_days_are_asked_for_once_a_minute(booked: Booked, there: StandIn) -> None:
    bring(booked)
    asked = len(there.seen)
    bring(booked)
    assert len(there.seen) == asked
    bring(booked, 2)
    assert len(there.seen) == asked + 1


def test_days_that_were_read_lately_are_offered_while_it_is_down(
    booked: Booked, there: StandIn
) -> None:
    TheirDay.objects.all().delete()
    there.mood = "down"
    assert isinstance(bring(booked), Unavailable)
    there.mood = ""
    assert bring(booked, 1) is None
    there.mood = "down"
    assert bring(booked, 10) is None
    assert isinstance(bring(booked, 40), Unavailable)


def test_what_the_crew_takes_is_keyed_as_they_call_it(booked: Booked, there: StandIn) -> None:
    bring(booked)
    send(booked, 1)
    work = next(iter(there.sheets.values()))
    assert work.items == {"144": "1", "501": "1"} and work.properties == {"66": "On the drive"}
    assert "Ann" not in work.message


def test_a_place_that_went_there_is_a_persons_to_mend(booked: Booked, there: StandIn) -> None:
    bring(booked)
    there.slots["78"] = [{**s, "free": 0} for s in there.slots["78"]]
    send(booked, 1)
    sheet = Sheet.objects.get(job__isnull=False)
    assert sheet.state == "refused" and not there.sheets
    assert "another day" in CaseTask.objects.get(case=booked.case).task.text
    # Once there is room again, a press sends it.
    whitespace.give_days(there, booked.district.today, free=1)
    assert sheets.send_again(sheet_id=sheet.pk, now=booked.now + 2 * MINUTE)
    sheets.go_on(sheet_id=sheet.pk, now=booked.now + 2 * MINUTE)
    assert len(there.sheets) == 1


def test_all_of_it_was_taken(booked: Booked, there: StandIn) -> None:
    bring(booked)
    send(booked, 1)
    there.end(next(iter(there.sheets)), p67="Collected")
    send(booked, 20)
    assert Case.objects.get().stage == "collected"


def test_a_day_full_there_keeps_its_id_for_what_was_booked(booked: Booked, there: StandIn) -> None:
    whitespace.give_days(there, booked.district.today, free=1)
    bring(booked)
    there.slots["78"] = [{**s, "free": 0} for s in there.slots["78"]]
    bring(booked, 2)
    assert TheirDay.objects.get(day__day=booked.day).slot == whitespace.slot(booked.day)


def test_calendars_of_other_work_are_ours(booked: Booked, there: StandIn) -> None:
    Calendar.objects.create(code="GARDEN", name="Garden", kind="garden", wards=[], weekdays=[0], capacity=3, unit="jobs")  # fmt: skip
    today = booked.district.today
    assert slots.bring("garden", str(HOME), 1, today, today, now=booked.now) is None
    assert not Day.objects.filter(calendar__code="GARDEN").exists()
