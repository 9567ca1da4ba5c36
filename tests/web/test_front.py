"""The first page, a home's page, and what leads from them into forms."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pydantic import ValidationError

from doorstep.cases.models import Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.council.front import Brand, on_white
from doorstep.places.models import Property
from doorstep.signposts import index
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from doorstep.waste import news, sorting
from doorstep.waste.calendar import BoxDays, Collection, collections_at, in_order
from doorstep.waste.models import Container, MovedDay, Round, Suspension
from doorstep.web.portal.weeks import weeks_of
from tests.publishing import publish_library


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def several(district: Any) -> Any:
    """The district with more of the library running."""
    publish_library("damaged-bin", "bulky-waste", "graffiti", "complaint", now=district.now)
    return district


@pytest.fixture
def write(home: Path) -> Callable[[str], None]:
    """Write further lines into this council's file."""
    path = home / "councils" / "demo" / "council.yaml"
    return lambda lines: path.write_text(path.read_text() + lines) and None


def test_the_first_page_takes_few_statements(district: Any, counted: Any) -> None:
    Client().get("/")
    with counted("first page", 3):
        page = Client().get("/")
    assert page.status_code == 200


def test_three_doors_then_groups_in_the_councils_order(several: Any) -> None:
    page = Client().get("/").content.decode()
    titles = re.findall(r"<h2>(?:<a [^>]*>)?([^<]+)", page)
    assert titles[:4] == [
        "Find your bin days",
        "Report a missed bin",
        "Book a bulky waste collection",
        "Bins and recycling",
    ]
    listed = [s.slug for s in catalogue.online()]
    found = [slug for slug in council.current().services if slug in listed]
    groups = page[page.index("kit-groups") :]
    there = re.findall(r'href="/services/([a-z-]+)"', groups)
    assert sorted(there) == sorted(found)
    by_group = [catalogue.current(slug).about.group for slug in there]  # type: ignore[union-attr]
    assert [g for n, g in enumerate(by_group) if n == 0 or by_group[n - 1] != g] == list(
        dict.fromkeys(by_group)
    )


def test_a_service_that_is_not_asked_for_online_has_no_door(several: Any, monkeypatch: Any) -> None:
    rest = [s for s in catalogue.online() if s.slug != "missed-bin"]
    monkeypatch.setattr(catalogue, "online", lambda: rest)
    page = Client().get("/").content.decode()
    assert "/services/missed-bin" not in page and "/services/bulky-waste" in page
    assert page.count('<section class="kit-tile') == 2
    assert "/services/missed-bin" not in Client().get("/bins/1001").content.decode()


def test_what_is_new_is_said_first_and_two_of_it_stand_open(district: Any) -> None:
    d = district
    assert "kit-strip" not in Client().get("/").content.decode()
    waste.delay_round(
        round_code="REF-1",
        day=d.due,
        until=d.now + timedelta(hours=20),
        sentence="Snow on the hills.",
        by=SYSTEM,
        now=d.now,
    )
    off = Suspension.objects.create(
        stream="food", first=d.today - timedelta(days=3), last=d.today + timedelta(days=9)
    )
    moved = MovedDay.objects.create(day=d.today + timedelta(days=5), to=d.today + timedelta(days=6))
    MovedDay.objects.create(day=d.today + timedelta(days=15), to=d.today + timedelta(days=16))
    said = news.now_said(d.now)
    assert [(n.kind, n.words) for n in said] == [
        ("late", "Snow on the hills."),
        ("stopped", "food"),
        ("moved", ""),
    ]
    assert (said[1].starts, said[1].ends) == (off.first, off.last)
    assert (said[2].starts, said[2].ends) == (moved.day, moved.to)
    assert news.now_said(d.now + timedelta(hours=21))[0].kind == "stopped"
    page = Client().get("/")
    assert "Snow on the hills." in words(page) and "Food waste is not collected" in words(page)
    folded = page.content.decode().split("<details>")[1]
    assert "1 more change" in folded and "move to" in folded and "Snow" not in folded


