"""What a machine could not do is asked of a person: a task about the case, with its line in the timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from doorstep.cases import permits, timeline
from doorstep.cases.locking import locked
from doorstep.cases.models import Case, CaseTask
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.outside.kept import kept
from doorstep.staff.actor import Actor
from doorstep.staff.who import Who
from doorstep.tasks import actions as tasks
from doorstep.tasks.models import Task
from doorstep.tasks.queries import open_tasks

# Of tasks about no case, one more than a list of cases shows among them.
MOST = 101
CONTINUED = "… (the rest stands in the timeline)"


@transaction.atomic
def ask_officer(
    *, case_id: int, text: str, by: Actor, now: datetime, kind: str = "person", topic: str = ""
) -> None:
    """Ask a person for something about a case, with a note that says what.

    The note has the whole text, a task the beginning of one that is too long for it: what is to be done comes
    first. What is still to be done is noted again, and stays one task. `topic` is what `done` ends it by.
    Of an erased case nobody has anything to do. Raises Refused("task_empty").
    """
    ask_on(case=locked(case_id), text=text, by=by, now=now, kind=kind, topic=topic)


def ask_on(
    *,
    case: Case,
    text: str,
    by: Actor,
    now: datetime,
    kind: str = "person",
    topic: str = "",
    team: str = "",
    due_at: datetime | None = None,
) -> None:
    """As `ask_officer`, about a case that the caller holds locked; `team`: another than that of its service.

    `due_at`: by when, where that is not the usual time.
    """
    if case.erased_at:
        return
    text = text.strip()
    same = case.tasks.filter(task__ended_at=None, task__kind=kind, task__text=_beginning(text))
    if same.exists():
        timeline.write(case, "note", by=by, now=now, text=text, ours=True)
    else:
        more = {"due_at": due_at} if due_at else {}
        _ask(case, kind, _beginning(text), by, now, note=text, topic=topic, team=team, **more)


def _beginning(text: str) -> str:
    """Return as much of what a program asks for as a task holds; nobody is there who could be asked to be brief."""
    if len(text) <= tasks.LONGEST:
        return text
    return text[: tasks.LONGEST - len(CONTINUED)].rstrip() + CONTINUED


def _ask(
    case: Case,
    kind: str,
    text: str,
    by: Actor,
    now: datetime,
    *,
    note: str = "",
    topic: str = "",
    team: str = "",
    **more: Any,
) -> Task:
    """Ask the team of the case's service; what is new is written into the timeline, or what stands there in its place."""
    team = team or catalogue.service(case.version_id).about.team
    task, is_new = tasks.ask(kind=kind, text=text, by=by, now=now, team=team, **more)
    if is_new:
        CaseTask.objects.create(case=case, task=task, topic=topic)
        # `ours`: no person wrote it, though one may have led to it.
        how: dict[str, Any] = {"ours": True} if note else {"promised": True}
        timeline.write(case, "note", by=by, now=now, text=note or task.text, **how)
    return task


def ask_to_read(*, case: Case, topic: str, text: str, by: Actor, now: datetime) -> None:
    """Ask a person to read what came in for a case and stands in its timeline, unless that topic is still to be done.

    The caller holds the case's lock.
    """
    if not case.tasks.filter(topic=topic, task__ended_at=None).exists():
        team = catalogue.service(case.version_id).about.team
        task, _ = tasks.ask(kind="person", text=text, by=by, now=now, team=team)
        CaseTask.objects.create(case=case, task=task, topic=topic)


@transaction.atomic
def promise(
    *,
    case_id: int | None,
    kind: str,
    text: str,
    by: Actor,
    now: datetime,
    due_at: datetime | None = None,
    who: str = "",
    telephone: str = "",
    once: str | None = None,
) -> Task:
    """Ask for what somebody was promised, such as a call; about a case or about none; the same `once` asks once.

    Raises Refused("erased"), and as `tasks.actions.ask`.
    """
    more: dict[str, Any] = {"due_at": due_at, "who": who, "telephone": telephone, "once": once}
    if case_id is None:
        return tasks.ask(kind=kind, text=text, by=by, now=now, **more)[0]
    case = locked(case_id)
    if case.erased_at:
        raise Refused("erased")
    return _ask(case, kind, text, by, now, **more)


@transaction.atomic
def done(*, case_id: int, topic: str, by: Actor, now: datetime) -> None:
    """End what a topic asked for and is done meanwhile; twice does no harm."""
    done_on(case=locked(case_id), topic=topic, by=by, now=now)


