"""Collection days: cycles, suspensions and moved days."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from doorstep.places.models import Property
from doorstep.waste import queries
from doorstep.waste.models import Container, Round, Suspension
from doorstep.waste.queries import days_of

MONDAYS = Round(code="R-1", stream="refuse", anchor=date(2026, 11, 2), weeks=2)


def test_a_fortnightly_round_collects_every_other_week() -> None:
    found = days_of(MONDAYS, date(2026, 11, 1), date(2026, 12, 1), [], {})
    assert found == [date(2026, 11, 2), date(2026, 11, 16), date(2026, 11, 30)]


def test_a_four_week_cycle() -> None:
    four = Round(code="R-4", stream="refuse", anchor=date(2026, 11, 2), weeks=4)
    assert days_of(four, date(2026, 11, 1), date(2026, 12, 1), [], {}) == [
        date(2026, 11, 2),
        date(2026, 11, 30),
    ]


def test_a_suspended_stream_is_not_collected_and_others_are() -> None:
    stop = Suspension(stream="refuse", first=date(2026, 11, 10), last=date(2026, 11, 20))
    other = Suspension(stream="garden", first=date(2026, 11, 1), last=date(2026, 12, 20))
    found = days_of(MONDAYS, date(2026, 11, 1), date(2026, 12, 1), [stop, other], {})
    assert found == [date(2026, 11, 2), date(2026, 11, 30)]


def test_a_moved_day_is_where_it_moved_to_even_out_of_the_window() -> None:
    moved = {date(2026, 11, 30): date(2026, 12, 2)}
    assert date(2026, 12, 2) in days_of(MONDAYS, date(2026, 12, 1), date(2026, 12, 3), [], moved)
    assert days_of(MONDAYS, date(2026, 11, 25), date(2026, 12, 1), [], moved) == []


def test_a_homes_containers_are_found_by_an_index(district: Any) -> None:
    found = Container.objects.filter(queries.at_home(district.boxes[0].place_id))
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")  # so few rows would be read whole
        plan = found.explain()
    assert "Index" in plan and "Seq Scan on waste_container" not in plan, plan
    building = Property.objects.filter(uprn=1001).values("parent_id")
    either = Container.objects.filter(Q(place_id=1001) | Q(place_id__in=building))
    assert "Seq Scan on waste_container" in either.explain()  # what it was before
