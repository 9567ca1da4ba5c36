"""While the provider is silent the place stays; and money for a day that was closed meanwhile finds another, or goes back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.bookings import actions as bookings
from doorstep.bookings import changing
from doorstep.bookings.models import Booking, Calendar, begins
from doorstep.cases import choosing, deciding, history, submitting
from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import words
from doorstep.messages.models import Message
from doorstep.outside.errors import TryLater
from doorstep.payments import actions, queries, refunds
from doorstep.payments.models import Attempt, Charge, Refund
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from tests.filling import fill
from tests.paying import Pay
from tests.publishing import publish_library
from tests.to_do import to_do

OFFICER = Actor("staff", "officer")
NOW = timezone.now()


@pytest.fixture
def paying(district: Any, pay: Pay) -> Case:
    """A collection whose payment was begun: whoever pays has the provider's page open."""
    pay.control(refunds="success")
    calendar: dict[str, Any] = {"kind": "bulky", "wards": [], "weekdays": list(range(7))}
    Calendar.objects.create(code="ALL", name="All", capacity=1, unit="jobs", **calendar)
    service = publish_library("bulky-waste")
    given = {
        "property": str(district.boxes[0].place_id),
        "things": [{"id": "mattress", "count": 1}],
        "slot": f"ALL/{(NOW + timedelta(days=14)).date()}",
        "where": "On the drive",
        "name": "Ann",
        "email": "ann@resident.example",
    }
    draft = fill(service, given, now=NOW)
    case, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=NOW)
    assert case, decision
    actions.begin(charge_id=queries.due(case).pk, language="en", now=NOW)  # type: ignore[union-attr]
    return case


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def settle(now: datetime) -> None:
    """Do what the minute's jobs do about payments, as far as the provider can be had."""
    for charge in Charge.objects.filter(state="due", until__lt=now):
        actions.lapse(charge_id=charge.pk, now=now)
    for attempt in Attempt.objects.filter(
        ended_at=None, charge__state__in=("lapsing", "withdrawing")
    ):
        try:
            actions.close(attempt_id=attempt.pk, now=now)
        except TryLater:
            continue


def minutes_go_by(first: int, last: int) -> None:
    for minute in range(first, last + 1):
        settle(after(minute))
        for case_id in bookings.ending(after(minute)):
            bookings.lapse(case_id=case_id, by=SYSTEM, now=after(minute))


def test_paid_while_the_provider_was_silent_the_day_is_still_theirs(paying: Case, pay: Pay) -> None:
    attempt = Attempt.objects.get()
    pay.control(pay=attempt.provider_id)
    pay.control(down=True)
    minutes_go_by(30, 90)
    booking = Booking.objects.get(case=paying)
    assert booking.state == "held" and booking.is_live(after(90))
    pay.control(down=False)
    minutes_go_by(91, 91)
    paying.refresh_from_db()
    assert paying.stage == "booked" and Booking.objects.get(case=paying).state == "booked"


def test_not_paid_the_place_is_free_once_the_provider_says_so(paying: Case, pay: Pay) -> None:
    pay.control(down=True)
    minutes_go_by(30, 60)
    assert Booking.objects.get(case=paying).state == "held"
    pay.control(down=False)
    minutes_go_by(61, 70)
    paying.refresh_from_db()
    assert paying.stage == "unpaid" and Booking.objects.get(case=paying).state == "released"


def test_while_nobody_owes_an_answer_it_ends_as_said(paying: Case, pay: Pay) -> None:
    minutes_go_by(30, 40)
    paying.refresh_from_db()
    assert paying.stage == "unpaid" and Booking.objects.get(case=paying).state == "released"


def test_no_place_stays_longer_than_till_its_day_begins(paying: Case, pay: Pay) -> None:
    pay.control(down=True)
    booking = Booking.objects.get(case=paying)
    day = begins(booking.day.day)
    near = day - timedelta(minutes=1)
    Booking.objects.update(until=near + timedelta(seconds=30), touched_at=near)
    bookings.lapse(case_id=paying.pk, by=SYSTEM, now=near)
    assert Booking.objects.get(case=paying).until == day


def close(case: Case, now: datetime) -> None:
    day = Booking.objects.get(case=case).day
    changing.close(calendar=day.calendar, day=day.day, why="Snow", by=OFFICER, now=now)


def test_a_day_closed_before_it_was_paid_asks_for_no_money_and_another_day(
    paying: Case, pay: Pay
) -> None:
    before = Booking.objects.get(case=paying).day.day
    close(paying, after(2))
    bookings.lose(case_id=paying.pk, by=SYSTEM, now=after(2))
    settle(after(3))
    paying.refresh_from_db()
    assert paying.stage == "day_gone" and queries.due(paying) is None
    assert [p["status"] for p in pay.payments] == ["cancelled"]
    (message,) = Message.objects.filter(case=paying)
    assert message.name == "day_gone"
    chosen = f"ALL/{before + timedelta(days=2)}"
    case = choosing.choose(
        case_id=paying.pk, name="other", chosen=chosen, by=RESIDENT, now=after(4)
    )
    charge = queries.due(case)
    assert case.stage == "paying_other" and charge and charge.pence == 1500
    attempt = actions.begin(charge_id=charge.pk, language="en", now=after(5))
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=after(6))
    case.refresh_from_db()
    assert case.stage == "booked"
    assert Booking.objects.get(case=case, state="booked").day.slot == chosen


