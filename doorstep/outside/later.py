"""Work for later, in the queue inside PostgreSQL: deferred in the transaction that caused it.

With its sweeper and `along`, the only place that knows the queue's library. Delivery is at least once, so
every job is safe to run again. Jobs take ids only, because the library logs its arguments.
"""

import errno
import random
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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

from doorstep.outside import along, watch
from doorstep.outside.errors import GiveUp
from doorstep.outside.models import JobFailure

log = structlog.get_logger("doorstep.outside")
# Inside a worker the library would defer on the worker's connection, past the job's transaction:
# what was rolled back would stay queued. Ours is always Django's.
_ours = JobManager(DjangoConnector())
Work = Callable[..., None]
GiveUpAction = Callable[..., None]


# A disk that is full, or refuses, is somebody's work for minutes: whatever meets it is tried for an hour.
DISK_REFUSES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
DISK_RUNS = 14


def _met_the_disk(error: BaseException | None) -> bool:
    """Say whether an error, or what it came from, is the disk's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in DISK_REFUSES:
            return True
        error = error.__cause__
    return False


class Retries(BaseRetryStrategy):
    """Run at most `max_runs` times, waiting longer each time, with a cap and some jitter."""

    def __init__(self, max_runs: int) -> None:
        self.max_runs = max_runs

    def get_retry_decision(
        self, *, exception: BaseException, job: QueueJob
    ) -> RetryDecision | None:
        """Say when to run again; nothing means never."""
        retry_at = self.again_at(exception, job.attempts)
        return RetryDecision(retry_at=retry_at) if retry_at else None

    def again_at(self, exception: BaseException, attempts: int) -> datetime | None:
        """Return when to run again; nothing means never. `attempts` counts the runs before this one."""
        most = max(self.max_runs, DISK_RUNS) if _met_the_disk(exception) else self.max_runs
        if isinstance(exception, GiveUp) or attempts + 1 >= most:
            return None
        seconds = min(600, 2 ** (attempts + 1)) * (1 + random.random() / 4)
        # By the real clock, which the database compares with: a demonstration's may be moved.
        return datetime.now(UTC) + timedelta(seconds=seconds)


@dataclass
class Job:
    """A job by its name, which never changes, and its bounds: a room's `queue.py` names it, its `jobs.py` does it.

    So actions can defer what is done with the help of actions. With `once`, such as "plan-{plan_id}",
    the same work does not wait twice; of jobs that say the same `alone`, one runs at a time, in the order they came.
    `along`: a run takes other jobs of its name along that wait, which is for short and many ones.
    """

    name: str
    once: str = ""
    alone: str = ""
    max_runs: int = 6
    max_seconds: int = 120
    queue: str = "default"
    on_give_up: GiveUpAction | None = None
    is_bound: bool = False
    along: bool = False

    def __post_init__(self) -> None:
        JOBS[self.name] = self

    def defer(self, **ids: int | str) -> None:
        """Queue the job in the caller's transaction."""
        lock = self.once.format(**ids) if self.once else None
        deferrer = app.configure_task(
            self.name, queue=self.queue, queueing_lock=lock, lock=self.alone or None
        )
        deferrer.job_manager = _ours
        # Its own savepoint: a clash must not break the caller's transaction.
        with suppress(AlreadyEnqueued), transaction.atomic() if lock else nullcontext():
            deferrer.defer(**ids)

    def does(self, on_give_up: GiveUpAction | None = None) -> Callable[[Work], Work]:
        """Say what the job does, given its ids, and what is done once when it is given up."""

        def bind(function: Work) -> Work:
            self._bind(function)
            self.on_give_up, self.is_bound = on_give_up, True
            return function

        return bind

    def _bind(self, function: Work) -> None:
        retries = Retries(self.max_runs)

        def run_one(job_id: int, ids: Mapping[str, int | str]) -> None:
            try:
                with watch.running(job_id, self.name, self.max_seconds):
                    function(**ids)
            except Exception as exc:
                note_failure(job_id, self.name, exc)
                log.warning("job_failed", job=job_id, name=self.name, error=type(exc).__name__)
                raise

        def run(context: Any, /, **ids: int | str) -> None:
            began = time.monotonic()
            run_one(context.job.id, ids)
            if self.along and time.monotonic() - began <= along.QUICK_SECONDS:
                along.take(
                    context.job.id,
                    lambda taken: run_one(taken.id, taken.args),
                    lambda exc: retries.again_at(exc, attempts=0),
                )

        app.task(name=self.name, queue=self.queue, retry=retries, pass_context=True)(run)


JOBS: dict[str, Job] = {}


def note_failure(job_id: int, name: str, error: BaseException | str) -> None:
    """Keep what went wrong: the error's class, and its text where it is ours and so holds no person."""
    text = error if isinstance(error, str) else type(error).__name__
    if isinstance(error, GiveUp):
        text = f"GiveUp: {error.reason}"
    JobFailure.objects.update_or_create(
        job_id=job_id, defaults={"name": name, "error": text[:200], "at": timezone.now()}
    )


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
    """Run every room's look at its own tables; one room's failure holds up no other's."""
    failed = None
    for look in _reconcilers:
        try:
            look()
        except Exception as exc:
            log.error("look_failed", act=look.__qualname__, error=type(exc).__name__)
            failed = exc
    if failed is not None:  # so that it is tried again, and stands on the page of what failed
        raise failed
