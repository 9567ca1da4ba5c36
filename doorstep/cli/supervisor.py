"""Starts web server and workers, restarts each on any exit, and stops all of them together.

They end with it, however it ends, so that the next start finds nothing left over. The embedded database, where it is
ours, is started again as they are.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from doorstep import moved_clock, settings
from doorstep.cli import embedded, parent, ports

# Worker settings as measured for the queue: see docs/decisions/0003-queue.md.
WORKER = [
    "procrastinate",
    "worker",
    "--concurrency",
    "4",
    "--fetch-job-polling-interval",
    "1",
    "--shutdown-graceful-timeout",
    "20",
]


LOOK_EVERY_SECONDS, AGAIN_AFTER_SECONDS = 0.2, 1.0


def _doorstep(*args: str) -> list[str]:
    return [sys.executable, "-m", "doorstep.cli.main", *args]


def standin(application: str, port: int) -> list[str]:
    """Return the command of a stand-in of the demo's: on this machine only, one process."""
    where = f"127.0.0.1:{port}"
    server = [sys.executable, "-m", "gunicorn", f"{application}:application"]
    server += ["-c", "python:doorstep.cli.web", "--pythonpath", str(settings.ROOT)]
    server += ["-b", where, "-w", "1", "-k", "gthread", "--threads", "8"]
    return [*server, "--log-level", "warning"]


def standins_environment(port: str) -> None:
    """Say to the stand-in what it needs: the same key and secret as ours, where to tell us, where to remember, the time."""
    os.environ["GOVUK_PAY_KEY"] = settings.GOVUK_PAY_KEY
    os.environ["GOVUK_PAY_SIGNING_SECRET"] = settings.GOVUK_PAY_SIGNING_SECRET
    os.environ["STANDIN_HOOK"] = f"http://127.0.0.1:{port}/hooks/govuk-pay"
    if settings.CLOCK_MOVED_BY is not None:
        os.environ["STANDIN_AHEAD_SECONDS"] = str(settings.CLOCK_MOVED_BY.total_seconds())
    if _has_waste_system():
        os.environ["STANDIN_WASTE_BOOK"] = str(settings.DATA / "waste-system")
        os.environ["STANDIN_WASTE_HOOK"] = f"http://127.0.0.1:{port}/hooks/whitespace"
        for name in ("WHITESPACE_USER", "WHITESPACE_PASSWORD", "WHITESPACE_SECRET"):
            os.environ[name] = str(getattr(settings, name))
    if settings.SSO_STANDIN:
        os.environ["STANDIN_SSO_URL"] = f"http://127.0.0.1:{settings.SSO_PORT}"
        os.environ["STANDIN_SSO_STATE"] = str(settings.DATA / "sso-stand-in.json")
        os.environ["STANDIN_SSO_BACK"] = f"{settings.BASE_ADDRESS}/desk/sign-in/back"
        for name in ("OIDC_CLIENT", "OIDC_SECRET"):
            os.environ[name] = str(getattr(settings, name))
    settings.DATA.mkdir(parents=True, exist_ok=True)
    os.environ["STANDIN_STATE"] = str(settings.DATA / "govuk-pay-stand-in.sqlite")


def _has_waste_system() -> bool:
    return str(settings.CONNECTORS.get("waste.backend", "")).startswith(
        "doorstep.connectors.whitespace."
    )


def _standins() -> dict[str, list[str]]:
    """Return the commands of the demo's stand-ins, by name."""
    wanted = {"pay": standin("standins.govuk_pay.app", settings.STANDIN_PORT)}
    if _has_waste_system():
        wanted["waste"] = standin("standins.whitespace.demo", settings.WASTE_PORT)
    if settings.SSO_STANDIN:
        wanted["sso"] = standin("standins.oidc.app", settings.SSO_PORT)
    return wanted


def _host() -> str:
    # Loopback unless told otherwise: what faces the outside is a reverse proxy. The demo never leaves it.
    demo = os.environ.get("DOORSTEP_DEMO") == "1"
    return "127.0.0.1" if demo else os.environ.get("BIND", "127.0.0.1")


