"""A backup restored elsewhere is the same, row by row and photo by photo; nothing is ever written over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

import doorstep.settings as settings
from doorstep.cases import timeline
from doorstep.cases.models import Case, Draft
from doorstep.cli import backup
from doorstep.cli.cannot_start import CannotStart
from doorstep.files.models import Paper, Photo
from doorstep.staff.actor import Actor
from tests.databases import address, drop

ROWS = "select md5(coalesce(string_agg(t::text, '' order by t::text), '')), count(*) from {} t"


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty database beside the test's own."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"drop database if exists {name}")
        cursor.execute(f"create database {name}")
    yield name
    drop(name)


def use(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address(name))
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
    (tmp_path / "own" / "papers").mkdir()
    (tmp_path / "own" / "papers" / "a.file").write_bytes(b"a lease")
    assert backup.backup(tmp_path / "kept") == ""
    before = contents()
    assert before["cases_case"].endswith("|1")

    use(other, tmp_path / "new", monkeypatch)
    backup.restore(tmp_path / "kept")
    assert contents() == before
    assert (tmp_path / "new" / "photos" / "a.jpg").read_bytes() == b"a photo"
    assert (tmp_path / "new" / "papers" / "a.file").read_bytes() == b"a lease"
    with pytest.raises(CannotStart, match="not empty; restore into a new one"):
        backup.restore(tmp_path / "kept")
    with pytest.raises(CannotStart, match="not empty; name a folder"):
        backup.backup(tmp_path / "kept")


def _of_a_case(case: Any, name: str) -> None:
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "photo": [name]})


def _of_its_timeline(case: Any, name: str) -> None:
    timeline.write(case, "reopened", by=Actor("resident", ""), now=timezone.now(), photo=name)


def _of_a_note(case: Any, name: str) -> None:
    timeline.write(
        case, "note", by=Actor("staff", "officer"), now=timezone.now(), text="x", attached=[name]
    )


def _of_a_crew(case: Any, name: str) -> None:
    Photo.objects.create(name=name, taken_at=timezone.now(), kept=True)


def _of_a_form(case: Any, name: str) -> None:
    Draft.objects.filter(pk=case.draft_id).update(sent_at=None, typed={"photo": {"kept": name}})


def _of_a_paper(case: Any, name: str) -> None:
    about = {"file_name": "a.pdf", "kind": "pdf", "size": 1, "taken_at": timezone.now()}
    Paper.objects.create(name=name.replace(".jpg", ".file"), kept=True, state="waiting", **about)


def _of_one_with_a_virus(case: Any, name: str) -> None:
    _of_a_paper(case, name)
    name = name.replace(".jpg", ".file")
    Paper.objects.update(state="refused", found="Eicar")
    Case.objects.filter(pk=case.pk).update(answers={"papers": [name]})


def _of_nothing(case: Any, name: str) -> None:
    Photo.objects.create(name=name, taken_at=timezone.now())


def _of_an_erased_one(case: Any, name: str) -> None:
    _of_its_timeline(case, name)
    Case.objects.filter(pk=case.pk).update(erased_at=timezone.now(), closed_at=timezone.now(), outcome="collected")  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("names", "is_missing"),
    [
        (_of_a_case, True), (_of_its_timeline, True), (_of_a_note, True), (_of_a_crew, True), (_of_a_form, True),
        (_of_a_paper, True), (_of_one_with_a_virus, False),
        (_of_nothing, False), (_of_an_erased_one, False),
    ],
)  # fmt: skip
def test_a_backup_without_a_photo_that_is_named_says_so(
    open_district: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: Any,
    is_missing: bool,
) -> None:
    use(str(connection.settings_dict["NAME"]), tmp_path / "own", monkeypatch)
    names(open_district.case(0), f"{7:032x}.jpg")
    if not is_missing:
        backup.main("backup", [str(tmp_path / "kept")])
        assert not (tmp_path / "kept" / backup.MARK).exists()
        return
    with pytest.raises(
        CannotStart, match="incomplete: 1 of 1 photos and files that cases and forms name"
    ):
        backup.main("backup", [str(tmp_path / "kept")])
    assert f"{7:032x}." in (tmp_path / "kept" / backup.MARK).read_text()


@pytest.mark.django_db(transaction=True)
def test_one_that_lacks_photos_or_was_not_finished_says_so_when_it_is_brought_back(
    open_district: Any, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(connection.settings_dict["NAME"])
    use(own, tmp_path / "own", monkeypatch)
    _of_a_case(open_district.case(0), f"{7:032x}.jpg")
    backup.backup(tmp_path / "kept")
    use(other, tmp_path / "new", monkeypatch)
    with pytest.raises(
        CannotStart, match="Restored from .*, but it is incomplete: 1 of 1 photos and files"
    ):
        backup.main("restore", [str(tmp_path / "kept")])
    assert contents()["cases_case"].endswith("|1")

    use(own, tmp_path / "own", monkeypatch)
    Case.objects.update(answers={})
    monkeypatch.setattr(backup, "_kept", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.backup(tmp_path / "cut")
    assert (tmp_path / "cut" / backup.MARK).read_text().startswith(backup.UNFINISHED)


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
