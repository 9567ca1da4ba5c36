"""The contract of a virus scanner: it says what it found in a file, or nothing; what goes wrong is never "nothing"."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorstep.connectors import clamav
from doorstep.connectors.clamav import ClamAV
from doorstep.files.provider import NoScanner, Scanner
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from standins.clamav.app import EICAR, StandIn
from tests.tenancy import scanner


@pytest.fixture
def standin(settings: Any) -> Iterator[StandIn]:
    with scanner(settings) as app:
        yield app


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[http.Said]:
    told: list[http.Said] = []
    monkeypatch.setattr(http, "listeners", [told.append])
    return told


def test_the_eicar_text_is_found_wherever_it_stands_and_nothing_else(standin: StandIn) -> None:
    made: Scanner = ClamAV()
    assert made.is_there
    assert made.scan(io.BytesIO(EICAR)) == "Eicar-Test-Signature"
    assert made.scan(io.BytesIO(b"x" * 100_000 + EICAR + b"x" * 100_000)) == "Eicar-Test-Signature"
    assert made.scan(io.BytesIO(b"A lease")) == ""
    assert made.scan(io.BytesIO(b"")) == ""


def test_the_file_comes_whole_and_nothing_of_ours_with_it(
    standin: StandIn, said: list[http.Said]
) -> None:
    body = bytes(range(256)) * 40_000  # ten megabytes
    with capture_logs() as logs:
        assert ClamAV().scan(io.BytesIO(body)) == ""
    assert standin.seen == [body]
    assert [set(line) for line in logs] == [{"what", "status", "ms", "event", "log_level"}]
    assert [(s.host, s.what, s.status, s.wrong) for s in said] == [
        (standin.address.removeprefix("tcp://"), "scan", 200, "")
    ]


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("broken", TryLater), ("odd", TryLater), ("silent", TryLater), ("half", TryLater),
        ("slow", TryLater), ("drip", TryLater), ("limit", GiveUp),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_never_nothing_found(
    standin: StandIn,
    said: list[http.Said],
    monkeypatch: pytest.MonkeyPatch,
    mood: str,
    error: type[OutsideError],
) -> None:
    monkeypatch.setattr(clamav, "EACH", 0.4)
    monkeypatch.setattr(clamav, "WHOLE", 0.8)
    standin.mood, standin.seconds = mood, 1.0 if mood == "slow" else 0.2
    with pytest.raises(error):
        ClamAV().scan(io.BytesIO(b"A lease"))
    assert said[0].wrong


def test_one_that_is_gone_or_addressed_wrongly_is_said(
    standin: StandIn, settings: Any, said: list[http.Said]
) -> None:
    settings.CLAMAV_ADDRESS = "unix:/nowhere/clamd.ctl"
    with pytest.raises(TryLater):
        ClamAV().check()
    assert said[0].host == "/nowhere/clamd.ctl" and said[0].wrong
    settings.CLAMAV_ADDRESS = "127.0.0.1:3310"
    with pytest.raises(GiveUp, match="tcp://host:port or unix:/path"):
        ClamAV().check()


def test_whether_it_answers_can_be_asked(standin: StandIn) -> None:
    assert ClamAV().check().startswith("ClamAV ") and ClamAV().host() in standin.address


def test_without_one_nobody_says_that_a_file_is_clean() -> None:
    assert not NoScanner().is_there and "no virus scanner" in NoScanner().check()
    with pytest.raises(GiveUp):
        NoScanner().scan(io.BytesIO(b""))


@pytest.mark.parametrize(
    "answer", ["ClamAV 1.4.3/27800/Sat Nov 28 2026", "OK", "stream: ERROR", ""]
)
def test_a_word_of_another_meaning_neither_makes_clean_nor_takes_away(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(clamav, "_asked", lambda *_args: answer)
    with pytest.raises(TryLater):
        ClamAV().scan(io.BytesIO(b"A lease"))


def test_what_is_found_without_a_name_is_found_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clamav, "_asked", lambda *_args: "stream:  FOUND")
    assert ClamAV().scan(io.BytesIO(b"A lease"))
