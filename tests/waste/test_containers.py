"""Containers as they are: emptied by several rounds, a flat's own beside its building's, seldom, moved onto another day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from doorstep.council.queries import ZONE
from doorstep.fieldwork import queries as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.forms import facts
from doorstep.places.models import Property
from doorstep.staff.actor import SYSTEM, Actor
from doorstep.waste import actions as waste
from doorstep.waste import calendar, queries
from doorstep.waste.calendar import BoxDays, Collection, collections_at
from doorstep.waste.lifts import lifts_at
from doorstep.waste.models import Container, MovedDay, Round, Suspension

CREW = Actor("staff", "crew", "crew")
# A Tuesday.
NOW = datetime(2026, 11, 24, 10, tzinfo=ZONE)
TODAY = NOW.date()
TUESDAY, FRIDAY = date(2026, 12, 1), date(2026, 12, 4)


def new_round(code: str, anchor: date, weeks: int = 1, stream: str = "refuse") -> Round:
    return Round.objects.create(code=code, name=code, stream=stream, anchor=anchor, weeks=weeks)


@pytest.fixture
def twice(district: Any) -> Container:
    """The container of the first home, emptied each Tuesday and Friday."""
    new_round("TUE", TUESDAY)
    new_round("FRI", FRIDAY)
    Container.objects.filter(place_id=1001).update(round_id="TUE")
    Container.objects.create(place_id=1001, kind="black-bin", round_id="FRI")
    return Container.objects.filter(place_id=1001).order_by("id")[0]


def at(uprn: int = 1001, first: date = TODAY, last: date = date(2026, 12, 11)) -> list[BoxDays]:
    return collections_at(uprn, first, last, NOW)


def fact(name: str, *args: object, now: datetime = NOW) -> Any:
    value = facts.one(name).find(*args, now=now)
    assert isinstance(value, facts.Observed)
    return value.value


def test_a_container_of_two_rounds_is_one_with_the_days_of_both(twice: Container) -> None:
    (box,) = at()
    days = [date(2026, 11, 24), date(2026, 11, 27), TUESDAY, FRIDAY, date(2026, 12, 8)]
    assert [c.day for c in box.days] == [*days, date(2026, 12, 11)]
    assert (box.id, box.kind) == (twice.pk, "black-bin")
    assert [c["id"] for c in fact("waste.containers", "1001")] == [str(twice.pk)]


def test_a_missed_bin_asks_of_the_round_that_came_last(twice: Container) -> None:
    about = ("1001", str(twice.pk))
    friday = datetime(2026, 11, 28, 10, tzinfo=ZONE)
    last = fact("waste.last_due", *about, now=friday)
    assert (last["date"], last["round"], last["next"]) == (date(2026, 11, 27), "FRI", TUESDAY)
    assert fact("waste.last_due", *about)["round"] == "TUE"
    # By another row's number, as a crew's list has it, it is the same container.
    second = Container.objects.get(round_id="FRI")
    assert fact("waste.last_due", "1001", str(second.pk)) == fact("waste.last_due", *about)
    assert fact("waste.last_due", "1002", str(second.pk))["round"] == "TUE"


def test_what_the_crew_of_the_second_round_recorded_is_known_of_the_container(
    twice: Container,
) -> None:
    now, day = datetime(2026, 11, 27, 9, tzinfo=ZONE), date(2026, 11, 27)
    (row,) = queries.boxes_on("FRI", "1", day)
    waste.record_log(
        event_id=uuid4(),
        container_id=str(row.pk),
        reason="not_out",
        note="",
        photo="",
        by=CREW,
        now=now,
    )
    logs = fact("waste.property_logs", "1001", str(twice.pk), day, now=now)
    assert [log["reason"] for log in logs] == ["not_out"]
    lifts = lifts_at(1001, TODAY, day)
    assert [(lift.day, lift.code, len(lift.recorded)) for lift in lifts] == [
        (day, "FRI", 1),
        (TODAY, "TUE", 0),
    ]


def test_each_round_lists_the_container_on_its_own_day(twice: Container) -> None:
    for code in ("TUE", "FRI"):
        assert len(queries.boxes_on(code, "1", TODAY)) == 1
        assert queries.has_street(code, 1, TODAY)
    Container.objects.update(round_id="FRI")
    assert len(queries.boxes_on("FRI", "1", TODAY)) == 1  # two rows of one round


def test_today_is_over_once_todays_round_is_finished(twice: Container) -> None:
    assert at()[0].next == Collection(TODAY, None)
    for act in (waste.start_round, waste.finish_round):
        act(event_id=uuid4(), round_code="TUE", day=TODAY, by=SYSTEM, now=NOW)
    (box,) = at()
    assert box.finished and box.next == Collection(date(2026, 11, 27), None)


def test_a_delay_is_told_with_all_containers_of_its_round(twice: Container) -> None:
    Container.objects.create(place_id=1001, kind="black-sack", round_id="FRI")
    waste.delay_round(
        round_code="FRI",
        day=date(2026, 11, 20),
        until=NOW + timedelta(hours=30),
        sentence="Snow.",
        by=SYSTEM,
        now=NOW,
    )
    ((delay, of),) = calendar.delays(at())
    assert (delay.day, delay.round) == (date(2026, 11, 20), "FRI")
    assert [box.kind for box in of] == ["black-bin", "black-sack"]


def test_a_crews_record_stands_on_the_list_of_the_round_of_its_day(twice: Container) -> None:
    monday = date(2026, 11, 30)
    Container.objects.filter(pk=twice.pk).update(round_id="FRI", since=monday, was_round_id="TUE")
    about: dict[str, Any] = {"reason": "not_out", "note": "", "photo": "", "by": CREW, "now": NOW}
    waste.record_log(event_id=uuid4(), container_id=str(twice.pk), **about)
    assert [o.about_key for o in fieldwork.seen_on("TUE", TODAY)] == [str(twice.pk)]


def test_a_moved_day_that_meets_another_stands_once_and_the_day_it_left_is_named(
    twice: Container,
) -> None:
    MovedDay.objects.create(day=TUESDAY, to=FRIDAY)
    (box,) = at()
    assert [c for c in box.days if c.day in (TUESDAY, FRIDAY)] == [Collection(FRIDAY, None)]
    assert box.left_out == (TUESDAY,)
    # To Tuesday, on which then something is collected, moves what was due on Monday.
    new_round("MON", date(2026, 11, 30))
    Container.objects.create(place_id=1001, kind="black-bin", round_id="MON")
    MovedDay.objects.create(day=date(2026, 11, 30), to=TUESDAY)
    assert at()[0].left_out == () and Collection(TUESDAY, date(2026, 11, 30)) in at()[0].days


def test_a_moved_day_that_meets_the_next_of_its_own_round_stands_once(district: Any) -> None:
    new_round("MON", date(2026, 11, 30))
    Container.objects.filter(place_id=1001).update(round_id="MON")
    MovedDay.objects.create(day=date(2026, 11, 30), to=date(2026, 12, 7))
    (box,) = at()
    assert box.days == (Collection(date(2026, 12, 7), None),)
    assert box.left_out == (date(2026, 11, 30),)


def test_of_two_days_that_move_to_one_the_nearer_stands(twice: Container) -> None:
    for day in (TUESDAY, FRIDAY):
        MovedDay.objects.create(day=day, to=date(2026, 12, 5))
    (box,) = at()
    assert Collection(date(2026, 12, 5), FRIDAY) in box.days and box.left_out == (TUESDAY,)
    last = queries.due_days(queries.boxes_at(1001, TODAY)[0], FRIDAY, date(2026, 12, 5))[0]
    assert [(due.day, due.round) for due in last] == [(date(2026, 12, 5), "FRI")]


@pytest.fixture
def flat(district: Any) -> int:
    """A flat of the first home, which shares a bin for rubbish and one for recycling."""
    new_round("REC", FRIDAY, stream="recycling")
    new_round("FOOD", TUESDAY, stream="food")
    Container.objects.filter(place_id=1001).update(kind="communal-bin")
    Container.objects.create(place_id=1001, kind="communal-recycling", round_id="REC")
    home = Property.objects.get(uprn=1001)
    home.pk, home.parent_id, home.line = 2001, 1001, "Flat 1, 1 Mill Lane"
    home.save(force_insert=True)
    return 2001


def kinds(uprn: int) -> list[str]:
    listed = [box.kind for box in at(uprn)]
    assert [box.kind for box in queries.boxes_at(uprn, TODAY)] == listed
    return listed


def test_a_flat_with_a_caddy_of_its_own_keeps_the_shared_bins(flat: int) -> None:
    assert kinds(flat) == ["communal-bin", "communal-recycling"]
    Container.objects.create(place_id=flat, kind="food-caddy", round_id="FOOD")
    assert kinds(flat) == ["communal-bin", "communal-recycling", "food-caddy"]
    shared = Container.objects.get(kind="communal-bin")
    assert fact("waste.last_due", str(flat), str(shared.pk))["communal"] == "yes"


def test_a_flat_with_its_own_rubbish_bin_has_no_part_in_the_shared_one(flat: int) -> None:
    own = Container.objects.create(place_id=flat, kind="black-sack", round_id="REF-1")
    assert kinds(flat) == ["black-sack", "communal-recycling"]
    # What is there from Monday on takes nothing away until then.
    Container.objects.filter(pk=own.pk).update(since=date(2026, 11, 30))
    assert kinds(flat) == ["black-sack", "communal-bin", "communal-recycling"]
    Container.objects.filter(pk=own.pk).update(was_round_id="REF-1")  # it only changes rounds
    assert kinds(flat) == ["black-sack", "communal-recycling"]


@pytest.mark.parametrize("weeks", [8, 12])
def test_a_container_that_is_seldom_emptied_has_its_last_and_next_day(
    district: Any, weeks: int
) -> None:
    today = district.today
    last, following = today - timedelta(days=1), today - timedelta(days=1) + timedelta(weeks=weeks)
    new_round("SELDOM", last, weeks)
    box = district.boxes[0]
    Container.objects.filter(pk=box.pk).update(round_id="SELDOM")
    for day in (last, following - timedelta(days=1)):
        now = district.at(day + timedelta(days=1) if day == last else day, 10)
        fact_then = fact("waste.last_due", "1001", str(box.pk), now=now)
        assert (fact_then["date"], fact_then["next"]) == (last, following)
    Round.objects.filter(code="SELDOM").update(anchor=today - timedelta(days=50))
    page = Client().get("/bins/1001").content.decode()
    for n in (-50, 7 * weeks - 50):
        day = today + timedelta(days=n)
        assert f"{day:%A} {day.day} {day:%B}" in page, day
    assert "No collection in the next eight weeks" not in page


def test_what_is_next_is_found_where_the_longest_cycles_next_day_is_left_out(district: Any) -> None:
    seldom = date(2026, 12, 25)
    new_round("SELDOM", seldom, 12)
    Container.objects.filter(place_id=1001).update(round_id="SELDOM")
    MovedDay.objects.create(day=seldom, to=None)
    (box,) = at()
    assert box.days == () and box.next == Collection(date(2027, 3, 19), None)
    (found,) = queries.boxes_at(1001, TODAY)
    due = queries.next_due(found, TODAY)
    assert due and due.day == date(2027, 3, 19)


def test_what_was_due_before_a_long_suspension_is_no_last_collection(district: Any) -> None:
    box, first = str(district.boxes[0].pk), district.today - timedelta(days=60)
    last = district.today + timedelta(days=10)
    Suspension.objects.create(stream="refuse", first=first, last=last)
    then = fact("waste.last_due", "1001", box, now=district.now)
    assert then["date"] is None and then["next"] > last


def test_everything_that_says_what_is_next_says_it_of_a_container_seldom_emptied(
    district: Any,
) -> None:
    following = district.today + timedelta(days=83)
    new_round("SELDOM", following, 12)
    Container.objects.filter(place_id=1001).update(round_id="SELDOM")
    api = Client().get("/api/v1/properties/1001/collections").json()["containers"][0]
    assert [c["day"] for c in api["collections"]] == [following.isoformat()]
    json = Client().get("/bins/1001.json").json()["containers"][0]
    assert json["days"][0]["day"] == following.isoformat()
    page = Client().get("/bins/1001").content.decode()
    # In the heading, under "Later", and beside the container.
    assert page.count(f"{following:%A} {following.day} {following:%B}") >= 3
    remembered = Client()
    remembered.cookies["doorstep_home"] = "1001"
    assert f"{following:%a} {following.day}" in remembered.get("/").content.decode()


def test_a_report_goes_to_the_crew_that_came_last(district: Any) -> None:
    new_round("OLD", district.due - timedelta(days=4), 2)
    Container.objects.filter(pk=district.boxes[0].pk).update(round_id="OLD")
    Container.objects.create(place_id=1001, kind="black-bin", round_id="REF-1")
    case = district.case(0)
    assert case.answers["container"] == str(district.boxes[0].pk)
    assert Job.objects.get(case=case).crew_list == "REF-1"
    assert district.draft(0).decisions["bin"]["code"] == "reported"
