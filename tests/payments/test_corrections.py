"""A crew's outcome that is put right: what goes back by the right one, and never twice; less becomes a person's to see to."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import deciding, submitting
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork.models import Job
from doorstep.messages.models import Message
from doorstep.payments import actions, queries, refunds
from doorstep.payments.models import Movement, Refund
from doorstep.staff.actor import RESIDENT, SYSTEM, Actor
from tests.filling import fill
from tests.paying import Pay
from tests.publishing import publish_library
from tests.to_do import to_do

OFFICER = Actor("staff", "officer")
# The price of the things below, by the library's own prices.
PENCE = 3000


@pytest.fixture
def booked(district: Any, pay: Pay) -> Case:
    """A collection that was paid; nothing found gives all back."""
    pay.control(refunds="success")
    calendar: dict[str, Any] = {"kind": "bulky", "wards": [], "weekdays": list(range(7))}
    Calendar.objects.create(code="ALL", name="All", capacity=9000, unit="jobs", **calendar)
    service, now = publish_library("bulky-waste"), timezone.now()
    day = (now + timedelta(days=14)).date()
    given = {
        "property": str(district.boxes[0].place_id),
        "things": [{"id": "mattress", "count": 1}, {"id": "chair", "count": 3}],
        "slot": f"ALL/{day}",
        "where": "On the drive",
        "name": "Ann",
        "email": "ann@resident.example",
    }
    with catalogue.other_settings({"refund_not_found": True}):
        draft = fill(service, given, now=now)
        case, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=now)
    assert case, decision
    charge = queries.due(case)
    assert charge and charge.pence == PENCE
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now)
    case.refresh_from_db()
    assert case.stage == "booked"
    return case


def finish(case: Case, code: str, done: tuple[str, ...] = ()) -> None:
    job = Job.objects.get(case=case, state="open")
    about: dict[str, Any] = {"note": "", "photo": "", "by": SYSTEM, "now": timezone.now()}
    done = done or tuple(task["id"] for task in job.tasks)
    fieldwork.finish_job(event_id=uuid4(), job_id=job.pk, code=code, done=done, **about)
    settle(case)


def correct(case: Case, code: str) -> None:
    job = Job.objects.filter(case=case, state="done").latest("id")
    about: dict[str, Any] = {"note": "", "by": OFFICER, "now": timezone.now()}
    fieldwork.correct_job(event_id=uuid4(), job_id=job.pk, code=code, **about)
    settle(case)


def send_again(case: Case) -> None:
    day = (timezone.now() + timedelta(days=20)).date()
    about: dict[str, Any] = {"reason": "x", "by": OFFICER, "now": timezone.now()}
    case = deciding.decide(case_id=case.pk, decision="again", chosen=f"ALL/{day}", **about)
    assert Job.objects.get(case=case, state="open").day == case.due_on == day


def settle(case: Case) -> None:
    for _ in range(2):
        for refund in Refund.objects.filter(state__in=("asked", "submitted")):
            refunds.carry_out(refund_id=refund.pk, now=timezone.now())
    case.refresh_from_db()


def held(pay: Pay) -> int:
    """Return what we hold, by the ledger and by the provider alike."""
    pence = sum(Movement.objects.values_list("pence", flat=True))
    assert pence == pay.taken
    return pence


def test_collected_that_was_not_there_gives_the_money_back(booked: Case, pay: Pay) -> None:
    finish(booked, "collected")
    assert held(pay) == PENCE
    correct(booked, "not_found")
    assert booked.stage == "not_found" and held(pay) == 0 and to_do(booked) == []
    body = Message.objects.filter(case=booked).latest("id").body
    assert "was not right" in body and "You paid £30.00, and £30.00 of it" in body


def test_not_there_that_was_collected_asks_a_person_about_what_went_back(
    booked: Case, pay: Pay
) -> None:
    finish(booked, "not_found")
    assert held(pay) == 0
    correct(booked, "collected")
    assert booked.stage == "collected" and held(pay) == 0
    (task,) = to_do(booked)
    assert "£0.00 goes back, but £30.00 went back" in task


def test_what_a_part_gave_back_is_not_given_twice(booked: Case, pay: Pay) -> None:
    tasks = Job.objects.get(case=booked).tasks
    finish(booked, "collected", done=(tasks[0]["id"],))
    assert booked.stage == "partial" and 0 < held(pay) < PENCE
    correct(booked, "not_found")
    assert booked.stage == "not_found" and held(pay) == 0
    correct(booked, "collected")
    correct(booked, "not_found")
    assert held(pay) == 0 and Refund.objects.filter(state="done").count() == 2


def test_put_right_after_it_was_cancelled_the_case_follows(booked: Case, pay: Pay) -> None:
    finish(booked, "no_access")
    decided: dict[str, Any] = {"reason": "x", "by": OFFICER, "now": timezone.now()}
    deciding.decide(case_id=booked.pk, decision="cancel", **decided)
    settle(booked)
    assert booked.stage == "cancelled" and held(pay) == 0
    correct(booked, "collected")
    assert booked.stage == "collected" and len(to_do(booked)) == 1


def test_a_crew_that_was_sent_again_for_a_wrong_outcome_is_not_needed(
    booked: Case, pay: Pay
) -> None:
    finish(booked, "no_access")
    send_again(booked)
    assert Job.objects.filter(case=booked, state="open").count() == 1
    correct(booked, "collected")
    assert booked.stage == "collected"
    assert not Job.objects.filter(case=booked, state="open").exists()


def test_a_day_that_is_needed_no_longer_is_free_again(booked: Case, pay: Pay) -> None:
    finish(booked, "no_access")
    send_again(booked)
    correct(booked, "collected")
    assert booked.stage == "collected"
    assert not Booking.objects.filter(state__in=("held", "booked")).exists()


def test_sent_again_for_what_was_left_no_more_money_goes_back(booked: Case, pay: Pay) -> None:
    finish(booked, "collected", done=("chair.1", "chair.2", "chair.3"))
    assert booked.stage == "partial"
    back = PENCE - held(pay)
    assert 0 < back < PENCE
    send_again(booked)
    job = Job.objects.get(case=booked, state="open")
    assert [task["id"] for task in job.tasks] == ["mattress.1"]
    finish(booked, "not_found")
    assert booked.stage == "rest_left" and held(pay) == PENCE - back


def test_an_earlier_visit_that_is_put_right_moves_neither_case_nor_money(
    booked: Case, pay: Pay
) -> None:
    finish(booked, "no_access")
    first = Job.objects.get(case=booked, state="done")
    send_again(booked)
    finish(booked, "collected")
    about: dict[str, Any] = {"note": "", "by": OFFICER, "now": timezone.now()}
    fieldwork.correct_job(event_id=uuid4(), job_id=first.pk, code="not_found", **about)
    settle(booked)
    assert booked.stage == "collected" and held(pay) == PENCE
    assert first.results.get(superseded_by=None).code == "not_found"
