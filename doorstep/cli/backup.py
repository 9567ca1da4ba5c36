"""`doorstep backup FOLDER` and `doorstep restore FOLDER`: the database and the photos, in one folder.

PostgreSQL's own programs do the work: Debian's of the server's version where they are installed, else those of the
embedded server, else the machine's. Where restoring needs the server's own version, install postgresql-client of it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from doorstep import database_url
from doorstep.cli import embedded
from doorstep.cli.embedded import CannotStart

DUMP, PHOTOS = "database.dump", "photos"
EMPTY = "select count(*) from information_schema.tables where table_schema = 'public'"


def _environment(url: str) -> dict[str, str]:
    """Return a DATABASE_URL as PostgreSQL's programs read it: a password is never in a command line."""
    try:
        given, named = database_url.parts(url), database_url.variables()
    except database_url.WrongUrl as exc:
        raise CannotStart(str(exc)) from exc
    return {**os.environ, **{named[k]: v for k, v in given.items() if k in named}}


@cache
def _major() -> int:
    """Return the server's version, such as 15."""
    return int(_run(_program("psql", 0), "-Atc", "show server_version_num")) // 10_000


def _program(name: str, major: int) -> str:
    # An older server refuses what a newer pg_restore sets, so Debian's of the same version come first.
    debian = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    if debian.exists():
        return str(debian)
    try:
        return str(embedded.programs() / name)
    except CannotStart:
        path = shutil.which(name)
    if path is None:
        raise CannotStart(f"{name} is missing; install PostgreSQL's client programs.")
    return path


def _call(program: str, *args: str) -> str:
    """Run one of PostgreSQL's programs on our database; raises CannotStart with its words."""
    return _run(_program(program, _major()), *args)


def _run(program: str, *args: str) -> str:
    done = subprocess.run(
        [program, *args],
        env=_environment(embedded.ensure()),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        name = Path(program).name
        raise CannotStart(f"{name} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()


def _photos() -> Path:
    from doorstep.settings import DATA

    return DATA / "photos"


def backup(folder: Path) -> None:
    """Write database and photos into a folder that is new or empty; raises CannotStart."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotStart(f"{folder} is not empty; name a folder that is new or empty.")
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    _call("pg_dump", "--format=custom", "--no-owner", f"--file={folder / DUMP}")
    # After the database: a photo is there before anything names it.
    if _photos().is_dir():
        shutil.copytree(_photos(), folder / PHOTOS)
    else:
        (folder / PHOTOS).mkdir()


def restore(folder: Path) -> None:
    """Bring database and photos back into an empty database; raises CannotStart, and then changes nothing."""
    for name in (DUMP, PHOTOS):
        if not (folder / name).exists():
            raise CannotStart(f"{folder} holds no backup: {name} is missing.")
    if _call("psql", "-Atc", EMPTY) != "0":
        raise CannotStart(
            "the database is not empty; restore into a new one (createdb), then use it."
        )
    args = ["--no-owner", "--exit-on-error", "--single-transaction"]
    _call("pg_restore", *args, f"--dbname={_environment(embedded.ensure())['PGDATABASE']}", str(folder / DUMP))  # fmt: skip
    shutil.copytree(folder / PHOTOS, _photos(), dirs_exist_ok=True)


def main(verb: str, given: Sequence[str]) -> None:
    """Do one of the two commands as the console script was told; raises CannotStart."""
    if len(given) != 1:
        raise CannotStart(f"say which folder: doorstep {verb} FOLDER")
    folder = Path(given[0])
    try:
        (backup if verb == "backup" else restore)(folder)
    except OSError as exc:
        raise CannotStart(f"{folder} cannot be used: {exc}") from exc
    print(f"Backed up to {folder}." if verb == "backup" else f"Restored from {folder}.")
