"""A task has a team or an owner, a time and one end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.actor import SYSTEM, Actor
from doorstep.staff.models import StaffUser
from doorstep.tasks import actions, jobs, queries
from doorstep.tasks.models import Task

FRIDAY = datetime(2026, 7, 3, 16, tzinfo=ZONE)
OFFICER = Actor("staff", "officer")


def asked(kind: str = "person", **more: Any) -> Task:
    return actions.ask(kind=kind, text="Ring Ann", by=SYSTEM, now=FRIDAY, **more)[0]


def person(name: str) -> StaffUser:
    return StaffUser.objects.get(username=name)


@pytest.mark.parametrize(("kind", "day"), [("person", 6), ("write", 7), ("other", 10)])
def test_it_is_due_on_the_evening_of_a_working_day(district: Any, kind: str, day: int) -> None:
    assert asked(kind).due_at == datetime(2026, 7, day, 17, tzinfo=ZONE)


def test_the_same_is_asked_once_even_when_it_was_done(district: Any) -> None:
    task = asked(once="what INVESTIGATED is")
    actions.end(task_id=task.pk, how="done", by=OFFICER, now=FRIDAY)
    again, is_new = actions.ask(
        kind="person", text="Again", by=SYSTEM, now=FRIDAY, once="what INVESTIGATED is"
    )
    assert (again.pk, is_new, again.lines.count()) == (task.pk, False, 2)


@pytest.mark.parametrize(
    ("due", "code"), [(timedelta(0), "due_past"), (timedelta(days=367), "due_far")]
)
def test_a_time_that_is_past_or_never_comes_is_refused(
    district: Any, due: timedelta, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        asked(due_at=FRIDAY + due)
    with pytest.raises(Refused, match=code):
        actions.put_off(task_id=asked().pk, due_at=FRIDAY + due, said="", by=OFFICER, now=FRIDAY)


def test_it_is_taken_and_taken_over(district: Any) -> None:
    task, adviser, officer = asked(), person("adviser"), person("officer")
    for who in (adviser, adviser, officer):
        actions.take(task_id=task.pk, by=who, now=FRIDAY)
    assert list(queries.open_tasks(owner=officer.pk)) == [task]
    assert [line.what for line in task.lines.all()] == ["asked", "taken", "taken"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"text": "x" * 4001}, "task_long"),
        ({"who": "x" * 121}, "who_long"),
        ({"telephone": "07700 900123, then the neighbour at 01632 960001"}, "telephone_long"),
    ],
)
def test_what_would_be_cut_is_refused(district: Any, typed: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        actions.ask(**{"kind": "ring", "text": "Ring", "by": SYSTEM, "now": FRIDAY, **typed})  # type: ignore[arg-type]
    task = asked()
    for act, more in ((actions.end, {"how": "done"}), (actions.put_off, {"due_at": FRIDAY + timedelta(days=1)})):  # fmt: skip
        with pytest.raises(Refused, match="said_long"):
            act(task_id=task.pk, said="x" * 4001, by=OFFICER, now=FRIDAY, **more)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("telephone", "dial"),
    [("+44 (0)1632 960-123", "+4401632960123"), ("ask for Ann", ""), ("999; rm", "")],
)
def test_only_a_number_is_dialled(telephone: str, dial: str) -> None:
    assert Task(telephone=telephone).dial == dial


def test_it_goes_to_a_person_or_a_team_that_there_is(district: Any) -> None:
    task = asked()
    for to in ("", "nobody", "crew of the moon", "crew", "designer"):  # who may not see it
        with pytest.raises(Refused, match="nobody_such"):
            actions.give(task_id=task.pk, to=to, by=OFFICER, now=FRIDAY)
    actions.give(task_id=task.pk, to="adviser", by=OFFICER, now=FRIDAY)
    assert queries.task(task.pk).owner == person("adviser")  # type: ignore[union-attr]
    actions.give(task_id=task.pk, to="Waste Services", by=OFFICER, now=FRIDAY)
    task.refresh_from_db()
    assert (task.owner, task.team) == (None, "Waste Services")


def test_an_end_that_was_a_slip_is_taken_back(district: Any) -> None:
    task = asked()
    with pytest.raises(Refused, match="end_missing"):
        actions.end(task_id=task.pk, how="", by=OFFICER, now=FRIDAY)
    with pytest.raises(Refused, match="not_ended"):
        actions.open_again(task_id=task.pk, by=OFFICER, now=FRIDAY)
    actions.end(task_id=task.pk, how="not_needed", said="Ann rang", by=OFFICER, now=FRIDAY)
    for act in (actions.end, actions.give):
        more = {"how": "done"} if act is actions.end else {"to": "adviser"}
        with pytest.raises(Refused, match="task_ended"):
            act(task_id=task.pk, by=OFFICER, now=FRIDAY, **more)  # type: ignore[operator]
    actions.open_again(task_id=task.pk, by=OFFICER, now=FRIDAY)
    assert list(queries.open_tasks()) == [task]


def test_what_ended_long_ago_is_forgotten_and_stays_ended(district: Any) -> None:
    task = asked(who="Ann Example", telephone="01632 960123", email="ann@resident.example")
    actions.end(task_id=task.pk, how="done", said="Ann was glad", by=OFFICER, now=timezone.now())
    still = asked()
    jobs.forget()
    task.refresh_from_db()
    assert task.text and task.who and task.telephone and task.email
    Task.objects.filter(pk=task.pk).update(ended_at=FRIDAY - timedelta(days=400))
    jobs.forget()
    task.refresh_from_db()
    assert (task.text, task.who, task.telephone, task.email) == ("", "", "", "")
    assert not any(line.said for line in task.lines.all())
    still.refresh_from_db()
    assert still.text
    with pytest.raises(Refused, match="task_forgotten"):
        actions.open_again(task_id=task.pk, by=OFFICER, now=FRIDAY)
