"""A kept connection is looked at without a statement."""

import time
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Subquery
from psycopg import OperationalError

from doorstep.outside.postgres import base
from tests.patience import until


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_seen_and_made_anew() -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            pid = cursor.fetchone()[0]
        assert other.is_usable()
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [pid])
        until(lambda: not other.is_usable(), seconds=10)
        # What each request does first; then the page is answered as if nothing had been.
        other.health_check_enabled = True
        other.close_if_unusable_or_obsolete()
        with other.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            assert cursor.fetchone()[0] != pid
    finally:
        other.close()


@pytest.mark.django_db
def test_the_look_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()

    def sends() -> None:
        raise AssertionError("a statement was sent")

    monkeypatch.setattr(connection.connection, "cursor", sends)
    assert connection.is_usable()


def test_a_slow_try_shuts_nobody_out_while_the_server_lets_others_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "PATIENCE_SECONDS", 0.05)
    way = base._Way()
    way.under_way[0] = time.monotonic() - 1  # a thread of a busy process, not out of its turn yet
    way.answered = time.monotonic()
    assert not way._hangs()
    with way.turn():
        pass
    # Nobody was let in for as long: it is the server that is silent, and one thread at a time tries.
    way.answered = time.monotonic() - 1
    assert way._hangs()
    with way.trying, pytest.raises(OperationalError, match="another thread is trying"), way.turn():
        raise AssertionError("let in")


FAR = 990_000_007_587


def test_a_number_of_twelve_digits_is_the_same_number_there(district: Any) -> None:
    """UPRNs have twelve digits: in four bytes one is another number, and nothing is found, without a word."""
    from doorstep.cases import queries as cases
    from doorstep.places import queries as places
    from doorstep.places.models import Property
    from doorstep.staff.who import System
    from doorstep.waste import calendar, lifts, queries
    from doorstep.waste.models import Assisted, Container

    home = Property.objects.get(uprn=1001)
    building = Property.objects.create(uprn=FAR, **{f: getattr(home, f) for f in LIKE})
    flat = Property.objects.create(
        uprn=FAR + 1, parent=building, **{f: getattr(home, f) for f in LIKE}
    )
    box = Container.objects.create(place=building, kind="communal-bin", round_id="REF-1")
    Assisted.objects.create(place=flat)
    case = district.case(0)
    type(case).objects.update(place=flat)
    for _ in range(4):  # sent as it is, then prepared
        assert [b.pk for b in queries.boxes_at(flat.uprn, district.today)] == [box.pk]
        assert [
            b.id
            for b in calendar.collections_at(
                flat.uprn, district.today, district.today, district.now
            )
        ] == [box.pk]
        assert Container.objects.filter(queries.at_home(flat.uprn)).count() == 1
        assert queries.is_assisted(flat.uprn) and places.find(str(flat.uprn)) == flat
        assert list(cases.of_place(flat.uprn, System(), district.now)) == [case]
        assert lifts.lifts_at(flat.uprn, district.due, district.today)
        assert (
            Property.objects.filter(
                uprn__in=[FAR, Subquery(Property.objects.filter(uprn=1001).values("uprn"))]
            ).count()
            == 2
        )
        with connection.cursor() as cursor:
            cursor.execute("select %s::bigint, %s + 1", [FAR, FAR])
            assert cursor.fetchone() == (FAR, FAR + 1)


LIKE = ("street", "ward", "line", "sort", "postcode", "blpu_class", "easting", "northing")
