"""What a home's collections say: moves, suspensions, delays; a building's containers for its flats."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from doorstep.places.models import Property
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from doorstep.waste.calendar import Collection, collections_at
from doorstep.waste.models import Assisted, Container, MovedDay, Round, Suspension


def at(district: Any, uprn: int = 1001, weeks: int = 8) -> Any:
    last = district.today + timedelta(weeks=weeks)
    return collections_at(uprn, district.today - timedelta(days=35), last, district.now)


def test_one_statement_gives_all(district: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        (box,) = at(district)
    assert (box.kind, box.round, box.stream) == ("black-bin", "REF-1", "refuse")
    assert box.last == Collection(district.due, None)
    assert box.next == Collection(district.due + timedelta(weeks=2), None)
    assert not box.delay and not box.finished and not box.suspensions


def test_a_moved_day_says_where_it_came_from(district: Any) -> None:
    was = district.due + timedelta(weeks=2)
    MovedDay.objects.create(day=was, to=was + timedelta(days=1))
    (box,) = at(district)
    assert box.next == Collection(was + timedelta(days=1), was)
    assert box.next.scheduled == was


def test_a_suspended_stream_leaves_its_days_out_and_says_so(district: Any) -> None:
    was = district.due + timedelta(weeks=2)
    Suspension.objects.create(stream="refuse", first=was, last=was + timedelta(days=1))
    Suspension.objects.create(stream="garden", first=was, last=was)
    (box,) = at(district)
    assert box.next.day == was + timedelta(weeks=2)
    assert [(s.first, s.last) for s in box.suspensions] == [(was, was + timedelta(days=1))]


def test_a_delay_lasts_until_its_moment_or_until_the_round_is_finished(district: Any) -> None:
    until = district.now + timedelta(hours=30)
    waste.delay_round(
        round_code="REF-1",
        day=district.due,
        until=until,
        sentence="A lorry broke down.",
        by=SYSTEM,
        now=district.now,
    )
    (box,) = at(district)
    assert box.delay and (box.delay.sentence, box.delay.until) == ("A lorry broke down.", until)
    (later,) = collections_at(1001, district.today, district.today, until)
    assert later.delay is None
    waste.finish_round(
        event_id=uuid4(), round_code="REF-1", day=district.due, by=SYSTEM, now=district.now
    )
    assert at(district)[0].delay is None


def test_todays_round_is_the_next_until_it_is_finished(district: Any, until_midnight: None) -> None:
    today = Round.objects.create(
        code="GAR-1", name="G", stream="garden", anchor=district.today, weeks=1
    )
    Container.objects.create(place_id=1001, kind="garden-bin", round=today)
    garden = at(district)[1]
    assert garden.next.day == district.today
    for act in (waste.start_round, waste.finish_round):
        act(event_id=uuid4(), round_code="GAR-1", day=district.today, by=SYSTEM, now=district.now)
    garden = at(district)[1]
    assert garden.finished and garden.last.day == district.today
    assert garden.next.day == district.today + timedelta(weeks=1)


def test_flats_have_their_buildings_containers_and_assistance_changes_nothing(
    district: Any,
) -> None:
    flat = Property.objects.get(uprn=1001)
    flat.pk, flat.parent_id, flat.line = 2001, 1001, "Flat 1, 1 Mill Lane"
    flat.save(force_insert=True)
    before = at(district, 2001)
    assert [b.id for b in before] == [district.boxes[0].pk]
    Assisted.objects.create(place_id=2001)
    assert at(district, 2001) == before
    own = Container.objects.create(place_id=2001, kind="black-sack", round_id="REF-1")
    assert [b.id for b in at(district, 2001)] == [own.pk]
    assert at(district, 9999) == []


def test_a_four_week_cycle_and_a_move_into_the_window() -> None:
    from doorstep.waste.queries import planned

    four = Round(code="R-4", stream="refuse", anchor=date(2026, 11, 2), weeks=4)
    moved = {date(2026, 11, 30): date(2026, 12, 2)}
    found = planned(four, date(2026, 12, 1), date(2026, 12, 31), [], moved)
    assert found == [
        (date(2026, 12, 2), date(2026, 11, 30)),
        (date(2026, 12, 28), date(2026, 12, 28)),
    ]
