"""How much memory a web process and the whole demo take, and how long a web server takes to answer for the first time."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import servers

# What people look at before memory is: each kind of page once or more in each process.
PATHS = ["/", "/services/missed-bin", "/bins", "/reports", "/contact", "/desk/sign-in"] * 8


@dataclass(frozen=True)
class Size:
    """Megabytes of the largest web process and of the whole demo with its database, and seconds until the first answer.

    What processes share counts once among them all (PSS).
    """

    web: float
    demo: float
    start: float


def measured() -> Size:
    """Start the demo as `make run` does, on the bench's database, look at some pages, and measure it."""
    port = servers.free_port()
    env = {**os.environ, "PORT": str(port), "PYTHONPATH": str(servers.ROOT)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "doorstep.cli.main", "run"],
        cwd=servers.ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _first_answer(port, seconds=120)
        time.sleep(5)  # workers, too
        for path in PATHS:
            _ask(port, path)
        tree = list(_tree(demo.pid))
        database = [pid for pid, command in _commands() if command.startswith("postgres")]
        web = [pid for pid, command in _commands() if pid in tree and "doorstep.wsgi" in command]
        return Size(max(map(_megabytes, web)), sum(map(_megabytes, [*tree, *database])), _start())
    finally:
        demo.terminate()
        demo.wait(60)


def _start() -> float:
    """Return the seconds from the start of a web server to its first answer; the least of three."""
    took = []
    for _ in range(3):
        began = time.monotonic()
        port = servers.free_port()
        process = servers.start(servers.web_command("doorstep.wsgi", port), {}, servers.ROOT)
        _first_answer(port, seconds=60)
        took.append(time.monotonic() - began)
        process.terminate()
        process.wait(30)
    return min(took)


def _first_answer(port: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if _ask(port, "/healthz") == 200:
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("The server did not answer.")


def _ask(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _commands() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        yield int(folder.name), command.rsplit("/", 1)[-1] if "bin/postgres" in command else command


def _tree(pid: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _tree(int(child))


def _megabytes(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss: +(\d+) kB", said, re.M)
    return int(found[1]) / 1024 if found else 0.0