def test_the_council_tells_everybody_between_two_days(
    district: Any, write: Callable[[str], None]
) -> None:
    first, last = district.today, district.today + timedelta(days=2)
    write(
        f"notices:\n  - {{say: 'Ring <999>', first: {first}, last: {last}, address: /contact}}\n"
        f"  - {{say: Not yet, first: {last}, last: {last}}}\n"
    )
    for path in ("/", "/bins/1001"):
        page = Client().get(path).content.decode()
        assert "Ring &lt;999&gt;" in page and "Not yet" not in page
    assert [n.say for n in council.notices_on(last)] == ["Ring <999>", "Not yet"]


def test_the_postcode_on_the_first_page_leads_to_its_homes(district: Any) -> None:
    page = Client().get("/").content.decode()
    assert re.search(r'<form method="get" action="/bins"', page) and 'name="postcode"' in page


def test_a_reference_written_on_the_first_page_goes_along(district: Any) -> None:
    page = Client().get("/case/open?reference=MB-4K7T-9XQ2").content.decode()
    assert 'value="MB-4K7T-9XQ2"' in page
    odd = Client().get("/case/open?reference=%22%3E%3Cb%3E").content.decode()
    assert "<b>" not in odd


def begin(client: Client, **sent: str) -> Any:
    return client.post("/services/missed-bin/begin", sent, follow=True)


def test_a_home_goes_along_and_is_not_asked_for_again(several: Any) -> None:
    client = Client()
    page = client.get("/bins/1001").content.decode()
    there = re.findall(r'href="(/services/[a-z-]+\?home=1001)"', page)
    assert {"/services/missed-bin?home=1001", "/services/bulky-waste?home=1001"} <= set(there)
    start = client.get("/services/missed-bin?home=1001")
    assert "1 Mill Lane" in words(start) and 'name="home" value="1001"' in start.content.decode()
    answer = begin(client, home="1001")
    draft = Draft.objects.get()
    assert answer.request["PATH_INFO"] == f"/services/missed-bin/{draft.pk}/bin"
    assert draft.answers["property"] == "1001"


@pytest.mark.parametrize("home", ["", "9", "abc", "-1", "9" * 30, "1001 or 1=1"])
def test_a_home_that_is_none_is_asked_for(district: Any, home: str) -> None:
    start = Client().get("/services/missed-bin", {"home": home})
    assert start.status_code == 200 and 'name="postcode"' in start.content.decode()
    answer = begin(Client(), home=home)
    assert answer.request["PATH_INFO"].endswith("/address") and not Draft.objects.get().answers


def test_the_postcode_is_asked_for_on_the_start_page(district: Any) -> None:
    answer = begin(Client(), postcode="le673fj", find="1")
    assert "1 Mill Lane" in words(answer) and answer.status_code == 200
    wrong = begin(Client(), postcode="nonsense", find="1")
    assert "Enter a full UK postcode" in words(wrong) and 'value="nonsense"' in str(wrong.content)
    none = begin(Client(), postcode=" ", find="1")
    assert "There is a problem" not in words(none) and 'id="postcode"' in none.content.decode()


def test_a_service_without_an_address_asks_for_no_postcode(several: Any) -> None:
    page = Client().get("/services/graffiti?home=1001").content.decode()
    assert 'name="postcode"' not in page and "Mill Lane" not in page


def look_up(text: str) -> list[str]:
    return [of.thing for of in sorting.find(text)]


def test_what_goes_where_is_found_by_other_words_and_in_the_plural(district: Any) -> None:
    assert look_up("PIZZA BOX") == look_up("pizza boxes") == ["Pizza boxes"]
    assert "Toys" in look_up("teddy") and "Small electrical things" in look_up("vape")
    assert "Food, cooked or raw" in look_up("left-overs; rice") and look_up("qqq") == []
    assert look_up(" ' ") == [] == look_up("") == look_up("t.v.")
    # Never inside another word: no shampoo, no catalogue, no polystyrene.
    assert look_up("dog poo") == ["Dog waste"] and look_up("tyres") == ["Tyres"]
    assert look_up("dead cat") == ["Dead animals"] and look_up("ink") == ["Ink cartridges"]
    assert "Flowers and plants" in look_up("leaf") and look_up("tv") == ["Televisions"]
    with council.speaking("cy"):
        assert "Blychau pitsa" in look_up("pitsa")


