"""Which days can be chosen, and why not."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.bookings import actions, changing, facts, queries
from doorstep.bookings.models import Calendar
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.staff.actor import SYSTEM


def days(desk: Any, **more: Any) -> dict[date, queries.SlotDay]:
    asked = {
        "kind": "bulky",
        "uprn": 1001,
        "load": 2,
        "first": desk.day - timedelta(days=2),
        "last": desk.day + timedelta(days=2),
        "now": desk.now,
    }
    return {found.day: found for found in queries.days(**{**asked, **more})}


def hold(desk: Any, load: int, **more: Any) -> Any:
    asked = {"draft": desk.blank(), "kind": "bulky", "slot": desk.slot, "load": load, "minutes": 20}
    return actions.hold(**{**asked, "now": desk.now, **more})


def test_each_day_has_room_or_says_why_not(desk: Any) -> None:
    found = days(desk)
    assert [f.why for f in found.values()] == ["No collection on Sundays here", "", "", "", ""]
    assert found[desk.day] == queries.SlotDay(desk.day, "NORTH/2026-11-10", 10, "")
    hold(desk, 9)
    assert (days(desk)[desk.day].free, days(desk)[desk.day].why) == (1, "No room left")
    assert days(desk, load=1)[desk.day].open


def test_holidays_closed_days_and_days_that_are_over_say_so(desk: Any) -> None:
    changing.close(calendar=desk.calendar, day=desk.day, why="Snow", by=SYSTEM, now=desk.now)
    assert days(desk)[desk.day].why == "Closed: Snow"
    christmas = date(2026, 12, 25)
    assert days(desk, first=christmas, last=christmas)[christmas].why == "Christmas Day"
    late = desk.now + timedelta(days=7)
    assert days(desk, now=late)[desk.day + timedelta(days=-1)].why == "This day is over"


def test_a_public_holiday_is_open_only_where_the_council_works_on_it(
    desk: Any, monkeypatch: Any
) -> None:
    boxing = date(2026, 12, 28)
    assert days(desk, first=boxing, last=boxing)[boxing].open
    idle = council.current().model_copy(update={"works_on_bank_holidays": False})
    monkeypatch.setattr(council, "current", lambda: idle)
    assert days(desk, first=boxing, last=boxing)[boxing].why == "Public holiday"


def test_the_own_hold_does_not_count_and_one_that_ran_out_does_not_either(desk: Any) -> None:
    held = hold(desk, 10)
    assert days(desk)[desk.day].why == "No room left"
    assert days(desk, draft_id=held.draft_id)[desk.day].open
    assert days(desk, now=desk.after(20.5))[desk.day].why == "No room left"
    assert days(desk, now=desk.after(21.5))[desk.day].open


def test_a_home_with_a_booking_that_day_is_told_no_more_than_that_it_is_full(desk: Any) -> None:
    desk.case(0)
    assert days(desk)[desk.day].why == "No room left"
    assert days(desk, uprn=1002)[desk.day].open
    assert queries.pending("bulky", 1001, desk.day) == [desk.day]
    assert queries.pending("bulky", 1001, desk.day + timedelta(days=1)) == []


def test_a_home_that_no_calendar_covers_has_no_days(desk: Any) -> None:
    Calendar.objects.update(wards=["E2"])
    assert days(desk) == {}
    Calendar.objects.update(wards=[])
    assert len(days(desk)) == 5
    assert days(desk, kind="garden") == {} and days(desk, uprn=5) == {}


def test_with_two_calendars_the_one_with_room_is_offered(desk: Any) -> None:
    Calendar.objects.create(
        code="ALL", name="All", kind="bulky", wards=[], weekdays=[1], capacity=2, unit="jobs"
    )
    assert days(desk)[desk.day].slot == "ALL/2026-11-10"
    assert days(desk, load=50)[desk.day].slot == "ALL/2026-11-10"  # jobs, however large
    assert days(desk)[desk.day + timedelta(days=1)].slot == "NORTH/2026-11-11"


@pytest.mark.parametrize("ahead", [5, 90])
def test_a_search_takes_four_statements_whatever_the_window(desk: Any, ahead: int) -> None:
    desk.case(0)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        days(desk, last=desk.day + timedelta(days=ahead))
    assert len(seen) == 4


def test_the_fact_gives_options_and_reasons(desk: Any) -> None:
    first = date(2026, 11, 8)
    seen = facts.slots("bulky", "1001", 2, first, desk.day, "not a draft", now=desk.now)
    assert seen.value == [
        {"id": "-2026-11-08", "label": "No collection on Sundays here"},
        {"id": "NORTH/2026-11-09", "label": say(date(2026, 11, 9))},
        {"id": "NORTH/2026-11-10", "label": say(date(2026, 11, 10))},
    ]
    assert facts.slots("bulky", "x" * 50, 2, first, desk.day, "", now=desk.now).value == []
    assert facts.pending("bulky", "9" * 50, now=desk.now).value == []


def test_reasons_are_said_in_the_language_spoken(desk: Any) -> None:
    with council.speaking("cy"):
        (sunday, *_) = days(desk).values()
    assert sunday.why == "Dim casgliad ar ddydd Sul yma"
