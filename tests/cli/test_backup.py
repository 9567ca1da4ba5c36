"""A backup restored elsewhere is the same, row by row and photo by photo; nothing is ever written over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

import doorstep.settings as settings
from doorstep.cli import backup
from doorstep.cli.embedded import CannotStart

ROWS = "select md5(coalesce(string_agg(t::text, '' order by t::text), '')), count(*) from {} t"


def url(name: str) -> str:
    db = django_settings.DATABASES["default"]
    return f"postgres://{db['USER']}@{db['HOST']}:{db['PORT']}/{name}"


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty database beside the test's own."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"drop database if exists {name}")
        cursor.execute(f"create database {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"drop database {name} with (force)")


def use(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url(name))
    monkeypatch.setattr(settings, "DATA", folder)


def contents() -> dict[str, str]:
    """Return a digest of every table of the database in use."""
    names = backup._call(
        "psql", "-Atc", "select tablename from pg_tables where schemaname = 'public'"
    )
    return {n: backup._call("psql", "-Atc", ROWS.format(f'"{n}"')) for n in names.split()}


@pytest.mark.django_db(transaction=True)
def test_what_is_restored_is_what_was_backed_up(
    open_district: Any, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_district.case(0)
    own = str(connection.settings_dict["NAME"])
    use(own, tmp_path / "own", monkeypatch)
    (tmp_path / "own" / "photos").mkdir(parents=True)
    (tmp_path / "own" / "photos" / "a.jpg").write_bytes(b"a photo")
    backup.backup(tmp_path / "kept")
    before = contents()
    assert before["cases_case"].endswith("|1")

    use(other, tmp_path / "new", monkeypatch)
    backup.restore(tmp_path / "kept")
    assert contents() == before
    assert (tmp_path / "new" / "photos" / "a.jpg").read_bytes() == b"a photo"
    with pytest.raises(CannotStart, match="not empty; restore into a new one"):
        backup.restore(tmp_path / "kept")
    with pytest.raises(CannotStart, match="not empty; name a folder"):
        backup.backup(tmp_path / "kept")


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_none_or_broken_changes_nothing(
    open_district: Any, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(str(connection.settings_dict["NAME"]), tmp_path / "own", monkeypatch)
    backup.backup(tmp_path / "kept")
    use(other, tmp_path / "new", monkeypatch)
    with pytest.raises(CannotStart, match="holds no backup"):
        backup.restore(tmp_path / "nowhere")
    dump = tmp_path / "kept" / backup.DUMP
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    with pytest.raises(CannotStart, match="pg_restore failed"):
        backup.restore(tmp_path / "kept")
    assert contents() == {}


def test_the_commands_say_what_they_want() -> None:
    for given in (["backup"], ["restore", "a", "b"]):
        with pytest.raises(CannotStart, match="say which folder"):
            backup.main(given[0], given[1:])


def test_a_password_goes_by_the_environment() -> None:
    made = backup._environment("postgres://ann:p%40ss@db.example:5433/council")
    assert (made["PGPASSWORD"], made["PGPORT"], made["PGDATABASE"]) == ("p@ss", "5433", "council")
