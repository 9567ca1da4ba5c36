"""The contract of a system of record, held by each connector: yes for all three details, no for anything else, never why."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from doorstep.connectors import academy_http
from doorstep.connectors.academy_extract import AcademyExtract
from doorstep.connectors.academy_http import AcademyHttp
from doorstep.customers import extract
from doorstep.customers.provider import CLAIMS as KIND
from doorstep.customers.provider import NoRecords, RecordSource
from doorstep.outside import hashes
from doorstep.outside.errors import GiveUp
from standins.academy.app import StandIn
from tests import claims

BORN = date(1980, 5, 17)


def ask(source: RecordSource, claim: str, surname: str, born: date = BORN) -> str:
    return source.entitled(claim=claim, surname=surname, born=born, purpose="bulky-waste")


@pytest.fixture
def standin(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(academy_http, "SECONDS", 0.0)
    with claims.live(settings) as app:
        yield app


@pytest.fixture(params=[AcademyExtract, AcademyHttp])
def source(request: Any, db: None, standin: StandIn, tmp_path: Path) -> RecordSource:
    extract.load(claims.write(tmp_path / "x"), now=timezone.now(), tell=lambda *_: None)
    made: RecordSource = request.param()
    return made


@pytest.mark.parametrize(
    ("claim", "surname", "born"),
    [
        ("12345671", "O’Neill", BORN),
        ("1234567-1", " oneill ", BORN),
        ("1234567 1", "O'NEILL", BORN),
        ("12345671", "Lee", date(1979, 1, 2)),
        ("0000044x", "Van der Berg", date(1950, 12, 31)),
        ("44X", "vanderberg", date(1950, 12, 31)),
    ],
)
def test_all_three_right_is_yes(source: RecordSource, claim: str, surname: str, born: date) -> None:
    assert ask(source, claim, surname, born) == "yes"


@pytest.mark.parametrize(
    ("claim", "surname", "born"),
    [
        ("99999999", "O’Neill", BORN),  # no such claim
        ("12345671", "Moss", BORN),  # another name
        ("12345671", "O’Neill", date(1980, 5, 18)),  # another day
        ("12345671", "Lee", BORN),  # one's name with the other's day
        ("12345672", "O’Neill", BORN),  # another check digit
        ("1234567", "O’Neill", BORN),  # none
        ("22222222", "Moss", date(1970, 3, 4)),  # ended
        ("33333333", "Park", date(1960, 7, 8)),  # the household is no longer the current one
        ("", "", BORN),
        ("../../44X", "", BORN),
        ("🦊" * 500, "x" * 5000, date.max),
    ],
)
def test_anything_else_is_no(source: RecordSource, claim: str, surname: str, born: date) -> None:
    assert ask(source, claim, surname, born) == "no"


def test_nothing_of_it_is_logged(source: RecordSource) -> None:
    with capture_logs() as logs:
        ask(source, "12345671", "O’Neill")
        ask(source, "99999999", "Nobody")
    assert not any(word in str(logs) for word in ("1234567", "Neill", "1980", "9999", "Nobody"))


def test_it_can_be_checked(source: RecordSource) -> None:
    assert source.check()  # type: ignore[attr-defined]


@pytest.mark.parametrize("mood", ["down", "refuse", "odd", "endless"])
def test_a_system_that_does_not_answer_is_unknown(standin: StandIn, mood: str) -> None:
    standin.mood = mood
    assert ask(AcademyHttp(), "12345671", "O’Neill") == "unknown"


def test_a_slow_one_is_unknown_in_time(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    standin.mood, standin.seconds = "slow", 3.0
    monkeypatch.setattr(
        academy_http, "LIMITS", academy_http.http.Limits(seconds=1.3, connect=0.5, most_bytes=1000)
    )
    began = academy_http.time.monotonic()
    assert ask(AcademyHttp(), "12345671", "O’Neill") == "unknown"
    assert academy_http.time.monotonic() - began < 2.5


def test_nobody_there_is_unknown(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(academy_http, "SECONDS", 0.0)
    settings.ACADEMY_URL = "http://127.0.0.1:9"
    assert ask(AcademyHttp(), "12345671", "O’Neill") == "unknown"


def test_it_says_what_for_it_asks(standin: StandIn) -> None:
    ask(AcademyHttp(), "1234567 1", "O’Neill")
    assert standin.seen == [("/benefits/12345671", "bulky-waste")]


def test_each_live_answer_takes_as_long(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(academy_http, "SECONDS", 0.4)
    took = []
    for claim, surname in (("12345671", "O’Neill"), ("12345671", "Moss"), ("99999999", "O’Neill")):
        began = academy_http.time.monotonic()
        ask(AcademyHttp(), claim, surname)
        took.append(academy_http.time.monotonic() - began)
    assert min(took) >= 0.4


def test_an_extract_that_was_never_loaded_or_is_old_is_unknown(
    db: None, settings: Any, tmp_path: Path
) -> None:
    source = AcademyExtract()
    assert ask(source, "12345671", "O’Neill") == "unknown"
    with pytest.raises(GiveUp):
        source.check()
    old = timezone.now() - timedelta(days=settings.BENEFITS_EXTRACT_DAYS, minutes=1)
    extract.load(claims.write(tmp_path / "x"), now=old, tell=lambda *_: None)
    assert hashes.made_at(KIND) == old
    assert ask(source, "12345671", "O’Neill") == "unknown"


def test_where_none_is_connected_nobody_can_say() -> None:
    assert ask(NoRecords(), "12345671", "O’Neill") == "unknown"
