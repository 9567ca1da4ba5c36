"""`make bench`: what look-ups, pages and whole reports cost, beside two ceilings measured in the same run.

Loopback only, bounded in time. The database `doorstep_bench` is kept between runs.
"""

import http.client
import itertools
import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SECONDS, CLIENTS = 8, 4
MARK = "<!-- figures -->"


@dataclass(frozen=True)
class Figure:
    """One thing measured: its rate, times in milliseconds, and CPU-milliseconds over web, worker, database."""

    name: str
    rate: float
    p50: float
    p95: float
    cpu: float
    wrong: int


def database() -> str:
    """Return the bench's own database on the embedded server, made if missing, with the demo council in it."""
    from doorstep.cli import embedded

    url = embedded.ensure()
    port = url.rsplit(":", 1)[1].split("/")[0]
    server = ["-h", "127.0.0.1", "-p", port, "-U", embedded.USER]
    embedded._call(
        embedded.programs() / "psql", *server, "-c", "create database doorstep_bench", "postgres"
    )
    os.environ |= {
        "DATABASE_URL": url.rsplit("/", 1)[0] + "/doorstep_bench",
        "DOORSTEP_DEMO": "1",
        "DOORSTEP_DATA": str(embedded.home() / "bench"),
        "DJANGO_SETTINGS_MODULE": "doorstep.settings",
    }
    for step in (["migrate", "-v", "0"], ["demo"]):
        subprocess.run([sys.executable, "-m", "doorstep.cli.main", *step], check=True, cwd=ROOT)
    return port


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(*what: str, port: int = 0) -> subprocess.Popen[bytes]:
    """Start a process of the bench; with a port, wait until it listens there."""
    made = subprocess.Popen(
        [sys.executable, "-m", *what], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    for _ in range(200):
        if not port or _listens(port):
            return made
        time.sleep(0.1)
    raise SystemExit(f"{what[0]} did not start")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def web(app: str, port: int) -> list[str]:
    """Return the command of a web server as `make run` starts it."""
    return ["gunicorn", app, "-b", f"127.0.0.1:{port}", "-w", "2", "-k", "gthread", "--threads", "4", "--log-level", "warning"]  # fmt: skip


def cpu_seconds(pids: list[int]) -> float:
    """Return the CPU time of processes, their children, and the database's backends for the bench."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(folder.name) in pids or int(fields[1]) in pids or b"doorstep_bench" in command:
            total += int(fields[11]) + int(fields[12])
    return total / ticks


_addresses = itertools.count(1)


class Visitor:
    """One browser, or one program: its own loopback address, so that limits by person see a person."""

    def __init__(self, port: int) -> None:
        n = next(_addresses)
        here = f"127.{1 + n // 65025}.{1 + n // 255 % 255}.{1 + n % 254}"
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", port, 30, source_address=(here, 0)
        )
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, Any]:
        """Send one request and read its answer whole."""
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers


def measure(name: str, pids: list[int], acts: Iterator[Callable[[], bool]]) -> Figure:
    """Do acts from several clients for some seconds, each timed; what says no is counted as wrong."""
    times: list[float] = []
    wrong, lock, end = [0], threading.Lock(), time.monotonic() + SECONDS

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

    before, began = cpu_seconds(pids), time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    spent = cpu_seconds(pids) - before
    times.sort()
    n = len(times)
    made = Figure(name, n / took, times[n // 2] * 1000, times[int(n * 0.95)] * 1000, spent * 1000 / n, wrong[0])  # fmt: skip
    print(f"  {name}: {made.rate:.0f}/s", flush=True)
    return made


def gets(
    port: int, paths: Iterator[str], status: int = 200, **headers: str
) -> Iterator[Callable[[], bool]]:
    """Yield look-ups, over connections that are kept."""
    kept = threading.local()

    def look(path: str) -> bool:
        if not hasattr(kept, "visitor"):
            kept.visitor = Visitor(port)
        return bool(kept.visitor.ask("GET", path, **headers)[0] == status)

    for path in paths:
        yield lambda path=path: look(path)


def bins_to_report() -> list[tuple[int, int]]:
    """Return homes and their bins that can be reported now: due, the round finished, nothing recorded or open."""
    from django.utils import timezone

    from doorstep.cases.models import Case
    from doorstep.council.queries import ZONE
    from doorstep.fieldwork.models import Outcome
    from doorstep.waste import queries
    from doorstep.waste.models import Container, RoundDay

    today = timezone.now().astimezone(ZONE).date()
    open_keys = set(Case.objects.filter(closed_at=None).values_list("unique_key", flat=True))
    seen = set(Outcome.objects.values_list("about_key", flat=True))
    found: list[tuple[int, int]] = []
    days = RoundDay.objects.filter(finished_at__isnull=False, delayed_until=None, day__lt=today)
    for row in days.order_by("-day"):
        boxes = list(Container.objects.filter(round_id=row.round_id, kind="black-bin"))
        if boxes and queries.last_due(queries.container(str(boxes[0].pk), today), today) == row.day:
            free = (
                b for b in boxes if f"missed-bin:{b.pk}" not in open_keys and str(b.pk) not in seen
            )
            found += [(b.place_id, b.pk) for b in free]
    if not found:
        raise SystemExit(
            "No bin can be reported today; close some cases in doorstep_bench, or drop it."
        )
    return found


FIELD = re.compile(r'name="(csrfmiddlewaretoken|draft)" value="([^"]+)"')


def report(port: int, uprn: int, box: int) -> bool:
    """Report a missed bin as a resident does: every page asked for, every form sent, to the confirmation."""
    visitor, base = Visitor(port), "/services/missed-bin"
    status, page, _ = visitor.ask("GET", base)
    given: dict[str, str] = {}
    for path, fields in (
        ("begin", {}),
        ("address", {"property": str(uprn)}),
        ("bin", {"container": str(box)}),
        ("contact", {"name": "", "email": "ann@resident.example", "phone": ""}),
        ("check", {}),
    ):
        given = {**dict(FIELD.findall(page)), **fields}
        kind = "application/x-www-form-urlencoded"
        status, _, headers = visitor.ask(
            "POST", f"{base}/{path}", urlencode(given), **{"Content-Type": kind}
        )
        if status != 302:
            return False
        status, page, _ = visitor.ask("GET", headers["Location"])
    return status == 200 and headers["Location"].endswith("/sent")


def send(port: int, secret: str, uprn: int, box: int) -> bool:
    """Send the same by the API."""
    body = {"channel": "telephone", "answers": {"property": str(uprn), "container": str(box)}}
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    headers["Idempotency-Key"] = f"bench-{time.time_ns()}-{box}"
    path = "/api/v1/services/missed-bin/cases"
    return Visitor(port).ask("POST", path, json.dumps(body), **headers)[0] == 201


def pgbench(port: str) -> float:
    """Return one-row inserts a second on the bench's database, four clients."""
    from doorstep.cli import embedded

    server = ["-h", "127.0.0.1", "-p", port, "-U", embedded.USER]
    programs = embedded.programs()
    made = "create table if not exists bench_row (n bigint, at timestamptz)"
    embedded._call(programs / "psql", *server, "-c", made, "doorstep_bench")
    script = Path("/tmp/doorstep-bench.sql")
    script.write_text("insert into bench_row values (1, now());\n")
    script.chmod(0o644)
    args = ["-n", "-c", "4", "-j", "2", "-T", "5", "-f", str(script), *server, "doorstep_bench"]
    said = embedded._call(programs / "pgbench", *args).stdout
    embedded._call(programs / "psql", *server, "-c", "truncate bench_row", "doorstep_bench")
    return float(re.search(r"tps = ([\d.]+)", said)[1])  # type: ignore[index]


def figures(port: int, bare: int, pids: list[int]) -> list[Figure]:
    """Measure everything, the ceilings' page first."""
    from django.utils import timezone

    from doorstep.places.models import Property
    from doorstep.staff import actions as staff
    from doorstep.staff.models import StaffUser

    homes = itertools.cycle(
        Property.objects.exclude(blpu_class="PP").values_list("uprn", flat=True)[::23]
    )

    def at(pattern: str) -> Iterator[str]:
        return (pattern.replace("*", str(next(homes))) for _ in itertools.count())

    tag = Visitor(port).ask("GET", "/bins/990000017019.ics")[2]["ETag"]
    todo = iter(bins_to_report())
    now = timezone.now()
    by = StaffUser.objects.get(username="administrator")
    name = f"bench {now:%Y%m%d%H%M%S}"
    _, secret = staff.make_token(name=name, scopes=["cases:create"], days=30, by=by, now=now)
    return [
        measure("bare Django + template page", pids, gets(bare, at("/"))),
        measure("home page", pids, gets(port, at("/"))),
        measure("bin days, page", pids, gets(port, at("/bins/*"))),
        measure("bin days, JSON", pids, gets(port, at("/bins/*.json"))),
        measure("bin days, calendar", pids, gets(port, at("/bins/*.ics"))),
        measure("bin days, calendar not changed (304)", pids, gets(port, at("/bins/990000017019.ics"), 304, **{"If-None-Match": tag})),
        measure("report by the form: 11 requests", pids, ((lambda b=b: report(port, *b)) for b in todo)),
        measure("report by the API: 1 request", pids, ((lambda b=b: send(port, secret, *b)) for b in todo)),
    ]  # fmt: skip


def table(found: list[Figure], inserts: float) -> str:
    """Return the figures as a table, with their ratios to the two ceilings."""
    bare = found[0]
    lines = [
        f"{date.today():%d %B %Y}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}; {CLIENTS} clients on the same cores, {SECONDS} s each.",
        f"`pgbench`, one-row inserts in the same run: {inserts:,.0f}/s.",
        "",
        "| what | a second | p50 ms | p95 ms | CPU-ms | p95 to the bare page's | inserts to one |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for f in found:
        wrong = f" ({f.wrong} wrong)" if f.wrong else ""
        lines.append(
            f"| {f.name}{wrong} | {f.rate:.0f} | {f.p50:.1f} | {f.p95:.1f} | {f.cpu:.1f} |"
            f" {f.p95 / bare.p95:.1f} | {inserts / f.rate:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Make ready, measure, and write the figures into bench/README.md."""
    database_port = database()
    import django

    django.setup()
    port, bare = free_port(), free_port()
    running = [start(*web("doorstep.wsgi", port), port=port)]
    running.append(start(*web("bench.bare:application", bare), port=bare))
    running.append(
        start(
            "doorstep.cli.main",
            "procrastinate",
            "worker",
            "--queues",
            "default",
            "--concurrency",
            "4",
        )
    )
    try:
        time.sleep(3)
        found = figures(port, bare, [p.pid for p in running])
        inserts = pgbench(database_port)
    finally:
        for process in running:
            process.terminate()
            process.wait(30)
    said = table(found, inserts)
    readme = ROOT / "bench" / "README.md"
    before, _, rest = readme.read_text().partition(MARK)
    _, _, after = rest.partition(MARK)
    readme.write_text(f"{before}{MARK}\n{said}\n{MARK}{after}")
    print(said)


if __name__ == "__main__":
    main()
