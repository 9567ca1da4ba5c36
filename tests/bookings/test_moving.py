"""The bookings of a day are moved: all dealt with alike, told later, undone until then, and a person deals with what is left."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.bookings import actions, changing, moves, moving, queries
from doorstep.bookings.models import Booking, Move, MoveLine
from doorstep.cases import actions as cases
from doorstep.cases import choosing
from doorstep.cases.models import CaseTask
from doorstep.catalogue.words import say
from doorstep.council.errors import Refused
from doorstep.fieldwork.models import Job
from doorstep.messages import sending
from doorstep.messages.models import Message
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.queue import run_queue
from tests.snow import OFFICER, Snow, next_days


@pytest.fixture
def snow(district: Any) -> Snow:
    return Snow(district)


def test_everybody_is_booked_on_another_day_and_told_ten_minutes_later(snow: Snow) -> None:
    at_first = Message.objects.exclude(not_before=None).count()
    move = snow.moved()
    assert move.ended_at and snow.stages() == ["rebooked", "rebooked", "paying_moved"]
    assert snow.days() == [next_days(snow)] * 3  # three a day
    # The crew has them on the new day, and on no other.
    assert set(Job.objects.filter(state="open").values_list("day", flat=True)) == {next_days(snow)}
    assert Job.objects.filter(state="open").count() == 2
    told = ["paying_moved", "rebooked", "rebooked"]
    assert [n for n in snow.waiting() if n != "reminder"] == told and at_first == 2
    sent = Message.objects.filter(name__in=told)
    assert {m.not_before for m in sent} == {move.tell_at} == {snow.later(10)}
    assert "snow" in Message.objects.filter(name="rebooked").first().body  # type: ignore[union-attr]
    assert not snow.is_open(snow.day)


def test_a_day_that_is_full_sends_the_others_to_the_next(snow: Snow) -> None:
    snow.room(2)
    snow.moved()
    first = next_days(snow)
    second = next_days(snow, (first - snow.day).days + 1)
    # Who came first has the earlier day.
    assert sorted(d for d in snow.days() if d) == [first, first, second]
    assert snow.days()[0] == first


def test_some_stay_where_there_is_room_for_some(snow: Snow) -> None:
    """What is booked stays before what is held, the first first."""
    snow.moved(keep=1)
    assert snow.stages() == ["booked", "rebooked", "paying_moved"]
    assert snow.days()[0] == snow.day


def test_all_goes_back_while_nobody_was_told(snow: Snow) -> None:
    move = snow.moved()
    snow.undo(move)
    assert snow.stages() == ["still_booked", "still_booked", "paying_back"]
    assert snow.days() == [snow.day] * 3 and move.ended_at
    assert {line.state for line in MoveLine.objects.all()} == {"back"}
    day = Booking.objects.filter(state="booked").first().day  # type: ignore[union-attr]
    assert (day.closed_why, day.capacity) == ("", None)
    assert set(Job.objects.filter(state="open").values_list("day", flat=True)) == {snow.day}
    for message in Message.objects.filter(name__in=("rebooked", "paying_moved")):
        sending.send(message_id=message.pk, now=snow.later(11))
    assert not Message.objects.filter(name__in=("rebooked", "paying_moved")).exists()


def test_undone_before_anybody_was_moved(snow: Snow) -> None:
    move = snow.begin()
    snow.undo(move, minutes=0.5)
    assert snow.stages() == ["booked", "booked", "paying"] and snow.days() == [snow.day] * 3


def test_while_all_go_back_nobody_else_has_their_place(snow: Snow) -> None:
    move = snow.moved()
    moving.undo(move_id=move.pk, by=OFFICER, now=snow.later(1))
    assert not snow.is_open(snow.day)
    snow.carry_on(move, 1.1)
    assert snow.days() == [snow.day] * 3


def test_what_is_told_or_answered_is_not_undone(snow: Snow) -> None:
    move = snow.moved()
    choosing.choose(case_id=snow.cases[0].pk, name="agree", by=RESIDENT, now=snow.later(0.5))
    snow.undo(move)
    assert snow.stages() == ["still_booked", "still_booked", "paying_back"]
    assert snow.days()[0] == next_days(snow) and snow.days()[1] == snow.day
    assert MoveLine.objects.get(case=snow.cases[0]).state == "stays"


def test_what_was_moved_once_more_is_not_brought_back_to_its_first_day(snow: Snow) -> None:
    move, first = snow.moved(), snow.day
    snow.day = next_days(snow)
    snow.now = snow.later(1)
    snow.moved()
    days = snow.days()
    moving.undo(move_id=move.pk, by=OFFICER, now=snow.later(1))
    snow.carry_on(move, 2)
    assert snow.days() == days and first not in days
    assert {line.state for line in move.lines.all()} == {"stays"}


@pytest.mark.parametrize("minutes", [8.01, 30])
def test_it_cannot_be_undone_once_messages_may_leave(snow: Snow, minutes: float) -> None:
    move = snow.moved()
    with pytest.raises(Refused, match="too_late"):
        snow.undo(move, minutes=minutes)
    assert snow.stages()[0] == "rebooked"


def test_an_undo_that_comes_to_run_late_leaves_who_may_be_told(snow: Snow) -> None:
    move = snow.moved()
    moving.undo(move_id=move.pk, by=OFFICER, now=snow.later(7))
    snow.carry_on(move, 9.5)  # its worker was down
    assert snow.stages() == ["rebooked", "rebooked", "paying_moved"] and move.ended_at


def test_told_at_once_there_is_no_undo(snow: Snow) -> None:
    move = snow.moved(at_once=True)
    assert [n for n in snow.waiting() if n != "reminder"] == []
    assert Message.objects.filter(name="rebooked").count() == 2
    with pytest.raises(Refused, match="too_late"):
        snow.undo(move, minutes=0.2)


def test_a_move_that_comes_to_run_late_tells_all_the_same(snow: Snow) -> None:
    """A reminder of a moment gone by is not sent; this is not one."""
    move = snow.begin()
    snow.carry_on(move, 30)
    assert Message.objects.filter(name="rebooked", not_before=None).count() == 2


def test_who_does_not_answer_an_offer_stands_on_the_list_of_the_move(snow: Snow) -> None:
    move = snow.moved(way="offer")
    assert snow.stages() == ["day_offered", "day_offered", "paying_moved"]
    choosing.choose(case_id=snow.cases[0].pk, name="take", by=RESIDENT, now=snow.later(15))
    silent = {r.case.pk for r in moves.lines(move) if r.unanswered}
    assert silent == {snow.cases[1].pk, snow.cases[2].pk}
    booking = queries.of_case(snow.cases[1])
    assert booking and booking.until
    actions.lapse(case_id=snow.cases[1].pk, by=SYSTEM, now=booking.until + timedelta(minutes=3))
    assert snow.stages()[1] == "unanswered"  # its money stays until a person has asked
    row = next(r for r in moves.lines(move) if r.case.pk == snow.cases[1].pk)
    assert row.unanswered and row.day is None and row.stands == "No answer to the day we offered"


def test_who_gave_the_day_up_meanwhile_is_left_alone(snow: Snow) -> None:
    move = snow.begin()
    choosing.choose(case_id=snow.case.pk, name="cancel", by=RESIDENT, now=snow.now)
    cases.record_outcome(case_id=snow.cases[1].pk, name="job.collected", by=SYSTEM, now=snow.now)
    snow.carry_on(move)
    assert snow.stages() == ["cancelled", "collected", "paying_moved"]
    assert [MoveLine.objects.get(case=c).state for c in snow.cases] == ["gone", "gone", "moved"]


def test_a_place_that_went_meanwhile_is_the_next_one(snow: Snow) -> None:
    move, first = snow.begin(), next_days(snow)
    snow.room(1)
    snow.carry_on(move)
    assert len({*snow.days()}) == 3 and min(d for d in snow.days() if d) == first
    assert move.ended_at and MoveLine.objects.filter(state="moved").count() == 3
    # The list says where each is, not where it was to go.
    assert {line.slot for line in MoveLine.objects.all()} == {snow.slot(d) for d in snow.days()}


def test_without_another_day_a_person_deals_with_it(open_district: Any) -> None:
    snow = Snow(open_district)
    move = snow.moved(slots={})
    assert set(MoveLine.objects.values_list("state", flat=True)) == {"left"}
    # Whoever had paid still has the day, and a person is asked about it; nobody is told before it can no longer be undone.
    asked = CaseTask.objects.filter(topic=f"move.{move.pk}", task__ended_at=None)
    assert {row.case_id for row in asked} == {c.pk for c in snow.cases[:2]}
    assert snow.stages() == ["booked", "booked", "paying"]
    assert [r.line.state for r in moves.lines(move)][:2] == ["left", "left"]
    # Then who only held it chooses again.
    moving.tell_due(now=snow.later(9))
    run_queue()
    assert snow.stages()[2] == "paying"
    moving.tell_due(now=snow.later(11))
    run_queue()
    assert snow.stages() == ["booked", "booked", "day_gone"]


def test_what_was_left_goes_back_with_the_rest(snow: Snow) -> None:
    move = snow.moved(slots={})
    snow.undo(move)
    assert snow.stages() == ["booked", "booked", "paying"] and snow.is_open(snow.day) is False
    assert not CaseTask.objects.filter(topic=f"move.{move.pk}", task__ended_at=None).exists()
    assert move.ended_at and move.day.closed_why == ""


def test_a_breakdown_in_the_morning_is_undone_on_the_day_itself(snow: Snow) -> None:
    snow.now = snow.district.at(snow.day, 7)
    move = snow.moved()
    assert snow.stages()[:2] == ["rebooked", "rebooked"]
    snow.undo(move)
    assert snow.stages()[:2] == ["still_booked"] * 2 and snow.days()[:2] == [snow.day] * 2
    assert Job.objects.filter(state="open", day=snow.day).count() == 2


def test_moved_twice_and_the_second_undone_the_first_is_still_told(snow: Snow) -> None:
    first_day, once = snow.day, snow.moved()
    snow.day, second_day = next_days(snow), next_days(snow)
    snow.now = snow.later(1)
    twice = snow.begin(why="more snow")
    moving.carry_on(move_id=twice.pk, by=SYSTEM, now=snow.later(0.1))
    # Of the day between nobody ever heard: the message names the one they know.
    assert f"{first_day.day} " in _last(snow, 0).subject and "more snow" in _last(snow, 0).body
    moving.undo(move_id=twice.pk, by=OFFICER, now=snow.later(1))
    snow.carry_on(twice, 1.1)
    assert snow.stages()[0] == "rebooked" and snow.days()[0] == second_day
    message = _last(snow, 0)
    assert (message.not_before, message.while_in) == (once.tell_at, "rebooked")
    assert f"not on {say(first_day)}" in message.subject
    # And that one, too, can be taken back still.
    moving.undo(move_id=once.pk, by=OFFICER, now=snow.later(2))
    snow.carry_on(once, 2.1)
    assert snow.stages()[0] == "still_booked" and snow.days()[0] == first_day


def test_offered_and_moved_again_and_undone_it_is_offered_still(snow: Snow) -> None:
    snow.moved(way="offer")
    snow.day, offered = next_days(snow), next_days(snow)
    snow.now = snow.later(1)
    twice = snow.begin()
    moving.carry_on(move_id=twice.pk, by=SYSTEM, now=snow.later(0.1))
    moving.undo(move_id=twice.pk, by=OFFICER, now=snow.later(1))
    snow.carry_on(twice, 1.1)
    # Nobody took it for them: it is theirs to take.
    assert snow.stages()[0] == "day_offered" and snow.days()[0] == offered


def test_booked_elsewhere_then_offered_and_that_undone_it_is_booked_there(snow: Snow) -> None:
    snow.moved()
    snow.day, second_day = next_days(snow), next_days(snow)
    snow.now = snow.later(1)
    twice = snow.begin(way="offer")
    moving.carry_on(move_id=twice.pk, by=SYSTEM, now=snow.later(0.1))
    moving.undo(move_id=twice.pk, by=OFFICER, now=snow.later(1))
    snow.carry_on(twice, 1.1)
    assert snow.stages()[0] == "rebooked" and snow.days()[0] == second_day


def _last(snow: Snow, number: int) -> Message:
    """Return the latest message about a move that a case's person gets."""
    names = ("rebooked", "day_offered")
    return Message.objects.filter(case=snow.cases[number], name__in=names).latest("id")


