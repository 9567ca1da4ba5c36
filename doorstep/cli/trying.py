"""`doorstep services try FOLDER`: walks a service in the browser, where nothing is kept and nothing leaves.

A database of its own in the embedded server, made as a copy of one with homes and staff (itself made once), and a folder of
its own for files; both go at the end. The environment is the demo's alone: no address or key of a council's goes along.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from doorstep.cli import embedded, embedded_roles, parent, ports
from doorstep.cli.cannot_start import CannotStart

USUAL_PORT = 8600
# What goes along: how this machine is, and whose services they are; nothing that leads anywhere.
GOES_ALONG = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "DOORSTEP_HOME", "DOORSTEP_COUNCIL")  # fmt: skip
AGAIN = "begin-again"
NAMES = "select datname from pg_database where datname like 'try\\_%'"
# What the database that is copied is made of: it is made anew where one of these changed. Services are edited all day.
MADE_OF = ("doorstep/**/migrations/*.py", "doorstep/demo/*.py", "councils/**/*.yaml", "councils/**/*.csv")  # fmt: skip


def run(given: Sequence[str]) -> int:
    """Try the service of a folder until told to stop; raises CannotStart."""
    folder, port = _read(given)
    ports.wait_until_free(port)
    ports.wait_until_free(str(int(port) + 1000))
    work = Path(tempfile.mkdtemp(prefix="doorstep-try-"))
    try:
        _set_environment(folder, port, work)
        return _Trial(folder, port, work).run()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read(given: Sequence[str]) -> tuple[Path, str]:
    """Return the folder, and the port (`--port`, else PORT); raises CannotStart."""
    words = list(given)
    port = os.environ.get("PORT", str(USUAL_PORT))
    if "--port" in words[:-1]:
        at = words.index("--port")
        port = words[at + 1]
        del words[at : at + 2]
    if len(words) != 1:
        raise CannotStart("say which folder: doorstep services try FOLDER")
    if not port.isdecimal() or not 1024 <= int(port) <= 64000:
        raise CannotStart(f"port {port} is none; say one from 1024 to 64000.")
    home = Path(os.environ.get("DOORSTEP_HOME") or embedded.ROOT)
    named = home / "services" / words[0]
    folder = named if "/" not in words[0] and (named / "service.yaml").is_file() else Path(words[0])
    if not folder.is_dir():
        raise CannotStart(f"there is no service and no folder {words[0]}.")
    if not (folder / "service.yaml").is_file():
        raise CannotStart(f"{words[0]} is no service: there is no service.yaml in it.")
    return folder.resolve(), port


def _set_environment(folder: Path, port: str, work: Path) -> None:
    """Leave only what goes along, and say what this is."""
    kept = {name: os.environ[name] for name in GOES_ALONG if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "doorstep.settings",
        "DOORSTEP_DEMO": "1",
        "DOORSTEP_TRY": str(folder),
        "DOORSTEP_DATA": str(work / "files"),
        "PORT": port,
    }
    (work / "files").mkdir()


class _Trial:
    """One trial under way: its database, and the processes that serve it."""

    def __init__(self, folder: Path, port: str, work: Path) -> None:
        self.folder, self.port, self.again = folder, port, work / "files" / AGAIN
        embedded.ensure()
        self.server = embedded.home() / "postgres"
        self.database = f"try_{os.getpid()}"
        self._drop_left()

    def run(self) -> int:
        """Make what is copied where it is missing, then serve a copy; begun again, another."""
        self._make_whole()
        try:
            while self._serve():
                print("Beginning again …", flush=True)
        finally:
            self._drop()
            print("Stopped. All that was tried is thrown away.", flush=True)
        return 0

    def _drop_left(self) -> None:
        """Drop what trials left behind that were killed."""
        for name in embedded.administer(self.server, NAMES).split():
            pid = name.removeprefix("try_")
            if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
                embedded.administer(self.server, f"drop database if exists {name} with (force)")

    def _make_whole(self) -> None:
        """Make the database that is copied, once for these homes and services."""
        whole = self.whole = f"try_whole_{_digest()}"
        there = embedded.administer(self.server, NAMES).split()
        if whole in there:
            return
        for old in there:
            if old.startswith("try_whole_"):
                embedded.administer(self.server, f"drop database if exists {old}")
        print("Making homes, days and staff to try with (once, about a minute) …", flush=True)
        half = f"{whole}_half"
        self._new(half)
        for step in (("migrate", "--verbosity", "0"), ("demo", "--for-a-trial")):
            if _doorstep(step, embedded.address(self.server, half)):
                raise CannotStart("what a trial rests on could not be made; why stands above.")
        embedded.administer(self.server, f"alter database {half} rename to {whole}")

    def _new(self, name: str, template: str = "template1") -> None:
        embedded.administer(self.server, f"drop database if exists {name} with (force)")
        made = f"create database {name} template {template} owner {embedded_roles.APPLICATION}"
        if "ERROR" in (said := embedded.administer(self.server, made)):
            raise CannotStart(f"the database of the trial could not be made: {said.strip()[-200:]}")

    def _drop(self) -> None:
        embedded.administer(self.server, f"drop database if exists {self.database} with (force)")

    def _serve(self) -> bool:
        """Serve a fresh copy until told to stop, or to begin again; say which."""
        self._new(self.database, self.whole)
        os.environ["DATABASE_URL"] = embedded.address(self.server, self.database)
        from doorstep.cli import supervisor

        supervisor.standins_environment(self.port)
        lines = [
            f"{self.folder.name} is at http://localhost:{self.port}/try",
            "Edit its files and load the page again. Ctrl-C stops it and throws all away.",
        ]
        announce = supervisor.Announcement(self.port, lines)

        def each_time() -> None:
            announce()
            watch.stopping = watch.stopping or self.again.exists()

        watch = supervisor.Supervisor(supervisor.commands(self.port), each_time)
        watch.watch()
        watch.end()
        if not self.again.exists():
            return False
        for path in self.again.parent.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return True


def _digest() -> str:
    """Return what the database that is copied is known by."""
    home = Path(os.environ.get("DOORSTEP_HOME") or embedded.ROOT)
    paths = {p for base in (embedded.ROOT, home) for each in MADE_OF for p in base.glob(each)}
    whole = hashlib.sha256(os.environ.get("DOORSTEP_COUNCIL", "").encode())
    for path in sorted(paths):
        whole.update(str(path).encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def _doorstep(step: Sequence[str], database: str) -> int:
    """Do one of our commands on a database; return its exit."""
    command = [sys.executable, "-m", "doorstep.cli.main", *step]
    environment = {**os.environ, "DATABASE_URL": database}
    done = subprocess.run(
        command, env=environment, preexec_fn=parent.end_with_me(), stdout=subprocess.DEVNULL
    )
    return done.returncode
