"""The site that is measured: its own database on the embedded server, web and worker as `make run` starts them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPLICATION = "doorstep_app"
NAME, SMALL = "doorstep_bench", "doorstep_bench_small"
WORKER = ["doorstep.cli.main", "procrastinate", "worker", "--queues", "default", "--concurrency", "4"]  # fmt: skip


def database(name: str) -> str:
    """Make a database of the bench if it is missing, with the demo council in it; return the server's folder."""
    from doorstep.cli import embedded

    url = embedded.ensure()
    data = str(embedded.home() / "postgres")
    psql(data, f"create database {name} owner {APPLICATION}", "postgres")
    # What counts statements has them logged, which is no application's to ask for otherwise.
    psql(data, f"grant set on parameter log_statement to {APPLICATION}", "postgres")
    os.environ |= {
        "DATABASE_URL": url.rsplit("/", 1)[0] + f"/{name}",
        "DOORSTEP_DEMO": "1",
        "DOORSTEP_DATA": str(embedded.home() / name),
        "DJANGO_SETTINGS_MODULE": "doorstep.settings",
        "GOVUK_PAY_PORT": os.environ.get("GOVUK_PAY_PORT") or str(free_port()),
    }
    for step in (["migrate", "-v", "0"], ["demo"]):
        subprocess.run([sys.executable, "-m", "doorstep.cli.main", *step], check=True, cwd=ROOT)
    return data


def _name() -> str:
    return os.environ["DATABASE_URL"].rsplit("/", 1)[1]


def psql(data: str, sql: str, name: str = "") -> None:
    """Run one statement as the embedded server's superuser; what fails is passed over."""
    from doorstep.cli import embedded

    embedded.administer(Path(data), sql, name or _name())


def _server(data: Path) -> list[str]:
    from doorstep.cli import embedded_socket as sockets

    return ["-h", str(sockets.folder(data)), "-p", sockets.PORT, "-U", APPLICATION]


def pgbench(data: str, seconds: int) -> float:
    """Return one-row inserts a second on the bench's database, four clients."""
    from doorstep.cli import embedded
    from doorstep.cli import embedded_roles as roles

    psql(data, "create table if not exists bench_row (n bigint, at timestamptz)")
    psql(data, f"alter table bench_row owner to {APPLICATION}")
    script = Path("/tmp/doorstep-bench.sql")
    script.write_text("insert into bench_row values (1, now());\n")
    script.chmod(0o644)
    args = [
        "-n",
        "-c",
        "4",
        "-j",
        "2",
        "-T",
        str(seconds),
        "-f",
        str(script),
        *_server(Path(data)),
        _name(),
    ]
    password = roles.password(Path(data), APPLICATION)
    said = embedded._call(embedded.programs() / "pgbench", *args, password=password).stdout
    psql(data, "truncate bench_row")
    return float(re.search(r"tps = ([\d.]+)", said)[1])  # type: ignore[index]


def publish_two_page() -> None:
    """Play and publish the form of two pages that only the bench uses."""
    from django.utils import timezone

    from doorstep.catalogue import actions, queries
    from doorstep.rehearsal import playing as rehearsal

    service, files = queries.of_folder(Path(__file__).with_name("services") / "two-page")
    wrong = [r for r in rehearsal.play(service, files, service.examples) if r.differences]
    if wrong:
        raise SystemExit(f"The two-page form does not play: {wrong}")
    now = timezone.now()
    actions.played(service=service, examples=len(service.examples), now=now)
    actions.publish(contents=files, now=now)


