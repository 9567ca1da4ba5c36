"""Asks for tasks, hands them from one to another, puts them off, ends them."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import transaction

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.rules.functions import Clock, plus_workdays
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from doorstep.tasks import queries
from doorstep.tasks.kinds import KINDS
from doorstep.tasks.models import TELEPHONE, WHO, Line, Task

# The desk's day ends then: what is due on a day is due by this time (Europe/London).
EVENING = time(17)
# Nothing is put off further: it would never come back.
FARTHEST = timedelta(days=366)
LONGEST = 4000


@transaction.atomic
def ask(
    *,
    kind: str,
    text: str,
    by: Actor,
    now: datetime,
    due_at: datetime | None = None,
    team: str = "",
    who: str = "",
    telephone: str = "",
    email: str = "",
    page: str = "",
    once: str | None = None,
) -> tuple[Task, bool]:
    """Ask for something to be done; return the task, and whether it is a new one.

    Without `team` it is the council's own that takes what is nobody's; without `due_at`, due in the working
    days of its kind. The same `once` asks once, whether or not it was done. Raises Refused("task_empty"),
    Refused("task_long"), Refused("who_long"), Refused("telephone_long"), Refused("due_past"), Refused("due_far").
    """
    who, telephone = who.strip(), telephone.strip()
    _fits(text, who, telephone)
    due = _due(kind, now) if due_at is None else _in_time(due_at, now)
    values = {
        "kind": kind,
        "text": text.strip(),
        "team": team or council.current().team,
        "asked_at": now,
        "due_at": due,
        "who": who,
        "telephone": telephone,
        "email": email.strip()[:254],
        "page": page[:200],
    }
    if once is None:
        task, is_new = Task.objects.create(**values), True
    else:
        task, is_new = Task.objects.get_or_create(once=once[:120], defaults=values)
    if is_new:
        _line(task, "asked", by, now)
    return task, is_new


def _fits(text: str, who: str, telephone: str) -> None:
    """Refuse what would have to be cut."""
    if not text.strip():
        raise Refused("task_empty")
    if len(text.strip()) > LONGEST:
        raise Refused("task_long")
    if len(who) > WHO:
        raise Refused("who_long")
    if len(telephone) > TELEPHONE:
        raise Refused("telephone_long")


def _due(kind: str, now: datetime) -> datetime:
    """Return the evening of the working day by which a task of a kind is done where nobody says."""
    clock = Clock(now, council.ZONE, council.working_day_test(council.current()))
    day = plus_workdays(clock, clock.today, KINDS[kind].days)
    return datetime.combine(day, EVENING, council.ZONE)


def _in_time(due_at: datetime, now: datetime) -> datetime:
    if due_at <= now:
        raise Refused("due_past")
    if due_at > now + FARTHEST:
        raise Refused("due_far")
    return due_at


def _line(task: Task, what: str, by: Actor, now: datetime, to: str = "", said: str = "") -> None:
    Line.objects.create(
        task=task, at=now, what=what, by_kind=by.kind, by_key=by.key, to=to[:120], said=said
    )


def locked(task_id: int) -> Task:
    """Return a task with its row locked, for one who acts on it; raises Task.DoesNotExist."""
    return Task.objects.select_for_update(of=("self",)).select_related("owner").get(pk=task_id)


def _open(task_id: int) -> Task:
    """Return a task that is not ended, locked; raises Refused("task_ended")."""
    task = locked(task_id)
    if task.ended_at:
        raise Refused("task_ended")
    return task


@transaction.atomic
def take(*, task_id: int, by: StaffUser, now: datetime) -> None:
    """Make a task one's own; one's own is taken again without harm. Raises Refused("task_ended")."""
    task = _open(task_id)
    if task.owner_id != by.pk:
        _give(task, by, Actor("staff", by.username), now, what="taken")


@transaction.atomic
def put_back(*, task_id: int, by: Actor, now: datetime) -> None:
    """Let somebody else of the team take a task."""
    task = _open(task_id)
    if task.owner_id:
        _give(task, None, by, now, what="put back")


@transaction.atomic
def give(*, task_id: int, to: str, by: Actor, now: datetime) -> None:
    """Give a task to a person (by their username) or to a team; raises Refused("nobody_such")."""
    task = _open(task_id)
    owner = next((who for who in queries.people() if who.username == to), None)
    if owner is None and to not in queries.teams():
        raise Refused("nobody_such")
    task.team = task.team if owner else to
    _give(task, owner, by, now, what="given", to=owner.name if owner else to)


def _give(
    task: Task, owner: StaffUser | None, by: Actor, now: datetime, *, what: str, to: str = ""
) -> None:
    task.owner = owner
    task.save(update_fields=["owner", "team"])
    _line(task, what, by, now, to=to)


def _said(said: str) -> str:
    if len(said.strip()) > LONGEST:
        raise Refused("said_long")
    return said.strip()


@transaction.atomic
def put_off(*, task_id: int, due_at: datetime, said: str, by: Actor, now: datetime) -> None:
    """Say that a task is done by another time; raises Refused("due_past"), Refused("due_far"), Refused("said_long")."""
    task = _open(task_id)
    task.due_at = _in_time(due_at, now)
    task.save(update_fields=["due_at"])
    _line(task, "put off", by, now, to=task.due_at.isoformat(), said=_said(said))


@transaction.atomic
def end(*, task_id: int, how: str, said: str = "", by: Actor, now: datetime) -> Task:
    """End a task as "done" or "not_needed"; raises Refused("end_missing"), Refused("task_ended"), Refused("said_long")."""
    if how not in ("done", "not_needed"):
        raise Refused("end_missing")
    task = _open(task_id)
    task.ended_at, task.end = now, how
    task.save(update_fields=["ended_at", "end"])
    _line(task, how.replace("_", " "), by, now, said=_said(said))
    return task


@transaction.atomic
def open_again(*, task_id: int, by: Actor, now: datetime) -> Task:
    """Take an end back that was a slip; raises Refused("not_ended"), Refused("task_forgotten")."""
    task = locked(task_id)
    if task.ended_at is None:
        raise Refused("not_ended")
    if not task.text:
        raise Refused("task_forgotten")
    task.ended_at, task.end = None, ""
    task.save(update_fields=["ended_at", "end"])
    _line(task, "opened again", by, now)
    return task


@transaction.atomic
def forget(*, task_ids: Iterable[int], now: datetime) -> None:
    """Empty tasks of all that is personal; one that is still open ends as not needed."""
    tasks = Task.objects.filter(id__in=list(task_ids))
    tasks.filter(ended_at=None).update(ended_at=now, end="not_needed")
    Line.objects.filter(task__in=tasks).update(said="")
    tasks.update(text="", who="", telephone="", email="")