def test_what_was_told_already_is_not_told_again(snow: Snow) -> None:
    once = snow.moved(at_once=True)
    for message in Message.objects.filter(name="rebooked"):
        sending.send(message_id=message.pk, now=snow.later(1))
    snow.day = next_days(snow)
    snow.now = snow.later(2)
    twice = snow.begin()
    moving.carry_on(move_id=twice.pk, by=SYSTEM, now=snow.later(0.1))
    moving.undo(move_id=twice.pk, by=OFFICER, now=snow.later(1))
    snow.carry_on(twice, 1.1)
    assert once.tell_at < snow.now and snow.stages()[0] == "rebooked"
    waits = Message.objects.filter(name="rebooked", sent_at=None, case=snow.case)
    assert not [m for m in waits if m.while_in == snow.stages()[0] and m.not_before is None]
    assert (
        Message.objects.filter(case=snow.case, name="rebooked").exclude(sent_at=None).count() == 1
    )


def test_an_older_move_is_not_undone_over_a_newer_one_or_an_officers_closing(snow: Snow) -> None:
    half = snow.moved(keep=1)
    whole = snow.begin(why="snow")
    snow.carry_on(whole)
    with pytest.raises(Refused, match="newer"):
        snow.undo(half)
    snow.undo(whole)
    row = half.day
    row.refresh_from_db()
    assert (row.closed_why, row.capacity) == ("", 1)
    snow.undo(half, minutes=2)
    row.refresh_from_db()
    assert (row.closed_why, row.capacity) == ("", None)


