"""One run takes other jobs of its name along: each has its own end, and none is lost or done by two."""

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.messages import queue
from doorstep.outside import along, later, sweeper
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.models import JobFailure
from tests.queue import run_queue

pytestmark = pytest.mark.django_db(transaction=True)


class Sent:
    """Stands in for the sending of messages: which were sent, by what fetched them, and what fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **fails: Exception) -> None:
        self.ids: list[int] = []
        self.fails = {int(name[1:]): error for name, error in fails.items()}
        monkeypatch.setattr("doorstep.messages.sending.send", self._send)

    def _send(self, *, message_id: int, now: Any) -> None:
        self.ids.append(message_id)
        if message_id in self.fails:
            raise self.fails[message_id]


def waiting(count: int) -> None:
    for number in range(1, count + 1):
        queue.send.defer(message_id=number)


def standing() -> dict[int, tuple[str, int]]:
    """Return how each job stands and how often it ran, by its message."""
    jobs = QueueJob.objects.filter(task_name="messages.send")
    return {job.args["message_id"]: (job.status, job.attempts) for job in jobs}


def fetched(*, is_dead: bool = False) -> int:
    """Have a worker do one job, as the library gives it out; return the job's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now()) returning id"
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute("select id from procrastinate_fetch_job_v2(null, %s)", [worker_id])
        (job_id,) = cursor.fetchone()
        if is_dead:
            cursor.execute(
                "update procrastinate_workers set last_heartbeat = now() - '1 h'::interval"
            )
    return int(job_id)


def test_all_that_waits_is_done_once_in_few_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent(monkeypatch)
    waiting(25)
    taken: list[int] = []
    real = along._claimed
    monkeypatch.setattr(along, "_claimed", lambda job: [*map(_counted(taken), real(job))])
    run_queue()
    assert sorted(sent.ids) == list(range(1, 26))
    assert set(standing().values()) == {("succeeded", 1)}
    assert len(taken) > 15


def _counted(taken: list[int]) -> Any:
    return lambda one: taken.append(one.id) or one


def test_one_that_fails_is_tried_later_and_the_rest_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = Sent(monkeypatch, m3=TryLater("busy"))
    waiting(5)
    job = fetched()
    along.take(job, _run(sent), lambda exc: later.Retries(12).again_at(exc, 0))
    assert sent.ids == [2, 3]
    assert standing() == {
        1: ("doing", 0), 2: ("succeeded", 1), 3: ("todo", 1), 4: ("todo", 0), 5: ("todo", 0),
    }  # fmt: skip
    again = QueueJob.objects.get(args__message_id=3)
    assert again.scheduled_at is not None
    assert not QueueJob.objects.filter(status="todo", worker__isnull=False, attempts=0).exists()


def _run(sent: Sent) -> Any:
    return lambda one: sent._send(message_id=one.args["message_id"], now=None)


def test_what_was_queued_again_meanwhile_is_not_given_back_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = Sent(monkeypatch, m2=TryLater("busy"))
    waiting(4)
    job = fetched()

    def queue_again(one: along.Taken) -> None:
        queue.send.defer(message_id=4)
        _run(sent)(one)

    along.take(job, queue_again, lambda exc: None)
    jobs = QueueJob.objects.filter(args__message_id=4).order_by("id")
    assert [one.status for one in jobs] == ["succeeded", "todo"]
    assert standing()[3] == ("todo", 0)


def test_one_that_cannot_be_done_is_given_up_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    Sent(monkeypatch, m2=GiveUp("no such address"))
    given_up: list[int] = []
    monkeypatch.setattr(queue.send, "on_give_up", lambda message_id: given_up.append(message_id))
    waiting(4)
    run_queue()
    sweeper.give_up()
    assert given_up == [2] and JobFailure.objects.get().error == "GiveUp: no such address"
    assert {n: said for n, said in standing().items() if n != 2} == dict.fromkeys((1, 3, 4), ("succeeded", 1))  # fmt: skip


def test_what_a_dead_worker_took_along_comes_back_and_goes_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = Sent(monkeypatch)
    waiting(4)
    job = fetched(is_dead=True)
    assert len(along._claimed(job)) == 3  # and then it dies
    sweeper.sweep()
    assert set(standing().values()) == {("todo", 1)}
    # One of them may be what ends workers: none takes another along any more.
    assert along._claimed(fetched()) == []
    run_queue()
    assert sorted(sent.ids) == [2, 3, 4]


def test_what_waits_for_a_later_moment_or_is_other_work_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting(3)
    QueueJob.objects.filter(args__message_id=3).update(task_name="messages.learn")
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set scheduled_at = now() + '1 h'::interval"
            " where args->>'message_id' = '2'"
        )
    assert along._claimed(fetched()) == []


def test_after_some_seconds_the_rest_goes_to_whoever_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = Sent(monkeypatch)
    waiting(5)
    clock = iter((0.0, 0.0, 1.0, 2.0, 4.5, 5.0, 5.5))
    along.take(fetched(), _run(sent), lambda exc: None, lambda: next(clock))
    assert sent.ids == [2, 3]
    assert standing()[4] == standing()[5] == ("todo", 0)


def test_after_a_slow_one_the_rest_goes_to_whoever_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = Sent(monkeypatch)
    waiting(5)
    clock = iter((0.0, 0.0, 0.0, 0.1, 0.1, 1.5))
    along.take(fetched(), _run(sent), lambda exc: None, lambda: next(clock))
    assert sent.ids == [2, 3]
    assert standing()[3] == ("succeeded", 1) and standing()[4] == standing()[5] == ("todo", 0)


def test_who_was_slow_itself_takes_none_along(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent(monkeypatch)
    monkeypatch.setattr(along, "QUICK_SECONDS", -1.0)
    monkeypatch.setattr(along, "take", lambda *_args: pytest.fail("took some along"))
    waiting(3)
    run_queue()
    assert sorted(sent.ids) == [1, 2, 3]


def test_what_another_worker_has_meanwhile_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as what was taken for dead, brought back, and fetched again."""
    waiting(3)
    other = 0

    def fetched_by_another(one: along.Taken) -> None:
        nonlocal other
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into procrastinate_workers (last_heartbeat) values (now()) returning id"
            )
            (other,) = cursor.fetchone()
        QueueJob.objects.filter(status="doing").update(worker_id=other)

    along.take(fetched(), fetched_by_another, lambda exc: None, lambda: 0.0)
    assert {standing()[2], standing()[3]} == {("doing", 0)}