def commands(port: str) -> dict[str, list[str]]:
    """Return the long-running commands by name."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "doorstep.wsgi",
        "-c",
        "python:doorstep.cli.web",
        # Loaded once, then forked: a process that dies is replaced in milliseconds.
        "--preload",
        "-b",
        f"{_host()}:{port}",
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    beside = _standins() if os.environ.get("DOORSTEP_DEMO") == "1" else {}
    return {
        **beside,
        "web": web,
        "worker": _doorstep(*WORKER, "--queues", "default", "--name", "worker"),
        "sys": _doorstep(*WORKER, "--queues", "sys", "--name", "sys"),
    }


class Supervisor:
    """Keeps commands running until told to stop."""

    def __init__(
        self, wanted: dict[str, list[str]], each_time: Callable[[], None] = lambda: None
    ) -> None:
        self.wanted, self.each_time = wanted, each_time
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Stop at the next look; what a signal does."""
        self.stopping = True

    def watch(self) -> None:
        """Start what does not run, again and again, until told to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                signal.signal(number, self.stop)
        while not self.stopping:
            for name, command in self.wanted.items():
                process = self.running.get(name)
                if process is None or process.poll() is not None:
                    self._start(name, command)
            self.each_time()
            time.sleep(LOOK_EVERY_SECONDS)

    def _start(self, name: str, command: list[str]) -> None:
        # One that ends at once is not started five times a second.
        if time.monotonic() - self.started.get(name, 0) < AGAIN_AFTER_SECONDS:
            return
        self.started[name] = time.monotonic()
        self.running[name] = subprocess.Popen(
            command, start_new_session=True, preexec_fn=parent.end_with_me()
        )

    def end(self) -> None:
        """Stop everything, and kill what has not ended after half a minute."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + 30
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


class Announcement:
    """Says once where Doorstep is: when it answers there, and not before."""

    def __init__(self, port: str, lines: list[str]) -> None:
        bound = _host()
        self.host = "127.0.0.1" if bound in ("0.0.0.0", "::", "[::]") else bound
        self.port, self.lines, self.is_made = port, lines, False

    def __call__(self) -> None:
        """Look, and say it."""
        if not self.is_made and self._answers():
            self.is_made = True
            print("", *self.lines, sep="\n", flush=True)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def run() -> int:
    """Migrate, make the demo when asked, then run web and workers until told to stop."""
    port = os.environ.get("PORT", "8000")
    ports.wait_until_free(port)
    steps = [_doorstep("migrate", "--verbosity", "0")]
    lines = [f"Doorstep is at http://localhost:{port}/"]
    demo = os.environ.get("DOORSTEP_DEMO") == "1"
    if demo:
        ports.wait_until_free(str(settings.STANDIN_PORT))
        if _has_waste_system():
            ports.wait_until_free(str(settings.WASTE_PORT))
            lines.append(f"The waste system's own screen: http://127.0.0.1:{settings.WASTE_PORT}/")
        if settings.SSO_STANDIN:
            ports.wait_until_free(str(settings.SSO_PORT))
            lines.append(
                f"Who has which role at the sign-in: http://127.0.0.1:{settings.SSO_PORT}/"
            )
        standins_environment(port)
        lines.append(f"Start page of the demo, with sign-ins: http://localhost:{port}/demo")
        if settings.CLOCK_MOVED_BY is not None:
            lines.append(f"Its clock is moved: it began at {os.environ[moved_clock.NAME]}.")
    steps.append(_doorstep("demo") if demo else _doorstep("services", "import"))
    for step in steps:
        if subprocess.run(step, preexec_fn=parent.end_with_me()).returncode:
            return 1
    announce = Announcement(port, lines)

    def each_time() -> None:
        embedded.revive()
        announce()

    supervisor = Supervisor(commands(port), each_time)
    supervisor.watch()
    print("Stopping …", flush=True)
    supervisor.end()
    return 0
