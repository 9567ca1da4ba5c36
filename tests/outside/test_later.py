"""The queue: what is deferred joins the transaction, runs again after any death, and gives up once."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.cases.models import Event
from doorstep.messages import queue
from doorstep.messages.models import Message
from doorstep.outside import later, plug, sweeper
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.models import JobFailure
from tests.patience import until
from tests.queue import run_queue


class Messenger:
    """Stands in for a provider in a bad mood; what it carried is counted."""

    def __init__(self, mood: Exception | None) -> None:
        self.mood, self.calls = mood, 0

    def send_email(self, message: Any) -> Any:
        self.calls += 1
        assert self.mood
        raise self.mood


def test_deferring_joins_the_transaction(district: Any) -> None:
    before = QueueJob.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.send.defer(message_id=1)
        raise ZeroDivisionError
    assert QueueJob.objects.count() == before
    queue.send.defer(message_id=1)
    assert QueueJob.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_what_a_job_defers_joins_the_jobs_own_transaction(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    @transaction.atomic
    def die(message_id: int, now: Any) -> None:
        queue.send.defer(message_id=999999)
        queue.send_code.defer(access_id="none")
        raise GiveUp("rolled back with the job")

    open_district.case(0)
    monkeypatch.setattr("doorstep.messages.sending.send", die)
    run_queue()
    assert QueueJob.objects.get(task_name="messages.send").status == "failed"


def test_the_same_work_waits_once_and_the_transaction_survives(db: None) -> None:
    with transaction.atomic():
        for _ in range(2):
            queue.send.defer(message_id=1)
    assert QueueJob.objects.filter(queueing_lock="message-1").count() == 1


def test_every_task_has_our_retry_strategy_and_takes_ids_only() -> None:
    for name, task in app.tasks.items():
        if not name.startswith("procrastinate.") and not name.startswith("builtin"):
            assert isinstance(task.retry_strategy, later.Retries), name


@pytest.mark.parametrize(
    ("mood", "runs"), [(TryLater("busy"), queue.send.max_runs), (GiveUp("bad address"), 1)]
)
@pytest.mark.django_db(transaction=True)
def test_a_job_that_keeps_failing_gives_up_once_and_a_person_is_asked(
    open_district: Any, monkeypatch: pytest.MonkeyPatch, mood: Exception, runs: int
) -> None:
    case, cross = open_district.case(0), Messenger(mood)
    monkeypatch.setattr(plug, "get", lambda socket: cross)
    for _ in range(runs + 2):
        run_queue()
        with connection.cursor() as cursor:
            cursor.execute("update procrastinate_jobs set scheduled_at = null")
    for _ in range(2):
        sweeper.give_up()
    assert cross.calls == runs
    assert Message.objects.get(case=case).failed_at
    notes = Event.objects.filter(case=case, kind="note")
    assert [n.personal.text for n in notes][0].startswith("The message “Missed bin ")
    assert notes.count() == 1
    assert type(mood).__name__ in JobFailure.objects.get().error


@pytest.mark.django_db(transaction=True)
def test_one_bad_job_holds_up_no_other(open_district: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        for name in ("no.such.job", "messages.send"):
            cursor.execute(
                "insert into procrastinate_jobs (queue_name, task_name, args, status)"
                " values ('default', %s, '{\"message_id\": 999999}', 'failed')",
                [name],
            )
    case = open_district.case(0)
    monkeypatch.setattr(plug, "get", lambda socket: Messenger(GiveUp("no")))
    run_queue()
    sweeper.sweep()  # the give-up of message 999999 raises, each time
    assert Message.objects.get(case=case).failed_at
    assert JobFailure.objects.get(name="no.such.job").handled_at


@pytest.mark.django_db(transaction=True)
def test_a_job_that_hangs_under_a_living_worker_is_brought_back(open_district: Any) -> None:
    open_district.case(0)
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values returning id")
        worker = cursor.fetchone()[0]
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", [worker])
        sweeper.sweep()
        assert QueueJob.objects.get().status == "doing"
        cursor.execute("update procrastinate_events set at = at - interval '121 seconds'")
    sweeper.sweep()
    assert QueueJob.objects.get().status == "todo"


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_job_was_lost_is_queued_again(open_district: Any) -> None:
    open_district.case(0)
    QueueJob.objects.all()._raw_delete("default")
    later.reconcile()
    assert QueueJob.objects.count() == 0  # too young to be called lost
    old = open_district.now - later.timedelta(minutes=11)
    Message.objects.update(queued_at=old)
    later.reconcile()
    later.reconcile()
    assert QueueJob.objects.count() == 1


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_is_made_good_once(
    open_district: Any, worker: Any, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    case = open_district.case(0)
    message, messenger = Message.objects.get(case=case), plug.get("messages.messenger")
    dying = worker(slow=f"{cut}:60")
    doing = QueueJob.objects.filter(status="doing")
    until(lambda: doing.exists() and bool(messenger.sent(message.key)) == (cut == "after"))
    dying.kill()
    dying.wait()
    kept = Path(os.environ["DOORSTEP_DATA"]) / "outbox" / f"{message.key}.json"
    first = kept.stat().st_ino if kept.exists() else None
    worker()
    monkeypatch.setattr(sweeper, "DEAD_AFTER_SECONDS", 0)
    sweeper.sweep()
    until(lambda: Message.objects.get(pk=message.pk).sent_at is not None)
    sent = messenger.sent(message.key)
    assert first in (None, kept.stat().st_ino)  # what was sent was not sent again
    token = sent.body.split("/case/open/")[1].split()[0]
    from doorstep.cases import access

    assert access.by_link(token, open_district.now) == case


def test_what_went_wrong_is_forgotten_once_somebody_dealt_with_it(db: None) -> None:
    now, old = timezone.now(), timezone.now() - timedelta(days=91)
    jobs = [_failed_job() for _ in range(3)]
    left, dealt, fresh = jobs
    for job_id, at in ((left, old), (dealt, old), (fresh, now), (987_654, old)):
        JobFailure.objects.create(job_id=job_id, name="test", error="x", at=at)
    JobFailure.objects.filter(job_id=dealt).update(dealt_at=old, dealt_by="officer")
    sweeper.forget()
    # Nobody dealt with the first; the fourth went well in the end.
    assert set(JobFailure.objects.values_list("job_id", flat=True)) == {left, fresh}
    assert set(QueueJob.objects.values_list("id", flat=True)) == {left, fresh}


def _failed_job() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status)"
            " values ('default', 'test', '{}', 'failed') returning id"
        )
        return int(cursor.fetchone()[0])
