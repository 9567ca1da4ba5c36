"""Changes of the round book: their effect is worked out first, they are made, and they can be undone."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.places.models import Property
from doorstep.staff.actor import Actor
from doorstep.waste import planning, queries
from doorstep.waste.calendar import collections_at
from doorstep.waste.models import Change, Container, MovedDay, Round, Suspension

OFFICER = Actor("staff", "officer", "officer")
NOW = datetime(2026, 11, 24, 10, tzinfo=ZONE)  # a Tuesday
TODAY = NOW.date()
MONDAY = date(2026, 11, 30)


@pytest.fixture
def book(district: Any) -> Any:
    """Two rounds of the same stream: REF-1 on Mondays every two weeks, REF-2 on Wednesdays every week."""
    Round.objects.filter(code="REF-1").update(anchor=MONDAY, weeks=2)
    Round.objects.create(
        code="REF-2", name="Ashby", stream="refuse", anchor=date(2026, 12, 2), weeks=1
    )
    return district


def days(number: int = 0, district: Any = None, until: date = date(2026, 12, 31)) -> list[date]:
    uprn = district.boxes[number].place_id
    return [c.day for c in collections_at(uprn, TODAY, until, NOW)[0].days]


def by() -> dict[str, Any]:
    return {"by": OFFICER, "now": NOW}


def made(change: Change) -> Change:
    return planning.make(change_id=change.pk, **by())


def undone(change: Change) -> Change:
    return planning.undo(change_id=change.pk, **by())


def test_a_preview_says_which_days_for_how_many_homes_and_changes_nothing(book: Any) -> None:
    before = days(district=book)
    change = planning.propose_round(
        code="REF-1", name="Coalville", stream="refuse", first=date(2026, 12, 1), weeks=2, **by()
    )
    assert change.effect["homes"] == 8
    row = change.effect["rows"][0]
    assert row["gone"][:2] == ["2026-11-30", "2026-12-14"]
    assert row["new"][:2] == ["2026-12-01", "2026-12-15"]
    assert days(district=book) == before and Round.objects.get(code="REF-1").anchor == MONDAY


def test_a_round_changes_from_its_first_new_week_on_and_the_past_stays(book: Any) -> None:
    Round.objects.filter(code="REF-1").update(anchor=MONDAY - timedelta(weeks=2))
    past = queries.days_of(
        Round.objects.get(code="REF-1"), TODAY - timedelta(days=60), TODAY, [], {}
    )
    first = date(2026, 12, 17)
    change = made(
        planning.propose_round(
            code="REF-1", name="Coalville", stream="refuse", first=first, weeks=1, **by()
        )
    )
    now = Round.objects.get(code="REF-1")
    assert queries.days_of(now, TODAY - timedelta(days=60), TODAY, [], {}) == past
    # Monday 14 December falls in the week of the new cycle: nobody puts a bin out twice.
    assert days(district=book) == [MONDAY, first, first + timedelta(7), first + timedelta(14)]
    undone(change)
    assert days(district=book) == [MONDAY, date(2026, 12, 14), date(2026, 12, 28)]


def test_a_street_goes_to_another_round_from_a_day_on(book: Any) -> None:
    since = date(2026, 12, 14)
    change = planning.propose_street(usrn=1, code="REF-1", to="REF-2", since=since, **by())
    assert change.effect["homes"] == 8 and change.effect["rows"][0]["now"] == "REF-2"
    made(change)
    wednesdays = [date(2026, 12, 16), date(2026, 12, 23), date(2026, 12, 30)]
    assert days(district=book) == [MONDAY, *wednesdays]
    # Until then the crew of the old round has the street on its list.
    assert queries.has_street("REF-1", 1, since - timedelta(days=1))
    assert not queries.has_street("REF-2", 1, since - timedelta(days=1))
    assert queries.has_street("REF-2", 1, since) and not queries.has_street("REF-1", 1, since)
    box = queries.container(str(book.boxes[0].pk), TODAY)
    assert box and queries.due_days(box, MONDAY, MONDAY)[0][0].round == "REF-1"
    with pytest.raises(Refused, match="already_changing"):
        planning.propose_street(usrn=1, code="REF-2", to="REF-1", since=since, **by())
    undone(change)
    assert Container.objects.filter(round_id="REF-1", since=None).count() == 8


def test_a_homes_containers_come_go_and_come_back(book: Any) -> None:
    box = book.boxes[0]
    other = Round.objects.create(
        code="FOO-1", name="Food", stream="food", anchor=date(2026, 12, 3), weeks=1
    )
    change = planning.propose_home(
        uprn=box.place_id,
        rounds={box.pk: ""},
        add=("food-caddy", other.code),
        since=MONDAY,
        **by(),
    )
    assert change.effect["homes"] == 1
    made(change)
    found = Container.objects.get(place_id=box.place_id)
    assert (found.kind, found.since) == ("food-caddy", MONDAY)
    assert days(district=book)[0] == date(2026, 12, 3)
    undone(change)
    assert Container.objects.get(place_id=box.place_id).pk == box.pk


def test_a_container_gets_one_more_round_and_loses_one(book: Any) -> None:
    box, wednesday = book.boxes[0], date(2026, 12, 2)
    home: dict[str, Any] = {"uprn": box.place_id, "since": MONDAY, **by()}
    more = made(planning.propose_home(rounds={}, add=("black-bin", "REF-2"), **home))
    assert more.effect["rows"][0]["now"] == "REF-2"
    assert days(district=book)[:2] == [MONDAY, wednesday]
    with pytest.raises(Refused, match="already_there"):
        planning.propose_home(rounds={}, add=("black-bin", "REF-2"), **home)
    fewer = made(planning.propose_home(rounds={box.pk: ""}, add=None, **home))
    # It ends on the day, and the container goes by the number that it had.
    rows = queries.boxes_at(box.place_id, TODAY)
    assert [b.pk for b in rows] == [box.pk] and days(district=book)[0] == wednesday
    assert MONDAY - timedelta(weeks=2) in [
        due.day for due in queries.due_days(rows[0], TODAY - timedelta(days=60), TODAY)[0]
    ]
    assert fewer.effect["rows"] == [
        {**fewer.effect["rows"][0], "was": "REF-1", "now": "", "new": []}
    ]
    undone(fewer)
    undone(more)
    assert Container.objects.filter(place_id=box.place_id).count() == 1


def test_of_two_rows_of_a_round_the_first_stays_whichever_is_taken_away(book: Any) -> None:
    first = book.boxes[0]
    second = Container.objects.create(place_id=1001, kind="black-bin", round_id="REF-1")
    about: dict[str, Any] = {"uprn": 1001, "add": None, "since": MONDAY, **by()}
    for taken in (first, second):
        change = made(planning.propose_home(rounds={taken.pk: ""}, **about))
        assert Container.objects.get(place_id=1001).pk == first.pk
        undone(change)
    # What the other one becomes from that day on, it is until then.
    rounds = {first.pk: "", second.pk: "REF-1"}
    Container.objects.filter(pk=second.pk).update(round_id="REF-2")
    made(planning.propose_home(rounds=rounds, **about))
    assert Container.objects.filter(place_id=1001, round_id="REF-1").count() == 2


def test_a_container_is_not_both_taken_away_and_added(book: Any) -> None:
    box = book.boxes[0]
    garden = Round.objects.create(code="G", name="G", stream="garden", anchor=MONDAY, weeks=1)
    for rounds, add, code in (
        ({box.pk: ""}, ("black-bin", "REF-2"), "already_there"),
        ({}, ("black-bin", garden.code), "other_stream"),
    ):
        with pytest.raises(Refused, match=code):
            planning.propose_home(uprn=box.place_id, rounds=rounds, add=add, since=MONDAY, **by())


def test_a_street_whose_containers_are_of_both_rounds_gains_nothing(book: Any) -> None:
    home = book.boxes[0].place_id
    Container.objects.create(place_id=home, kind="black-bin", round_id="REF-2")
    change = planning.propose_street(usrn=1, code="REF-1", to="REF-2", since=MONDAY, **by())
    rows = {row["now"]: (row["homes"], bool(row["new"])) for row in change.effect["rows"]}
    assert rows == {"REF-2": (7, True), "": (1, False)}
    made(change)
    assert len(days(district=book)) == len(set(days(district=book)))
    assert len(queries.boxes_on("REF-2", "1", MONDAY)) == 1


def test_a_shared_bin_counts_each_flat(book: Any) -> None:
    home = book.boxes[0].place
    for n in range(3):
        Property.objects.create(
            uprn=5000 + n,
            street=home.street,
            ward=home.ward,
            parent=home,
            line=f"Flat {n}",
            sort=n,
            postcode="LE67 3FJ",
            blpu_class="RD06",
            easting=0,
            northing=0,
        )
    change = planning.propose_street(usrn=1, code="REF-1", to="REF-2", since=MONDAY, **by())
    assert change.effect["homes"] == 10  # seven houses and three flats


def test_a_stream_is_suspended_and_comes_back_early(book: Any) -> None:
    last = date(2026, 12, 20)
    change = made(planning.propose_suspension(stream="refuse", first=TODAY, last=last, **by()))
    assert change.effect["homes"] == 8 and days(district=book) == [date(2026, 12, 28)]
    sooner = made(
        planning.propose_resumption(
            suspension_id=Suspension.objects.get().pk, day=date(2026, 12, 10), **by()
        )
    )
    assert days(district=book) == [date(2026, 12, 14), date(2026, 12, 28)]
    with pytest.raises(Refused, match="changed_since"):
        undone(change)  # the later change rests on it
    undone(sooner)
    undone(change)
    assert not Suspension.objects.exists() and days(district=book)[0] == MONDAY


def test_christmas_moves_days_and_leaves_one_out(book: Any) -> None:
    wanted = {date(2026, 12, 28): date(2026, 12, 29), MONDAY: None}
    change = planning.propose_days(days=wanted, **by())
    assert change.effect["rows"][0]["gone"] == ["2026-11-30", "2026-12-28"]
    made(change)
    assert days(district=book) == [date(2026, 12, 14), date(2026, 12, 29)]
    assert [r.code for r in queries.rounds_on(MONDAY)] == []
    box = collections_at(book.boxes[0].place_id, TODAY, MONDAY, NOW)[0]
    assert box.left_out == (MONDAY,)
    again = made(planning.propose_days(days={}, forget=[MONDAY], **by()))
    assert days(district=book)[0] == MONDAY
    undone(again)
    undone(change)
    assert not MovedDay.objects.exists()


def test_what_was_changed_meanwhile_is_not_overwritten(book: Any) -> None:
    change = planning.propose_street(usrn=1, code="REF-1", to="REF-2", since=MONDAY, **by())
    Container.objects.filter(pk=book.boxes[3].pk).update(round_id="REF-2")
    with pytest.raises(Refused, match="changed_since"):
        made(change)
    assert Container.objects.filter(round_id="REF-1").count() == 7


def test_pressing_twice_makes_and_undoes_once(book: Any) -> None:
    change = planning.propose_suspension(stream="refuse", first=TODAY, last=MONDAY, **by())
    with pytest.raises(Refused, match="not_made"):
        undone(change)
    made(change)
    made(change)
    assert Suspension.objects.count() == 1
    undone(change)
    undone(change)
    assert not Suspension.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": " "}, "code_missing"),
        ({"name": ""}, "name_missing"),
        ({"stream": ""}, "stream_missing"),
        ({"weeks": 0}, "weeks_wrong"),
        ({"weeks": 13}, "weeks_wrong"),
        ({"first": TODAY - timedelta(days=1)}, "since_past"),
        ({}, "no_change"),
    ],
)
def test_a_round_that_cannot_be_is_refused(book: Any, given: dict[str, Any], code: str) -> None:
    right = {"code": "REF-1", "name": "Coalville", "stream": "refuse", "first": MONDAY, "weeks": 2}
    with pytest.raises(Refused, match=code):
        planning.propose_round(**{**right, **given}, **by())


def test_the_database_refuses_half_a_change(book: Any) -> None:
    for rows, wrong in (
        (Round.objects, {"since": TODAY}),
        (Round.objects, {"weeks": 0}),
        (Container.objects, {"was_round_id": "REF-2"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