@dataclass
class Site:
    """Running processes by what they are, and the port of the web server."""

    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    # Of two sites on one database only one worker takes jobs at a time.
    by_turns: bool = False

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Have the worker of this site alone take jobs until the block ends, where it shares them."""
        worker = self.processes.get("worker") if self.by_turns else None
        if worker:
            worker.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            if worker:
                worker.send_signal(signal.SIGSTOP)

    def cpu(self) -> dict[tuple[str, int], float]:
        """Return CPU seconds so far of each process: web and worker with their children, the database's."""
        whose = {p.pid: name for name, p in self.processes.items()}
        spent = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            name = whose.get(int(folder.name)) or whose.get(int(fields[1]))
            if command.startswith(b"postgres:") and f" {_name()} ".encode() in command:
                name = "database"
            if name:
                ticks = int(fields[11]) + int(fields[12])
                spent[name, int(folder.name)] = ticks / os.sysconf("SC_CLK_TCK")
        return spent

    def since(self, before: dict[tuple[str, int], float]) -> dict[str, float]:
        """Return CPU seconds by what was running since a look; a process that ended meanwhile is not seen."""
        found = dict.fromkeys([*self.processes, "database"], 0.0)
        for (name, pid), seconds in self.cpu().items():
            found[name] += seconds - before.get((name, pid), 0.0)
        return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(what: list[str], env: dict[str, str], root: Path) -> subprocess.Popen[bytes]:
    """Start a module of a checkout as a process."""
    # At the log level of production.
    env = {**os.environ, "PYTHONPATH": str(root), "DOORSTEP_LOG": "INFO", **env}
    return subprocess.Popen(
        [sys.executable, "-m", *what], cwd=root, env=env, stderr=subprocess.DEVNULL
    )


def web_command(app: str, port: int) -> list[str]:
    """Return the command of a web server as `doorstep run` starts it."""
    from doorstep.cli.supervisor import commands

    command = commands(str(port))["web"][2:]
    return [app if part == "doorstep.wsgi" else part for part in command]


def _await(site: Site) -> None:
    """Wait until the web server listens, and until what was started has done with starting."""
    until = time.monotonic() + 60
    while "web" in site.processes and not _listens(site.port):
        if time.monotonic() > until:
            raise SystemExit("The web server did not start.")
        time.sleep(0.1)
    quiet = 0
    while quiet < 3 and time.monotonic() < until:
        before = site.cpu()
        time.sleep(0.5)
        quiet = quiet + 1 if sum(site.since(before).values()) < 0.05 else 0


@contextmanager
def running(
    app: str = "doorstep.wsgi",
    *,
    web: bool = True,
    worker: bool = True,
    env: dict[str, str] | None = None,
    root: Path = ROOT,
) -> Iterator[Site]:
    """Run a web server, a worker or both of a checkout until the block ends."""
    site = Site(free_port())
    if web:
        site.processes["web"] = start(web_command(app, site.port), env or {}, root)
    if worker:
        site.processes["worker"] = start(WORKER, env or {}, root)
    try:
        _await(site)
        yield site
    finally:
        for process in site.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in site.processes.values():
            process.wait(30)


@contextmanager
def all_running(roots: list[Path]) -> Iterator[list[Site]]:
    """Run the site of this checkout, and of each other one beside it on the same database, until the block ends."""
    with ExitStack() as stack:
        sites = [stack.enter_context(running(root=root)) for root in [ROOT, *roots]]
        for site in sites if roots else []:
            site.by_turns = True
            site.processes["worker"].send_signal(signal.SIGSTOP)
        yield sites


def settled(seconds: float = 60) -> None:
    """Wait until the queue is empty: what was registered is done."""
    from django.db import connection

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "select exists (select 1 from procrastinate_jobs where status in ('todo', 'doing')"
                " and task_name not like 'sys.%')"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise SystemExit("The queue did not empty.")


@contextmanager
def paying() -> Iterator[str]:
    """Run the stand-in for GOV.UK Pay until the block ends; yield its address. Its CPU is not counted."""
    from django.conf import settings

    from doorstep.cli.supervisor import standin

    state = Path(settings.DATA) / "bench-pay.sqlite"
    state.unlink(missing_ok=True)
    env = {**os.environ, "STANDIN_STATE": str(state), "STANDIN_HOOK": ""}
    env |= {"GOVUK_PAY_KEY": settings.GOVUK_PAY_KEY, "GOVUK_PAY_SIGNING_SECRET": settings.GOVUK_PAY_SIGNING_SECRET}  # fmt: skip
    pay = standin("standins.govuk_pay.app", settings.STANDIN_PORT)
    process = subprocess.Popen(pay, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if _listens(settings.STANDIN_PORT):
                break
            time.sleep(0.1)
        yield str(settings.GOVUK_PAY_URL)
    finally:
        process.terminate()
        process.wait(30)
