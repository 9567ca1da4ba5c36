"""The step `book` in a workflow: reserve, keep, confirm, lapse, nearest, release; and in a rehearsal."""

from datetime import date, timedelta
from typing import Any

import pytest

from doorstep.bookings import actions, queries
from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import choosing, submitting, timeline
from doorstep.cases.models import Case
from doorstep.cases.values import from_json, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill, say
from doorstep.council.errors import Refused
from doorstep.outside import later
from doorstep.rehearsal import playing as rehearsal
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.bookings.conftest import COLLECT, Desk
from tests.queue import run_queue


def pay(case: Case, now: Any) -> Case:
    return choosing.choose(case_id=case.pk, name="pay", by=RESIDENT, now=now)


def fill_day(desk: Any, day: date, now: Any) -> None:
    slot = f"NORTH/{day.isoformat()}"
    actions.hold(draft=desk.blank(), kind="bulky", slot=slot, load=10, minutes=500, now=now)


def said(case: Case) -> str:
    return fill(
        catalogue.service(case.version_id).workflow.stages[case.stage].resident, words_of(case)
    )


def test_a_day_is_held_while_answering_and_each_answer_holds_it_longer(desk: Any) -> None:
    draft = desk.draft()
    held = Booking.objects.get(draft=draft)
    assert (held.state, held.until, held.load) == ("held", desk.after(20), 2)
    assert draft.held_until == desk.after(20)


def test_sent_the_hold_is_the_cases_and_paid_it_is_booked(desk: Any) -> None:
    case = desk.case()
    (kept,) = Booking.objects.all()
    assert (kept.case, kept.draft, kept.until) == (case, None, desk.after(30))
    case = pay(case, desk.after(29))
    (kept,) = Booking.objects.all()
    assert (kept.state, kept.until, case.stage, case.due_on) == ("booked", None, "booked", desk.day)
    assert said(case) == f"We come on {say(date(2026, 11, 10))}."
    assert timeline.broken(case) == []
    assert [e.kind for e in case.events.all()] == [
        "opened", "stage", "held", "chosen", "stage", "booked", "outcome", "stage",
    ]  # fmt: skip


def test_a_day_that_went_while_answering_is_refused_and_nothing_is_kept_of_it(desk: Any) -> None:
    fill_day(desk, desk.day, desk.now)
    with pytest.raises(Refused, match="slot_gone"):
        desk.draft()


def test_sent_after_the_hold_ran_out_it_is_taken_again_or_refused(desk: Any) -> None:
    draft, other = desk.draft(0), desk.draft(1, desk.day + timedelta(days=1))
    late = desk.after(120)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=late)
    assert Booking.objects.get(case=case).until == late + timedelta(minutes=30)
    fill_day(desk, desk.day + timedelta(days=1), late)
    with pytest.raises(Refused, match="slot_gone"):
        submitting.submit(draft_id=other.pk, by=RESIDENT, now=late)


def test_a_cases_hold_lapses_and_its_workflow_hears_of_it(desk: Any) -> None:
    case = desk.case()
    assert actions.ending(desk.after(27.9)) == []
    assert not actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(30.9))
    assert actions.ending(desk.after(31)) == [case.pk]
    assert actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(31))
    assert not actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(32))
    case.refresh_from_db()
    assert case.stage == "lapsed"
    assert Booking.objects.get(case=case).state == "released"


def test_a_hold_that_lapses_where_no_way_leads_on_is_given_back_all_the_same(desk: Any) -> None:
    case = desk.case()
    Case.objects.filter(pk=case.pk).update(stage="booked")
    assert actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(31))
    assert Booking.objects.get(case=case).state == "released"


def test_paid_late_the_same_day_is_booked_while_it_is_free(desk: Any) -> None:
    case = desk.case()
    actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(31))
    assert pay(case, desk.after(60)).stage == "booked"
    assert queries.of_case(case).state == "booked"  # type: ignore[union-attr]


def test_paid_late_and_gone_the_nearest_day_is_held_and_can_be_taken(desk: Any) -> None:
    case = desk.case()
    actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(31))
    fill_day(desk, desk.day, desk.after(40))
    fill_day(desk, desk.day + timedelta(days=1), desk.after(40))
    case = pay(case, desk.after(60))
    assert case.stage == "gone"
    gone, nearest = say(date(2026, 11, 10)), say(date(2026, 11, 12))
    assert said(case) == f"{gone} is gone. Take {nearest} instead?"
    assert queries.of_case(case).until == desk.after(120)  # type: ignore[union-attr]
    case = pay(case, desk.after(70))
    assert (case.stage, case.due_on) == ("booked", date(2026, 11, 12))
    assert timeline.broken(case) == []


def test_paid_late_with_no_day_left_says_so(desk: Any) -> None:
    case = desk.case()
    actions.lapse(case_id=case.pk, by=SYSTEM, now=desk.after(31))
    Calendar.objects.update(capacity=1)
    assert pay(case, desk.after(60)).stage == "none"


def test_paid_on_the_day_itself_after_the_hold_ran_out_is_too_late(desk: Any) -> None:
    case = desk.case()
    assert pay(case, desk.district.at(desk.day, 0)).stage == "gone"


def test_cancelled_the_day_is_free_again(desk: Any) -> None:
    case = pay(desk.case(), desk.now)
    case = choosing.choose(case_id=case.pk, name="cancel", by=RESIDENT, now=desk.now)
    assert queries.of_case(case).state == "released"  # type: ignore[union-attr]
    # What was given back still says which day it was.
    assert from_json(case.facts["booked"]) == {"day": desk.day, "slot": desk.slot, "until": None}
    fill_day(desk, desk.day, desk.now)


def test_the_look_every_minute_frees_drafts_and_reports_cases(open_district: Any) -> None:
    desk = Desk(open_district)
    draft, case = desk.draft(0), desk.case(1)
    later.reconcile()  # by the clock on the wall: both ran out long ago
    assert Booking.objects.get(draft=draft).state == "released"
    run_queue()
    case.refresh_from_db()
    assert case.stage == "lapsed"
    assert Booking.objects.get(case=case).state == "released"


def test_examples_play_without_a_calendar_of_the_council(desk: Any) -> None:
    Calendar.objects.all().delete()
    contents = catalogue.read_folder(COLLECT)
    service = catalogue.build(contents)
    (report,) = rehearsal.play(service, contents, service.examples)
    assert report.differences == []
    assert Calendar.objects.count() == 0 and Booking.objects.count() == 0


def test_a_rehearsal_touches_no_day_of_the_councils_own(desk: Any) -> None:
    changed = COLLECT / "examples.yaml"
    contents = catalogue.read_folder(COLLECT)
    contents["examples.yaml"] = changed.read_text().replace("ANY/", "NORTH/")
    Calendar.objects.update(capacity=0)
    service = catalogue.build(contents)
    (report,) = rehearsal.play(service, contents, service.examples)
    assert report.differences == []
