"""What was started ends with what started it; a port is waited for, and who has it is said; the address is said in time."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.request import urlopen
from wsgiref.simple_server import make_server

import pytest

from doorstep.cli import ports
from doorstep.cli.cannot_start import CannotStart
from doorstep.cli.supervisor import Announcement
from tests.faults.installation import ROOT, children, free_port
from tests.patience import until

WAITS = "import signal; signal.pause()"
SUPERVISOR = f"""
import sys
from doorstep.cli.supervisor import Supervisor
Supervisor({{"one": [sys.executable, "-c", "{WAITS}"]}}).watch()
"""


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test starts; each is killed in the end, with its children."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        for pid in [*children(process.pid), process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(10)


def start(*command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def is_there(pid: int) -> bool:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_what_it_started_ends_with_a_supervisor_that_is_killed(started: list[object]) -> None:
    supervisor = start("-c", SUPERVISOR)
    started.append(supervisor)
    until(lambda: children(supervisor.pid), 30)
    (child,) = children(supervisor.pid)
    try:
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait(10)
        until(lambda: not is_there(child), 5, what=lambda: "left over")
    finally:
        if is_there(child):
            os.kill(child, signal.SIGKILL)


def web(port: int) -> list[str]:
    config = ["-c", "python:doorstep.cli.web", "-b", f"127.0.0.1:{port}", "-w", "1"]
    return ["-m", "gunicorn", "tests.hanging:application", *config, "-k", "gthread", "--log-level", "warning"]  # fmt: skip


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_web_process_that_hangs_does_not_keep_the_port_of_its_killed_master(
    started: list[object],
) -> None:
    port = free_port()
    master = start(*web(port))
    started.append(master)
    until(lambda: listens(port), 30)
    until(lambda: children(master.pid), 10)
    (worker,) = children(master.pid)
    urlopen(f"http://127.0.0.1:{port}/").read()  # it is up, and bound to its master
    try:
        os.kill(worker, signal.SIGSTOP)
        os.kill(master.pid, signal.SIGKILL)
        master.wait(10)
        ports.wait_until_free(str(port))
    finally:
        if is_there(worker):
            os.kill(worker, signal.SIGKILL)


def test_the_web_servers_own_log_holds_no_path(started: list[object]) -> None:
    port = free_port()
    master = start(*web(port))
    started.append(master)
    until(lambda: listens(port), 30)
    with suppress(OSError):
        urlopen(f"http://127.0.0.1:{port}/fails/MB-2222-2222").read()
    master.terminate()
    said = master.communicate(timeout=40)[1]
    assert "A request failed: ValueError" in said
    assert "MB-2222" not in said and "ann@" not in said


def test_a_port_of_somebody_else_is_refused_and_says_who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "PATIENCE_SECONDS", 0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CannotStart, match=rf"taken by process {os.getpid()} \("):
            ports.wait_until_free(str(other.getsockname()[1]))
    with pytest.raises(CannotStart, match="not allowed"):
        ports.wait_until_free("eighty")


def test_the_address_is_said_once_it_answers_there(capsys: pytest.CaptureFixture[str]) -> None:
    def ok(environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [b"ok"]

    port = free_port()
    announce = Announcement(str(port), ["Doorstep is here"])
    announce()
    assert capsys.readouterr().out == ""
    with make_server("127.0.0.1", port, ok) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        announce()
        thread.join(10)
    announce()
    assert capsys.readouterr().out == "\nDoorstep is here\n"
