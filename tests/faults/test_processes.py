"""Web and worker processes die in the middle of everything: nothing acknowledged is lost, nothing is done twice."""

import os
import random
import signal
import time
from collections.abc import Iterator

from tests.faults.checker import wrong
from tests.faults.clients import Diary, all_at_once, finish, report
from tests.faults.installation import Installation, children
from tests.patience import until
from tests.size import size


def reports(place: Installation, diary: Diary, number: int) -> Iterator[object]:
    for n, (uprn, box) in enumerate(place.bins[:number]):
        email = f"client{n}@resident.example"
        yield lambda u=uprn, b=box, e=email, t=n % 3 == 0: report(
            lambda: place.port, diary, u, b, e, t
        )


def test_web_processes_killed_while_forms_are_sent(place: Installation) -> None:
    number = size(40, 1000)
    place.fill(number)
    web = place.start("web")
    place.start("worker")
    diary, killed, chance = Diary(), 0, random.Random(1)
    load = all_at_once(reports(place, diary, number), clients=8)
    while load.is_alive():
        # After every few that were told, so that it goes on however slow the machine is.
        more = len(diary.told) + 8
        until(lambda more=more: len(diary.told) >= more or not load.is_alive(), 300, every=0.1)
        if processes := children(web.pid):
            os.kill(chance.choice(processes), signal.SIGKILL)
            killed += 1
    finish(load)
    place.wait_until_drained()
    assert killed >= size(3, 30)
    assert sum(diary.failures.values()) > 0, "no kill was noticed: this test shows nothing"
    assert len({t.reference for t in diary.told}) == number
    assert wrong(place, diary) == []
    print(f"{number} forms, {killed} kills, {sum(diary.failures.values())} requests sent again")


def half_done(place: Installation) -> bool:
    """Say whether a message has left that is not yet marked as sent."""
    query = "select count(*) from doorstep_messages_message where sent_at is not null"
    return len(place.outbox()) > place.rows(query)[0][0]


def test_workers_killed_while_messages_are_sent(place: Installation) -> None:
    number = size(30, 500)
    place.fill(number)
    place.start("web")
    place.start("sys")
    diary, killed = Diary(), 0
    finish(all_at_once(reports(place, diary, number), clients=8))
    end = time.monotonic() + size(150, 400)
    while (sent := len(place.outbox())) < number:
        # Slow enough that a kill finds messages half done: written, and not yet marked as sent.
        worker = place.start("worker", DOORSTEP_DEMO_SLOW="after:0.5")
        enough = min(number, sent + 12)
        until(lambda n=enough: len(place.outbox()) >= n and half_done(place), 90, every=0.2)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        killed += 1
        assert time.monotonic() < end, "messages did not arrive"
    place.start("worker")
    place.wait_until_drained()
    again = place.rows("select count(*) from procrastinate_jobs where task_name = 'messages.send' and attempts > 1")  # fmt: skip
    assert killed >= 2 and again[0][0] > 0, "no kill met a message: this test shows nothing"
    assert wrong(place, diary) == []
    print(f"{number} messages, {killed} kills, {again[0][0]} sent again by another worker")
