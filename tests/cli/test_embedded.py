"""The embedded server is open to its own user alone, and to what the application may do; one of the version before is closed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doorstep.cli import embedded
from doorstep.cli import embedded_roles as roles
from doorstep.cli import embedded_socket as sockets
from doorstep.cli.cannot_start import CannotStart
from tests import shared

AS_BEFORE = """
create table public.said (id serial primary key, word text); insert into said (word) values ('kept');
create type mood as enum ('fine'); create view public.told as select word from said;
create function bark() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger barks before insert on said for each row execute function bark();
create schema own; create table own.thing (n int)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """The folder of a server of its own; ended and gone in the end."""
    place = Path(tempfile.mkdtemp(prefix="embedded-", dir=shared.base() or "/tmp"))
    place.chmod(0o755)
    folder = place / "postgres"
    folder.mkdir(mode=0o700)
    if owner := embedded._owner():
        os.chown(folder, *owner)
    yield folder
    embedded._call(embedded.programs() / "pg_ctl", "stop", "-m", "immediate", "-D", str(folder))
    shutil.rmtree(place)


@pytest.fixture
def server(data: Path) -> Path:
    embedded._make(embedded.programs(), data)
    embedded._start(embedded.programs(), data)
    embedded.administer(data, f"create database doorstep owner {roles.APPLICATION}")
    return data


def came_in(data: Path, **given: str) -> str:
    """Return as whom somebody came in, or why not."""
    known = {"host": str(sockets.folder(data)), "port": sockets.PORT, "dbname": "postgres"}
    try:
        with psycopg.connect(**{**known, **given}) as there:
            return str(there.info.user)
    except psycopg.OperationalError as exc:
        return str(exc)


def test_nobody_comes_in_without_a_password(server: Path) -> None:
    for user in (roles.SUPERUSER, roles.APPLICATION):
        assert "no password supplied" in came_in(server, user=user)
        assert "authentication failed" in came_in(server, user=user, password="doorstep")
        assert came_in(server, user=user, password=roles.password(server, user)) == user
    assert embedded.administer(server, "show listen_addresses").strip() == ""
    assert embedded.administer(server, "select rolpassword ~ '^SCRAM-SHA-256' from pg_authid where rolcanlogin").split() == ["t", "t"]  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_of_the_machine_does_not_get_to_it(server: Path) -> None:
    path = sockets.folder(server) / f".s.PGSQL.{sockets.PORT}"
    look = f"import socket; socket.socket(socket.AF_UNIX).connect({str(path)!r})"
    done = subprocess.run(["/usr/bin/python3", "-c", look], user="nobody", capture_output=True, text=True)  # fmt: skip
    assert "PermissionError" in done.stderr, done.stderr


def test_the_application_is_no_superuser(server: Path) -> None:
    with psycopg.connect(embedded.address(server), autocommit=True) as ours:
        ours.execute("create table mine (n int)")
        for more in (
            "create role other",
            f"alter role {roles.APPLICATION} superuser",
            "select * from pg_authid",
            "select pg_read_file('/etc/passwd')",
            "copy mine from program 'echo 1'",
            "copy mine to '/tmp/none'",
            f"set role {roles.SUPERUSER}",
            "alter system set port = 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ours.execute(more)  # type: ignore[call-overload]


def test_its_folders_are_its_own(server: Path) -> None:
    for folder in (server, sockets.folder(server)):
        assert folder.stat().st_mode & 0o777 == 0o700
    written = [p for p in server.rglob("*") if p.is_file()]
    assert [p for p in written if p.stat().st_mode & 0o077] == []
    assert {p.stat().st_uid for p in (server, sockets.folder(server), *written)} == {
        (embedded._owner() or (os.geteuid(),))[0]
    }


def old(data: Path) -> None:
    """Leave a folder as the version before did: trust for whoever comes to its port, and one superuser."""
    programs = embedded.programs()
    embedded._call(programs / "initdb", "-D", str(data), "-U", "doorstep", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")  # fmt: skip
    where = sockets.made(data, embedded._owner())
    options = f"-p {sockets.PORT} -c listen_addresses='' -c unix_socket_directories={where}"
    embedded._call(programs / "pg_ctl", "start", "-w", "-D", str(data), "-l", str(data / "server.log"), "-o", options)  # fmt: skip
    assert came_in(data, user="doorstep") == "doorstep"
    server = ["-h", str(where), "-p", sockets.PORT, "-U", "doorstep"]
    for name in ("doorstep", 'test "odd" one'):
        made = embedded._call(programs / "createdb", *server, name)
        assert made.returncode == 0, made.stderr
        made = embedded._call(
            programs / "psql", *server, "-vON_ERROR_STOP=1", name, given=AS_BEFORE
        )
        assert made.returncode == 0, made.stderr


def test_a_folder_of_the_version_before_goes_on_closed(data: Path) -> None:
    old(data)  # and its server still runs
    embedded._make(embedded.programs(), data)
    embedded._start(embedded.programs(), data)
    assert "no password supplied" in came_in(data, user="doorstep")
    for name in ("doorstep", "test%20%22odd%22%20one"):
        with psycopg.connect(embedded.address(data, name)) as ours:
            assert ours.execute("select word from told").fetchall() == [("kept",)]
            ours.execute("insert into said (word) values ('more')")
            for change in (
                "alter table said add column later text",
                "alter type mood add value 'grim'",
                "create or replace function bark() returns trigger language plpgsql as $$ begin return null; end $$",
                "drop table own.thing", "drop schema own", "drop view told", "drop table said",
            ):  # fmt: skip
                ours.execute(change)  # type: ignore[call-overload]
    with psycopg.connect(embedded.address(data, "postgres"), autocommit=True) as ours:
        ours.execute('drop database "test ""odd"" one"')


def test_one_that_is_in_use_by_the_version_before_is_left_alone(data: Path) -> None:
    embedded._call(embedded.programs() / "initdb", "-D", str(data), "-U", "doorstep", "-A", "trust")
    users = str(data.parent / "users")
    hold = f"import fcntl, sys; f = open({users!r}, 'w'); fcntl.flock(f, fcntl.LOCK_SH); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=-1, stdout=-1) as other:
        assert other.stdout and other.stdout.readline()
        with open(users, "a") as mine, pytest.raises(CannotStart, match="end it, then start"):
            embedded._refuse_beside_the_version_before(data, mine)
        assert other.stdin
        other.stdin.close()
    with open(users, "a") as mine:
        embedded._refuse_beside_the_version_before(data, mine)


def test_a_path_too_long_or_odd_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    for parent in (tmp_path / ("deep" * 30), tmp_path / "a b"):
        data = parent / "postgres"
        data.mkdir(parents=True)
        where = sockets.made(data, None)
        assert where.parent == Path("/tmp") and len(str(where)) < 60
        assert where.stat().st_mode & 0o777 == 0o700
        where.rmdir()
        where.symlink_to(tmp_path)  # somebody was there before us
        with pytest.raises(CannotStart, match="somebody else's"):
            sockets.made(data, None)
        where.unlink()
    with pytest.raises(CannotStart, match="cannot be made"):
        sockets.made(Path("/none/there/postgres"), None)
