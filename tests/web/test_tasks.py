"""At the desk: what is to be done stands among the cases, is taken, put off, given and ended; a call is promised."""

import html
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from doorstep.council.queries import ZONE
from doorstep.tasks.models import Task
from tests.form_client import FormClient
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
    assert task.due_at == at(1) and task.team == "Customer services"
    listed = text(officer.get("/desk"))
    assert case.reference in listed and f"/desk/tasks/{task.pk}" in listed
    assert "second bin" not in text(officer.get("/desk?state=closed"))
    assert "second bin" not in text(officer.get("/desk?overdue=1"))
    officer.post(f"/desk/tasks/{task.pk}/take", {"owner": ""})
    assert "second bin" in text(officer.get("/desk/tasks?mine=1"))
    assert "You have taken nothing." in text(adviser.get("/desk/tasks?mine=1"))
    late = text(adviser.post(f"/desk/tasks/{task.pk}/take", {"owner": ""}))
    assert "Somebody else has taken this" in late and "Take it over from" in late
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


def test_who_may_only_look_has_nothing_to_press(district: Any) -> None:
    promised(signed_in("adviser"))
    (task,) = Task.objects.all()
    manager = signed_in("manager")
    page = text(manager.get(f"/desk/tasks/{task.pk}"))
    assert "<button" not in page.partition("<main")[2] and "What became of it" in page
    assert manager.post(f"/desk/tasks/{task.pk}/end", {"how": "done"}).status_code == 403
