"""A report is withdrawn by whoever sent it: nobody goes there for it, and who told of the same goes on."""

from typing import Any

import pytest

from doorstep.cases import choosing
from doorstep.cases.models import Case
from doorstep.cases.queries import by_reference
from doorstep.fieldwork.models import Job
from doorstep.messages.models import Message
from doorstep.reports import queries as reports
from doorstep.reports.models import Report
from doorstep.staff.actor import RESIDENT
from tests.at_once import at_once
from tests.form_client import text
from tests.people import opened
from tests.streets import Streets

TURNS = 6
GONE = ["withdrawn", "withdrawn", "with_crew"]


@pytest.fixture
def streets(district: Any) -> Streets:
    return Streets(district)


def now_of(case: Case) -> Case:
    found = by_reference(case.reference)
    assert found
    return found


def withdraw(case: Case, streets: Streets) -> None:
    choosing.choose(case_id=case.pk, name="withdraw", by=RESIDENT, now=streets.now)


def three(streets: Streets) -> list[Case]:
    """Return a report, and two that were joined to it."""
    first = streets.case()
    behind = [
        streets.case(same=first.reference, email=f"{name}@resident.example")
        for name in ("bob", "cat")
    ]
    return [first, *behind]


def test_alone_it_is_over_and_its_page_says_so(streets: Streets, client: Any) -> None:
    case = streets.case()
    withdraw(case, streets)
    assert (now_of(case).stage, now_of(case).outcome) == ("withdrawn", "withdrawn")
    assert [j.state for j in Job.objects.filter(case=case)] == ["withdrawn"]
    page = client.get(f"/reports/{case.reference}")
    assert page.status_code == 200 and "Whoever sent this report withdrew it" in text(page)


def test_the_first_that_told_of_the_same_stands_for_all(streets: Streets, client: Any) -> None:
    first, second, third = three(streets)
    withdraw(first, streets)
    assert [now_of(c).stage for c in (first, second, third)] == ["withdrawn", "with_crew", "joined"]
    assert [j.case_id for j in Job.objects.filter(state="open")] == [second.pk]
    for one in (first, third):
        assert reports.stands_for(now_of(one)) == second
    assert Report.objects.get(case=second).joined == 2
    page = text(client.get(f"/reports/{first.reference}", follow=True))
    assert second.reference in page
    streets.finish(now_of(second))
    assert [now_of(c).stage for c in (first, second, third)] == ["withdrawn", "removed", "removed"]
    told = Message.objects.filter(to="cat@resident.example").values_list("name", flat=True)
    assert list(told)[-1] == "removed"


def test_who_was_joined_is_led_to_the_one_that_stands(streets: Streets) -> None:
    first, second, _ = three(streets)
    page = text(opened(second).get(f"/case/{second.reference}"))
    assert f'href="/reports/{first.reference}"' in page
    assert (
        "/reports/" not in text(opened(first).get(f"/case/{first.reference}")).partition("main")[2]
    )


def test_one_that_was_joined_goes_alone(streets: Streets) -> None:
    first, second, third = three(streets)
    withdraw(second, streets)
    assert [now_of(c).stage for c in (first, second, third)] == ["with_crew", "withdrawn", "joined"]
    assert Report.objects.get(case=first).joined == 1
    withdraw(first, streets)
    assert [now_of(c).stage for c in (first, second, third)] == [
        "withdrawn",
        "withdrawn",
        "with_crew",
    ]


def test_two_withdrawn_at_once_wait_their_turn(open_district: Any) -> None:
    """A joined one locks what it is behind first, as the end of that one does; else they wait for each other."""
    streets = Streets(open_district)
    for _ in range(TURNS):
        first, second, third = three(streets)
        came = at_once(lambda a=second: withdraw(a, streets), lambda a=first: withdraw(a, streets))
        assert came == ["done", "done"]
        assert [now_of(c).stage for c in (first, second, third)] == GONE
        withdraw(third, streets)
