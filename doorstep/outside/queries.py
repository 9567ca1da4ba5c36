"""Reads how the queue stands: its length and age, its workers, what failed, and what that is an alarm for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.outside import freshness
from doorstep.outside.models import JobFailure

COUNTED = """
select queue_name,
  count(*) filter (where status = 'todo' and coalesce(scheduled_at, now()) <= now()),
  count(*) filter (where status = 'doing'),
  count(*) filter (where status = 'todo' and scheduled_at > now()),
  coalesce(extract(epoch from now() - min(coalesce(scheduled_at, (select min(e.at)
    from procrastinate_events e where e.job_id = j.id)))
    filter (where status = 'todo' and coalesce(scheduled_at, now()) <= now())), 0)
from procrastinate_jobs j where status in ('todo', 'doing') group by queue_name order by queue_name
"""
BEATS = "select queue, extract(epoch from clock_timestamp() - at) from outside_beat"
# Every kind of worker by its queue, and what it does in words for staff.
KINDS = {
    "default": "Messages, payments and all other work",
    "sys": "What watches over that work",
}
LATE_SECONDS, SILENT_SECONDS = 120, 60


@dataclass(frozen=True)
class Lane:
    """One queue: jobs that are due, being done, and waiting for a later moment; the oldest due, in seconds."""

    name: str
    due: int
    doing: int
    later: int
    oldest: float


@dataclass(frozen=True)
class Standing:
    """How the queue stands now; `beats` are each kind's ages of its last sign of life, in seconds, if there was one."""

    lanes: tuple[Lane, ...]
    beats: dict[str, float | None]
    failed: int
    # Sources that have not been heard from for too long (outside.freshness).
    too_old: tuple[str, ...] = ()

    @property
    def oldest(self) -> float:
        """Return how long the oldest due job waits, in seconds."""
        return max((lane.oldest for lane in self.lanes), default=0.0)

    @property
    def silent(self) -> list[str]:
        """Return the kinds of worker that have given no sign of life for too long."""
        return [q for q, age in self.beats.items() if age is None or age > SILENT_SECONDS]


@dataclass(frozen=True)
class Alarm:
    """What wakes someone: its name, when it holds in words, and the test."""

    name: str
    words: str
    holds: Callable[[Standing], bool]


ALARMS = (
    Alarm(
        "queue_late",
        f"The oldest job that is due waits longer than {LATE_SECONDS} seconds",
        lambda s: s.oldest > LATE_SECONDS,
    ),
    Alarm(
        "worker_silent",
        f"One kind of worker has given no sign of life for {SILENT_SECONDS} seconds",
        lambda s: bool(s.silent),
    ),
    Alarm("job_failed", "A job was given up and nobody has dealt with it", lambda s: s.failed > 0),
    Alarm(
        "source_old",
        "What we have of another system is older than it may be, or was never loaded",
        lambda s: bool(s.too_old),
    ),
)


def standing() -> Standing:
    """Return how the queue stands, in three statements, and one for each source whose age is watched."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        lanes = tuple(Lane(n, d, g, t, float(o)) for n, d, g, t, o in cursor.fetchall())
        cursor.execute(BEATS)
        ages = dict(cursor.fetchall())
    beats = {queue: float(ages[queue]) if queue in ages else None for queue in KINDS}
    return Standing(lanes, beats, _failed().count(), freshness.too_old(timezone.now()))


def _failed() -> QuerySet[JobFailure]:
    given_up = ProcrastinateJob.objects.filter(status="failed").values("id")
    return JobFailure.objects.filter(dealt_at=None, job_id__in=given_up)


def failures(now: datetime) -> list[JobFailure]:
    """Return what was given up in the last thirty days and nobody has dealt with, the latest first."""
    return list(_failed().filter(at__gte=now - timedelta(days=30)).order_by("-at")[:200])
