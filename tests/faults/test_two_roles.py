"""An owner that migrates and a role that serves: a case goes its whole way, and what only grows cannot be touched."""

import secrets
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from doorstep.cli import embedded, owner
from doorstep.cli import embedded_socket as sockets
from tests.faults.checker import wrong
from tests.faults.clients import Diary, report
from tests.faults.installation import Installation

RUNNING, PASSWORD = "runs it", secrets.token_hex(8)


class TwoRoles(Installation):
    """An installation whose tables belong to another role than the one that serves."""

    def __init__(self) -> None:
        super().__init__()
        embedded.administer(self.data, f"create role \"{RUNNING}\" login password '{PASSWORD}'")
        self.call_as_owner("migrate", "-v", "0")

    def running(self) -> str:
        where = quote(str(sockets.folder(self.data)), safe="")
        return f"postgres://{quote(RUNNING)}:{PASSWORD}@{where}:{sockets.PORT}/doorstep"

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment, with the role that serves."""
        return super().environment(**{"DATABASE_URL": self.running(), **self.own, **more})

    own: dict[str, str] = {}

    def call_as_owner(self, *args: str) -> None:
        """Run a command as who owns the tables."""
        self.own = {"DATABASE_OWNER_URL": embedded.address(self.data)}
        self.call("doorstep.cli.main", *args)
        self.own = {}


@pytest.fixture
def place() -> Any:
    made = TwoRoles()
    yield made
    made.take_down()


def test_what_only_grows_cannot_be_touched_and_a_case_goes_its_way(place: TwoRoles) -> None:
    place.fill(3)
    place.call_as_owner("migrate", "-v", "0")
    for what in ("web", "worker", "sys"):
        place.start(what)
    diary = Diary()
    for n, (home, box) in enumerate(place.bins):
        report(lambda: place.port, diary, home, box, f"c{n}@resident.example")
    place.wait_until_drained()
    assert len(diary.told) == 3 and diary.failures.total() == 0
    assert wrong(place, diary) == []
    (lines,) = place.rows("select count(*) from cases_event")
    assert lines[0] >= 3
    for table in owner.GROWING:
        _cannot_be_touched(place, table)
    (still,) = place.rows("select count(*) from cases_event")
    assert still == lines


def _cannot_be_touched(place: TwoRoles, table: str) -> None:
    with psycopg.connect(place.running(), autocommit=True) as running:
        for act in (
            f"update {table} set id = id", f"delete from {table}", f"truncate {table} cascade",
            f"alter table {table} add column more text", f"drop table {table} cascade",
            f"alter table {table} disable trigger all", f"drop trigger append_only on {table}",
            f"create trigger t before insert on {table} for each row execute function suppress_redundant_updates_trigger()",
            f"create rule r as on insert to {table} do instead nothing",
            f"alter table {table} owner to current_user", "set session_replication_role = replica",
            "create table more (n int)", "update django_migrations set name = name",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                running.execute(act)  # type: ignore[call-overload]
        running.execute(f"select * from {table}")  # type: ignore[call-overload]


def test_one_role_by_two_names_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://doorstep:x@db.example/doorstep")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://doorstep:x@db.example/doorstep")
    with pytest.raises(owner.ImproperlyConfigured, match="must name another role"):
        owner.settings()
    monkeypatch.delenv("DATABASE_OWNER_URL")
    assert owner.settings() is None
