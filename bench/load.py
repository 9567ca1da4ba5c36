"""Clients: visitors with addresses and cookies of their own, several at once, each request timed."""

import http.client
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from bench import inside
from bench.servers import Site, settled

CLIENTS = 4
FIELD = re.compile(r'name="(csrfmiddlewaretoken|seen)" value="([^"]+)"')
# In so many blocks each thing is measured, so that its spread is known.
BLOCKS = 3
Act = Callable[[], bool]
# What is done at the site that listens on a port.
Acts = Callable[[int], Iterator[Act]]
_addresses = itertools.count(int(time.time()) % 60_000)


@dataclass
class Figure:
    """One thing measured: its rate, times in milliseconds, and CPU-milliseconds by process."""

    name: str
    rate: float
    p50: float
    p95: float
    cpu: dict[str, float]
    wrong: int = 0
    budget: str = ""
    steps: dict[str, tuple[float, float]] = field(default_factory=dict)
    # In CPU-milliseconds, over all processes: half of what lies between the least and the most of its blocks.
    spread: float = 0.0
    # The same of another commit, measured by turns in the same run.
    base: "Figure | None" = None

    @property
    def all_cpu(self) -> float:
        """Return the CPU-milliseconds of web, worker and database together."""
        return sum(self.cpu.values())


class Visitor:
    """One browser, or one program: its own loopback address, so that limits by person see a person."""

    # Told the name of each step of a form when it is done.
    after: Callable[[str], None] | None = None

    def __init__(self, port: int) -> None:
        n = next(_addresses)
        here = f"127.{1 + n // 64516 % 250}.{1 + n // 254 % 254}.{1 + n % 254}"
        self.connection: Any = (
            inside.Connection(here)
            if port == inside.HERE
            else http.client.HTTPConnection("127.0.0.1", port, 30, source_address=(here, 0))
        )
        self.cookies: dict[str, str] = {}
        self.took: dict[str, float] = {}
        # The page that came last, and the address of the form that is being filled in.
        self.page = self.form = ""

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, Any]:
        """Send one request as a browser does, so that it is counted, and read its answer whole."""
        headers.setdefault("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers

    def open(self, path: str, name: str = "") -> bool:
        """Ask for a page; say whether it came."""
        began = time.monotonic()
        status, self.page, _ = self.ask("GET", path)
        self._done(f"GET {name or path.rsplit('/', 1)[1]}", began)
        return status == 200

    def _done(self, step: str, began: float) -> None:
        self.took[step] = time.monotonic() - began
        if self.after:
            self.after(step)

    def send(self, path: str, **fields: str) -> str:
        """Send a page's form with its hidden fields; return where it leads, or "" where it does not."""
        given = urlencode({**dict(FIELD.findall(self.page)), **fields})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        status, self.page, headers = self.ask("POST", path, given, **kind)
        self._done(f"POST {path.rsplit('/', 1)[1]}", began)
        return str(headers["Location"]) if status == 302 else ""


def percentile(times: list[float], share: float) -> float:
    """Return the time, in milliseconds, within which this share of times lies."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


class Measure:
    """Does acts from several clients for some seconds, in blocks, each act timed; at several sites by turns."""

    def __init__(self, sites: list[Site], seconds: float, clients: int = CLIENTS) -> None:
        self.sites, self.seconds, self.clients = sites, seconds, clients

    def __call__(self, name: str, acts: Acts, budget: str = "") -> Figure:
        """Return what came of it at the first site, with what came of it at the second; the worker's share is waited for."""
        todo = [(site, acts(site.port)) for site in self.sites]
        for (
            site,
            act,
        ) in todo:  # what is loaded at the first look only is no part of what comes after
            self._block(site, act, self.seconds / 10)
        blocks: list[list[Block]] = [[] for _ in todo]
        for n in range(BLOCKS):  # the other first every second time: what drifts hits both alike
            for at in sorted(range(len(todo)), reverse=bool(n % 2)):
                blocks[at].append(self._block(*todo[at], self.seconds / BLOCKS))
        made, *others = (_figure(name, found, budget) for found in blocks)
        made.base = others[0] if others else None
        said = f", {made.base.all_cpu:.1f} before" if made.base else ""
        print(
            f"  {name}: {made.rate:.0f}/s, {made.all_cpu:.1f} ± {made.spread:.1f} CPU-ms{said}",
            flush=True,
        )
        return made

    def _block(self, site: Site, acts: Iterator[Act], seconds: float) -> "Block":
        times: list[float] = []
        wrong, lock, end = [0], threading.Lock(), time.monotonic() + seconds

        def client() -> None:
            while time.monotonic() < end:
                with lock:
                    act = next(acts, None)
                if act is None:
                    return
                began = time.monotonic()
                fine = act()
                times.append(time.monotonic() - began)
                wrong[0] += not fine

        with site.awake():
            before, began = site.cpu(), time.monotonic()
            threads = [threading.Thread(target=client) for _ in range(self.clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if "worker" in site.processes:
                settled()
            took = time.monotonic() - began
            return Block(times, wrong[0], took, site.since(before))


@dataclass
class Block:
    """Some seconds of one thing: each act's seconds, how many went wrong, how long in all, CPU seconds by process."""

    times: list[float]
    wrong: int
    took: float
    cpu: dict[str, float]

    @property
    def cpu_of_one(self) -> float:
        """Return the CPU-milliseconds of one act, over all processes."""
        return sum(self.cpu.values()) * 1000 / len(self.times)


def _figure(name: str, blocks: list[Block], budget: str) -> Figure:
    """Return what blocks of the same thing come to; the spread is half of what lies between their least and most."""
    blocks = [block for block in blocks if block.times]
    if not blocks:
        raise SystemExit(f"{name}: nothing was done.")
    times = [one for block in blocks for one in block.times]
    n, each = len(times), [block.cpu_of_one for block in blocks]
    cpu = {k: sum(block.cpu[k] for block in blocks) * 1000 / n for k in blocks[0].cpu}
    rate = n / sum(block.took for block in blocks)
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    made = Figure(name, rate, p50, p95, cpu, sum(block.wrong for block in blocks), budget)
    made.spread = (max(each) - min(each)) / 2
    return made


def gets(
    port: int,
    paths: Iterator[str],
    status: int = 200,
    cookies: dict[str, str] | None = None,
    **headers: str,
) -> Iterator[Act]:
    """Yield look-ups over connections that are kept, each client with its own or with these cookies."""
    kept = threading.local()

    def look(path: str) -> bool:
        if not hasattr(kept, "visitor"):
            kept.visitor = Visitor(port)
            kept.visitor.cookies |= cookies or {}
        return bool(kept.visitor.ask("GET", path, **headers)[0] == status)

    for path in paths:
        yield partial(look, path)
