"""A change keeps what was booked until it is made, is judged anew, and leaves nothing behind when it is dropped."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.bookings import actions as bookings
from doorstep.cases import actions as cases
from doorstep.cases import changing, choosing, forgetting, timeline, workflow
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.fieldwork.models import Job
from doorstep.payments import refunds
from doorstep.payments.models import Charge
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.at_once import at_once
from tests.booked import Booked
from tests.filling import made


@pytest.fixture
def booked(district: Any, pay: Any) -> Booked:
    return Booked(district)


def test_its_own_day_can_be_kept_though_it_is_full(booked: Booked) -> None:
    booked.book(1)  # the day is full with both
    draft = booked.changed("day", slot=[booked.slot()])
    assert booked.live() == [("booked", booked.slot(), True)] * 2
    with pytest.raises(Refused, match="nothing_changed"):
        booked.send(draft)
    booked.answer(draft, "where", where=["By the gate"])
    booked.send(draft)
    # Nothing was paid in this test, so all of it is asked for; the booking stands meanwhile.
    assert booked.again().stage == "change_asked" and booked.live()[0][0] == "booked"
    cases.record_outcome(case_id=booked.case.pk, name="pay.paid", by=SYSTEM, now=booked.now)
    case = booked.again()
    assert (case.stage, case.answers["where"]) == ("booked", "By the gate")
    assert booked.live() == [("booked", booked.slot(), True)] * 2
    assert Job.objects.filter(case=case, state="open").count() == 1


def test_a_day_that_went_meanwhile_leaves_all_as_it_was(booked: Booked) -> None:
    other = booked.day + timedelta(days=1)
    draft = booked.changed("day", slot=[booked.slot(other)])
    booked.send(draft)
    bookings.give_back(draft=draft, now=booked.now)
    for home in (1, 2):
        _hold(booked, other, home)
    cases.record_outcome(case_id=booked.case.pk, name="pay.paid_late", by=SYSTEM, now=booked.now)
    case = booked.again()
    assert (case.stage, case.facts["booked"]["slot"]) == ("booked", booked.slot())
    assert ("booked", booked.slot(), True) in booked.live()
    assert not Draft.objects.get(pk=draft.pk).answers
    assert not timeline.broken(case)


def _hold(booked: Booked, day: Any, home: int) -> None:
    draft = Draft.objects.create(
        version_id=booked.service.digest, slug="bulky-waste", owner_kind="made", owner_key=f"x{home}",
        created_at=booked.now, updated_at=booked.now,
    )  # fmt: skip
    bookings.hold(
        draft=draft, kind="bulky", slot=booked.slot(day), load=1, minutes=30, now=booked.now
    )


def test_dropped_it_gives_back_what_it_held_and_asked(booked: Booked) -> None:
    other = booked.day + timedelta(days=1)
    draft = booked.changed("day", slot=[booked.slot(other)])
    booked.send(draft)
    assert Charge.objects.filter(
        case=booked.case, purpose__startswith="change", state="due"
    ).exists()
    cases.record_outcome(case_id=booked.case.pk, name="pay.lapsed", by=SYSTEM, now=booked.now)
    assert booked.live() == [("booked", booked.slot(), True)]
    assert booked.again().stage == "booked" and not Draft.objects.get(pk=draft.pk).answers


def test_sent_twice_at_once_is_changed_once(open_district: Any, pay: Any) -> None:
    booked = Booked(open_district)
    drafts = [booked.changed("where", where=[f"By gate {n}"]) for n in (1, 2)]
    came = at_once(*(lambda d=d: booked.send(d) for d in drafts))
    assert sorted(came) == ["choice_gone", "done"]
    assert Case.objects.get().events.filter(kind="chosen", data__choice="change").count() == 1


def test_too_late_is_refused_and_nothing_begun(booked: Booked) -> None:
    late = booked.district.at(booked.day, 1)
    assert changing.offered(booked.case, late) is None and choosing.late(booked.case, late)
    with pytest.raises(Refused, match="choice_gone"):
        changing.begin(
            case_id=booked.case.pk, owner=made(), channel="online", by=RESIDENT, now=late
        )
    assert not Draft.objects.filter(changes=booked.case).exists()


def test_pages_that_may_not_be_changed_stay_shut(booked: Booked) -> None:
    draft = booked.changed("where", where=["By the gate"])
    assert [p.id for p in booked.service.form.pages if changing.may_change(draft, p.id)] == [
        "items",
        "day",
        "benefit-used",
        "where",
    ]
    assert changing.differing(draft) == ["where"]


def test_an_erased_case_takes_its_changes_along(booked: Booked) -> None:
    draft = booked.changed("where", where=["Number 4, the blue door"])
    workflow.enter(booked.again(), "cancelled", by=SYSTEM, now=booked.now)
    forgetting.erase(case_id=booked.case.pk, now=booked.now)
    left = Draft.objects.filter(pk=draft.pk).first()
    assert left is None or not left.answers


def test_the_price_is_that_of_the_day_it_was_booked(booked: Booked) -> None:
    dearer = {
        "tariff": [
            {
                **catalogue.settings(booked.service, booked.district.today)["tariff"][0],
                "saturday": 900,
            }
        ]
    }  # type: ignore[index]
    with catalogue.other_settings(dearer):
        saturday = booked.day + timedelta(days=(5 - booked.day.weekday()) % 7 + 7)
        draft = booked.changed("day", slot=[booked.slot(saturday)])
        assert draft.facts["price"]["pence"] == booked.case.facts["price"]["pence"]
    assert refunds.kept(booked.case) == 0


def test_the_place_is_changed_until_the_last_moment_though_its_day_could_not_be_booked_any_more(
    booked: Booked,
) -> None:
    """ "You can change it before 11:59pm" holds, also once nobody else could book that day."""
    booked.now = booked.district.at(booked.day - timedelta(days=1), 20)
    draft = booked.changed("where", where=["By the gate"])
    _case, decision = booked.send(draft)
    assert decision is None and booked.again().stage == "change_asked"
