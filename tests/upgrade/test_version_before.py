"""An installation of the version before migrates whole: its rows, published services, running cases and waiting jobs.

`before_issue_13.copy` holds the rows of a small district as that version left them: a missed bin with its crew, an
answer to "tell us anything" with an officer, a saved draft half filled in, a photo, three messages and a thumbnail
that wait. Its published versions use the names of facts of that time (`catalogue.proposed`).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from doorstep.cli.embedded import ROOT
from tests.databases import address, drop

HERE = Path(__file__).parent
ROWS = HERE / "before_issue_13.copy"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with a database of its own."""
    db, name = settings.DATABASES["default"], f"upgrade_{uuid4().hex[:8]}"
    whole = {"host": db["HOST"], "port": db["PORT"], "user": db["USER"], "password": db["PASSWORD"]}
    with psycopg.connect(**whole, dbname="postgres", autocommit=True) as server:
        server.execute(f"create database {name}")
    url = address(name)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DOORSTEP_")}
    mine = {"DATABASE_URL": url, "DOORSTEP_DATA": str(tmp_path), "DOORSTEP_DEMO": "1"}
    yield {**kept, **mine, "DJANGO_SETTINGS_MODULE": "doorstep.settings", "PYTHONPATH": str(ROOT)}
    drop(name)


def run(place: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], env=place, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_what_the_version_before_left_goes_on(place: dict[str, str]) -> None:
    run(place, str(HERE / "before.py"), str(ROWS))
    run(place, "-m", "doorstep.cli.main", "migrate", "-v", "0")
    came = json.loads(run(place, str(HERE / "after.py")).strip().splitlines()[-1])
    assert came["photos"] == 1 and came["since"] is True
    assert (came["sent"], came["unsent"], came["failures"]) == (3, 0, [])
    assert (came["stage"], came["chain"]) == ("collected", [])
    assert (came["owner"], came["owner_now"]) == (["former", True], "browser")
    assert came["flags"] == ["again"] and len(came["to_do"]) == 1
    assert came["link"] == [200, True, 200]
    assert {"urgent", "emergency", "proposed"} <= set(came["facts"])
    assert came["result"] in ("go_on", "ask") and came["made"]
