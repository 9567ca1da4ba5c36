"""The database server stops and starts under load: requests fail cleanly, and everything is back by itself."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from doorstep.cli import embedded
from tests.faults.checker import wrong
from tests.faults.clients import Client, Diary, all_at_once, finish, report
from tests.faults.installation import ROOT, Installation, children
from tests.patience import until
from tests.publishing import few_examples, leave_only
from tests.size import size


def test_the_database_stops_and_crashes_under_load_and_pages_say_so(place: Installation) -> None:
    number = size(30, 600)
    place.fill(number)
    home = place.folder / "home"
    for name in ("services", "councils"):
        shutil.copytree(ROOT / name, home / name)
    leave_only(home, "missed-bin")  # it listens once all it wants was played
    few_examples(home, "missed-bin")
    supervisor = place.start("run", DOORSTEP_HOME=str(home))
    before = set(_kinds(supervisor.pid))
    diary = Diary()
    acts = (
        lambda n=n, u=u, b=b: report(lambda: place.port, diary, u, b, f"c{n}@resident.example")
        for n, (u, b) in enumerate(place.bins)
    )
    load = all_at_once(acts, clients=6)
    for how in ["fast", "immediate"] * size(1, 5):
        told, met = len(diary.told) + 5, diary.failures["503"] + size(10, 100)
        until(lambda told=told: len(diary.told) >= told)
        place.stop_database(how)
        until(lambda met=met: diary.failures["503"] >= met)
        place.start_database()
    finish(load)
    place.wait_until_drained()
    assert diary.failures["503"] > 0, "nobody met the gap: this test shows nothing"
    assert diary.failures["500"] == 0, "a fault of ours was shown instead of: come back later"
    assert set(_kinds(supervisor.pid)) == before == {"gunicorn", "default", "sys"}
    assert wrong(place, diary) == []
    print(f"{number} forms, {dict(diary.failures)}")
    pages_say_so(place)


def pages_say_so(place: Installation) -> None:
    """Hold that while the database is away, pages and programs' doors say so and offer a person."""
    place.stop_database("fast")
    status, page, headers = Client(lambda: place.port, Diary())._once("GET", "/services/missed-bin/address", "", {})  # fmt: skip
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "not available just now" in page and "01632 960 123" in page and "load this page" in page
    token = {"Authorization": f"Bearer {place.secret}"}
    status, said, headers = Client(lambda: place.port, Diary())._once("GET", "/api/v1/cases/MB-2222-2222", "", token)  # fmt: skip
    assert (status, headers["Retry-After"]) == (503, "60") and '"away"' in said
    assert Client(lambda: place.port, Diary())._once("GET", "/healthz", "", {})[0] == 200
    assert Client(lambda: place.port, Diary())._once("GET", "/readyz", "", {})[0] == 503
    place.start_database()
    assert Client(lambda: place.port, Diary())._once("GET", "/readyz", "", {})[0] == 200


def test_an_embedded_server_that_was_killed_is_started_again_where_it_was(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_used", [place.data])
    server = int((place.data / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)

    def answers() -> bool:
        embedded.revive()
        with suppress(psycopg.OperationalError):
            return place.rows("select 1") == [(1,)]
        return False

    until(answers, 10, every=0.2)


def _kinds(pid: int) -> list[str]:
    """Return what a supervisor's children are."""
    found = []
    for child in children(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
        found += [w for w in ("gunicorn", "default", "sys") if w in words]
    return found
