"""Web and worker processes die in the middle of everything: nothing acknowledged is lost, nothing is done twice."""

import os
import random
import signal
import time
from collections.abc import Iterator

from tests.faults.checker import wrong
from tests.faults.clients import Diary, all_at_once, finish, report
from tests.size import size
from tests.faults.installation import Installation, children


def reports(place: Installation, diary: Diary, number: int) -> Iterator[object]:
    for n, (uprn, box) in enumerate(place.bins[:number]):
        email = f"client{n}@resident.example"
        yield lambda u=uprn, b=box, e=email, t=n % 3 == 0: report(
            lambda: place.port, diary, u, b, e, t
        )


def test_web_processes_killed_while_forms_are_sent(place: Installation) -> None:
    number = size(60, 1000)
    place.fill(number)
    web = place.start("web")
    place.start("worker")
    time.sleep(1)
    diary, killed, chance = Diary(), 0, random.Random(1)
    load = all_at_once(reports(place, diary, number), clients=8)
    while load.is_alive():
        time.sleep(1.2)
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


def test_workers_killed_while_messages_are_sent(place: Installation) -> None:
    number = size(40, 500)
    place.fill(number)
    place.start("web")
    place.start("sys")
    diary, killed = Diary(), 0
    finish(all_at_once(reports(place, diary, number), clients=8))
    end = time.monotonic() + size(150, 400)
    while len(place.outbox()) < number:
        # Slow enough that a kill finds messages half done: written, and not yet marked as sent.
        worker = place.start("worker", DOORSTEP_DEMO_SLOW="after:0.5")
        time.sleep(size(3, 4))
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
