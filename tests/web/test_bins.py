"""Bin days: the page and its feeds, read as browsers and calendar programs read them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Outcome
from doorstep.places.models import Property
from doorstep.staff.actor import SYSTEM, Actor
from doorstep.waste import actions as waste
from doorstep.waste import planning
from doorstep.waste.calendar import collections_at
from doorstep.waste.models import Assisted, Change, Container, MovedDay, Round, Suspension
from doorstep.web.portal import feeds

PAGE, ICS, JSON = "/bins/1001", "/bins/1001.ics", "/bins/1001.json"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def same(answer: Any) -> str:
    """Return a page without the nonce, which differs each time."""
    return re.sub(r'nonce="[^"]*"', "", text(answer))


def test_a_page_takes_at_most_three_statements(district: Any) -> None:
    Client().get(PAGE)  # what runs is read once a process
    for path in (PAGE, ICS, JSON):
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(path).status_code == 200
        assert len(seen) <= 3, [q["sql"] for q in seen]


def test_the_page_says_next_and_last_in_words(district: Any, until_midnight: None) -> None:
    Round.objects.create(code="G", name="G", stream="garden", anchor=district.today, weeks=1)
    tomorrow = district.today + timedelta(days=1)
    Round.objects.create(code="F", name="F", stream="food", anchor=tomorrow, weeks=1)
    Container.objects.create(place_id=1001, kind="garden-bin", round_id="G")
    Container.objects.create(place_id=1001, kind="food-caddy", round_id="F")
    page = text(Client().get(PAGE))
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Your next collection Today, " in said
    assert re.search(r"Food caddy All food, cooked or raw Next: Tomorrow, ", said)
    assert "Brown-lidded bin garden waste" in said
    assert f"{tomorrow:%A} {tomorrow.day} {tomorrow:%B}" in page


def test_find_a_home_by_its_postcode(district: Any) -> None:
    client = Client()
    assert 'action="/bins"' in text(client.get("/"))
    assert "Your postcode" in text(client.get("/bins"))
    assert 'href="/bins/1003">3 Mill Lane' in text(client.get("/bins?postcode=le673fj"))
    assert "No address found" in text(client.get("/bins?postcode=SW1A 1AA"))
    assert "Enter your postcode" in text(client.get("/bins?postcode="))
    page = text(client.get("/bins?postcode=<b>"))
    assert "Enter a full UK postcode" in page and "<b>" not in page


@pytest.mark.parametrize("uprn", ["9", "0", "abc", "9" * 30, "-1", "1001x", "10%2001"])
def test_an_unknown_home_is_a_real_404_that_helps(district: Any, uprn: str) -> None:
    page = Client().get(f"/bins/{uprn}")
    assert page.status_code == 404 and "Find your bin days by postcode" in text(page)
    feed = Client().get(f"/bins/{uprn}.ics")
    assert feed.status_code == 404 and feed["Content-Type"].startswith("text/plain")
    data = Client().get(f"/bins/{uprn}.json")
    assert data.status_code == 404 and "error" in data.json()


def test_nothing_reveals_assistance_logs_or_people(district: Any) -> None:
    paths = (PAGE, ICS, JSON)
    before = [same(Client().get(p)) for p in paths]
    Assisted.objects.create(place_id=1001)
    district.case(0)
    waste.record_log(
        event_id=uuid4(),
        container_id=str(district.boxes[0].pk),
        reason="not_out",
        note="Mrs Smith is away",
        photo="",
        by=SYSTEM,
        now=district.now,
    )
    assert Outcome.objects.count() == 1
    assert [same(Client().get(p)) for p in paths] == before


def delay(d: Any) -> None:
    until = d.now + timedelta(hours=20)
    said = {"until": until, "sentence": "Snow."}
    waste.delay_round(round_code="NOW", day=d.today, by=SYSTEM, now=d.now, **said)


def finish(d: Any) -> None:
    for act in (waste.start_round, waste.finish_round):
        act(event_id=uuid4(), round_code="NOW", day=d.today, by=SYSTEM, now=d.now)


def suspend(d: Any) -> None:
    first = d.today + timedelta(days=7)
    Suspension.objects.create(stream="refuse", first=first, last=first + timedelta(days=7))


def move(d: Any) -> None:
    day = d.today + timedelta(days=14)
    MovedDay.objects.create(day=day, to=day + timedelta(days=1))


@pytest.mark.parametrize("change", [delay, finish, suspend, move])
def test_a_change_is_seen_by_the_next_request(district: Any, change: Callable[[Any], None]) -> None:
    Round.objects.create(code="NOW", name="N", stream="refuse", anchor=district.today, weeks=1)
    Container.objects.filter(place_id=1001).update(round="NOW")
    for path in (PAGE, ICS, JSON):
        first = Client().get(path)
        assert first["Cache-Control"] == "no-cache" and "Cookie" in first["Vary"]
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        # The kept page goes with the policy that it came with.
        assert "Content-Security-Policy" not in again
    etags = {path: Client().get(path)["ETag"] for path in (PAGE, ICS, JSON)}
    change(district)
    for path, etag in etags.items():
        answer = Client().get(path, headers={"If-None-Match": etag})
        assert answer.status_code == 200 and answer["ETag"] != etag, path


def test_feeds_are_never_held_up_by_the_limits_of_forms(district: Any) -> None:
    client = Client()
    for _ in range(61):
        limited = client.get("/bins?postcode=LE673FJ")
    assert "Wait ten minutes" in text(limited)
    for path in (PAGE, ICS, JSON):
        assert client.get(path).status_code == 200


def test_a_welsh_page_and_feed(district: Any) -> None:
    client = Client()
    client.cookies["doorstep_language"] = "cy"
    page = text(client.get(PAGE))
    assert "Eich cartref" in page and "1001.ics?language=cy" in page
    assert "Bin du (sbwriel)" in text(Client().get(f"{ICS}?language=cy"))
    assert "Black bin (rubbish)" in text(Client().get(f"{ICS}?language=xx"))


def test_the_snippet_is_a_plain_form_that_works(district: Any) -> None:
    page = text(Client().get("/bins/snippet"))
    code = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert code and "&lt;form action=" in code[1] and "&amp;lt;" not in code[1]
    assert "script" not in code[1] and "name=&#34;postcode&#34;" in code[1]


# The calendar itself, at moments that matter.


def at_eight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 8, tzinfo=ZONE)


def feed(now: datetime) -> bytes:
    today = now.astimezone(ZONE).date()
    boxes = collections_at(1001, today, today + timedelta(days=365), now)
    return feeds.ics(Property.objects.select_related("street").get(uprn=1001), boxes, today)


def read_both(made: bytes) -> dict[str, date]:
    """Read a feed by two parsers, which must agree, and return days by UID."""
    events = icalendar.Calendar.from_ical(made).walk("VEVENT")
    one = {str(e["UID"]): e["DTSTART"].dt for e in events}
    component = vobject.readOne(made.decode())
    two = {e.uid.value: e.dtstart.value for e in getattr(component, "vevent_list", [])}
    assert one == two
    assert all(type(day) is date for day in one.values())
    return one


@pytest.fixture
def fridays(district: Any) -> Any:
    """A weekly Friday round through both changes of the clock and Christmas."""
    Round.objects.create(code="FRI", name="F", stream="refuse", anchor=date(2026, 10, 2), weeks=1)
    Container.objects.filter(place_id=1001).update(round="FRI")
    return district


def test_every_day_is_a_friday_through_both_changes_of_the_clock(fridays: Any) -> None:
    days = read_both(feed(at_eight(2026, 10, 20)))
    assert len(days) == 52 and {d.weekday() for d in days.values()} == {4}
    assert {date(2026, 10, 30), date(2027, 3, 26), date(2027, 4, 2)} <= set(days.values())
    late = datetime(2027, 6, 1, 0, 30, tzinfo=ZONE)  # still 31 May in UTC
    assert min(read_both(feed(late)).values()) == date(2027, 6, 4)


def test_of_two_rounds_on_one_day_the_feed_has_one_event_and_the_page_names_the_day_left(
    district: Any,
) -> None:
    day = district.today + timedelta(days=3)
    for code, anchor in (("A", day), ("B", day + timedelta(days=1))):
        Round.objects.create(code=code, name=code, stream="refuse", anchor=anchor, weeks=2)
    Container.objects.filter(place_id=1001).update(round="A")
    Container.objects.create(place_id=1001, kind="black-bin", round_id="B")
    MovedDay.objects.create(day=day, to=day + timedelta(days=1))
    days = list(read_both(feed(district.now)).values())
    assert day not in days and days.count(day + timedelta(days=1)) == 1
    page = text(Client().get(PAGE))
    assert f"No collection on {day:%A} {day.day} {day:%B}: Black bin (rubbish)." in page
    with CaptureQueriesContext(connection) as seen:
        Client().get(JSON)
    assert len(seen) <= 3


def test_at_christmas_the_event_moves_and_keeps_its_uid(fridays: Any) -> None:
    now = at_eight(2026, 12, 1)
    before = read_both(feed(now))
    MovedDay.objects.create(day=date(2026, 12, 25), to=date(2026, 12, 26))
    after = read_both(feed(now))
    moved = [uid for uid, day in before.items() if after[uid] != day]
    assert [(before[u], after[u]) for u in moved] == [(date(2026, 12, 25), date(2026, 12, 26))]
    assert before.keys() == after.keys()
    assert "Instead of Friday 25 December 2026." in feed(now).decode()


OFFICER = Actor("staff", "officer", "officer")
CHRISTMAS = date(2026, 12, 25)


def event(now: datetime, day: date) -> tuple[date, int, datetime, datetime]:
    """Return day, SEQUENCE, LAST-MODIFIED and DTSTAMP of the event that the cycle gives for a day."""
    events = icalendar.Calendar.from_ical(feed(now)).walk("VEVENT")
    (one,) = [e for e in events if f"-{day:%Y%m%d}@" in e["UID"]]
    return one["DTSTART"].dt, int(one["SEQUENCE"]), one["LAST-MODIFIED"].dt, one["DTSTAMP"].dt


def move_christmas(to: date, now: datetime) -> Change:
    before = MovedDay.objects.filter(day=CHRISTMAS).values("to").first()
    edits = [planning.edit("moved_day", CHRISTMAS, before, {"to": to})]
    proposed = planning.propose(title="Christmas", edits=edits, by=OFFICER, now=now)
    return planning.make(change_id=proposed.pk, by=OFFICER, now=now)


def test_an_event_says_when_its_day_moved_and_which_one_is_newer(fridays: Any) -> None:
    asked, entered = at_eight(2026, 12, 9), datetime(2025, 12, 24, tzinfo=UTC)
    before = feed(asked)
    assert event(asked, CHRISTMAS) == (CHRISTMAS, 0, entered, entered)
    seen = []
    for day, to in ((2, date(2026, 12, 26)), (3, date(2026, 12, 28))):
        last = move_christmas(to, at_eight(2026, 12, day))
        moment = at_eight(2026, 12, day)
        assert event(asked, CHRISTMAS) == (to, day - 1, moment, moment)
        seen.append(feed(asked))
    planning.undo(change_id=last.pk, by=OFFICER, now=at_eight(2026, 12, 4))
    moment = at_eight(2026, 12, 4)
    assert event(asked, CHRISTMAS) == (date(2026, 12, 26), 3, moment, moment)
    # No other event of the feed changed.
    other = date(2026, 12, 18)
    assert event(asked, other)[1:3] == (0, datetime(2025, 12, 17, tzinfo=UTC))
    assert len({before, *seen, feed(asked)}) == 4


def test_what_is_told_of_a_day_says_when_and_nothing_depends_on_the_moment_of_asking(
    fridays: Any,
) -> None:
    day = date(2026, 12, 11)
    at = lambda hour: datetime(2026, 12, 11, hour, tzinfo=ZONE)  # noqa: E731
    entered = event(at(7), day)[2]
    waste.delay_round(
        round_code="FRI", day=day, until=at(12), sentence="Ice.", by=OFFICER, now=at(8)
    )
    assert event(at(8), day)[1:] == (0, at(8), at(8))
    assert feed(at(9)) == feed(at(11))
    # It ran out at noon, whenever that is read.
    assert event(at(13), day)[2] == event(at(14), day)[2] == at(12)
    waste.start_round(event_id=uuid4(), round_code="FRI", day=day, by=OFFICER, now=at(13))
    waste.finish_round(event_id=uuid4(), round_code="FRI", day=day, by=OFFICER, now=at(15))
    assert event(at(16), day)[2] == at(15)
    waste.start_round(event_id=uuid4(), round_code="FRI", day=day, by=OFFICER, now=at(16))
    assert event(at(17), day)[2] == at(16)  # taken back, and later than what was said
    assert event(at(17), date(2026, 12, 18))[2] == entered + timedelta(days=7)


def test_a_suspended_stream_disappears_and_its_end_brings_it_back(fridays: Any) -> None:
    now = at_eight(2026, 12, 1)
    off = Suspension.objects.create(
        stream="refuse", first=date(2026, 12, 1), last=date(2027, 1, 31)
    )
    made = feed(now)
    assert b"CANCELLED" not in made
    assert min(read_both(made).values()) == date(2027, 2, 5)
    off.last = date(2028, 1, 1)
    off.save()
    assert read_both(feed(now)) == {}


def test_lines_are_folded_bytes_are_stable_and_each_event_has_a_name(fridays: Any) -> None:
    waste.delay_round(
        round_code="FRI",
        day=date(2026, 12, 4),
        until=at_eight(2026, 12, 5),
        sentence="Rhew ac eira ar y ffyrdd: ä, ’ŵ’; a lorry, too, broke down and waits for a part.",
        by=SYSTEM,
        now=at_eight(2026, 12, 3),
    )
    now = at_eight(2026, 12, 4)
    made = feed(now)
    assert made == feed(now + timedelta(minutes=5))
    assert made.count(b"\n") == made.count(b"\r\n") and made.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in made.split(b"\r\n")) <= 75
    events = icalendar.Calendar.from_ical(made).walk("VEVENT")
    assert {str(e["SUMMARY"]) for e in events} == {"Black bin (rubbish)"}
    assert "’ŵ’; a lorry, too" in str(events[0]["DESCRIPTION"])
    assert b"DTSTART;VALUE=DATE:20261204" in made


def test_the_feed_over_http_is_what_calendars_expect(district: Any) -> None:
    answer = Client().get(ICS)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    days = read_both(answer.content).values()
    assert min(days) >= district.today
    assert max(days) <= district.today + timedelta(days=365)
    assert Client().head(ICS).status_code == 200