def test_a_day_that_an_officer_closed_since_stays_closed(snow: Snow) -> None:
    move = snow.moved()
    about: dict[str, Any] = {"calendar": snow.calendar, "day": snow.day, "by": OFFICER}
    changing.close(**about, why="Ice", now=snow.later(0.5))
    with pytest.raises(Refused, match="newer"):
        snow.undo(move)
    assert snow.stages()[0] == "rebooked"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"why": " "}, "why_missing"),
        ({"why": "x" * 121}, "why_long"),
        ({"way": "cancel"}, "way_missing"),
        ({"keep": -1}, "capacity_wrong"),
        ({"keep": 3}, "nobody_concerned"),
    ],
)
def test_what_a_move_refuses(snow: Snow, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        snow.begin(**given)
    assert not Move.objects.exists() and snow.stages() == ["booked", "booked", "paying"]


def test_more_than_a_day_has_room_for_is_refused_with_the_day(snow: Snow) -> None:
    snow.room(2)
    first = next_days(snow)
    slots = {c.pk: snow.slot(first) for c in snow.cases}
    with pytest.raises(Refused, match="too_many_on") as refused:
        snow.begin(slots=slots)
    assert refused.value.values == {"day": first, "free": 2}
    with pytest.raises(Refused, match="slot_gone"):
        snow.begin(slots={snow.case.pk: "OTHER/2030-01-01"})


def test_a_closed_case_is_nobody_that_a_move_concerns(snow: Snow) -> None:
    cases.record_outcome(case_id=snow.case.pk, name="job.collected", by=SYSTEM, now=snow.now)
    proposed = moving.propose(snow.calendar, snow.day, 0, snow.now)
    assert snow.case.pk not in {p.booking.case_id for p in proposed}
