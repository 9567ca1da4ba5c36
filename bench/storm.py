"""`make bench STORM=1`: ten minutes of a snow day. STORM=0.1 is a tenth of that.

Two hundred look-ups of bin days a second, fifty reports a minute and twenty members of staff beside them, on the same cores. Each
begins when its time has come, whether or not those before are answered: a slow answer makes nobody come later. It
prints how long they took, what went wrong, and how long the queue took to be empty afterwards.
"""

import itertools
import queue
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench import visits
from bench.load import Visitor, percentile
from bench.measures import Bench
from bench.servers import Site, settled

MINUTES, LOOKUPS, REPORTS, STAFF = 10.0, 200, 50, 20
# A member of staff opens a page every so many seconds.
THINKS_SECONDS = 6
# Enough that nobody waits for another's connection while pages take under a second.
CLIENTS = 48


@dataclass
class Storm:
    """What came of it: by what was done, the seconds of each from when its time had come; what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    emptied: float = 0.0

    def said(self) -> Iterator[str]:
        """Yield a line for each thing that was done, and one for the queue."""
        for what, times in self.times.items():
            p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
            yield (
                f"{what}: {len(times):,}, wrong {self.wrong[what]}, p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
                f" longest {max(times) * 1000:.0f} ms"
            )
        yield f"queue empty {self.emptied:.0f} s after the end"


Due = tuple[float, int, str, Callable[[Visitor], bool]]


def blow(site: Site, bench: Bench, share: float = 1.0) -> Storm:
    """Send the storm for its ten minutes or a share of them, and wait until the queue is empty."""
    storm, lock = Storm(), threading.Lock()
    waiting: queue.Queue[Due | None] = queue.Queue()

    def client() -> None:
        visitor = Visitor(site.port)
        while due := waiting.get():
            at, _n, what, act = due
            try:
                fine = act(visitor)
            except OSError:  # closed while it was idle: asked once more, as a browser does
                visitor = Visitor(site.port)
                fine = _again(act, visitor)
            with lock:
                storm.times[what].append(time.monotonic() - at)
                storm.wrong[what] += not fine

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    for due in _timetable(site, bench, MINUTES * 60 * share):
        time.sleep(max(0.0, began + due[0] - time.monotonic()))
        waiting.put((began + due[0], *due[1:]))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    ended = time.monotonic()
    settled(120)
    storm.emptied = time.monotonic() - ended
    return storm


def _again(act: Callable[[Visitor], bool], visitor: Visitor) -> bool:
    try:
        return act(visitor)
    except OSError:
        return False


def _timetable(site: Site, bench: Bench, seconds: float) -> Iterator[Due]:
    """Yield what begins when, in its order: seconds from the start."""
    chance, n = random.Random(7), itertools.count()
    desk = itertools.cycle(["/desk", "/desk/tasks", *bench.cases()[:50]])
    every = {
        "bin days": (1 / LOOKUPS, lambda: _look(f"/bins/{next(bench.homes)}")),
        "reports": (60 / REPORTS, lambda: _report(site, bench)),
        "desk": (THINKS_SECONDS / STAFF, lambda: _look(next(desk), bench.officer)),
    }
    coming = {what: chance.random() * gap for what, (gap, _) in every.items()}
    while (at := min(coming.values())) < seconds:
        what = next(name for name, due in coming.items() if due == at)
        gap, make = every[what]
        coming[what] += gap
        yield at, next(n), what, make()


def _look(path: str, cookies: dict[str, str] | None = None) -> Callable[[Visitor], bool]:
    def act(visitor: Visitor) -> bool:
        visitor.cookies = dict(cookies or {})
        return bool(visitor.ask("GET", path)[0] == 200)

    return act


def _report(site: Site, bench: Bench) -> Callable[[Visitor], bool]:
    uprn, box = bench.next_bin()
    return lambda _visitor: visits.report(site.port, uprn, box) is not None
