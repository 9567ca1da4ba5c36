"""A report is withdrawn by whoever sent it: nobody goes there for it, and who told of the same goes on."""

from typing import Any

import pytest

from doorstep.cases import choosing, deciding
from doorstep.cases.models import Case
from doorstep.cases.queries import by_reference
from doorstep.customers.models import Customer
from doorstep.fieldwork.models import Job
from doorstep.messages.models import Message
from doorstep.reports import actions, following
from doorstep.reports import queries as reports
from doorstep.reports.models import Follower, Report
from doorstep.staff.actor import RESIDENT, Actor
from tests.at_once import at_once
from tests.form_client import AT, text
from tests.people import opened
from tests.streets import Streets

TURNS = 6
OFFICER = Actor("staff", "officer")


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


def followers_hear(case: Case) -> None:
    follow(case)
    Follower.objects.update(confirmed_at=case.opened_at)


def follow(case: Case) -> None:
    following.ask(
        kind="report", key=case.reference, email="fay@resident.example", now=case.opened_at
    )


def test_alone_it_is_over_and_its_page_says_so(streets: Streets, client: Any) -> None:
    case = streets.case()
    withdraw(case, streets)
    assert (now_of(case).stage, now_of(case).outcome) == ("withdrawn", "withdrawn")
    assert [j.state for j in Job.objects.filter(case=case)] == ["withdrawn"]
    page = client.get(f"/reports/{case.reference}")
    assert page.status_code == 200 and "This report was withdrawn" in text(page)


def test_what_others_wait_for_goes_on_without_its_person(streets: Streets) -> None:
    first = streets.case(surface="building", offensive=True, details="By the school gate")
    second = streets.case(same=first.reference, email="bob@resident.example")
    (job,) = Job.objects.filter(state="open")
    withdraw(first, streets)
    # Nothing of the work is lost: what it is, how urgent, by when.
    assert Job.objects.get(state="open") == job and job.urgent
    left = now_of(first)
    assert left.stage == "with_crew" and left.customer is None and choosing.has_left(left)
    assert not Customer.objects.filter(email="ann@resident.example").exists()
    page = text(opened(first).get(f"/case/{first.reference}"))
    assert "it goes on for them" in page and "Withdraw this report" not in page
    streets.finish(left)
    assert now_of(second).stage == "removed"
    assert Message.objects.filter(to="bob@resident.example", name="removed").exists()
    assert not Message.objects.filter(to="ann@resident.example", name="removed").exists()


def test_one_that_was_joined_keeps_its_page_and_who_follows_it(
    streets: Streets, client: Any
) -> None:
    first, second = streets.case(), streets.case("street:11", email="bob@resident.example")
    third = streets.case(same=second.reference, email="cat@resident.example")
    followers_hear(second)
    actions.merge(case_id=second.pk, reference=first.reference, by=OFFICER, now=streets.now)
    withdraw(second, streets)
    assert [now_of(c).stage for c in (first, second, third)] == ["with_crew", "withdrawn", "joined"]
    assert first.reference in text(client.get(f"/reports/{second.reference}"))
    # Who stood behind it stands behind the other now, and its followers go along.
    assert reports.stands_for(now_of(third)) == first
    assert Report.objects.get(case=first).joined == 2
    streets.finish(now_of(first))
    assert [now_of(c).stage for c in (first, second, third)] == ["removed", "withdrawn", "removed"]
    following.announce(case_id=first.pk, stage="removed", now=streets.now)
    assert Message.objects.filter(
        to="fay@resident.example", key__startswith=f"report-{first.pk}-removed"
    ).exists()


def test_one_joined_by_the_form_has_a_page_that_leads_on_and_is_listed_nowhere(
    streets: Streets, client: Any
) -> None:
    first, second, _ = three(streets)
    there = f"/reports/{second.reference}"
    assert first.reference in text(client.get(there)) and "By the fountain" not in text(
        client.get(there)
    )
    withdraw(second, streets)
    assert first.reference in text(client.get(there))
    listed = [report.case_id for report in reports.public()]
    assert listed == [first.pk]


def test_who_was_joined_is_led_to_the_one_that_stands(streets: Streets) -> None:
    first, second, _ = three(streets)
    page = text(opened(second).get(f"/case/{second.reference}"))
    assert f'href="/reports/{first.reference}"' in page
    assert (
        "/reports/" not in text(opened(first).get(f"/case/{first.reference}")).partition("main")[2]
    )


def test_pressed_twice_it_is_withdrawn_and_that_is_said(streets: Streets) -> None:
    case = streets.case()
    browser, there = opened(case), f"/case/{case.reference}/choose/withdraw"
    at = AT.search(browser.get(there).content.decode())
    assert at
    answers = [browser.post(there, {"at": at[1]}) for _ in range(2)]
    assert [a["Location"] for a in answers] == [f"/case/{case.reference}"] * 2


def test_a_stale_page_says_that_its_time_is_over(streets: Streets) -> None:
    case = streets.case()
    browser, there = opened(case), f"/case/{case.reference}/choose/withdraw"
    at = AT.search(browser.get(there).content.decode())
    assert at
    streets.finish(case)
    answer = browser.post(there, {"at": at[1]})
    assert answer.status_code == 409 and "This can no longer be chosen" in text(answer)


@pytest.mark.parametrize(
    "one, other", [("withdraw", "finish"), ("close", "finish"), ("withdraw", "close")]
)
def test_at_the_same_moment_one_comes_first_and_nobody_meets_a_fault(
    open_district: Any, one: str, other: str
) -> None:
    streets = Streets(open_district)
    for _ in range(TURNS):
        case = streets.case()
        doing = {
            "withdraw": lambda c=case: withdraw(c, streets),
            "finish": lambda c=case: streets.finish(c),
            "close": lambda c=case: deciding.decide(
                case_id=c.pk, decision="close", reason="x", by=OFFICER, now=streets.now
            ),
        }
        came = at_once(doing[one], doing[other])
        assert "done" in came and not [
            c for c in came if "deadlock" in c or "fault" in c and "Job" not in c
        ]


def test_a_joined_one_and_the_other_at_the_same_moment(open_district: Any) -> None:
    """A joined one locks what it is behind first, as what comes of that one does; else they wait for each other."""
    streets = Streets(open_district)
    for _ in range(TURNS):
        first, second, third = three(streets)
        actions.split(case_id=third.pk, by=OFFICER, now=streets.now)
        came = at_once(
            lambda b=second: deciding.decide(
                case_id=b.pk, decision="close", reason="x", by=OFFICER, now=streets.now
            ),
            lambda a=first: streets.finish(a),
        )
        assert came[1] == "done" and came[0] in ("done", "decision_not_allowed")
        withdraw(third, streets)
