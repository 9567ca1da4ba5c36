"""Officers who join and part reports at the same moment: no ring, nobody meets a fault, one comes first."""

from collections.abc import Callable
from typing import Any

import pytest

from doorstep.cases import timeline
from doorstep.cases.models import Case
from doorstep.fieldwork.models import Job
from doorstep.reports import actions, queries, still_there
from doorstep.reports.models import Joined, Report
from doorstep.staff.actor import Actor
from tests.at_once import at_once
from tests.size import size
from tests.streets import Streets

OFFICER = Actor("staff", "officer")
TURNS = size(4, 12)


@pytest.fixture
def committed(open_district: Any) -> Streets:
    return Streets(open_district)


def merging(case: Case, into: Case, at: Any) -> Callable[[], object]:
    return lambda: actions.merge(case_id=case.pk, reference=into.reference, by=OFFICER, now=at)


def ends(case: Case) -> Case:
    """Return where a chain ends; fails where it goes in a ring."""
    seen = []
    while (into := queries.joined_to(case)) is not None:
        assert case.pk not in seen, "a ring"
        seen.append(case.pk)
        case = into
    return case


def test_two_officers_join_two_reports_crosswise(committed: Streets) -> None:
    for _ in range(TURNS):
        a, b = committed.case(), committed.case()
        came = at_once(merging(a, b, committed.now), merging(b, a, committed.now))
        assert sorted(came) == ["done", "same_report"]
        assert ends(a) == ends(b)
        (row,) = Joined.objects.filter(case__in=[a, b], undone_at=None)
        jobs = Job.objects.filter(case__in=[a, b], state="open")
        assert [job.case_id for job in jobs] == [row.into_id]
        assert Report.objects.get(case=row.into_id).joined == 1
        assert not [c for c in (a, b) if timeline.broken(c)]


def test_three_in_a_circle_end_in_one(committed: Streets) -> None:
    for _ in range(TURNS):
        a, b, c = (committed.case() for _ in "abc")
        pairs = ((a, b), (b, c), (c, a))
        came = at_once(*(merging(case, into, committed.now) for case, into in pairs))
        assert sorted(came) == ["done", "done", "same_report"]
        end = ends(a)
        assert ends(b) == ends(c) == end and Report.objects.get(case=end).joined == 2


def test_it_is_dealt_with_while_an_officer_parts_another_from_it(committed: Streets) -> None:
    for _ in range(TURNS):
        first, other = committed.case(), committed.case()
        merging(other, first, committed.now)()
        came = at_once(
            lambda first=first: committed.finish(first),
            lambda other=other: actions.split(case_id=other.pk, by=OFFICER, now=committed.now),
        )
        # Whoever comes first: it was removed with the other, or goes on by itself.
        assert came[0] == "done" and came[1] in ("done", "not_mergeable"), came
        other.refresh_from_db()
        assert other.stage == ("with_crew" if came[1] == "done" else "removed")


def test_people_say_it_while_an_officer_joins_and_each_counts_once(committed: Streets) -> None:
    for _ in range(TURNS):
        one, other = committed.case(), committed.case()

        def say(of: Case, who: str) -> Callable[[], object]:
            about = {"reference": of.reference, "owner_key": who, "now": committed.now}
            return lambda: still_there.say(**about)

        came = at_once(
            merging(other, one, committed.now),
            *(say(of, who) for of, who in ((one, "ann"), (other, "bob"), (other, "bob"))),
            say(other, "cat"),
        )
        assert came[0] == "done" and sorted(came[1:]) == ["done"] * 3 + ["said_already"]
        assert Report.objects.get(case=one).still == 3
        assert not [c for c in (one, other) if timeline.broken(c)]
