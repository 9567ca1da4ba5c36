"""A booking with its payment, killed between any two steps: money, bookings, jobs and provider agree.

From the day that is held, over the form that is sent, the payment that is made, to the return that books it.
Guard removed (seen to fail): the look of `payments.jobs.settle` at attempts that nobody told the end of; a case
that was paid then stayed without its day.
"""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import drafts, submitting
from doorstep.cases.models import Case, Draft
from doorstep.catalogue.service import Service
from doorstep.fieldwork.models import Job
from doorstep.payments import actions, jobs, queries
from doorstep.payments.models import Movement
from doorstep.staff.actor import RESIDENT
from tests.district import District
from tests.faults.cutting import killed_at
from tests.filling import made
from tests.paying import Pay
from tests.publishing import publish_library
from tests.queue import run_queue
from tests.size import size

pytestmark = pytest.mark.django_db(transaction=True)
PENCE = 1500


@pytest.fixture
def service(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(jobs, "GRACE", timedelta())
    monkeypatch.setattr(jobs, "OFTEN", timedelta())
    district = District().build(size(60, 400))
    Calendar.objects.create(
        code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9000, unit="jobs"
    )  # fmt: skip
    return publish_library("bulky-waste", now=district.now)


def answers(uprn: int) -> dict[str, object]:
    day = (timezone.now() + timedelta(days=14)).date()
    return {
        "property": str(uprn),
        "things": [{"id": "mattress", "count": 1}],
        "slot": {"id": f"ALL/{day}", "day": day},
        "where": "On the drive",
        "picture": None,
        "name": "Ann",
        "email": "",
        "phone": None,
    }


def begun(service: Service, uprn: int) -> Draft:
    """Return a draft with home and things answered, and no day yet."""
    draft = drafts.begin(
        service=service, owner=made(), channel="online", by=RESIDENT, now=timezone.now()
    )
    return fill(draft.pk, service, answers(uprn), {"address", "items"})


def fill(draft_id: UUID, service: Service, given: dict[str, object], pages: set[str]) -> Draft:
    draft = Draft.objects.get(pk=draft_id)
    for page in service.form.pages:
        if page.id in pages:
            said = {q.id: given[q.id] for q in page.questions}
            words = {k: str(v) for k, v in said.items()}
            drafts.answer(draft=draft, page=page, given=said, words=words, now=timezone.now())
    return draft


def books(draft_id: UUID, service: Service, given: dict[str, object], pay: Pay) -> None:
    """Do what a resident does from the page of days to the return from payment; again goes on where it stands."""
    draft = Draft.objects.get(pk=draft_id)
    if draft.sent_at is None:
        fill(draft_id, service, given, {"day", "where", "contact"})
    case, _ = submitting.submit(draft_id=draft_id, by=RESIDENT, now=timezone.now())
    assert case
    charge = queries.due(case)
    if charge is None:
        return
    attempt = actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    pay.control(pay=attempt.provider_id)
    actions.come_back(attempt=attempt, now=timezone.now())


def test_killed_anywhere_from_the_hold_to_the_booking(service: Service, pay: Pay) -> None:
    cut: list[tuple[UUID, dict[str, object]]] = []
    stride, step = size(7, 1), 1
    while True:
        given = answers(1001 + len(cut))
        draft = begun(service, 1001 + len(cut))
        if not killed_at(step, partial(books, draft.pk, service, given, pay)):
            break
        cut.append((draft.pk, given))
        step += stride
    assert len(cut) > size(12, 80), f"only {len(cut)} cuts"
    # By the jobs alone: whoever has paid has their day.
    for _ in range(2):
        jobs.settle()
        run_queue()
    for payment in pay.payments:
        case = Case.objects.get(reference=payment["reference"][:12])
        assert (case.stage == "booked") == (payment["status"] == "success"), case.stage
    # The others come back, and go on.
    for draft_id, given in cut:
        books(draft_id, service, given, pay)
    agree(len(cut) + 1, pay)


def agree(number: int, pay: Pay) -> None:
    """Hold that each of so many has one case, one payment, one booking and one job, and nothing is over."""
    assert Case.objects.filter(stage="booked").count() == Case.objects.count() == number
    assert (
        sorted(p["status"] for p in pay.payments if p["status"] == "success")
        == ["success"] * number
    )
    assert list(Movement.objects.values_list("pence", flat=True)) == [PENCE] * number
    live = Booking.objects.exclude(state="released")
    assert (live.count(), live.filter(state="booked").count()) == (number, number)
    assert live.values("case").distinct().count() == number
    assert Job.objects.filter(state="open").values("case").distinct().count() == number
    assert Job.objects.count() == number
    assert pay.taken == PENCE * number


def test_nobody_has_paid_without_a_booking_or_a_refund(service: Service, pay: Pay) -> None:
    """The time runs out at the provider's page, the day goes to others and no other has room."""
    pay.control(refunds="success")
    given: Any = answers(1001)
    draft = begun(service, 1001)
    fill(draft.pk, service, given, {"day", "where", "contact"})
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=timezone.now())
    assert case
    charge = queries.due(case)
    assert charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    past = timezone.now() - timedelta(minutes=5)
    type(charge).objects.update(until=past)
    Booking.objects.update(until=past)
    Calendar.objects.update(capacity=0)
    pay.control(pay=attempt.provider_id)
    actions.come_back(attempt=attempt, now=timezone.now())
    for _ in range(3):
        jobs.settle()
        run_queue()
    case.refresh_from_db()
    assert (case.stage, case.is_closed, pay.taken) == ("money_back", True, 0)
    assert not Booking.objects.exclude(state="released").exists()
