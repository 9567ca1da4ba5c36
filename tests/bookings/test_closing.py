"""A day that an officer closes or makes smaller is not sold to whoever holds it: told, they choose again."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doorstep.bookings import actions, changing, queries
from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import choosing, deciding, drafts, submitting
from doorstep.cases.models import Case
from doorstep.cases.values import from_json
from doorstep.council.errors import Refused
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from tests.bookings.conftest import Desk
from tests.queue import run_queue

OFFICER = Actor("staff", "officer")
OTHER = "NORTH/2026-11-12"


def close(desk: Any, minutes: float = 1) -> None:
    about: dict[str, Any] = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER}
    changing.close(**about, why="Snow", now=desk.after(minutes))


def shrink(desk: Any, capacity: int) -> None:
    about: dict[str, Any] = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER}
    changing.resize(**about, capacity=capacity, now=desk.after(1))


def choose(case: Case, name: str, desk: Any, **more: Any) -> Case:
    return choosing.choose(case_id=case.pk, name=name, by=RESIDENT, now=desk.after(5), **more)


def test_whoever_fills_in_the_form_chooses_again(desk: Any) -> None:
    draft = desk.draft()
    close(desk)
    contact = desk.service.form.page("contact")
    given = {"name": "Anna", "email": "ann@resident.example", "phone": ""}
    with pytest.raises(Refused, match="slot_gone"):
        drafts.answer(draft=draft, page=contact, given=given, words={}, now=desk.after(2))
    with pytest.raises(Refused, match="slot_gone"):
        submitting.submit(draft_id=draft.pk, by=RESIDENT, now=desk.after(2))
    assert not Case.objects.exists()


@pytest.mark.parametrize("how", ["close", "shrink"])
def test_whoever_was_about_to_pay_is_told_and_chooses_again(open_district: Any, how: str) -> None:
    desk = Desk(open_district)
    case = desk.case()
    # By the clock on the wall, by which jobs look, the hold is not over.
    Booking.objects.update(until=desk.district.at(date(2036, 1, 1), 9), touched_at=desk.now)
    close(desk) if how == "close" else shrink(desk, 1)
    run_queue()
    case.refresh_from_db()
    assert case.stage == "closed"
    assert queries.of_case(case).state == "released"  # type: ignore[union-attr]


def test_the_day_that_is_chosen_instead_is_held_paid_and_booked(desk: Any) -> None:
    case = desk.case()
    close(desk)
    assert actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(2))
    case = choose(case, "other", desk, chosen=OTHER)
    assert case.stage == "other"
    assert from_json(case.facts["booked"])["day"] == date(2026, 11, 12)
    assert choose(case, "pay", desk).stage == "booked"
    (booked,) = Booking.objects.filter(state="booked")
    assert booked.day.slot == OTHER


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ("", "option_missing"),
        ("x", "slot_gone"),
        ("NORTH/20261112", "slot_gone"),
        ("NORTH/2026-11-10", "slot_gone"),  # the one that was closed
        ("NORTH/2026-11-04", "slot_gone"),  # today: before the first
        ("NORTH/2026-11-20", "slot_gone"),  # after the last
        ("NORTH/2026-11-14", "slot_gone"),  # a Saturday
        ("SOUTH/2026-11-12", "slot_gone"),  # another area's
        ("NONE/2026-11-12", "slot_gone"),
    ],
)
def test_a_day_that_was_not_offered_is_refused_and_nothing_changes(
    desk: Any, chosen: str, code: str
) -> None:
    Calendar.objects.create(
        code="SOUTH", name="South", kind="bulky", wards=["E9"], weekdays=list(range(7)), capacity=5, unit="items"
    )  # fmt: skip
    case = desk.case()
    close(desk)
    actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(2))
    with pytest.raises(Refused, match=code):
        choose(case, "other", desk, chosen=chosen)
    with pytest.raises(Refused, match=code):
        deciding.decide(
            case_id=case.pk,
            decision="other",
            reason="x",
            chosen=chosen,
            by=OFFICER,
            now=desk.after(5),
        )
    case.refresh_from_db()
    assert case.stage == "closed"


def test_an_officer_chooses_for_them_too(desk: Any) -> None:
    case = desk.case()
    close(desk)
    actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(2))
    about: dict[str, Any] = {"decision": "other", "reason": "Rang", "by": OFFICER}
    case = deciding.decide(case_id=case.pk, chosen=OTHER, now=desk.after(5), **about)
    assert case.stage == "other"
    assert queries.of_case(case).day.slot == OTHER  # type: ignore[union-attr]


def test_paid_before_we_could_tell_them_the_day_is_not_sold(desk: Any) -> None:
    case = desk.case()
    close(desk)
    case = choose(case, "pay", desk)
    assert case.stage == "gone"  # another day is held, which they take or not
    assert from_json(case.facts["booked"])["day"] == date(2026, 11, 11)


def test_a_smaller_day_goes_to_who_came_first(desk: Any) -> None:
    first, second = desk.case(0), desk.case(1)
    shrink(desk, 3)
    assert not actions.lose(case_id=first.pk, by=SYSTEM, now=desk.after(2))
    assert actions.lose(case_id=second.pk, by=SYSTEM, now=desk.after(2))
    assert choose(first, "pay", desk).stage == "booked"


def test_the_preview_names_whom_it_will_concern(desk: Any) -> None:
    held_first, booked_later = desk.case(0), desk.case(1)
    choose(booked_later, "pay", desk)
    concerned = changing.affected(desk.calendar, desk.day, 3, desk.after(2))
    assert [b.case for b in concerned] == [held_first]
    # A form's hold, which nobody can be named by, comes before a case's that came after it.
    Booking.objects.filter(case=held_first).update(made_at=desk.after(1))
    desk.draft(2)
    Booking.objects.filter(draft__isnull=False).update(made_at=desk.after(0.5))
    concerned = changing.affected(desk.calendar, desk.day, 5, desk.after(2))
    assert [b.case for b in concerned] == [held_first]
    shrink(desk, 5)
    assert actions.lose(case_id=held_first.pk, by=SYSTEM, now=desk.after(2))


def test_the_day_that_is_kept_can_be_chosen_by_whom_it_is_kept_for(desk: Any) -> None:
    case = desk.case()
    about: dict[str, Any] = {"kind": "bulky", "load": 10, "first": desk.day, "last": desk.day}
    (day,) = queries.days(uprn=case.place_id, case_id=case.pk, now=desk.now, **about)
    assert day.open


def test_where_the_workflow_knows_no_way_the_hold_stays_and_is_not_sold(desk: Any) -> None:
    case = desk.case()
    Case.objects.update(stage="booked")  # a stage that says nothing of a closed day
    close(desk)
    assert not actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(2))
    about: dict[str, Any] = {"kind": "bulky", "slot": desk.slot, "load": 2, "by": SYSTEM}
    with pytest.raises(Refused, match="slot_gone"):
        actions.confirm(case=case, **about, now=desk.after(3))


def test_the_database_sells_no_closed_day_either(desk: Any) -> None:
    desk.case()
    close(desk)
    with pytest.raises(IntegrityError, match="sold twice"), transaction.atomic():
        Booking.objects.update(state="booked", until=None, touched_at=desk.after(2))


def test_opened_again_the_hold_is_good(desk: Any) -> None:
    case = desk.case()
    close(desk)
    about: dict[str, Any] = {"calendar": desk.calendar, "day": desk.day, "by": OFFICER}
    changing.open_again(**about, now=desk.after(2))
    assert not actions.lose(case_id=case.pk, by=SYSTEM, now=desk.after(3))
    assert choose(case, "pay", desk).stage == "booked"


def test_a_day_that_begins_before_the_time_to_answer_is_over_is_no_offer(desk: Any) -> None:
    case = desk.case()
    close(desk)
    about: dict[str, Any] = {"kind": "bulky", "slot": desk.slot, "load": 2, "by": SYSTEM}
    eve = desk.district.at(date(2026, 11, 10), 23)
    actions.release(case=case, by=SYSTEM, now=eve)
    offered = actions.nearest(case=case, **about, minutes=120, now=eve)
    assert offered.day.day == date(2026, 11, 12)
