"""At the desk: what is to be done stands among the cases, is taken, put off, given and ended; a call is promised."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.cases import forgetting, needs_person
from doorstep.cases.models import Case, EventText
from doorstep.council.queries import ZONE
from doorstep.staff.actor import SYSTEM
from doorstep.tasks import actions as tasks
from doorstep.tasks.models import Task
from tests.form_client import SEEN, FormClient
from tests.people import signed_in


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def at(days: int, hour: int = 10) -> datetime:
    return (timezone.now().astimezone(ZONE) + timedelta(days=days)).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )


def promised(adviser: FormClient, **typed: str) -> Any:
    fields = {"kind": "ring", "text": "Tell Ann what a second bin costs", "who": "Ann Example"}
    fields |= {"telephone": "01632 960123", "due": f"{at(1):%Y-%m-%dT%H:%M}", **typed}
    return adviser.post("/desk/tasks/new", fields, follow=True)


def test_a_call_is_promised_seen_among_the_cases_and_made(district: Any) -> None:
    case, adviser, officer = district.case(0), signed_in("adviser"), signed_in("officer")
    assert "Nothing is waiting for a person." in text(adviser.get("/desk/tasks"))
    page = text(promised(adviser))
    assert "Call back" in page and "tel:01632960123" in page and "Nobody yet" in page
    (task,) = Task.objects.all()
    assert task.due_at == at(1) and task.team == "Customer Services"
    listed = text(officer.get("/desk"))
    assert case.reference in listed and f"/desk/tasks/{task.pk}" in listed
    assert "second bin" not in text(officer.get("/desk?state=closed"))
    assert "second bin" not in text(officer.get("/desk?overdue=1"))
    officer.post(f"/desk/tasks/{task.pk}/take")
    assert "second bin" in text(officer.get("/desk/tasks?mine=1"))
    assert "You have taken nothing." in text(adviser.get("/desk/tasks?mine=1"))
    officer.post(f"/desk/tasks/{task.pk}/end", {"how": "done", "said": "She was glad"})
    assert "second bin" not in text(officer.get("/desk"))
    ended = text(adviser.get(f"/desk/tasks/{task.pk}"))
    assert "She was glad" in ended and "open it again" in ended
    adviser.post(f"/desk/tasks/{task.pk}/open-again")
    assert "second bin" in text(officer.get("/desk/tasks"))


def test_tasks_stand_where_their_day_has_its_place(district: Any) -> None:
    case, adviser = district.case(0), signed_in("adviser")
    soon = timezone.now().astimezone(ZONE) + timedelta(hours=2)
    promised(adviser, text="Soon", due=f"{soon:%Y-%m-%dT%H:%M}")
    promised(adviser, text="Much later", due=f"{at(300):%Y-%m-%dT%H:%M}")
    listed = text(adviser.get("/desk"))
    places = [listed.index(words) for words in ("Soon", case.reference, "Much later")]
    assert places == sorted(places)
    Task.objects.update(due_at=timezone.now() - timedelta(hours=1))
    late = text(adviser.get("/desk?overdue=1"))
    assert "Soon" in late and "Much later" in late


def test_what_was_typed_stays_when_something_is_wrong(district: Any) -> None:
    adviser = signed_in("adviser")
    for wrong, says in (
        ({"kind": ""}, "Choose what kind of task it is"),
        ({"kind": "person"}, "Choose what kind of task it is"),
        ({"text": " "}, "Write what is to be done"),
        ({"due": "soon"}, "Enter the day and time"),
        ({"due": "2099-12-01"}, "Enter the day and time"),
        ({"due": "2020-01-01T10:00"}, "That time is past already"),
        ({"due": "9999-12-31T23:59"}, "That is more than a year away"),
    ):
        page = text(promised(adviser, **wrong))
        assert says in page and "Error:" in page and "01632 960123" in page, wrong
    assert not Task.objects.exists()
    promised(adviser)
    (task,) = Task.objects.all()
    there = f"/desk/tasks/{task.pk}"
    for act, typed, says in (
        ("end", {"said": "She was out"}, "Choose whether it is done"),
        ("put-off", {"due": "", "why": "She is away"}, "Enter the day and time"),
        ("give", {"to": ""}, "Choose who is to see to it"),
    ):
        page = text(adviser.post(f"{there}/{act}", typed))
        assert says in page and all(value in page for value in typed.values()), act


def test_it_is_put_off_given_and_left(district: Any) -> None:
    adviser, officer = signed_in("adviser"), signed_in("officer")
    promised(adviser)
    (task,) = Task.objects.all()
    there = f"/desk/tasks/{task.pk}"
    adviser.post(f"{there}/put-off", {"due": f"{at(3):%Y-%m-%dT%H:%M}", "why": "She is away"})
    page = text(adviser.post(f"{there}/give", {"to": "officer"}, follow=True))
    assert "Put off until" in page and "She is away" in page and "Given to" in page
    task.refresh_from_db()
    assert task.due_at == at(3) and task.owner and task.owner.username == "officer"
    officer.post(f"{there}/put-back")
    officer.post(f"{there}/give", {"to": "Waste Services"})
    task.refresh_from_db()
    assert (task.owner, task.team) == (None, "Waste Services")


def test_a_call_about_a_case_is_in_its_timeline_and_known_by_its_person(district: Any) -> None:
    case, adviser = district.case(0), signed_in("adviser")
    asked = text(adviser.get(f"/desk/tasks/new?case={case.reference}&kind=ring"))
    assert case.reference in asked and case.customer.name in asked
    promised(adviser, case=case.reference, who="", telephone="")
    page = text(adviser.get(f"/desk/cases/{case.reference}"))
    assert page.count("Tell Ann what a second bin costs") == 2  # to do, and the timeline
    (task,) = Task.objects.all()
    assert case.customer.name in text(adviser.get(f"/desk/tasks/{task.pk}"))
    assert adviser.get("/desk/tasks/new?case=MB-0000-0000").status_code == 404
    assert adviser.get("/desk/tasks/99999").status_code == 404


def test_who_sees_no_names_sees_no_tasks(district: Any) -> None:
    """They name who is to be rung, and why."""
    promised(signed_in("adviser"))
    (task,) = Task.objects.all()
    manager = signed_in("manager")
    for address in ("/desk/tasks", f"/desk/tasks/{task.pk}"):
        assert manager.get(address).status_code == 403
    assert manager.post(f"/desk/tasks/{task.pk}/end", {"how": "done"}).status_code == 403
    assert "Mrs" not in text(manager.get("/desk")) and f"/desk/tasks/{task.pk}" not in text(
        manager.get("/desk")
    )


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("take", {}),
        ("put-back", {}),
        ("give", {"to": "supervisor"}),
        ("put-off", {"due": "2999-01-01T10:00", "why": "She is away"}),
        ("end", {"how": "done", "said": "She was out"}),
    ],
)
def test_what_another_did_since_the_page_was_opened_stands(
    district: Any, act: str, typed: dict[str, str]
) -> None:
    adviser, officer = signed_in("adviser"), signed_in("officer")
    promised(adviser)
    (task,) = Task.objects.all()
    there = f"/desk/tasks/{task.pk}"
    shown = SEEN.search(text(adviser.get(there)))
    assert shown
    officer.post(f"{there}/take")
    page = text(adviser.post(f"{there}/{act}", {"seen": shown[1], **typed}))
    assert "so nothing of yours was done" in page and "Take it over from" in page
    assert all(typed[name] in page for name in ("why", "said") if name in typed)
    assert "checked" not in page
    task.refresh_from_db()
    assert task.owner and task.owner.username == "officer" and task.ended_at is None
    shown = SEEN.search(page)
    assert shown
    adviser.post(f"{there}/take", {"seen": shown[1]})
    task.refresh_from_db()
    assert task.owner.username == "adviser"


def test_a_form_that_is_sent_twice_is_one_task(district: Any) -> None:
    adviser, case = signed_in("adviser"), district.case(0)
    asked = text(adviser.get("/desk/tasks/new"))
    once = re.search(r'name="once" value="([^"]+)"', asked)
    assert once
    for _ in range(2):
        promised(adviser, once=once[1], case=case.reference)
    assert Task.objects.count() == 1 and case.events.filter(kind="note").count() == 1


def test_a_long_list_has_pages_and_says_so(district: Any) -> None:
    officer = signed_in("officer")
    for n in range(101):
        tasks.ask(kind="other", text=f"Thing {n}.", by=SYSTEM, now=timezone.now(), team="Parks")
    first, second = text(officer.get("/desk/tasks")), text(officer.get("/desk/tasks?page=2"))
    assert "Thing 0." in first and "Thing 100." not in first and "page 1 of 2" in first
    assert "Thing 100." in second and "Previous" in second
    assert "Thing 100." in text(officer.get("/desk/tasks?team=Parks&page=2"))
    for odd in ("0", "-1", "99999999999999999999", "x", ""):
        assert "Thing" in text(officer.get(f"/desk/tasks?page={odd}"))
    assert "waiting for this team" in text(officer.get("/desk/tasks?team=Waste+Services"))
    worklist = text(officer.get("/desk"))
    assert "The first 100 tasks" in worklist and "Thing 100." not in worklist


def test_of_an_erased_case_nothing_more_is_kept(district: Any) -> None:
    case, adviser = district.case(0), signed_in("adviser")
    Case.objects.update(closed_at=district.now, outcome="collected")
    forgetting.erase(case_id=case.pk, now=district.now)
    says = "nothing more is kept of it"
    assert says in text(promised(adviser, case=case.reference))
    assert says in text(adviser.post(f"/desk/cases/{case.reference}/note", {"text": "Ann rang"}))
    needs_person.ask_officer(case_id=case.pk, text="Ann again", by=SYSTEM, now=district.now)
    assert not Task.objects.exists() and not EventText.objects.exists()


def test_what_is_opened_again_is_in_the_cases_timeline(district: Any) -> None:
    case, adviser = district.case(0), signed_in("adviser")
    promised(adviser, case=case.reference)
    (task,) = Task.objects.all()
    adviser.post(f"/desk/tasks/{task.pk}/end", {"how": "done"})
    adviser.post(f"/desk/tasks/{task.pk}/open-again")
    assert list(case.events.values_list("kind", flat=True))[-2:] == ["seen to", "to do again"]


def test_a_case_is_locked_before_its_task(district: Any) -> None:
    """What ends a message's task locks them in this order; the other way round two would wait for each other."""
    case, adviser = district.case(0), signed_in("adviser")
    promised(adviser, case=case.reference)
    (task,) = Task.objects.all()
    shown = SEEN.search(text(adviser.get(f"/desk/tasks/{task.pk}")))
    assert shown
    with CaptureQueriesContext(connection) as run:
        adviser.post(f"/desk/tasks/{task.pk}/end", {"seen": shown[1], "how": "done"})
    locks = [q["sql"] for q in run.captured_queries if "FOR UPDATE" in q["sql"]]
    assert 'FROM "cases_case"' in locks[0] and any('FROM "tasks_task"' in sql for sql in locks[1:])
