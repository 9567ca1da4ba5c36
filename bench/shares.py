"""Where the time of a request goes: its stack is looked at each CPU-millisecond, in one process, and the layer noted.

A look belongs to the first layer that is met from the innermost call outwards; what no line names is the rest.
"""

import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType

# From the innermost frame outwards, the first of these that a frame's file holds says whose time it is.
LAYERS = {
    "/jinja2/": "templates",
    "/templates/": "templates",
    "/markupsafe/": "templates",
    "/psycopg/": "driver and database wrapper",
    "/django/db/backends/": "driver and database wrapper",
    "/django/db/": "ORM",
    "/doorstep/outside/kept.py": "ORM",
    "/procrastinate/": "queue",
    "/doorstep/web/kit/": "our middleware and kit",
    "/doorstep/": "our own code",
    "/django/": "Django besides",
    "/csp/": "Django besides",
    "/whitenoise/": "Django besides",
}
EACH_SECONDS = 0.001


def of(act: Callable[[], object], seconds: float = 3.0) -> dict[str, float]:
    """Return each layer's share of the CPU time of an act that is done again and again, the largest first; sums to 1."""
    import time

    seen: Counter[str] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        seen[_layer(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EACH_SECONDS, EACH_SECONDS)
    try:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            act()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return {name: n / seen.total() for name, n in seen.most_common()}


def _layer(frame: FrameType | None) -> str:
    while frame is not None:
        file = frame.f_code.co_filename
        for part, layer in LAYERS.items():
            if part in file:
                return layer
        frame = frame.f_back
    return "the rest"
