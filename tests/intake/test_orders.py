"""What a program asks for is judged as it is filled in, and opened in that transaction; what holds a day is filled in page by page."""

from datetime import datetime
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.cases import drafts, submitting, timeline
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.forms import facts
from doorstep.intake import orders
from doorstep.staff.actor import RESIDENT
from tests.filling import made
from tests.publishing import publish_library


def _order(district: Any, number: int) -> orders.Order:
    box = district.boxes[number]
    answers = {"property": str(box.place_id), "container": str(box.pk)}
    return orders.Order(district.service, "telephone", answers)


def test_its_draft_is_stored_once_as_it_is_sent_and_each_fact_is_found_once(district: Any) -> None:
    with CaptureQueriesContext(connection) as seen:
        case = orders.place(_order(district, 0), owner=made(), by=RESIDENT, now=district.now)
    said = [q["sql"] for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert sum('INTO "cases_draft"' in sql for sql in said) == 1
    assert not any('UPDATE "cases_draft"' in sql for sql in said)
    assert sum('FROM "waste_container"' in sql for sql in said) == 1
    assert sum('FROM "places_property" INNER' in sql for sql in said) == 1
    draft = Draft.objects.get(case=case)
    assert (draft.sent_at, draft.answers, draft.words) == (district.now, {}, {})
    assert (
        case.answers == _order(district, 0).answers and case.decisions["bin"]["result"] == "go_on"
    )
    assert timeline.broken(case) == []


def test_it_makes_the_same_case_as_the_form(district: Any) -> None:
    formed, placed = (
        district.case(0),
        orders.place(_order(district, 1), owner=made(), by=RESIDENT, now=district.now),
    )
    own = {"id", "reference", "draft_id", "place_id", "customer_id", "unique_key", "answers"}
    own |= {"words", "facts", "decisions", "channel"}
    fields = [f.attname for f in Case._meta.fields if f.attname not in own]
    formed.refresh_from_db()
    placed.refresh_from_db()
    assert [getattr(formed, f) for f in fields] == [getattr(placed, f) for f in fields]
    assert formed.facts.keys() == placed.facts.keys()
    assert formed.decisions.keys() == placed.decisions.keys()
    assert {e.kind for e in timeline.of(placed)} >= {"opened", "stage"}


def test_who_loses_the_race_for_a_bin_is_judged_again_and_meets_the_winners_case(
    open_district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, winners = submitting.open_judged, [Thread(target=_quicker, args=(open_district,))]

    def late(**about: Any) -> Case:
        while winners:  # somebody is quicker, between judging and opening
            winners[0].start()
            winners.pop().join()
        return real(**about)

    monkeypatch.setattr(submitting, "open_judged", late)
    with pytest.raises(orders.Halted, match="reported"):
        orders.place(_order(open_district, 0), owner=made(), by=RESIDENT, now=open_district.now)
    assert Case.objects.count() == 1


def _quicker(district: Any) -> None:
    district.case(0)
    connection.close()


def test_an_order_sent_again_is_the_case_that_it_made(district: Any) -> None:
    service, owner = publish_library("tell-us-anything"), Owner("made", "one order")
    written: dict[str, object] = {"text": "Xyzzy"}
    spare: dict[str, object] = {"which": "none", "listed": "none", "danger": False}
    order = orders.Order(service, "online", written, otherwise=spare)
    first = orders.place(order, owner=owner, by=RESIDENT, now=district.now)
    again = orders.place(order, owner=owner, by=RESIDENT, now=district.now)
    assert again == first and Case.objects.count() == 1 and Draft.objects.count() == 1


def test_what_was_begun_before_is_gone_on_with(district: Any) -> None:
    owner = Owner("made", "one order")
    about: dict[str, Any] = {"channel": "telephone", "by": RESIDENT, "now": district.now}
    begun = drafts.begin(service=district.service, owner=owner, **about)
    case = orders.place(_order(district, 0), owner=owner, by=RESIDENT, now=district.now)
    assert case.draft == begun


def test_where_a_day_is_held_it_is_filled_in_page_by_page(district: Any) -> None:
    assert submitting.at_once(district.service)
    assert not submitting.at_once(publish_library("bulky-waste"))


@pytest.mark.parametrize("fact", ["waste.last_due", "waste.containers"])  # of a check, of options
def test_where_somebody_outside_is_asked_nothing_is_locked_meanwhile(
    district: Any, monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    asked: list[bool] = []

    def ask(*_args: object, now: datetime) -> None:
        asked.append(Draft.objects.exists())  # stored, page by page, and let go of

    before = facts.Before(ask, lambda: True)
    for name in ("waste.last_due", "waste.containers"):
        monkeypatch.delitem(facts._befores, name, raising=False)
    monkeypatch.setitem(facts._befores, fact, before)
    assert not submitting.at_once(district.service)
    case = orders.place(_order(district, 0), owner=made(), by=RESIDENT, now=district.now)
    assert case.stage == "with_crew" and asked and all(asked)