def test_a_thing_is_looked_up_for_a_home(district: Any) -> None:
    page = Client().get("/bins/what-goes-where", {"thing": "paper"})
    assert "Blue bag" in words(page) and "Shared recycling bin" in words(page)
    Round.objects.create(code="R", name="R", stream="recycling", anchor=district.today, weeks=2)
    Container.objects.create(place_id=1001, kind="blue-bag", round_id="R")
    own = Client().get("/bins/what-goes-where", {"thing": "newspaper", "home": "1001"})
    assert "Blue bag" in words(own) and "Shared recycling bin" not in words(own)
    food = words(Client().get("/bins/what-goes-where", {"thing": "banana", "home": "1001"}))
    assert "Food caddy" not in food and "This home has no container for it" in food
    none = Client().get("/bins/what-goes-where", {"thing": "<b>qqq"})
    assert "Nothing in our list" in words(none) and "<b>qqq" not in none.content.decode()


def test_every_container_named_there_is_known_and_drawn(district: Any) -> None:
    here = council.current()
    named = {kind for of in sorting.things() for kind in of.into}
    assert named and named <= set(here.containers) and set(here.containers) <= set(here.drawn)
    assert all(of.into or of.say for of in sorting.things())
    svg = Path("doorstep/web/kit/static/kit/drawings.svg")
    shapes = {s.get("id") for s in ET.parse(svg).getroot()}
    assert {of.shape for of in here.drawn.values()} <= shapes
    assert {f"{here.drawn[kind].shape}-s" for kind in here.containers} <= shapes


def box(number: int, *days: date, moved: dict[date, date] | None = None) -> BoxDays:
    moved = moved or {}
    when = tuple(Collection(moved.get(day, day), day if day in moved else None) for day in days)
    today = date(2026, 11, 25)
    return BoxDays(number, "black-bin", "R", "refuse", when, None, False, (), (), today)


def test_six_weeks_from_this_monday_and_what_comes_later() -> None:
    today, friday = date(2026, 11, 25), date(2026, 11, 27)
    christmas, boxing = date(2026, 12, 25), date(2026, 12, 26)
    every = box(
        1, friday, date(2026, 12, 11), christmas, date(2027, 1, 8), moved={christmas: boxing}
    )
    seldom = replace(box(2, date(2027, 1, 20), date(2027, 2, 20)), kind="garden-bin")
    weeks = weeks_of(in_order([every, seldom]), [date(2026, 12, 1)], today)
    cells = {cell.day: cell for row in weeks.rows for cell in row}
    assert [len(row) for row in weeks.rows] == [7] * 6 and len(cells) == 42
    assert weeks.rows[0][0].day == date(2026, 11, 23) and weeks.names[0] == "Mon"
    assert [day for day, cell in cells.items() if cell.is_next] == [friday]
    assert [day for day, cell in cells.items() if cell.kinds] == [
        friday,
        date(2026, 12, 11),
        boxing,
    ]
    assert [day for day, cell in cells.items() if cell.is_left] == [date(2026, 12, 1), christmas]
    assert cells[date(2026, 12, 1)].words == "1 Dec" and cells[friday].words == "27"
    assert [lift.day for lift in weeks.within] == [friday, date(2026, 12, 11), boxing]
    # Of what comes later a container's first alone, and none of one that stands above.
    assert [(of.day, of.kinds) for of in weeks.later] == [(date(2027, 1, 20), ("garden-bin",))]


def test_the_weeks_of_homes_of_the_same_rounds_are_the_same(district: Any) -> None:
    """So they are drawn once; another kind, day, move or today is another picture."""
    today, friday = date(2026, 11, 25), date(2026, 11, 27)
    weeks = weeks_of(in_order([box(1, friday)]), [], today)
    assert weeks == weeks_of(in_order([box(2, friday)]), [], today)
    others = [
        weeks_of(in_order([replace(box(1, friday), kind="garden-bin")]), [], today),
        weeks_of(in_order([box(1, date(2026, 11, 28))]), [], today),
        weeks_of(in_order([box(1, friday, moved={friday: date(2026, 11, 28)})]), [], today),
        weeks_of(in_order([box(1, friday)]), [friday], today),
        weeks_of(in_order([box(1, friday)]), [], date(2026, 11, 26)),
    ]
    assert len({weeks, *others}) == 6


