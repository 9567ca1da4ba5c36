"""What runs by itself, and what pages ask, reads no whole table of those that grow (`tests/many_rows.py` names them)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from doorstep.files import photos
from doorstep.outside import later, queries, sweeper
from doorstep.staff.models import StaffUser
from doorstep.web.desk.views.cases import worklist
from tests import many_rows
from tests.publishing import publish_library

# More rows of one table than this are read by no statement.
MOST = many_rows.ROWS // 20
PAGES = (
    "/", "/services/missed-bin", "/services/missed-bin/resume/a-token",
    "/bins?postcode=LE67+3FJ", "/bins/1001", "/bins/1001.ics", "/bins/1001.json",
    "/case/{reference}", "/case/open/a-token", "/reports", "/reports.rss", "/reports?state=fixed",
    "/desk", "/desk?overdue=1", "/desk?flagged=1", "/desk?stage=with_crew", "/desk?stage=collected",
    "/desk?state=closed", "/desk?state=closed&flagged=1", "/desk?state=closed&stage=collected",
    "/desk?state=closed&stage=with_crew", "/desk/tasks", "/desk/tasks?mine=1",
    "/desk/cases/{reference}", "/desk/payments", "/desk/homes/1001", "/desk/homes/1001/lifts", "/status", "/metrics",
    "/crew", "/crew/REF-1",
)  # fmt: skip


class Explained:
    """Has each statement explained before it runs; `wrong` are those that read too much, by what asked them."""

    def __init__(self) -> None:
        self.tables = many_rows.tables()
        self.read: set[str] = set()
        self.wrong: dict[str, list[str]] = {}
        self.asked_by, self._busy = "", False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Explain a statement and run it; how Django calls what stands around a statement."""
        words = str(sql).split(None, 1)
        if not self._busy and words[0].lower() in ("select", "update", "delete", "with"):
            self._busy = True
            try:
                self._explain(str(sql), params)
            finally:
                self._busy = False
        return execute(sql, params, many, context)

    def of(self, name: str, act: Callable[[], object]) -> None:
        """Do something, and take it back."""
        self.asked_by = name
        with connection.execute_wrapper(self), transaction.atomic():
            act()
            transaction.set_rollback(True)

    def _explain(self, sql: str, params: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"explain (analyze, timing off, format json) {sql}", params)
            (plan,) = cursor.fetchone()
            transaction.set_rollback(True)
        for node in _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
            if node.get("Relation Name") in self.tables and "Scan" in node["Node Type"]:
                self._judge(node, sql)

    def _judge(self, node: dict[str, Any], sql: str) -> None:
        table, kind = node["Relation Name"], node["Node Type"]
        self.read.add(table)
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        rows = int(rows * node["Actual Loops"])
        if rows > MOST:
            short = re.sub("SELECT .{150,}? FROM", "SELECT … FROM", sql)[:600]
            said = f"{kind} of {table}, {rows} rows: {short}"
            self.wrong.setdefault(self.asked_by, []).append(said)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _by_itself() -> dict[str, Callable[[], object]]:
    """Return what runs each minute and each night, by name."""
    acts = [*later._reconcilers, *later._daily, sweeper.sweep, sweeper.give_up, queries.standing]
    return {f"{act.__module__}.{act.__qualname__}": act for act in acts}


@pytest.fixture(scope="module")
def tidied(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """So many rows that are gone are no other test's to read past."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in many_rows.tables():
            cursor.execute(f"vacuum analyze {table}")


@pytest.mark.django_db
def test_no_table_that_grows_is_read_whole(
    tidied: None, district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, sent = district.case(0), district.draft(1)
    publish_library("graffiti")
    many_rows.fill()
    photos.folder().mkdir(parents=True, exist_ok=True)
    # How far the desk counts is bounded, whatever there is.
    monkeypatch.setattr(worklist, "MOST", MOST // 2)
    explained, supervisor = Explained(), Client()
    user = StaffUser.objects.get(username="supervisor")
    supervisor.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for name, act in _by_itself().items():
        explained.of(name, act)
    for page in PAGES:
        address = page.format(reference=case.reference)
        explained.of(page, lambda address=address: supervisor.get(address))  # type: ignore[misc]
    explained.of("a draft", lambda: district.draft(2))
    explained.of("a case", lambda: _send(sent))
    assert not explained.wrong, json.dumps(explained.wrong, indent=1)
    assert len(explained.read) > 30
    _a_missing_index_is_seen(explained)


def _send(draft: Any) -> None:
    from doorstep.cases import submitting
    from doorstep.staff.actor import RESIDENT

    assert submitting.submit(draft_id=draft.pk, by=RESIDENT, now=timezone.now())[0]


def _a_missing_index_is_seen(explained: Explained) -> None:
    name = "doorstep.messages.jobs.resend_lost"
    with connection.cursor() as cursor:
        cursor.execute("drop index messages_waiting")
    explained.of(name, _by_itself()[name])
    assert set(explained.wrong) == {name}
