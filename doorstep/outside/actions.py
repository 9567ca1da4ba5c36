"""Deals by hand with jobs that were given up: once more, or laid aside."""

from datetime import datetime

from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.outside.models import JobFailure


def _open(job_id: int) -> JobFailure | None:
    """Return a failure that still waits for someone, locked."""
    if not ProcrastinateJob.objects.filter(id=job_id, status="failed").exists():
        return None
    return JobFailure.objects.select_for_update().filter(job_id=job_id, dealt_at=None).first()


@transaction.atomic
def retry(*, job_id: int, username: str) -> bool:
    """Run a job that was given up once more; say whether it was there to be run.

    It has one run: its attempts still count. When that fails too it is given up again, and shows again.
    """
    failure = _open(job_id)
    if failure is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("select procrastinate_retry_job_v2(%s, now(), null, null, null)", [job_id])
    # Another failure takes its give-up action anew.
    failure.handled_at, failure.retried_by = None, username
    failure.save(update_fields=["handled_at", "retried_by"])
    return True


@transaction.atomic
def lay_aside(*, job_id: int, username: str, now: datetime) -> bool:
    """Note that someone dealt with a job that was given up; say whether it was there."""
    failure = _open(job_id)
    if failure is None:
        return False
    failure.dealt_by, failure.dealt_at = username, now
    failure.save(update_fields=["dealt_by", "dealt_at"])
    return True