def test_nothing_to_come_is_an_empty_wall() -> None:
    weeks = weeks_of([], [], date(2026, 11, 25))
    assert (
        not weeks.within and not weeks.later and not any(c.is_next for r in weeks.rows for c in r)
    )


def test_a_homes_page_leads_to_its_calendar_by_its_own_name(district: Any) -> None:
    page = Client().get("/bins/1001").content.decode()
    assert re.search(r'href="webcal://[^/"]+/bins/1001\.ics"', page)


def test_the_look_is_kept_for_a_year_at_an_address_of_its_own(district: Any) -> None:
    page = Client().get("/").content.decode()
    for name in ("brand.css", "icon.svg"):
        there = re.search(rf'"(/{name}\?v=[0-9a-f]+)"', page)
        assert there
        kept = Client().get(there[1])
        assert "max-age=31536000" in kept["Cache-Control"]
        assert "max-age=300" in Client().get(f"/{name}?v=0")["Cache-Control"]
    assert council.current().brand.colour in Client().get("/brand.css").content.decode()


def test_a_council_without_a_mark_or_picture_has_a_doorstep(
    district: Any, home: Path, monkeypatch: Any
) -> None:
    path = home / "councils" / "demo" / "council.yaml"
    text = path.read_text()
    for line in ("  mark: mark.svg\n", "  share: share.png\n"):
        assert line in text
        text = text.replace(line, "")
    path.write_text(text)
    assert b"<svg" in Client().get("/icon.svg").content
    assert Client().get("/share.png").status_code == 404
    assert "og:image" not in Client().get("/").content.decode()


def test_a_colour_on_which_white_cannot_be_read_is_refused() -> None:
    assert round(on_white("#000000"), 2) == 21 and on_white("#ffffff") == 1
    assert 4.53 < on_white("#767676") < 4.55
    good = {"colour": "#767676", "link": "#1a4f8b", "font": "arial", "wordmark": "X"}
    Brand.model_validate(good)
    for name in ("colour", "link"):
        with pytest.raises(ValidationError, match="too alike to read"):
            Brand.model_validate({**good, name: "#777777"})
    with pytest.raises(ValidationError):
        Brand.model_validate({**good, "colour": "red;} body{display:none"})


def test_the_sitemap_lists_pages_that_are_there(several: Any) -> None:
    answer = Client().get("/sitemap.xml")
    found = [e.text or "" for e in ET.fromstring(answer.content).iter() if e.tag.endswith("loc")]
    assert len(found) == 13
    for address in found:
        path = "/" + address.split("/", 3)[3]
        assert Client().get(path).status_code == 200, path
    assert "Sitemap: " in Client().get("/robots.txt").content.decode()


def test_a_device_shows_a_home_first_once_that_is_wanted_and_forgets_it(several: Any) -> None:
    client = Client()
    assert "Your home:" not in words(client.get("/"))
    assert "/bins/1001/keep" in client.get("/bins/1001").content.decode()
    assert client.get("/bins/1001/keep").cookies.get("doorstep_home") is None
    kept = client.post("/bins/1001/keep")
    assert kept["Location"] == "/bins/1001" and kept.cookies["doorstep_home"]["httponly"]
    assert "This home is shown first" in words(client.get("/bins/1001"))
    # Forms begin with it, and another address is a press away.
    start = client.get("/services/missed-bin").content.decode()
    assert 'name="home" value="1001"' in start and 'href="?home=other"' in start
    assert 'name="postcode"' in client.get("/services/missed-bin?home=other").content.decode()
    page = client.get("/")
    assert "Your home: 1 Mill Lane" in words(page) and 'href="/bins/1001"' in str(page.content)
    assert client.get("/bins/9/keep").status_code == client.post("/bins/9/keep").status_code == 404
    client.post("/bins/1001/keep", {"stop": "1"})
    assert "Your home:" not in words(client.get("/"))
    client.post("/bins/1001/keep")
    client.post("/forget")
    assert "Your home:" not in words(client.get("/"))


