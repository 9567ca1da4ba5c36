"""Starts web server and workers, restarts each on any exit, and stops all of them together."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from doorstep import settings
from doorstep.cli.embedded import CannotStart

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


def _doorstep(*args: str) -> list[str]:
    return [sys.executable, "-m", "doorstep.cli.main", *args]


def standin() -> list[str]:
    """Return the command of the demo's stand-in for GOV.UK Pay: on this machine only, one process."""
    where = f"127.0.0.1:{settings.STANDIN_PORT}"
    server = [sys.executable, "-m", "gunicorn", "standins.govuk_pay.app:application"]
    server += ["--pythonpath", str(settings.ROOT), "-b", where, "-w", "1"]
    return [*server, "-k", "gthread", "--threads", "8", "--log-level", "warning"]


def _standins_environment(port: str) -> None:
    """Say to the stand-in what it needs: the same key and secret as ours, where to tell us, where to remember."""
    os.environ["GOVUK_PAY_KEY"] = settings.GOVUK_PAY_KEY
    os.environ["GOVUK_PAY_SIGNING_SECRET"] = settings.GOVUK_PAY_SIGNING_SECRET
    os.environ["STANDIN_HOOK"] = f"http://127.0.0.1:{port}/hooks/govuk-pay"
    settings.DATA.mkdir(parents=True, exist_ok=True)
    os.environ["STANDIN_STATE"] = str(settings.DATA / "govuk-pay-stand-in.sqlite")


def commands(port: str) -> dict[str, list[str]]:
    """Return the long-running commands by name."""
    # Loopback unless told otherwise: what faces the outside is a reverse proxy. The demo never leaves it.
    demo = os.environ.get("DOORSTEP_DEMO") == "1"
    host = "127.0.0.1" if demo else os.environ.get("BIND", "127.0.0.1")
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "doorstep.wsgi",
        # Loaded once, then forked: a process that dies is replaced in milliseconds.
        "--preload",
        "-b",
        f"{host}:{port}",
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    beside = {"pay": standin()} if os.environ.get("DOORSTEP_DEMO") == "1" else {}
    return {
        **beside,
        "web": web,
        "worker": _doorstep(*WORKER, "--queues", "default", "--name", "worker"),
        "sys": _doorstep(*WORKER, "--queues", "sys", "--name", "sys"),
    }


def _port_free(port: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (OSError, ValueError, OverflowError) as exc:
            raise CannotStart(
                f"port {port} is taken or not allowed; choose another, such as `PORT=8001 make run`."
            ) from exc


class _Supervisor:
    def __init__(self, wanted: dict[str, list[str]]) -> None:
        self.wanted = wanted
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def watch(self) -> None:
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        while not self.stopping:
            for name, command in self.wanted.items():
                process = self.running.get(name)
                if process is None or process.poll() is not None:
                    self.running[name] = subprocess.Popen(command, start_new_session=True)
            time.sleep(1)

    def end(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + 30
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def run() -> int:
    """Migrate, make the demo when asked, then run web and workers until told to stop."""
    port = os.environ.get("PORT", "8000")
    _port_free(port)
    steps = [_doorstep("migrate", "--verbosity", "0")]
    demo = os.environ.get("DOORSTEP_DEMO") == "1"
    if demo:
        _port_free(str(settings.STANDIN_PORT))
        _standins_environment(port)
    steps.append(_doorstep("demo") if demo else _doorstep("services", "import"))
    for step in steps:
        if subprocess.run(step).returncode:
            return 1
    print(f"\nDoorstep is at http://127.0.0.1:{port}/", flush=True)
    if demo:
        print(f"Start page of the demo, with sign-ins: http://127.0.0.1:{port}/demo", flush=True)
    supervisor = _Supervisor(commands(port))
    supervisor.watch()
    print("Stopping …", flush=True)
    supervisor.end()
    return 0
