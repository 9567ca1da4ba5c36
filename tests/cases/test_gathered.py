"""What is written of a case at once: its lines in one statement, none lost, and the chain holds."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.cases import gathered, locking, outcomes, submitting, timeline, workflow
from doorstep.cases.models import Event
from doorstep.council.errors import Refused
from doorstep.staff.actor import RESIDENT, SYSTEM


def _kinds(case: Any) -> list[str]:
    return [event.kind for event in timeline.of(case)]


def test_a_new_case_is_written_as_it_stands_and_its_lines_in_one_statement(district: Any) -> None:
    draft = district.draft(0)
    with CaptureQueriesContext(connection) as seen:
        case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    said = [q["sql"] for q in seen.captured_queries]
    assert sum('INSERT INTO "cases_event"' in sql for sql in said) == 1
    assert (
        sum('UPDATE "cases_case"' in sql for sql in said) == 1
    )  # its due day, which the job knows
    case.refresh_from_db()
    assert case.stage == "with_crew" and case.due_on and case.stage_since == district.now
    assert _kinds(case) == ["opened", "stage", "told"] and timeline.broken(case) == []


def test_what_was_written_in_a_savepoint_that_is_taken_back_goes_with_it_and_no_more(
    district: Any,
) -> None:
    case = district.case(0)
    before = _kinds(case)

    class _Taken(Exception):
        pass

    with gathered.gathered(case):
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="stays")
        workflow.set_due(case, district.due)
        with pytest.raises(_Taken), gathered.savepoint():
            timeline.write(
                locking.locked(case.pk), "note", by=SYSTEM, now=district.now, text="goes"
            )
            raise _Taken
        vars(case).pop("last_line")
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="stays, too")
    texts = [event.personal.text for event in timeline.of(case) if event.kind == "note"]
    assert texts[-2:] == ["stays", "stays, too"] and len(_kinds(case)) == len(before) + 2
    case.refresh_from_db()
    assert case.due_on == district.due and timeline.broken(case) == []


def test_an_outcome_that_another_case_has_no_way_on_with_takes_no_line_along(district: Any) -> None:
    case, other = district.case(0), district.case(1)
    with gathered.gathered(case):
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="waits")
        way = outcomes.carry(case_id=other.pk, name="job.nothing", by=SYSTEM, now=district.now)
    assert not way and _kinds(case)[-1] == "note" and "outcome" not in _kinds(other)
    assert timeline.broken(case) == timeline.broken(other) == []


def test_whoever_locks_the_case_meanwhile_goes_on_after_what_waits(district: Any) -> None:
    case = district.case(0)
    with gathered.gathered(case):
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="first")
        workflow.set_due(case, district.due)
        other = locking.locked(case.pk)
        assert other.due_on == district.due
        timeline.write(other, "note", by=SYSTEM, now=district.now, text="second")
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="third")
    notes = [event.personal.text for event in timeline.of(case) if event.kind == "note"]
    assert notes == ["first", "second", "third"] and timeline.broken(case) == []


def test_nothing_is_written_where_it_raises(district: Any) -> None:
    case = district.case(0)
    with pytest.raises(Refused), gathered.gathered(case):
        timeline.write(case, "note", by=SYSTEM, now=district.now, text="never")
        raise Refused("no_way_on")
    assert not Event.objects.filter(case=case, kind="note").exists()