def done_on(*, case: Case, topic: str, by: Actor, now: datetime) -> None:
    """As `done`, about a case that the caller holds locked, such as a step inside its transaction."""
    still = case.tasks.filter(topic=topic, task__ended_at=None)
    for task_id in still.values_list("task_id", flat=True):
        _end(case, task_id, "done", "", by, now)


def locked_task(task_id: int) -> Task:
    """Return a task with its row locked, that of its case before it, as everywhere; raises Task.DoesNotExist."""
    about = CaseTask.objects.filter(task=task_id).first()
    if about is not None:
        locked(about.case_id)
    return tasks.locked(task_id)


@transaction.atomic
def end(*, task_id: int, how: str, said: str, by: Actor, now: datetime) -> None:
    """End a task, about a case or about nothing; of a case, its timeline says so. Raises as `tasks.actions.end`."""
    about = CaseTask.objects.filter(task=task_id).first()
    if about is None:
        tasks.end(task_id=task_id, how=how, said=said, by=by, now=now)
    else:  # the case first, as everywhere
        _end(locked(about.case_id), task_id, how, said, by, now)


def _end(case: Case, task_id: int, how: str, said: str, by: Actor, now: datetime) -> None:
    tasks.end(task_id=task_id, how=how, said=said, by=by, now=now)
    timeline.write(case, "seen to", by=by, now=now, text=said.strip(), task=task_id)


@transaction.atomic
def open_again(*, task_id: int, by: Actor, now: datetime) -> None:
    """Take back an end that was a slip; of a case, its timeline says so. Raises as `tasks.actions.open_again`."""
    about = CaseTask.objects.filter(task=task_id).first()
    case = locked(about.case_id) if about else None
    task = tasks.open_again(task_id=task_id, by=by, now=now)
    if case is not None:
        timeline.write(case, "to do again", by=by, now=now, text=task.text)


def last_of(case: Case, topic: str) -> Task | None:
    """Return the last task of a topic of a case, ended or not; nothing where none was asked."""
    links = case.tasks.filter(topic=topic).select_related("task").order_by("-task_id")
    link = links.first()
    return link.task if link else None


def words_of(case: Case) -> dict[int, str]:
    """Return what was asked about a case, ended or not, by the tasks' numbers."""
    return dict(case.tasks.values_list("task_id", "task__text"))


def of_cases(cases: Iterable[Case]) -> dict[int, list[Task]]:
    """Return what is still to be done about each of these cases, the soonest due first, by their numbers."""
    links = CaseTask.objects.filter(case__in=list(cases), task__ended_at=None)
    by_case: dict[int, list[Task]] = {}
    for link in links.select_related("task__owner").order_by("task__due_at", "task_id"):
        by_case.setdefault(link.case_id, []).append(link.task)
    return by_case


def of_case(case: Case) -> list[Task]:
    """Return what is still to be done about a case, the soonest due first."""
    return [link.task for link in _of_case(case.pk)]


@kept
def _of_case(case_id: int) -> QuerySet[CaseTask]:
    links = CaseTask.objects.filter(case=case_id, task__ended_at=None)
    return links.select_related("task__owner").order_by("task__due_at", "task_id")


def open_to(tasks_: QuerySet[Task], who: Who, now: datetime) -> QuerySet[Task]:
    """Return those of some tasks that are about no case, or about one that somebody may see."""
    condition = permits.visible(who, now, at="of_case__case__")
    return tasks_.filter(Q(of_case=None) | condition) if condition else tasks_


def about_no_case(*, late_at: datetime | None = None) -> list[Task]:
    """Return what is to be done about no case, the soonest due first, MOST at most: all, or what is late at a moment."""
    return _about_no_case() if late_at is None else _late_about_no_case(late_at)


@kept
def _about_no_case() -> QuerySet[Task]:
    return open_tasks().filter(of_case=None)[:MOST]


@kept
def _late_about_no_case(late_at: datetime) -> QuerySet[Task]:
    return open_tasks().filter(of_case=None, due_at__lt=late_at)[:MOST]


def cases_of(tasks_: Iterable[Task]) -> dict[int, Case]:
    """Return the case that each of these tasks is about, by the tasks' numbers; those about nothing are left out."""
    links = CaseTask.objects.filter(task__in=list(tasks_)).select_related("case__place__street")
    return {link.task_id: link.case for link in links}
