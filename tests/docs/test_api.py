"""Every example in docs/api.md, run in order against a server, answers as it is written there."""

import json
import re
import shlex
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from doorstep.cases.models import Case
from tests.web.test_api import System

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```\n\n```json (\d+)\n(.*?)^```$", re.M | re.S)
TAKES_A_VALUE = {"-X": "method", "-H": "header", "-d": "body"}


def curl(command: str) -> tuple[int, Any]:
    """Make the call of a curl command: a bare machine has no curl."""
    program, *words = shlex.split(command.replace("\\\n", " "))
    assert program == "curl"
    given: dict[str, list[str]] = {"method": ["GET"], "header": [], "body": [""], "url": []}
    while words:
        word = words.pop(0)
        name = TAKES_A_VALUE.get(word, "url")
        given[name].append(word if name == "url" else words.pop(0))
    (url,) = given["url"]
    parts = urlsplit(url)
    headers = dict(h.split(": ", 1) for h in given["header"])
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(given["method"][-1], target, given["body"][-1].encode(), headers)
    answer = connection.getresponse()
    status, text = answer.status, answer.read()
    connection.close()
    return status, json.loads(text)


def agrees(written: Any, came: Any) -> bool:
    """Say whether an answer has all that is written; … stands for any text, a list may go on."""
    if isinstance(written, dict):
        return isinstance(came, dict) and all(
            k in came and agrees(v, came[k]) for k, v in written.items()
        )
    if isinstance(written, list):
        pairs = zip(written, came, strict=False)
        return len(came) >= len(written) and all(agrees(w, c) for w, c in pairs)
    if isinstance(written, str) and "…" in written:
        pattern = ".*".join(re.escape(part) for part in written.split("…"))
        return bool(re.fullmatch(pattern, str(came), re.S))
    return bool(written == came)


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
