"""The how-to for production: its units' own commands, two web and two worker processes, one of each killed under load."""

import itertools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from doorstep import production
from doorstep.cli import supervisor
from doorstep.cli.embedded import ROOT
from tests.faults.checker import wrong
from tests.faults.clients import Diary, all_at_once, finish, report
from tests.faults.installation import Installation, as_nobodys_root, children, free_port
from tests.patience import until

HOW_TO = ROOT / "docs" / "how-to" / "run.md"
UNIT = re.compile(r"`/etc/systemd/system/(doorstep-[\w@]+)\.service`.*?\n\n((?:    .*\n|\n)+)")


def units() -> dict[str, dict[str, str]]:
    """Return what each unit of the how-to says, by its name."""
    found = {}
    for name, text in UNIT.findall(HOW_TO.read_text()):
        found[name] = dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line)
    return found


def command(unit: dict[str, str], instance: str) -> list[str]:
    """Return a unit's command as systemd would run it, with this checkout's Python."""
    words = shlex.split(unit["ExecStart"].replace("%i", instance))
    assert words[0] == "/opt/doorstep/current/.venv/bin/python"
    return [sys.executable, *words[1:]]


class Kept(threading.Thread):
    """Keeps a unit running, as `Restart=always` does, until told to stop."""

    def __init__(self, place: Installation, unit: dict[str, str], instance: str) -> None:
        super().__init__(daemon=True)
        assert unit["Restart"] == "always"
        self.place, self.command = place, command(unit, instance)
        self.wait_seconds, self.stopping = float(unit["RestartSec"]), threading.Event()
        self.process = self._begin()
        self.start()

    def _begin(self) -> "subprocess.Popen[bytes]":
        made = subprocess.Popen(as_nobodys_root(self.command), env=self.place.environment(), cwd=ROOT, start_new_session=True)  # fmt: skip
        self.place.started.append(made)
        return made

    def run(self) -> None:
        """Start the process again after each end."""
        while not self.stopping.is_set():
            self.process.wait()
            if not self.stopping.wait(self.wait_seconds):
                self.process = self._begin()


@pytest.fixture
def place() -> "Installation":  # type: ignore[misc]
    made = Installation()
    yield made
    made.take_down()


def test_the_units_are_as_the_supervisor_runs_them() -> None:
    web, worker, sys_ = (units()[f"doorstep-{n}"]["ExecStart"] for n in ("web@", "worker@", "sys"))
    ours = supervisor.commands("%i")
    assert web.split()[1:] == ours["web"][1:]
    assert worker.replace("worker-%i", "worker").split()[1:] == ours["worker"][1:]
    assert sys_.split()[1:] == ours["sys"][1:]


