"""`doorstep backup FOLDER` and `doorstep restore FOLDER`: the database and the photos, in one folder.

PostgreSQL's own programs do the work: Debian's of the server's version where they are installed, else those of the
embedded server, else the machine's. Where restoring needs the server's own version, install postgresql-client of it.
A backup carries a mark until every photo that its rows name is in it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from doorstep import database_url
from doorstep.cli import embedded
from doorstep.cli.cannot_start import CannotStart

DUMP, PHOTOS, MARK = "database.dump", "photos", "INCOMPLETE"
UNFINISHED = "This backup was not finished; take another."
# The photos that cases, crews' records and forms not sent yet name; of an erased case only its events still do.
NAMED = """
with said (words) as (
  select name::text from outside_photo where kept
  union all select answers::text from cases_case where erased_at is null
  union all select data::text from cases_event e join cases_case c on c.id = e.case_id where c.erased_at is null and e.data ?| array['photo', 'attached']
  union all select answers::text || typed::text from cases_draft where sent_at is null
)
select distinct (regexp_matches(words, '[0-9a-f]{32}[.]jpg', 'g'))[1] from said
"""
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


def _named() -> set[str]:
    """Return the names of the photos that the database's rows name now."""
    return set(_call("psql", "-Atc", NAMED).split())


def _difference(missing: int, named: int, where: Path) -> str:
    """Return what is said where files are missing."""
    return (
        f"{missing} of {named} photos that cases and forms name are missing in {where};"
        " is DOORSTEP_DATA the folder that the web serves from?"
    )


def backup(folder: Path) -> str:
    """Write database and photos into a folder that is new or empty; return what is wrong with it. Raises CannotStart."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotStart(f"{folder} is not empty; name a folder that is new or empty.")
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    (folder / MARK).write_text(f"{UNFINISHED}\n")
    _call("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={folder / DUMP}")
    named = _named()
    # After the database: a photo is there before anything names it.
    if _photos().is_dir():
        shutil.copytree(_photos(), folder / PHOTOS)
    else:
        (folder / PHOTOS).mkdir()
    missing = named - _files(folder / PHOTOS)
    if missing:
        missing &= _named()  # what was erased meanwhile is rightly gone
    if not missing:
        (folder / MARK).unlink()
        return ""
    wrong = _difference(len(missing), len(named), _photos())
    (folder / MARK).write_text("\n".join([wrong, *sorted(missing), ""]))
    return wrong


def _files(folder: Path) -> set[str]:
    """Return the names of the photos that lie in a folder; an empty file is none."""
    return {p.name for p in folder.iterdir() if p.stat().st_size} if folder.is_dir() else set()


def restore(folder: Path) -> str:
    """Bring database and photos back into an empty database; return what is missing.

    Raises CannotStart, and then changes nothing.
    """
    for name in (DUMP, PHOTOS):
        if not (folder / name).exists():
            raise CannotStart(f"{folder} holds no backup: {name} is missing.")
    if _call("psql", "-Atc", EMPTY) != "0":
        raise CannotStart(
            "the database is not empty; restore into a new one (createdb), then use it."
        )
    args = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
    _call("pg_restore", *args, f"--dbname={_environment(embedded.ensure())['PGDATABASE']}", str(folder / DUMP))  # fmt: skip
    shutil.copytree(folder / PHOTOS, _photos(), dirs_exist_ok=True)
    named = _named()
    if missing := named - _files(_photos()):
        return _difference(len(missing), len(named), folder / PHOTOS)
    return UNFINISHED if (folder / MARK).exists() else ""


def main(verb: str, given: Sequence[str]) -> None:
    """Do one of the two commands as the console script was told; raises CannotStart, also where photos are missing."""
    if len(given) != 1:
        raise CannotStart(f"say which folder: doorstep {verb} FOLDER")
    folder = Path(given[0])
    try:
        wrong = (backup if verb == "backup" else restore)(folder)
    except OSError as exc:
        raise CannotStart(f"{folder} cannot be used: {exc}") from exc
    done = f"Backed up to {folder}" if verb == "backup" else f"Restored from {folder}"
    if wrong:
        raise CannotStart(f"{done}, but it is incomplete: {wrong}")
    print(f"{done}.")
