"""Every example in docs/how-to/open311.md, run in order against a server, answers as it is written there."""

import json
from typing import Any

import pytest

from doorstep.cli.embedded import ROOT
from tests.docs.examples import BLOCK, agrees, curl
from tests.open311.conftest import key
from tests.publishing import publish_library

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = ROOT / "docs" / "how-to" / "open311.md"


def test_every_example_answers_as_written(live_server: Any, open_district: Any) -> None:
    publish_library("graffiti", now=open_district.now)
    secret, page = key("cases:create"), PAGE.read_text()
    examples = BLOCK.findall(page)
    assert len(examples) == page.count("```sh\n") == 6
    for command, status, written in examples:
        called = command.replace("$AT", live_server.url).replace("$KEY", secret)
        if " -d " in called:
            form = '-H "Content-Type: application/x-www-form-urlencoded"'  # curl's own default
            called = called.replace(" -d ", f" {form} -d ")
        got, came = curl(called)
        assert got == int(status), (command, came)
        assert agrees(json.loads(written), came), (command, came)


def test_the_tables_of_statuses_are_those_of_the_code() -> None:
    from doorstep.connectors.open311 import STATES
    from doorstep.web.open311 import statuses

    page = PAGE.read_text()
    theirs = {status: f"send.{state}" for status, state in STATES.items() if state != "open"}
    lines = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `send.")}
    assert all(f"`{status}`" in lines[outcome] for status, outcome in theirs.items())
    rows = [line.split("|") for line in (statuses.__doc__ or "").splitlines() if "|" in line]
    ours = {row[2].strip() for row in rows[2:]}
    assert len(ours) == 8 and all(f"| `{status}` |" in page for status in ours)
