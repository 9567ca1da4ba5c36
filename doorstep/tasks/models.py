import re
from datetime import datetime

from django.db import models
from django.db.models import Q

from doorstep.staff.models import StaffUser
from doorstep.tasks.kinds import KINDS, Kind

# The most letters of whom it is about, and of their telephone.
WHO, TELEPHONE = 120, 40
DIALLED = re.compile(r"^\+?[\d\s()-]{3,}$")


class Task(models.Model):
    """Something that a person must do by a time."""

    kind = models.CharField(max_length=10, choices=[(k, k) for k in KINDS])
    # What is to be done, and whom it is about where that is no case's person. Personal, so emptied in time.
    text = models.TextField()
    who = models.CharField(max_length=WHO, blank=True)
    telephone = models.CharField(max_length=TELEPHONE, blank=True)
    email = models.EmailField(blank=True)
    # The page that it is about, its parameters left out.
    page = models.CharField(max_length=200, blank=True)
    # What asks for the same once more asks for nothing.
    once = models.CharField(max_length=120, null=True, unique=True)
    team = models.CharField(max_length=80)
    owner = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="tasks")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # How it ended: "done", or "not_needed".
    end = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_at=None), name="open_tasks_by_due"),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False) & ~Q(text=""),
                name="tasks_to_empty",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end="")
                | Q(ended_at__isnull=False, end__in=["done", "not_needed"]),
                name="task_ended_in_a_way",
            )
        ]

    @property
    def named(self) -> Kind:
        """Return its kind, with what that is called."""
        return KINDS[self.kind]

    @property
    def dial(self) -> str:
        """Return the number that a telephone is to dial; "" where words stand with it."""
        return re.sub(r"[\s()-]", "", self.telephone) if DIALLED.match(self.telephone) else ""

    def is_late(self, now: datetime) -> bool:
        """Say whether it should have been done by now."""
        return self.ended_at is None and self.due_at < now


class Line(models.Model):
    """One line of what became of a task: who did what with it, and what they said."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    # "asked", "taken", "put back", "given", "put off", "done", "not needed", "opened again"
    what = models.CharField(max_length=20)
    by_kind = models.CharField(max_length=10)
    by_key = models.CharField(max_length=80, blank=True)
    # To whom it was given, or until when it was put off.
    to = models.CharField(max_length=120, blank=True)
    said = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    @property
    def until(self) -> datetime | None:
        """Return until when it was put off; nothing of any other line."""
        return datetime.fromisoformat(self.to) if self.what == "put off" else None