def test_every_variable_of_the_environment_is_read_and_none_is_forgotten() -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)`(?:, `([A-Z_]+)`)? \|", HOW_TO.read_text(), re.M))
    named = {name for pair in listed for name in pair if name}
    source = "".join(p.read_text() for p in (ROOT / "doorstep").glob("**/*.py"))
    read = set(re.findall(r'environ(?:\.get)?[\[(]\s*"([A-Z_]+)"', source))
    # Of the demo and of tests; of Django's own; what the supervisor sets itself.
    apart = {"GOVUK_PAY_PORT", "STANDIN_HOOK", "STANDIN_STATE", "STANDIN_AHEAD_SECONDS"} | {
        "WASTE_PORT",
        "SSO_PORT",
        "DOORSTEP_SSO",
        "STANDIN_SSO_BACK",
        "STANDIN_SSO_STATE",
        "STANDIN_SSO_URL",
        "STANDIN_WASTE_BOOK",
        "STANDIN_WASTE_HOOK",
        "DOORSTEP_DEMO",
        "DOORSTEP_DEMO_SLOW",
        "DOORSTEP_TRY",
        "DOORSTEP_DEAD_AFTER",
        "DJANGO_SETTINGS_MODULE",
    }
    assert read - apart == named


def test_what_it_says_to_set_lets_a_council_start() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|[^|]*\| `([^`]*)` \|$", HOW_TO.read_text(), re.M)
    key = subprocess.check_output(["openssl", "rand", "-base64", "48"], text=True).strip()
    assert "openssl rand -base64 48" in HOW_TO.read_text()
    assert production.wrong({**dict(rows), "SECRET_KEY": key}, root=False) == []
    assert {unit["User"] for unit in units().values()} == {"doorstep"}


@pytest.mark.long
def test_two_of_each_run_and_one_of_each_is_killed_under_load(place: Installation) -> None:
    place.fill(400)
    found, ports = units(), [free_port(), free_port()]
    web = [Kept(place, found["doorstep-web@"], str(p)) for p in ports]
    workers = [Kept(place, found["doorstep-worker@"], str(n)) for n in (1, 2)]
    sweeper = Kept(place, found["doorstep-sys"], "")
    for port in ports:
        place.wait_for_web(port)
    diary, turns = Diary(), itertools.cycle(ports)
    acts = (
        lambda n=n, u=u, b=b: report(lambda: next(turns), diary, u, b, f"c{n}@resident.example")
        for n, (u, b) in enumerate(place.bins)
    )
    load = all_at_once(acts, clients=6)
    until(lambda: len(diary.told) > 40)
    for kept in (web[0], workers[0]):
        for pid in [*children(kept.process.pid), kept.process.pid]:
            os.kill(pid, signal.SIGKILL)
    finish(load)
    place.wait_until_drained()
    assert all(k.process.poll() is None for k in (*web, *workers, sweeper))
    for kept in (*web, *workers, sweeper):
        kept.stopping.set()
    assert diary.failures.total() > 0, "nobody noticed the kill: this test shows nothing"
    assert wrong(place, diary) == []


# Of the scale of systemd-analyze, from 0 (safe) to 10; the how-to states it.
LEAST_EXPOSED = 2.0
PLACED = re.compile(r"`(/etc/systemd/system/doorstep-[^`]+)`.*?\n\n((?:    .*\n|\n)+)")


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze (Debian: systemd)"
)
def test_the_units_are_closed_to_whoever_gets_into_them(tmp_path: Path) -> None:
    for place, text in PLACED.findall(HOW_TO.read_text()):
        (tmp_path / place[1:]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place[1:]).write_text(textwrap.dedent(text))
    for name in ("doorstep-web@8001", "doorstep-worker@1", "doorstep-sys"):
        look = ["systemd-analyze", "security", "--offline=true", f"--root={tmp_path}", "--no-pager", f"{name}.service"]  # fmt: skip
        done = subprocess.run(look, capture_output=True, text=True)
        level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
        assert level, done.stderr
        assert float(level[1]) < LEAST_EXPOSED, done.stdout
    assert f"should say below {LEAST_EXPOSED}." in HOW_TO.read_text()


def test_only_photos_are_written_and_the_code_is_roots() -> None:
    page = HOW_TO.read_text()
    ((_, hardened),) = [p for p in PLACED.findall(page) if p[0].endswith("hardened.conf")]
    assert re.findall(r"ReadWritePaths=(.*)", hardened) == ["/var/lib/doorstep-files"]
    assert "| `DOORSTEP_DATA` |" in page and "`/var/lib/doorstep-files` |" in page
    # The code is compiled and made root's before anything is pointed at it.
    install = page.split("## Install")[1].split("## ")[0]
    steps = [line.strip() for line in install.splitlines() if line.startswith("    ")]
    order = [next(n for n, step in enumerate(steps) if step.startswith(begin) or begin in step)
             for begin in ("git clone", "make setup", "chown -R root:root", "chmod -R go-w", "ln -s")]  # fmt: skip
    assert order == sorted(order)
    assert not any("-o doorstep" in step and "/opt" in step for step in steps)
