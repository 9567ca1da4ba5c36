"""`doorstep backup FOLDER` and `doorstep restore FOLDER`: the database, the photos and the papers, in one folder.

PostgreSQL's own programs do the work: Debian's of the server's version where they are installed, else those of the
embedded server, else the machine's. Where restoring needs the server's own version, install postgresql-client of it.
A backup carries a mark until every photo and paper that its rows name is in it.
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

DUMP, PHOTOS, PAPERS, MARK = "database.dump", "photos", "papers", "INCOMPLETE"
FOLDERS = (PHOTOS, PAPERS)
UNFINISHED = "This backup was not finished; take another."
# The photos and papers that cases, crews' records and forms not sent yet name; of an erased case only its events still do.
NAMED = """
with said (words) as (
  select name::text from outside_photo where kept
  union all select name from files_paper where kept and state <> 'refused'
  union all select answers::text from cases_case where erased_at is null
  union all select data::text from cases_event e join cases_case c on c.id = e.case_id where c.erased_at is null and e.data ?| array['photo', 'attached']
  union all select answers::text || typed::text from cases_draft where sent_at is null
)
select distinct (regexp_matches(words, '[0-9a-f]{32}[.](?:jpg|file)', 'g'))[1] as name from said
except select name from files_paper where state = 'refused'
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


def _kept(name: str) -> Path:
    """Return the folder that photos, or papers, are kept in."""
    from doorstep.settings import DATA

    return DATA / name


def _named() -> set[str]:
    """Return the names of the photos and papers that the database's rows name now."""
    return set(_call("psql", "-Atc", NAMED).split())


def _difference(missing: int, named: int, where: Path) -> str:
    """Return what is said where files are missing."""
    return (
        f"{missing} of {named} photos and files that cases and forms name are missing in {where};"
        " is DOORSTEP_DATA the folder that the web serves from?"
    )


def backup(folder: Path) -> str:
    """Write database, photos and papers into a folder that is new or empty; return what is wrong with it. Raises CannotStart."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotStart(f"{folder} is not empty; name a folder that is new or empty.")
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    (folder / MARK).write_text(f"{UNFINISHED}\n")
    _call("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={folder / DUMP}")
    named = _named()
    # After the database: a photo is there before anything names it.
    for name in FOLDERS:
        if _kept(name).is_dir():
            shutil.copytree(_kept(name), folder / name)
        else:
            (folder / name).mkdir()
    missing = named - _files(folder)
    if missing:
        missing &= _named()  # what was erased meanwhile is rightly gone
    if not missing:
        (folder / MARK).unlink()
        return ""
    wrong = _difference(len(missing), len(named), _kept(PHOTOS).parent)
    (folder / MARK).write_text("\n".join([wrong, *sorted(missing), ""]))
    return wrong


def _files(folder: Path) -> set[str]:
    """Return the names of the photos and papers that lie in their folders of one; an empty file is none."""
    there = [folder / name for name in FOLDERS if (folder / name).is_dir()]
    return {path.name for one in there for path in one.iterdir() if path.stat().st_size}


def restore(folder: Path) -> str:
    """Bring database, photos and papers back into an empty database; return what is missing.

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
    for name in FOLDERS:
        if (folder / name).is_dir():  # a backup of before papers has none
            shutil.copytree(folder / name, _kept(name), dirs_exist_ok=True)
    named = _named()
    if missing := named - _files(_kept(PHOTOS).parent):
        return _difference(len(missing), len(named), folder)
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
