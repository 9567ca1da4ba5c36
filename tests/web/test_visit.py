"""Where residents may come by: the page, and what leads to it."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.web.kit import parts


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    settings.KEPT_PAGES_SECONDS = 0

    def be(*moment: int) -> None:
        now = datetime(*moment, tzinfo=ZONE)  # type: ignore[misc, arg-type]
        monkeypatch.setattr(timezone, "now", lambda: now)

    return be


def test_it_says_whether_an_office_is_open_now(db: None, at: Any) -> None:
    at(2026, 11, 23, 11)
    page = words(Client().get("/visit"))
    assert "Customer Centre Open now until 5pm." in page
    assert "Ashby library Closed now. Opens on Tuesday 24 November at 9:30am." in page
    assert "Tuesday 9:30am to 12:30pm, 1:30pm to 4pm Wednesday Closed" in page
    assert "No steps between the street and the counter" in page and "A hearing loop" in page


def test_it_says_why_it_is_closed_and_when_it_will_be(db: None, at: Any) -> None:
    at(2026, 12, 25, 11)
    page = words(Client().get("/visit"))
    assert "Closed today: Christmas Day. Opens on Monday 4 January at 9am." in page
    assert "Monday 28 December (Boxing Day (substitute day))" in page
    at(2026, 11, 23, 8)
    assert "Closed now. Opens today at 9am." in words(Client().get("/visit"))


def test_it_is_said_in_welsh(db: None, at: Any) -> None:
    at(2026, 12, 25, 11)
    client = Client()
    client.get("/language/cy")
    page = words(client.get("/visit"))
    assert "Ar gau heddiw: Dydd Nadolig. Yn agor ar Dydd Llun 4 Ionawr am 9am." in page


def test_other_pages_lead_there(db: None) -> None:
    assert 'href="/visit"' in Client().get("/contact").content.decode()
    assert Client().get("/").content.decode().count('href="/visit"') == 1
    assert "/visit</loc>" in Client().get("/sitemap.xml").content.decode()


@pytest.fixture
def without(home: Path) -> Iterator[None]:
    path = home / "councils" / "demo" / "council.yaml"
    there = path.read_text()
    path.write_text(re.sub(r"^offices:.*?^(?=#)", "", there, flags=re.M | re.S))
    kept = (council._read, council._council, parts._drawn)
    for one in kept:
        one.cache_clear()
    yield
    for one in kept:
        one.cache_clear()


def test_a_council_without_offices_has_no_page_and_no_link(db: None, without: None) -> None:
    assert council.current().offices == ()
    assert Client().get("/visit").status_code == 404
    for path in ("/contact", "/", "/sitemap.xml"):
        assert "/visit" not in Client().get(path).content.decode()
