"""The demo's addresses really give the outcomes that its start page promises, on any day of the week."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from doorstep.cases import drafts
from doorstep.cases import queries as cases
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.customers import finding
from doorstep.customers.queries import group_of, likenesses
from doorstep.demo import homes, week
from doorstep.demo import people as neighbours
from doorstep.fieldwork import queries as work
from doorstep.places.models import Property
from doorstep.staff.actor import RESIDENT
from doorstep.staff.who import System
from doorstep.waste import queries as waste
from doorstep.waste.calendar import Collection, collections_at
from tests.filling import made
from tests.publishing import publish_library
from tests.size import size
from tests.tables import empty


@pytest.fixture(scope="module")
def homes_there(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo's homes, loaded once and committed; each test's own rows go with its transaction."""
    with django_db_blocker.unblock():
        # A connection of its own: one that has checked keys of small tables goes on reading them from end to end.
        connection.close()
        publish_library("missed-bin", now=datetime(2026, 11, 23, 12, tzinfo=council.ZONE))
        counts = dict(homes.load(homes.make(council.folder() / "places")))
        assert counts["homes"] > 46_000
        with connection.cursor() as cursor:
            cursor.execute("analyze")
    yield
    with django_db_blocker.unblock():
        empty()
        with connection.cursor() as cursor:
            # A quarter of a million rows that are gone slow nobody down.
            cursor.execute("vacuum analyze")


@pytest.fixture
def places(homes_there: None, db: None) -> None:
    """The demo's homes, under a transaction of the test's own."""


def _code(example: Any, now: datetime) -> str:
    """Ask the real check about an example's bin, as a resident would."""
    service = catalogue.current("missed-bin")
    assert service
    home = Property.objects.get(postcode=example.postcode, line=example.address)
    boxes = waste.boxes_at(home.uprn, now.astimezone(council.ZONE).date())
    box = next(c for c in boxes if c.kind == example.container)
    draft = drafts.begin(service=service, owner=made(), channel="online", by=RESIDENT, now=now)
    address, bin_page = service.form.pages[:2]
    given = {"property": str(home.uprn)}
    drafts.answer(draft=draft, page=address, given=given, words={}, now=now)
    box_given = {"container": str(box.pk)}
    return drafts.answer(draft=draft, page=bin_page, given=box_given, words={}, now=now).code


def test_every_outcome_can_be_tried_on_every_day_of_a_fortnight(places: None) -> None:
    start = datetime(2026, 11, 23, 11, tzinfo=council.ZONE)
    for n in range(0, 14, size(5, 1)):  # three of them meet both weeks and the weekend
        now = start + timedelta(days=n)
        with transaction.atomic():
            week.progress(now)
            week.work_today(now)
            made = week.examples(now)
            wanted = {e.outcome: e.code for e in made}
            came = {e.outcome: _code(e, now) for e in made}
            asks = "A flat with a shared bin: asks where it stands"
            wanted[asks] = "where"
            assert came == wanted, now
            codes = {"logged", "reported", "came_back", "delayed", "not_due", "too_late", ""}
            codes |= {"in_progress"} if now.weekday() < 5 else set()
            assert set(e.code for e in made) == codes, now
            if now.weekday() < 5:
                assert work.waiting_by_list(now.date()), "no crew has a job today"
            transaction.set_rollback(True)


def test_the_demo_goes_on_from_one_day_to_the_next(places: None) -> None:
    start = datetime(2026, 11, 26, 11, tzinfo=council.ZONE)
    for n in range(size(3, 5)):  # nothing rolled back: yesterday's reports are still open
        now = start + timedelta(days=n)
        week.progress(now)
        week.work_today(now)
        assert len(week.examples(now)) >= 10


def test_christmas_is_collected_a_day_later(places: None) -> None:
    week.holidays()
    week.holidays()
    christmas, after = date(2026, 12, 25), date(2026, 12, 26)
    now = datetime(2026, 12, 1, 8, tzinfo=council.ZONE)
    moved = Collection(after, christmas)
    homes = Property.objects.order_by("uprn").values_list("uprn", flat=True)[::500]
    boxes = [b for uprn in homes for b in collections_at(uprn, after, after, now)]
    assert {day for box in boxes for day in box.days} == {moved}


def test_the_demo_has_homes_with_containers_as_few_have_them(places: None) -> None:
    now = datetime(2026, 12, 1, 8, tzinfo=council.ZONE)  # a Tuesday
    caddy, twice, seldom = [
        collections_at(home.uprn, now.date(), now.date() + timedelta(weeks=4), now)
        for home in week.unusual()
    ]
    assert {box.kind for box in caddy} == {"communal-bin", "communal-recycling", "food-caddy"}
    (rubbish,) = [box for box in twice if box.kind == "communal-bin"]
    assert {c.scheduled.weekday() for c in rubbish.days} == {1, 4} and len(rubbish.days) == 9
    (recycling,) = [box for box in seldom if box.kind == "communal-recycling"]
    assert recycling.next and recycling.next.scheduled.weekday() == 2


def test_people_have_a_history(places: None) -> None:
    now = datetime(2026, 11, 26, 12, tzinfo=council.ZONE)
    # Each of ten neighbours came two or three times.
    assert neighbours.make(now) >= 20
    assert neighbours.make(now) == 0
    found = {one.person.name: one.person for one in finding.find("katherine obrien")}
    assert list(found) == ["Kathryn O'Brien", "Catherine O'Brien"]
    assert likenesses(group_of(found["Catherine O'Brien"]), restricted=False) == [
        found["Kathryn O'Brien"]
    ]
    margaret = finding.find("whitmore")[0].person
    assert cases.of_people([margaret.pk], System(), now).count() >= 2
    assert finding.find("hudson") == [] != finding.find("hudson", restricted=True)
    assert finding.find("whitmore")[0].care
    assert finding.find(neighbours.FIRM)
