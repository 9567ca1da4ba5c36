"""Sweeps the queue: what the library leaves lying when a worker dies, hangs or gives up.

Runs on its own queue, so that busy workers cannot hold it up; registering a periodic task also
makes a worker notice when the database goes away.
"""

import json
import os
from contextlib import suppress
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from doorstep.outside import later
from doorstep.outside.models import JobFailure

log = structlog.get_logger("doorstep.outside")

# A worker says it lives every 10 s; later than this, it is dead.
DEAD_AFTER_SECONDS = int(os.environ.get("DOORSTEP_DEAD_AFTER", "25"))

FAILURES_KEPT = timedelta(days=90)
STALLED = """
select j.id, j.task_name, j.attempts,
  (w.id is null or w.last_heartbeat < now() - make_interval(secs => %s)) as dead,
  extract(epoch from now() - (select max(e.at) from procrastinate_events e
     where e.job_id = j.id and e.type = 'started')) as seconds
from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
where j.status = 'doing' and j.task_name not like 'sys.%%'
"""


def sweep() -> None:
    """Bring back jobs of dead workers and jobs past their time, and take the give-up actions due."""
    with connection.cursor() as cursor:
        cursor.execute(STALLED, [DEAD_AFTER_SECONDS])
        rows = cursor.fetchall()
    for job_id, name, attempts, dead, seconds in rows:
        job = later.JOBS.get(name)
        most = job.max_seconds if job else 120
        if dead or (seconds is not None and seconds > most):
            # One that ended meanwhile is refused by the library; the others are still swept.
            with suppress(DatabaseError), transaction.atomic():
                _bring_back(job_id, name, attempts, job.max_runs if job else 1)
    give_up()


def _bring_back(job_id: int, name: str, attempts: int, max_runs: int) -> None:
    later.note_failure(job_id, name, "the worker died, or the job took too long")
    with connection.cursor() as cursor:
        if attempts + 1 >= max_runs:
            cursor.execute("select procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
        else:
            cursor.execute(
                "select procrastinate_retry_job_v2(%s, now(), null, null, null)", [job_id]
            )


def give_up() -> None:
    """Take the give-up action of each failed job once, in one transaction with the mark that it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, task_name, args from procrastinate_jobs j where status = 'failed' and not exists"
            " (select 1 from outside_jobfailure f where f.job_id = j.id and f.handled_at is not null)"
        )
        rows = cursor.fetchall()
    for job_id, name, args in rows:
        try:
            _give_up_one(job_id, name, json.loads(args))
        except Exception as exc:
            # Tried again by the next sweep; the others are not held up.
            log.error("give_up_failed", job=job_id, name=name, error=type(exc).__name__)


@transaction.atomic
def _give_up_one(job_id: int, name: str, args: dict[str, int | str]) -> None:
    JobFailure.objects.get_or_create(
        job_id=job_id, defaults={"name": name, "error": "unknown job", "at": timezone.now()}
    )
    failure = JobFailure.objects.select_for_update().get(job_id=job_id)
    if failure.handled_at:
        return
    job = later.JOBS.get(name)
    if job and job.on_give_up:
        job.on_give_up(**args)
    failure.handled_at = timezone.now()
    failure.save(update_fields=["handled_at"])


@app.periodic(cron="* * * * * */10")
@app.task(
    name="sys.sweep", queue="sys", queueing_lock="sweep", priority=1000, retry=later.Retries(1)
)
def sweep_now(timestamp: int) -> None:
    """Sweep every ten seconds."""
    sweep()


@app.periodic(cron="* * * * *")
@app.task(name="sys.reconcile", queue="sys", queueing_lock="reconcile", retry=later.Retries(1))
def reconcile_now(timestamp: int) -> None:
    """Look at the rooms' own tables every minute."""
    later.reconcile()


@app.periodic(cron="41 * * * *")
@app.task(name="sys.daily", queue="sys", queueing_lock="daily", retry=later.Retries(3))
def daily_now(timestamp: int) -> None:
    """Do the daily work; asked every hour, because a worker catches up only ten minutes."""
    later.day()


@app.periodic(cron="17 * * * *")
@app.task(name="sys.tidy", queue="sys", queueing_lock="tidy", retry=later.Retries(1))
def tidy_now(timestamp: int) -> None:
    """Remove succeeded jobs older than a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs j where status = 'succeeded' and not exists (select 1 from"
            " procrastinate_events e where e.job_id = j.id and e.at > now() - interval '1 day')"
        )


def forget() -> None:
    """Forget what went wrong with jobs three months ago; one that was given up and that nobody dealt with stays."""
    old = timezone.now() - FAILURES_KEPT
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs where status = 'failed' and id in"
            " (select job_id from outside_jobfailure where dealt_at < %s)",
            [old],
        )
        cursor.execute(
            "delete from outside_jobfailure f where at < %s and not exists"
            " (select 1 from procrastinate_jobs j where j.id = f.job_id and j.status = 'failed')",
            [old],
        )
