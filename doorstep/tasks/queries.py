"""Reads tasks."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.staff import queries as staff
from doorstep.staff.models import StaffUser
from doorstep.tasks.models import Task


def open_tasks(
    *, late_at: datetime | None = None, owner: int | None = None, team: str = ""
) -> QuerySet[Task]:
    """Return what is to be done, the soonest due first: all, what is late at a moment, one person's, one team's."""
    tasks = Task.objects.filter(ended_at=None).select_related("owner")
    if late_at is not None:
        tasks = tasks.filter(due_at__lt=late_at)
    if owner is not None:
        tasks = tasks.filter(owner=owner)
    if team:
        tasks = tasks.filter(team=team)
    return tasks.order_by("due_at", "id")


def task(task_id: int) -> Task | None:
    """Return one task, or nothing."""
    return Task.objects.select_related("owner").filter(pk=task_id).first()


def teams() -> list[str]:
    """Return the teams that a task can be given to: the council's own, then those of its services, and those to come."""
    own = council.current().team
    named = {s.about.team for s in catalogue.running()} | set(staff.team_names())
    return [own, *sorted(named - {own})]


def people() -> list[StaffUser]:
    """Return who can see to a task, by name."""
    return list(staff.who_may("desk.send", timezone.now()))
