"""Two councils, each a whole installation: one takes a report and passes it on, the other mends it, the resident hears.

The other is down when the report comes, and its worker is killed once on the way: nothing is lost or sent twice.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from doorstep.council import queries as council
from tests.faults.clients import FIELD, FORM, REFERENCE, Client, Diary
from tests.faults.installation import ROOT, Installation, as_nobodys_root
from tests.open311.conftest import HERE
from tests.patience import until

SEED = "tests.faults.round_seed"
EMAIL = "ann@resident.example"


class Town(Installation):
    """An installation with a council of its own, and what else stands in its environment."""

    def __init__(self) -> None:
        self.own: dict[str, str] = {}
        self.staff: subprocess.Popen[str] | None = None
        super().__init__()

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment, with this town's own."""
        return super().environment(**{**self.own, **more})

    def leads_to(self, other: "Town", key: str) -> None:
        """Let this town's county be another town, reached with a key."""
        home = self.folder / "home"
        for name in ("services", "councils"):
            shutil.copytree(council.home() / name, home / name)
        path = home / "councils" / "demo" / "council.yaml"
        data = yaml.safe_load(path.read_text())
        data["authorities"]["county"]["open311"] = {
            "address": f"http://127.0.0.1:{other.port}/open311/v2",
            "services": {"loose-sign": "broken-bench"},
        }
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
        self.own = {"DOORSTEP_HOME": str(home), "OPEN311_KEY_COUNTY": key}

    def stage(self) -> str:
        """Return the stage of the one case there is."""
        ((stage,),) = self.rows("select stage from cases_case")
        return str(stage)

    def act(self, *what: str) -> Any:
        """Have this town's officers, crews or clock act, by one process for all they do; return what comes of it."""
        if self.staff is None:
            self.staff = subprocess.Popen(
                as_nobodys_root([sys.executable, "-m", SEED]),
                env=self.environment(),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.started.append(self.staff)  # type: ignore[arg-type]
        assert self.staff.stdin and self.staff.stdout
        print(json.dumps(what), file=self.staff.stdin, flush=True)
        return json.loads(self.staff.stdout.readline())

    def look(self) -> None:
        """Look at what waits, and let the worker do it."""
        self.act("look")
        self.wait_until_drained()


@pytest.fixture
def towns() -> Iterator[tuple[Town, Town]]:
    made = (Town(), Town())
    yield made
    for town in made:
        town.take_down()


def report(town: Town, diary: Diary) -> str:
    """Report a loose sign by the form, as a resident does; return its reference."""
    client, base = Client(lambda: town.port, diary), "/services/loose-sign"
    _, page, _ = client.ask("GET", base)
    point = f"at:{float(HERE['lat']):.5f},{float(HERE['long']):.5f}"
    pages: list[tuple[str, dict[str, Any]]] = [
        ("begin", {}),
        ("where", {"spot": point}),
        ("what", {"damage": ["leg"], "danger": "yes", "detail": "It swings <&>."}),
        ("contact", {"name": "Ann", "email": EMAIL, "phone": ""}),
        ("check", {}),
    ]
    for path, fields in pages:
        given = urlencode({**dict(FIELD.findall(page)), **fields}, doseq=True)
        status, page, headers = client.ask("POST", f"{base}/{path}", given, **FORM)
        assert status == 302, page[:3000]
        _, page, _ = client.ask("GET", headers["Location"])
        if path == "begin":
            base = headers["Location"].rpartition("/")[0]
    found = REFERENCE.search(page)
    assert found, page[:2000]
    return found[1]


def told(town: Town) -> list[str]:
    """Return the subjects of what the resident was told."""
    return sorted(m["subject"] for m in town.outbox() if m["to"] == EMAIL)


def test_a_report_goes_there_and_its_mending_comes_back(towns: tuple[Town, Town]) -> None:
    near, far = towns
    for town in towns:
        town.fill(4)
    key = far.act("publish", "broken-bench")["key"]
    near.leads_to(far, key)
    near.act("publish", "loose-sign")
    near.start("web")
    worker = near.start("worker")
    diary = Diary()
    reference = report(near, diary)
    near.wait_until_drained()
    # Nobody answers there yet: the resident has a reference, and the report waits.
    assert near.stage() == "passing" and far.rows("select 1 from cases_case") == []
    far.start("web")
    near.act("look")
    near.act("look")
    worker.send_signal(signal.SIGKILL)  # whatever it was at
    worker.wait()
    near.start("worker")
    near.start("sys")
    until(lambda: _again(near), seconds=150, every=0.3)
    assert near.stage() == "with_them"
    ((theirs, stage, answers),) = far.rows("select reference, stage, answers from cases_case")
    assert stage == "received" and reference in answers["detail"]
    assert far.rows("select 1 from customers_customer") == []  # who reported it did not go along
    far.start("worker")
    far.act("decide", "send")
    near.look()
    assert near.stage() == "under_way"
    far.act("mend")
    near.look()
    near.look()
    assert near.stage() == "mended"
    ((closed, outcome),) = near.rows("select closed_at is not null, outcome from cases_case")
    assert closed and outcome == "mended"
    near.wait_until_drained()
    assert told(near) == [
        f"Your report {reference}: {what}" for what in ("mended", "received", "under_way")
    ]
    ((passed,),) = near.rows("select their_id from authorities_passed")
    assert passed == theirs
    for town in towns:
        assert town.act("chains") == []
    assert diary.unclean == []


def _again(near: Town) -> bool:
    """Look until it is taken: a claim of the worker that was killed holds for two minutes."""
    near.execute("update authorities_passed set tried_at = null where state = 'waiting'")
    near.act("look")
    return near.stage() == "with_them"
