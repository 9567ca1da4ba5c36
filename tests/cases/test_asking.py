"""What a machine could not do is a task of a person, until it is ended; the case's timeline says so."""

from typing import Any

from doorstep.cases import forgetting, needs_person, timeline
from doorstep.cases.models import Case
from doorstep.staff.actor import SYSTEM
from doorstep.tasks import actions as tasks
from doorstep.tasks.models import Task
from tests.people import signed_in
from tests.to_do import to_do


def ask(district: Any, case: Case, text: str = "Tell them by phone", topic: str = "") -> None:
    needs_person.ask_officer(
        case_id=case.pk, text=text, by=SYSTEM, now=district.now, kind="tell", topic=topic
    )


def test_a_case_that_needs_a_person_is_listed_until_someone_says_it_is_done(district: Any) -> None:
    case, other = district.case(0), district.case(1)
    for _ in range(2):  # noted twice, to be done once
        ask(district, case)
    officer = signed_in("officer")
    listed = officer.get("/desk/tasks").content.decode()
    assert case.reference in listed and other.reference not in listed
    assert "Needs a person" in officer.get("/desk").content.decode()
    (task,) = Task.objects.all()
    page = officer.get(f"/desk/cases/{case.reference}").content.decode()
    assert "Needs a person" in page and f"/desk/tasks/{task.pk}" in page
    assert task.team == "Waste Services"
    ending = {"how": "done", "said": "Rang them on Tuesday"}
    officer.post(f"/desk/tasks/{task.pk}/end", ending)
    again = officer.post(f"/desk/tasks/{task.pk}/end", ending).content.decode()
    assert "Somebody has ended this already" in again
    assert case.reference not in officer.get("/desk/tasks").content.decode()
    assert timeline.broken(case) == [] and case.events.filter(kind="note").count() == 2
    (seen_to,) = case.events.filter(kind="seen to")
    assert (seen_to.by_key, seen_to.personal.text) == ("officer", "Rang them on Tuesday")


def test_what_one_thing_asked_for_is_not_ended_by_another(district: Any) -> None:
    case = district.case(0)
    ask(district, case, "The first", topic="message-1")
    ask(district, case, "The second", topic="message-2")
    for _ in range(2):
        needs_person.done(case_id=case.pk, topic="message-1", by=SYSTEM, now=district.now)
    assert to_do(case) == ["The second"]


def test_an_erased_case_takes_what_its_tasks_said_along(district: Any) -> None:
    case = district.case(0)
    ask(district, case)
    Case.objects.update(closed_at=district.now, outcome="collected")
    forgetting.erase(case_id=case.pk, now=district.now)
    (task,) = Task.objects.all()
    assert task.text == "" and task.end == "not_needed" and to_do(case) == []


def test_what_is_too_long_for_a_task_stands_whole_in_the_timeline(district: Any) -> None:
    case, text = district.case(0), f"Please tell them. {'a' * tasks.LONGEST} the end"
    for _ in range(2):
        ask(district, case, text)
    notes = [event.personal.text for event in case.events.filter(kind="note")]
    assert notes == [text, text]
    (said,) = to_do(case)
    assert len(said) <= tasks.LONGEST and said.startswith("Please tell them. aaa")
    assert said.endswith("a… (the rest stands in the timeline)")
