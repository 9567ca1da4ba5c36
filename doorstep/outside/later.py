"""Work for later, in the queue inside PostgreSQL: deferred in the transaction that caused it.

With its sweeper, the only place that knows the queue's library. Delivery is at least once, so
every job is safe to run again. Jobs take ids only, because the library logs its arguments.
"""

import random
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as QueueJob
from procrastinate.manager import JobManager

from doorstep.outside import watch
from doorstep.outside.errors import GiveUp
from doorstep.outside.models import JobFailure

log = structlog.get_logger("doorstep.outside")
# Inside a worker the library would defer on the worker's connection, past the job's transaction:
# what was rolled back would stay queued. Ours is always Django's.
_ours = JobManager(DjangoConnector())
GiveUpAction = Callable[..., None]


class Retries(BaseRetryStrategy):
    """Run at most `max_runs` times, waiting longer each time, with a cap and some jitter."""

    def __init__(self, max_runs: int) -> None:
        self.max_runs = max_runs

    def get_retry_decision(
        self, *, exception: BaseException, job: QueueJob
    ) -> RetryDecision | None:
        """Say when to run again; nothing means never. `attempts` counts the runs before this one."""
        if isinstance(exception, GiveUp) or job.attempts + 1 >= self.max_runs:
            return None
        seconds = min(600, 2 ** (job.attempts + 1)) * (1 + random.random() / 4)
        return RetryDecision(retry_at=timezone.now() + timedelta(seconds=seconds))


@dataclass(frozen=True)
class Job:
    """A registered job: how to defer it, and its bounds."""

    name: str
    task: Any
    max_runs: int
    max_seconds: int
    on_give_up: GiveUpAction | None

    def defer(self, *, once: str = "", **ids: int | str) -> None:
        """Queue the job in the caller's transaction; with `once`, not while the same waits already."""
        deferrer = self.task.configure(queueing_lock=once) if once else self.task.configure()
        deferrer.job_manager = _ours
        # Its own savepoint: a clash must not break the caller's transaction.
        with suppress(AlreadyEnqueued), transaction.atomic() if once else nullcontext():
            deferrer.defer(**ids)


JOBS: dict[str, Job] = {}


def note_failure(job_id: int, name: str, error: BaseException | str) -> None:
    """Keep what went wrong: the error's class, and its text where it is ours and so holds no person."""
    said = error if isinstance(error, str) else type(error).__name__
    if isinstance(error, GiveUp):
        said = f"GiveUp: {error.reason}"
    JobFailure.objects.update_or_create(
        job_id=job_id, defaults={"name": name, "error": said[:200], "at": timezone.now()}
    )


def job(
    name: str,
    *,
    max_runs: int = 6,
    max_seconds: int = 120,
    on_give_up: GiveUpAction | None = None,
    queue: str = "default",
) -> Callable[[Callable[..., None]], Job]:
    """Register a function of ids as a job under a name that never changes."""

    def register(function: Callable[..., None]) -> Job:
        def run(context: Any, /, **ids: int | str) -> None:
            try:
                with watch.running(context.job.id, name, max_seconds):
                    function(**ids)
            except Exception as exc:
                note_failure(context.job.id, name, exc)
                log.warning("job_failed", job=context.job.id, name=name, error=type(exc).__name__)
                raise

        task = app.task(name=name, queue=queue, retry=Retries(max_runs), pass_context=True)(run)
        JOBS[name] = Job(name, task, max_runs, max_seconds, on_give_up)
        return JOBS[name]

    return register


_daily: list[Callable[[], None]] = []


def every_day(act: Callable[[], None]) -> None:
    """Add something to do once a day, in the night; it looks at state, so a missed night does no harm."""
    _daily.append(act)


def day() -> None:
    """Do every room's daily work; one room's failure holds up no other's."""
    for act in _daily:
        try:
            act()
        except Exception as exc:
            log.error("daily_failed", act=act.__qualname__, error=type(exc).__name__)


_reconcilers: list[Callable[[], None]] = []


def reconcile_with(look: Callable[[], None]) -> None:
    """Add a look at a room's own tables that queues again what was acknowledged and has no live job."""
    _reconcilers.append(look)


def reconcile() -> None:
    """Run every room's look at its own tables."""
    for look in _reconcilers:
        look()
