"""Has what strangers send read by a process of its own, so that no file can take this one's memory or time.

Few are read at once on a machine, whatever the number of its web processes.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from doorstep.files import picture

AT_ONCE, PATIENCE_SECONDS = 2, 8
# A little more than the program gives itself.
DEADLINE_SECONDS = 2 * picture.MOST_SECONDS + 2
# Nothing of ours goes along, no secret above all; threads of a decoder share one heap.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
ENDED_BY_LIMIT = {-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL}


class Busy(Exception):
    """Others had every place for as long as one may wait."""


def read(
    source: IO[bytes],
    target: IO[bytes],
    *,
    places: Path,
    program: str = "",
    task: str = "",
) -> int:
    """Have the picture in one file written as a JPEG into another; return one of the codes of `picture`.

    Or have another `program` do its `task`, and return a code of its own. `places` is the folder in which the machine's processes agree on whose turn it is. Raises Busy, OSError.
    """
    with _place(places):
        process = subprocess.Popen(
            [sys.executable, "-P", program or picture.__file__, *filter(None, [task])],
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        try:
            code = process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            code = picture.TOO_MUCH
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return picture.TOO_MUCH if code in ENDED_BY_LIMIT else code


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    """Hold one of this machine's places to read a picture; whoever dies gives theirs back. Raises Busy."""
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        for number in range(AT_ONCE):
            # By the machine's name, since several may share the folder.
            with (folder / f"{socket.gethostname()}-{number}").open("wb") as place:
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        if time.monotonic() > until:
            raise Busy
        time.sleep(0.05)
