"""Every example in docs/api.md, run in order against a server, answers as it is written there."""

import json
from pathlib import Path
from typing import Any

import pytest

from doorstep.cases.models import Case
from tests.docs.examples import BLOCK, agrees, curl
from tests.system import System

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_every_example_answers_as_written(live_server: Any, open_district: Any) -> None:
    system = System("cases:create", "cases:read")
    open_district.case(7)
    stands_for = {
        "$AT": live_server.url,
        "$TOKEN": system.headers["Authorization"].removeprefix("Bearer "),
        "100030000001": str(open_district.boxes[0].place_id),
        '"4711"': f'"{open_district.boxes[0].pk}"',
        "MB-4K7T-9XQ2": Case.objects.get().reference,
        "2026-11-01": f"{open_district.due}",
    }
    page = PAGE.read_text()
    examples = BLOCK.findall(page)
    assert len(examples) == page.count("```sh\n") > 8
    for old, new in stands_for.items():
        examples = [tuple(part.replace(old, new) for part in e) for e in examples]
    for command, status, written in examples:
        got, came = curl(command)
        assert got == int(status), (command, came)
        assert agrees(json.loads(written), came), (command, came)


@pytest.mark.parametrize(
    ("written", "came", "same"),
    [
        ({"a": "x…"}, {"a": "xyz", "b": 1}, True),
        ({"a": "x…"}, {"a": "zx"}, False),
        ({"a": 1}, {}, False),
        ([1], [1, 2], True),
        ([1, 2], [1], False),
        ({"a": None}, {"a": "b"}, False),
    ],
)
def test_what_differs_from_the_page_is_seen(written: Any, came: Any, same: bool) -> None:
    assert agrees(written, came) is same