@pytest.mark.parametrize(
    "text",
    [
        "bin day",
        "when is my bin day",
        "which bin this week",
        "bin calendar",
        "christmas bins",
        "brown bin",
    ],
)
def test_own_words_find_the_bin_days(several: Any, text: str) -> None:
    page = Client().post("/", {"q": text}).content.decode()
    assert re.search(r'<h2[^>]*>\s*<a class="govuk-link" href="/bins">', page), text


def test_own_words_know_a_thing_and_a_postcode(several: Any) -> None:
    page = Client().post("/", {"q": "pizza box"}).content.decode()
    assert "/bins/what-goes-where?thing=Pizza%20boxes" in page
    assert Client().post("/", {"q": "le673fj"})["Location"] == "/bins?postcode=LE67+3FJ"
    # What a form proposes is a service or another authority's: it has no page to lead to.
    assert not [p for p in index.propose("bin day") if p.kind == "page"]


def at(d: Any, hour: int) -> Any:
    return datetime.combine(d.today, time(hour), council.ZONE)


def test_after_the_crews_hours_today_is_over_unless_it_is_late(district: Any) -> None:
    d = district
    Round.objects.create(code="NOW", name="N", stream="food", anchor=d.today, weeks=1)
    Container.objects.create(place_id=1001, kind="food-caddy", round_id="NOW")

    def caddy(hour: int) -> BoxDays:
        boxes = collections_at(1001, d.today - timedelta(30), d.today + timedelta(30), at(d, hour))
        return next(box for box in boxes if box.kind == "food-caddy")

    week = timedelta(days=7)
    assert caddy(17).next.day == d.today and caddy(17).last.day == d.today - week  # type: ignore[union-attr]
    assert caddy(18).next.day == d.today + week and caddy(18).last.day == d.today  # type: ignore[union-attr]
    until = at(d, 18) + timedelta(hours=20)
    waste.delay_round(
        round_code="NOW", day=d.today, until=until, sentence="Snow.", by=SYSTEM, now=at(d, 17)
    )
    assert caddy(19).next.day == d.today and caddy(19).last.day == d.today - week  # type: ignore[union-attr]


def test_what_is_late_was_not_collected(district: Any) -> None:
    d = district
    boxes = collections_at(1001, d.today - timedelta(30), d.today + timedelta(30), d.now)
    assert d.due in [box.last.day for box in boxes if box.last]
    waste.delay_round(
        round_code="REF-1", day=d.due, until=d.now + timedelta(hours=20), sentence="Snow.", by=SYSTEM, now=d.now
    )  # fmt: skip
    page = words(Client().get("/bins/1001"))
    assert "Late: we plan to come by" in page
    assert f"Last: {say(d.due)}" not in page and f"Last: Yesterday, {say(d.due)}" not in page


def test_nobody_is_told_to_put_out_a_shared_bin(district: Any) -> None:
    Property.objects.filter(uprn=1002).update(parent_id=1001)
    Container.objects.filter(place_id=1002).delete()
    page = words(Client().get("/bins/1002"))
    assert "nobody has to put them out" in page and "Put them out by 6am" not in page
    assert "Put them out by 6am" in words(Client().get("/bins/1001"))


def test_a_home_without_bins_still_leads_on(several: Any) -> None:
    Container.objects.filter(place_id=1001).delete()
    page = Client().get("/bins/1001").content.decode()
    assert page.count("We have no bins on record") >= 2  # heading and title agree
    assert "/services/bulky-waste?home=1001" in page and 'name="thing"' in page


def test_what_is_folded_stands_on_paper(district: Any) -> None:
    for n in (7, 14, 21):
        MovedDay.objects.create(day=district.due + timedelta(days=14 * n // 7), to=None)
    page = Client().get("/bins/1001").content.decode()
    if "kit-changes__more" in page:
        folded = page.split("<summary>")[1].split("</details>")[0]
        assert folded.count("kit-notice") == page.split('class="kit-only-print"')[1].split(
            "</div>\n          <details"
        )[0].count("kit-notice")
