"""Holds and bookings: nothing twice, nothing longer than said, and the database agrees."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doorstep.bookings import actions, changing
from doorstep.bookings.models import Booking, Calendar, DayChange
from doorstep.cases import drafts
from doorstep.council.errors import Refused
from doorstep.staff.actor import SYSTEM, Actor

OFFICER = Actor("staff", "officer")


def hold(desk: Any, draft: Any, load: int = 1, **more: Any) -> Any:
    asked = {"kind": "bulky", "slot": desk.slot, "load": load, "minutes": 20, "now": desk.now}
    return actions.hold(draft=draft, **{**asked, **more})


def live() -> int:
    return Booking.objects.exclude(state="released").count()


def test_a_hold_again_is_the_same_longer(desk: Any) -> None:
    draft = desk.blank()
    first = hold(desk, draft, 10)
    again = hold(desk, draft, 10, now=desk.after(5))
    assert (first.pk, again.until) == (again.pk, desk.after(25)) and live() == 1


def test_another_day_moves_the_hold_and_frees_the_first(desk: Any) -> None:
    draft = desk.blank()
    hold(desk, draft, 10)
    hold(desk, draft, 10, slot="NORTH/2026-11-11")
    assert hold(desk, desk.blank(), 10).day.day == desk.day
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, draft, 10)
    assert Booking.objects.get(draft=draft).day.day == date(2026, 11, 11)


@pytest.mark.parametrize(
    "slot",
    [
        "NORTH/2026-11-08",
        "NORTH/2026-12-25",
        "NORTH/2026-11-03",
        "SOUTH/2026-11-10",
        "NORTH/x",
        "x",
    ],
)
def test_a_day_that_cannot_be_chosen_cannot_be_held(desk: Any, slot: str) -> None:
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, desk.blank(), slot=slot)
    assert live() == 0


def test_a_full_day_a_closed_one_and_another_kind_are_refused(desk: Any) -> None:
    hold(desk, desk.blank(), 9)
    for more in ({"load": 2}, {"kind": "garden"}):
        with pytest.raises(Refused, match="slot_gone"):
            hold(desk, desk.blank(), **more)
    changing.close(calendar=desk.calendar, day=desk.day, why="Snow", by=OFFICER, now=desk.now)
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, desk.blank())


def test_a_calendar_of_jobs_counts_each_as_one(desk: Any) -> None:
    Calendar.objects.update(unit="jobs", capacity=2)
    hold(desk, desk.blank(), 7)
    hold(desk, desk.blank(), 0)
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, desk.blank(), 1)


def test_an_expired_hold_keeps_others_out_a_minute_more_than_its_owner_may_use_it(
    desk: Any,
) -> None:
    mine, other = desk.blank(), desk.blank()
    hold(desk, mine, 10)
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, other, 10, now=desk.after(20.9))
    hold(desk, other, 10, now=desk.after(21.1))
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, mine, 10, now=desk.after(21.2))


def test_a_draft_thrown_away_takes_its_hold_along(desk: Any) -> None:
    draft = desk.draft()
    assert live() == 1
    drafts.drop(drafts=type(draft).objects.filter(pk=draft.pk))
    assert live() == 0


def test_the_database_refuses_what_our_code_forgot(desk: Any) -> None:
    held = hold(desk, desk.blank(), 10)
    past = Booking(
        day=held.day, load=1, state="booked", case=None, draft=desk.blank(),
        made_at=desk.now, touched_at=desk.now,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="sold twice"), transaction.atomic():
        Booking.objects.bulk_create([past])
    other = hold(desk, desk.blank(), 2, slot="NORTH/2026-11-11")
    with pytest.raises(IntegrityError, match="sold twice"), transaction.atomic():
        Booking.objects.filter(pk=other.pk).update(day=held.day)
    with pytest.raises(IntegrityError, match="sold twice"), transaction.atomic():
        Booking.objects.filter(pk=held.pk).update(load=11)


@pytest.mark.parametrize(
    "wrong",
    [{"until": None}, {"state": "booked"}, {"state": "released"}, {"draft": None}, {"load": 0}],
)
def test_fields_that_belong_together_stay_together(desk: Any, wrong: dict[str, object]) -> None:
    held = hold(desk, desk.blank())
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=held.pk).update(**wrong)


def test_a_draft_has_one_hold(desk: Any) -> None:
    held = hold(desk, desk.blank())
    held.pk = None
    with pytest.raises(IntegrityError, match="one_booking_a_draft"), transaction.atomic():
        held.save(force_insert=True)


def test_officers_close_open_and_resize_and_see_whom_it_concerns(desk: Any) -> None:
    early, late = desk.case(0), desk.case(1)
    said = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER, "now": desk.now}
    assert [b.case for b in changing.affected(desk.calendar, desk.day, 3, desk.now)] == [late]
    assert [b.case for b in changing.affected(desk.calendar, desk.day, 0, desk.now)] == [
        early,
        late,
    ]
    assert changing.affected(desk.calendar, desk.day, 4, desk.now) == []
    changing.resize(**said, capacity=3)
    assert live() == 2
    with pytest.raises(Refused, match="slot_gone"):
        hold(desk, desk.blank())
    changing.resize(**said, capacity=None)
    changing.close(**said, why="Snow")
    changing.open_again(**said)
    hold(desk, desk.blank())
    assert [c.by for c in DayChange.objects.all()] == ["officer"] * 4


@pytest.mark.parametrize(
    ("act", "given", "code"),
    [
        ("close", {"why": " "}, "why_missing"),
        ("close", {"why": "x" * 121}, "why_long"),
        ("resize", {"capacity": -1}, "capacity_wrong"),
        ("resize", {"capacity": 10**9}, "capacity_wrong"),
        ("open_again", {"day": date(2026, 11, 3)}, "day_over"),
    ],
)
def test_what_makes_no_sense_of_a_day_is_refused(
    desk: Any, act: str, given: dict[str, Any], code: str
) -> None:
    said = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER, "now": desk.now, **given}
    with pytest.raises(Refused, match=code):
        getattr(changing, act)(**said)


def test_what_is_booked_stays_so_when_the_day_was_made_smaller(desk: Any) -> None:
    case = desk.case()
    said = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER, "now": desk.now}
    asked = {"kind": "bulky", "slot": desk.slot, "load": 2, "by": SYSTEM}
    actions.confirm(case=case, **asked, now=desk.after(1))
    changing.resize(**said, capacity=0)
    assert actions.confirm(case=case, **asked, now=desk.after(2)).state == "booked"
    assert not actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(2))
