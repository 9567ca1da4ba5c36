"""Takes other waiting jobs of a name along in one run: what the queue does around a short job costs more than the job.

They are this worker's as if the library had fetched them: each is run for itself, has its own end and its own next try, and
is brought back by the sweeper when the worker dies. Only what never ran is taken along, and takes along: one that ends its
worker each time would otherwise use up the runs of those beside it.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# So many at once; what is not begun after so many seconds is given back, and goes to whoever is free.
AT_ONCE, SECONDS = 5, 5.0
# After a run that took longer none is taken along, and the rest goes back: the next may take as long, and they would wait for it.
QUICK_SECONDS = 1.0

# As `procrastinate_fetch_job_v2`, for the worker of the job that takes them along; those of a lock go one by one.
CLAIM = """
with own as (
  select task_name, queue_name, worker_id from procrastinate_jobs
  where id = %s and status = 'doing' and attempts = 0),
candidate as (
  select j.id from procrastinate_jobs j
  where j.task_name = (select task_name from own) and j.queue_name = (select queue_name from own)
    and j.status = 'todo' and j.attempts = 0 and j.lock is null
    and (j.scheduled_at is null or j.scheduled_at <= now())
  order by j.priority desc, j.id limit %s for update of j skip locked)
update procrastinate_jobs j set status = 'doing', worker_id = own.worker_id
from candidate, own where j.id = candidate.id returning j.id, j.worker_id, j.args
"""
DONE = """
update procrastinate_jobs set status = 'succeeded', attempts = attempts + 1
where id = any(%s) and worker_id = %s and status = 'doing'
"""
# What was queued once more meanwhile waits already: one lock waits once.
GIVE_BACK = """
update procrastinate_jobs j set worker_id = null, status = (
  case when exists (
    select from procrastinate_jobs o where o.status = 'todo' and o.queueing_lock = j.queueing_lock)
  then 'succeeded' else 'todo' end)::procrastinate_job_status
where id = any(%s) and worker_id = %s and status = 'doing'
"""
AGAIN = "select procrastinate_retry_job_v2(%s, %s, null, null, null)"
FAILED = "select procrastinate_finish_job_v1(%s, 'failed', false)"


@dataclass(frozen=True)
class Taken:
    """A job that was taken along: its number, the worker that has it, and what it is given."""

    id: int
    worker: int
    args: Mapping[str, Any]


def take(
    job_id: int,
    run: Callable[[Taken], None],
    again_at: Callable[[Exception], datetime | None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Run jobs of the same name as one that just ran, until none waits, one fails or is slow, or some seconds went by.

    `run` notes what went wrong with one; it is tried again at the moment that `again_at` says, if at all.
    """
    until = clock() + SECONDS
    while clock() < until and (taken := _claimed(job_id)):
        if not _all_went_well(taken, run, again_at, until, clock):
            return


def _all_went_well(
    taken: list[Taken],
    run: Callable[[Taken], None],
    again_at: Callable[[Exception], datetime | None],
    until: float,
    clock: Callable[[], float],
) -> bool:
    """Run some jobs; the first that fails or is slow ends it, since the others may meet the same, and gives back the rest."""
    done: list[Taken] = []
    left = list(taken)
    try:
        while left and (began := clock()) < until:
            one = left.pop(0)
            try:
                run(one)
            except Exception as exc:
                _end(one, again_at(exc))
                return False
            done.append(one)
            if clock() - began > QUICK_SECONDS:
                return False
    finally:
        _set(DONE, done)
        _set(GIVE_BACK, left)
    return not left


def _claimed(job_id: int) -> list[Taken]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [job_id, AT_ONCE])
        rows = cursor.fetchall()
    found = (Taken(number, worker, json.loads(args)) for number, worker, args in rows)
    return sorted(found, key=lambda taken: taken.id)


def _end(one: Taken, again_at: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*((AGAIN, [one.id, again_at]) if again_at else (FAILED, [one.id])))


def _set(statement: str, jobs: list[Taken]) -> None:
    if jobs:
        with connection.cursor() as cursor:
            cursor.execute(statement, [[one.id for one in jobs], jobs[0].worker])