@pytest.mark.parametrize("then", ["take", "other", "refund"])
def test_a_day_closed_while_it_was_paid_is_not_sold(paying: Case, pay: Pay, then: str) -> None:
    """Paid on the provider's page at the very moment at which an officer closes the day."""
    day = Booking.objects.get(case=paying).day.day
    close(paying, after(2))
    attempt = Attempt.objects.get()
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=after(3))
    paying.refresh_from_db()
    assert paying.stage == "moved"
    message = Message.objects.get(case=paying, name="moved")
    assert "We cannot come on the day you booked".lower() in message.body.lower()
    chosen = f"ALL/{day + timedelta(days=6)}" if then == "other" else ""
    case = choosing.choose(case_id=paying.pk, name=then, chosen=chosen, by=RESIDENT, now=after(9))
    if then == "refund":
        assert case.stage == "money_back" and not Booking.objects.exclude(state="released").exists()
        return
    booked = Booking.objects.get(case=case, state="booked").day.day
    assert case.stage == "booked" and booked > day
    assert then == "take" or booked == day + timedelta(days=6)


def slow(pay: Pay) -> str:
    """Pay at the bank that answers later; return the payment's id."""
    payment = pay.payments[-1]
    payment["status"] = "submitted"
    payment["slow_until"] = "9999"
    return str(payment["id"])


def comes_in(pay: Pay, payment_id: str, now: datetime) -> None:
    payment = next(p for p in pay.payments if p["id"] == payment_id)
    payment["status"] = "success"
    actions.learn(attempt_id=Attempt.objects.get(provider_id=payment_id).pk, now=now)


@pytest.mark.parametrize("first_in", ["first", "second"])
def test_a_payment_that_comes_late_is_not_kept_beside_another(
    paying: Case, pay: Pay, first_in: str
) -> None:
    """The bank was slow; the day was closed meanwhile, another chosen and paid: one of the two goes back."""
    before = Booking.objects.get(case=paying).day.day
    late = slow(pay)
    close(paying, after(2))
    bookings.lose(case_id=paying.pk, by=SYSTEM, now=after(2))
    chosen = f"ALL/{before + timedelta(days=2)}"
    case = choosing.choose(
        case_id=paying.pk, name="other", chosen=chosen, by=RESIDENT, now=after(4)
    )
    charge = queries.due(case)
    assert case.stage == "paying_other" and charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=after(5))
    steps = [lambda: comes_in(pay, late, after(6)), lambda: pay.control(pay=attempt.provider_id)]
    for step in steps if first_in == "first" else reversed(steps):
        step()
        actions.learn(attempt_id=attempt.pk, now=after(7))
        # Paid once, the other is asked for no longer: nobody meets a button to pay again.
        assert queries.due(case) is None
    settle(after(8))
    for refund in Refund.objects.filter(state__in=("asked", "submitted")):
        refunds.carry_out(refund_id=refund.pk, now=after(9))
    case.refresh_from_db()
    assert case.stage == "booked" and queries.due(case) is None and pay.taken == 1500
    assert Message.objects.filter(case=case, name="booked").count() == 1
    assert Booking.objects.get(case=case, state="booked").day.slot == chosen
    assert (
        not Refund.objects.exists()
        or "goes back" in to_do(case)[0]
        or "given back" in to_do(case)[0]
    )


@pytest.mark.parametrize("how", ["resident", "officer"])
def test_given_up_nothing_is_booked_by_a_payment_that_comes_in(
    paying: Case, pay: Pay, how: str
) -> None:
    late = slow(pay)
    if how == "resident":
        choosing.choose(case_id=paying.pk, name="give_up", by=RESIDENT, now=after(2))
    else:
        about: dict[str, Any] = {"decision": "close", "reason": "x", "by": OFFICER, "now": after(2)}
        deciding.decide(case_id=paying.pk, **about)
    comes_in(pay, late, after(3))
    for refund in Refund.objects.filter(state__in=("asked", "submitted")):
        refunds.carry_out(refund_id=refund.pk, now=after(4))
    paying.refresh_from_db()
    assert paying.stage == "paid_in_vain" and pay.taken == 0
    assert not Booking.objects.filter(state="booked").exists()
    assert "goes back" in Message.objects.get(case=paying).body


def test_what_an_earlier_stage_said_stays_as_it_was(paying: Case, pay: Pay) -> None:
    before = Booking.objects.get(case=paying).day.day
    close(paying, after(2))
    bookings.lose(case_id=paying.pk, by=SYSTEM, now=after(2))
    chosen = f"ALL/{before + timedelta(days=2)}"
    case = choosing.choose(
        case_id=paying.pk, name="other", chosen=chosen, by=RESIDENT, now=after(4)
    )
    stages = catalogue.service(case.version_id).workflow.stages
    said = [
        words.fill(stages[line.stage].resident, line.said(words_of(case)))
        for line in history.lines(case.events.all())
    ]
    assert said[0].startswith(f"We are keeping {words.say(before)} for you")
    assert said[1].startswith(f"We cannot come on {words.say(before)} after all")


def test_withdrawn_and_paid_all_the_same_another_day_is_offered(paying: Case, pay: Pay) -> None:
    close(paying, after(2))
    attempt = Attempt.objects.get()
    pay.control(pay=attempt.provider_id)  # before we could cancel it
    bookings.lose(case_id=paying.pk, by=SYSTEM, now=after(2))
    settle(after(3))
    paying.refresh_from_db()
    assert paying.stage == "moved"
