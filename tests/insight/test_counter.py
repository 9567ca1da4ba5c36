"""The counter: what is counted in memory is written once, by a thread, also when the database was away, two write at once, or a process forks."""

import os
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from doorstep.insight import actions as insight
from doorstep.insight import cells
from doorstep.insight.cells import Cell
from doorstep.insight.counter import Flusher, Sums
from doorstep.insight.models import StepCell
from tests.patience import until


def cell(n: int = 0) -> Cell:
    day = timezone.now().date()
    return Cell(day, "missed-bin", "abc", f"p{n:03}", "shown", "", "phone", "online", "en")


def sums(write: Callable[[Mapping[Cell, int]], None] = cells.add, most: int = 1000) -> Sums[Cell]:
    return Sums[Cell](most, write)


def total() -> int:
    return sum(StepCell.objects.values_list("n", flat=True))


def test_a_thread_writes_what_was_counted(transactional_db: None) -> None:
    counter = sums()
    flusher = Flusher(counter, seconds=0.05)
    flusher.start()
    counter.add(cell())
    until(lambda: total() == 1)
    counter.add(cell(), 2)
    until(lambda: total() == 3)
    counter.add(cell())
    flusher.stop()
    assert total() == 4


def test_the_first_that_is_counted_starts_the_thread(settings: Any, monkeypatch: Any) -> None:
    started = []
    monkeypatch.setattr(insight.FLUSHER, "start", lambda: started.append(1))
    insight.count(cell())
    assert started == []
    settings.COUNTS_ARE_WRITTEN = True
    insight.count(cell())
    assert started == [1]


def test_two_at_once_wait_for_each_other_in_order(transactional_db: None) -> None:
    def write(order: int) -> None:
        counter = sums()
        for _ in range(10):
            for n in range(200)[::order]:
                counter.add(cell(n))
            counter.flush()
        connection.close()

    threads = [Thread(target=write, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total() == 4 * 10 * 200
    assert StepCell.objects.count() == 200


def test_counted_while_others_count_and_it_is_written(transactional_db: None) -> None:
    counter = sums()

    def count() -> None:
        for n in range(20_000):
            counter.add(cell(n % 7))

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        counter.flush()
    counter.flush()
    assert total() == 80_000


def test_while_the_database_is_away_sums_are_kept(transactional_db: None, monkeypatch: Any) -> None:
    counter = sums()
    counter.add(cell(), 3)
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "/nowhere")
        counter.flush()
        counter.add(cell())
    counter.flush()
    assert total() == 4


@pytest.mark.parametrize(("cut", "kept"), [("55P03", 3), ("57P01", 3), ("", 0), ("22001", 0)])
def test_what_may_have_been_written_is_not_written_again(db: None, cut: str, kept: int) -> None:
    """A lock that is not given, a server that ends: nothing is written. A link that is cut: nobody knows."""
    tries: list[int] = []

    def write(sums: Mapping[Cell, int]) -> None:
        tries.append(sum(sums.values()))
        if len(tries) > 1:
            return
        if not cut:
            raise OperationalError("the link was cut")
        with connection.cursor() as cursor:
            cursor.execute(f"do $$ begin raise sqlstate '{cut}'; end $$")

    counter = sums(write)
    counter.add(cell(), 3)
    with transaction.atomic():
        counter.flush()
        transaction.set_rollback(True)
    counter.add(cell(1))
    counter.flush()
    assert tries == [3, kept + 1]


def test_sums_are_bounded(db: None) -> None:
    counter = sums(most=5)
    for n in range(10):
        counter.add(cell(n))
        counter.add(cell(0))
    counter.flush()
    assert StepCell.objects.count() == 5
    assert StepCell.objects.get(page="p000").n == 11


def test_a_process_that_forks_leaves_counts_and_thread_behind(db: None) -> None:
    counter = sums()
    flusher = Flusher(counter, seconds=60)
    flusher.start()
    counter.add(cell())
    child = os.fork()
    if not child:
        os._exit(0 if flusher._thread is None and not counter._sums else 1)
    assert os.waitpid(child, 0)[1] == 0
    flusher.stop()
    assert total() == 1
