"""A whole installation of its own, as in production: database server, files, web and worker processes.

Loopback only. Every process is one we started and is ended by its id.
"""

import json
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from doorstep.cli import embedded, supervisor
from doorstep.cli.embedded_roles import APPLICATION
from tests import shared
from tests.patience import until
from tests.size import size

ROOT = Path(__file__).resolve().parents[2]
# Sooner than in production, so that a test need not wait half a minute for a death to be noticed.
DEAD_AFTER_SECONDS = "12"
# A council's, long enough: nothing here may depend on demo data or demo sign-ins.
SECRET = "a-key-of-the-fault-tests-only, which is as long as a council's must be"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_nobodys_root(command: list[str]) -> list[str]:
    """Return a command as it runs under the database's OS user where we are root, since no production runs as root.

    It may still read this checkout and its Python, wherever root keeps them: `dac_override` alone stays.
    """
    if os.geteuid():
        return command
    embedded._user()
    user = [f"--reuid={embedded.USER}", f"--regid={embedded.USER}", "--clear-groups"]
    return ["setpriv", *user, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *command]


def children(pid: int) -> list[int]:
    """Return the ids of a process's living children."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue  # ended while we looked
        if int(parent) == pid and state != "Z":
            found.append(int(folder.name))
    return found


class Installation:
    """One installation: made empty, filled with homes, started piece by piece, taken down whole."""

    def __init__(self, copied: bool = True) -> None:
        # What others are copied from stays until the run is over.
        place = shared.base() if copied else shared.folder()
        self.folder = Path(tempfile.mkdtemp(prefix="faults-", dir=place))
        self.folder.chmod(0o755)
        self.files = self.folder / "files"
        self.files.mkdir()
        if os.geteuid() == 0:
            embedded._user()
            shutil.chown(self.files, embedded.USER, embedded.USER)
        self.port = free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self.bins: list[tuple[int, int]] = []
        self.secret = ""
        self.homes: dict[str, Any]
        self.data = self.folder / "postgres"
        if copied:
            first = _first()
            self.homes = first["homes"]
            self._copy(Path(first["data"]))
        else:
            self.homes = {"bins": [], "secret": ""}
            self._make_database()

    def _copy(self, data: Path) -> None:
        subprocess.run(["cp", "-a", str(data), str(self.data)], check=True)
        self.start_database()

    def _make_database(self) -> None:
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            embedded._user()
            who = pwd.getpwnam(embedded.USER)
            os.chown(self.data, who.pw_uid, who.pw_gid)
        embedded._make(embedded.programs(), self.data)
        self.start_database()
        embedded.administer(self.data, f"create database doorstep owner {APPLICATION}")
        self.call("doorstep.cli.main", "migrate", "-v", "0")

    def start_database(self) -> None:
        """Start the database server and wait until it answers; after a crash it recovers first."""
        embedded._start(embedded.programs(), self.data)

    def stop_database(self, how: str) -> None:
        """Stop the database server, "fast" (clients are cut off) or "immediate" (as if it crashed)."""
        program = embedded.programs() / "pg_ctl"
        embedded._call(program, "stop", "-w", "-m", how, "-D", str(self.data))

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of this installation's processes: production's, not the demo's."""
        left = {k: v for k, v in os.environ.items() if not k.startswith(("DOORSTEP", "PYTEST"))}
        return {
            **left,
            "DATABASE_URL": embedded.address(self.data),
            "DOORSTEP_DATA": str(self.files),
            "DOORSTEP_DEAD_AFTER": DEAD_AFTER_SECONDS,
            "DOORSTEP_LOG": "ERROR",
            "DJANGO_SETTINGS_MODULE": "doorstep.settings",
            "SECRET_KEY": SECRET,
            # What it would hand to a carrier lies in files, which the checker reads.
            "DOORSTEP_MESSENGER": "tests.faults.outbox.Outbox",
            "DOORSTEP_COUNCIL": "demo",
            "BASE_ADDRESS": f"https://127.0.0.1:{self.port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "PORT": str(self.port),
            **more,
        }

    def call(self, *args: str, code: Path = ROOT) -> str:
        """Run a Python module to its end with this installation's environment; return what it prints."""
        done = subprocess.run(
            as_nobodys_root([sys.executable, "-m", *args]),
            env=self.environment(),
            cwd=code,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def fill(self, homes: int) -> None:
        """Have a district of so many homes: the copied one has a few dozen, a larger one is built."""
        if homes > len(self.homes["bins"]):
            self.stop_database("fast")
            shutil.rmtree(self.data)
            self._copy(Path(_first()["empty"]))
            self.homes = json.loads(self.call("tests.faults.seed", "homes", str(homes)))
        self.bins = [(u, b) for u, b in self.homes["bins"][:homes]]
        self.secret = self.homes["secret"]

    def start(self, what: str, port: int = 0, code: Path = ROOT, **more: str) -> Any:
        """Start "web", "worker" or "sys" as the supervisor would, or "run": all, supervised."""
        port = port or self.port
        commands = supervisor.commands(str(port))
        run = [sys.executable, "-m", "doorstep.cli.main", "run"]
        command = run if what == "run" else commands[what]
        env = self.environment(**more, PORT=str(port))
        made = subprocess.Popen(as_nobodys_root(command), env=env, cwd=code, start_new_session=True)
        self.started.append(made)
        if what in ("web", "run"):
            self.wait_for_web(port)
        return self.started[-1]

    def start_on_small_disk(self) -> int:
        """Start a web whose files may not pass a few kilobytes, as on a full disk; return its port."""
        port, kilobytes = free_port(), 8 * 1024
        command = supervisor.commands(str(port))["web"]
        self.started.append(
            subprocess.Popen(
                as_nobodys_root(command),
                env=self.environment(PORT=str(port)),
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_FSIZE, (kilobytes, kilobytes)
                ),
            )
        )
        self.wait_for_web(port)
        return port

    def most_memory(self, process: "subprocess.Popen[bytes]") -> int:
        """Return the most memory that any of a process's children ever held, in bytes."""
        found = 0
        for child in children(process.pid):
            status = Path(f"/proc/{child}/status").read_text()
            found = max(found, int(status.split("VmHWM:")[1].split()[0]) * 1024)
        return found

    def execute(self, statement: str) -> None:
        """Run a statement in the database, past our own code."""
        with psycopg.connect(embedded.address(self.data)) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def wait_for_web(self, port: int = 0, seconds: float = 180) -> None:
        """Wait until the web listens."""

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port or self.port)) == 0

        until(listens, seconds, every=0.05, what=lambda: "the web did not start")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query, read past our own code."""
        with psycopg.connect(embedded.address(self.data)) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def wait_until_drained(self, seconds: float = 180) -> None:
        """Wait until no job is due or being done."""
        left = "select task_name, status, count(*) from procrastinate_jobs where status in ('todo', 'doing') and task_name not like 'sys.%%' and task_name not like 'builtin%%' group by 1, 2"
        until(lambda: not self.rows(left), seconds, every=0.3, what=lambda: self.rows(left))

    def outbox(self) -> list[dict[str, str]]:
        """Return every message that left, as the demo's messenger wrote it."""
        folder = self.files / "outbox"
        return [json.loads(p.read_text()) for p in folder.glob("*.json")] if folder.exists() else []

    def take_down(self) -> None:
        """End every process we started and remove every file."""
        for process in self.started:
            _end(process)
        self.stop_database("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def _first() -> dict[str, Any]:
    """Return what installations are copied from: once a run, and anew after midnight.

    A database server's folder with tables only (`empty`), one with homes (`data`), and those `homes`.
    """
    return dict(shared.once(f"first-{date.today()}", _make_first))


def _make_first() -> dict[str, Any]:
    made = Installation(copied=False)
    made.stop_database("fast")
    empty = made.folder / "empty"
    subprocess.run(["cp", "-a", str(made.data), str(empty)], check=True)
    made.start_database()
    homes = json.loads(made.call("tests.faults.seed", "homes", str(size(40, 1000))))
    made.stop_database("fast")
    return {"empty": str(empty), "data": str(made.data), "homes": homes}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process: a supervisor ends what it started; any other is killed with all that is of its group."""
    if process.poll() is not None:
        return
    if b"run" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0"):
        process.terminate()
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            for pid in [*children(process.pid), process.pid]:
                os.kill(pid, signal.SIGKILL)
    elif os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait(10)
