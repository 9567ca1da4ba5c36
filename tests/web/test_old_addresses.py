"""Addresses of the site before this one, called as residents' own programs call them."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from doorstep.waste.models import Assisted, Container, Round
from doorstep.web.portal import former_site
from doorstep.web.portal.former_site import BadOldAddress, day_words, read

LOCATION = "/location?put=nwl{}&rememberme=0&redirect=%2F"


class Refuse(HTMLParser):
    """Reads `ul.refuse > li` with `strong.date` and `a`, as those programs do."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.inside, self.now = False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "ul":
            self.inside = "refuse" in classes
        if self.inside and tag == "li":
            self.rows.append({})
        if self.inside and tag == "strong" and "date" in classes:
            self.now = "date"
        if self.inside and tag == "a":
            self.now = "container"

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag != "ul"
        self.now = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.now:
            self.rows[-1][self.now] = data


@pytest.fixture
def bins(district: Any) -> Any:
    """A home with a bin today, tomorrow and in six days."""
    for kind, code, days in (
        ("garden-bin", "G", 0),
        ("food-caddy", "F", 1),
        ("red-box", "R", 6),
    ):
        anchor = district.today + timedelta(days=days)
        Round.objects.create(code=code, name=code, stream=code, anchor=anchor, weeks=4)
        Container.objects.create(place_id=1001, kind=kind, round_id=code)
    return district


def test_a_program_finds_its_address_remembers_it_and_reads_the_dates(
    bins: Any, until_midnight: None
) -> None:
    program = Client()
    found = program.get("/data/ac/addresses.json", {"term": "LE67 3FJ"}).json()
    mine = next(a for a in found if a["label"].startswith("1 "))
    assert mine == {"label": "1 Mill Lane, Coalville, LE67 3FJ", "value": "nwl1001"}
    there = program.get("/location", {"put": mine["value"], "rememberme": "0", "redirect": "/"})
    assert (there.status_code, there["Location"]) == (302, "/")
    cookie = there.cookies["doorstep_home"]
    assert cookie.value == "1001" and cookie["httponly"] and not cookie["max-age"]
    rows = Refuse(program.get("/").content.decode()).rows
    assert [r["container"] for r in rows] == ["Garden Waste", "Food Waste", "Red Box", "Black Bin"]
    assert [r["date"] for r in rows[:2]] == ["Today", "Tomorrow"]
    later = bins.today + timedelta(days=6)
    assert re.fullmatch(rf"{later:%a} {later.day}(st|nd|rd|th) {later:%b}", rows[2]["date"])


def test_days_are_written_as_they_were() -> None:
    today = date(2026, 11, 20)
    written = [day_words(date(2026, 12, n), today) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23)]
    assert written[:4] == ["Tue 1st Dec", "Wed 2nd Dec", "Thu 3rd Dec", "Fri 4th Dec"]
    assert written[4:7] == ["Fri 11th Dec", "Sat 12th Dec", "Sun 13th Dec"]
    assert written[7:] == ["Mon 21st Dec", "Tue 22nd Dec", "Wed 23rd Dec"]


def test_the_front_page_speaks_so_only_to_those_remembered_and_reveals_nothing(bins: Any) -> None:
    program, other = Client(), Client()
    program.get(LOCATION.format(1001))
    with CaptureQueriesContext(connection) as seen:
        before_it = Refuse(program.get("/").content.decode()).rows
    assert len(seen) <= 8
    assert 'class="refuse' not in other.get("/").content.decode()
    Assisted.objects.create(place_id=1001)
    assert Refuse(program.get("/").content.decode()).rows == before_it
    assert program.get(LOCATION.format(1001).replace("rememberme=0", "rememberme=1")).cookies[
        "doorstep_home"
    ]["max-age"]
    for broken in ("9", "x" * 5000, "1001'", "-1"):
        other.cookies["doorstep_home"] = broken
        assert other.get("/").status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 400, "“put” must be nwl and the digits of a UPRN"),
        ("put=1001", 400, "“put” must be"),
        ("put=nwl1001x", 400, "“put” must be"),
        ("put=nwl" + "9" * 13, 400, "“put” must be"),
        ("put=nwl٣", 400, "“put” must be"),
        ("put=nwl9", 404, "We do not know this home"),
        ("put=nwl1001&redirect=https://evil.example/", 400, "“redirect” must be an address"),
        ("put=nwl1001&redirect=//evil.example", 400, "“redirect” must be an address"),
        ("put=nwl1001&redirect=/%5C/evil.example", 400, "“redirect” must be an address"),
        ("put=nwl1001&redirect=javascript:alert(1)", 400, "“redirect” must be an address"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    district: Any, query: str, status: int, says: str
) -> None:
    answer = Client().get(f"/location?{query}")
    assert answer.status_code == status and says in answer.content.decode()
    assert "doorstep_home" not in answer.cookies


def test_only_a_postcode_lists_addresses_and_not_too_often(district: Any) -> None:
    program = Client()
    for term in ("", "LE6", "<b>", "1 Mill Lane"):
        answer = program.get("/data/ac/addresses.json", {"term": term})
        assert answer.status_code == 400 and "full UK postcode" in answer.json()["error"]
    assert program.get("/data/ac/addresses.json?term=SW1A1AA").json() == []
    for _ in range(60):
        answer = program.get("/data/ac/addresses.json?term=LE673FJ")
    assert answer.status_code == 429


GOOD = """
prefix: old
addresses:
  - {path: /where, does: remember, property: put, keep: k, then: t}
home: {whole: whole.html, each: each.html, containers: {}}
"""


def folder(tmp_path: Path, text: str = GOOD, whole: str = "{items}", each: str = "{date}") -> Path:
    for name, holds in ((former_site.FILE, text), ("whole.html", whole), ("each.html", each)):
        (tmp_path / name).write_text(holds)
    return tmp_path


def test_a_council_declares_its_own(tmp_path: Path) -> None:
    assert read(folder(tmp_path)).addresses[0].path == "/where"
    assert read(tmp_path / "none").addresses == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": GOOD.replace("/where", "where")}, "path"),
        ({"text": GOOD.replace("remember", "run")}, "does"),
        ({"text": GOOD.replace("whole.html", "../whole.html")}, "whole"),
        ({"text": GOOD.replace("each.html", "nowhere.html")}, "no such file"),
        ({"text": GOOD + "other: 1\n"}, "other"),
        ({"text": "prefix: ["}, former_site.FILE),
        ({"whole": "{items} {secret}"}, "secret"),
        ({"each": "{date:days}"}, "date:days"),
        ({"each": "{{ 7 * 7 }}"}, "brace"),
        ({"each": "{date.__class__}"}, "__class__"),
    ],
)
def test_a_mistake_names_its_file_and_what_is_wrong(
    tmp_path: Path, given: dict[str, str], says: str
) -> None:
    with pytest.raises(BadOldAddress) as caught:
        read(folder(tmp_path, **given))
    assert says in str(caught.value) and str(tmp_path) in str(caught.value)


def test_what_is_filled_in_is_escaped_and_never_filled_again(bins: Any) -> None:
    box = Container.objects.select_related("place__street").get(place_id=1001, kind="red-box")
    box.place.line = "1 <b>{link}</b>"
    made = former_site.fragment(box.place, [], bins.today)
    assert "&lt;b&gt;{link}&lt;/b&gt;" in made and "<b>" not in made
