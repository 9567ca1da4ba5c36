"""The money of a change: what is owed already is not asked for twice; of one that fails, what was paid for it goes back."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.bookings import changing as days
from doorstep.bookings.models import Calendar
from doorstep.cases import choosing, submitting
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.payments import queries, refunds, taking
from doorstep.payments.models import Attempt, Charge
from doorstep.staff.actor import RESIDENT, Actor
from tests.booked import Booked
from tests.filling import fill

ANN = Actor("staff", "adviser")


class Paid(Booked):
    """A collection that was paid in cash."""

    def book(self, home: int, **answers: Any) -> Case:
        draft = fill(self.service, {**self.answers(home), **answers}, now=self.now)
        case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=self.now)
        assert case
        self.case = case
        self.take()
        return self.again()

    def take(self) -> Attempt:
        charge = queries.due(self.case)
        assert charge
        return taking.take(
            charge_id=charge.pk,
            way="cash",
            counter="Customer Centre, Coalville",
            slip="R 1",
            by=ANN,
            now=self.now,
        )

    def more(self, number: int) -> None:
        """Change to so many mattresses, and send that."""
        draft = self.changed("items", **{"things-mattress": [str(number)]})
        self.answer(draft, "day", slot=[self.slot()])
        self.send(draft)


@pytest.fixture
def paid(district: Any, pay: Any) -> Paid:
    return Paid(district)


def due(case: Case) -> list[int]:
    rows = Charge.objects.filter(case=case, state="due").order_by("id")
    return list(rows.values_list("pence", flat=True))


def test_what_is_owed_already_is_not_asked_for_twice(paid: Paid) -> None:
    attempt = Attempt.objects.get()
    price = attempt.charge.pence
    taking.take_back(attempt_id=attempt.pk, reason="The next caller's", by=ANN, now=paid.now)
    assert due(paid.case) == [price]
    paid.more(2)
    asked = due(paid.case)
    new = paid.again().facts["change"]
    assert isinstance(new, dict) and sum(asked) == new["price"] and asked[0] == price
    paid.take()
    paid.take()
    assert due(paid.case) == [] and refunds.settled(paid.again()) == new["price"]
    assert paid.again().stage == "booked"


def test_a_change_that_is_left_leaves_what_was_owed_before(paid: Paid) -> None:
    attempt = Attempt.objects.get()
    price = attempt.charge.pence
    taking.take_back(attempt_id=attempt.pk, reason="The next caller's", by=ANN, now=paid.now)
    paid.more(2)
    choosing.choose(case_id=paid.case.pk, name="keep", by=RESIDENT, now=paid.now)
    assert paid.again().stage == "booked" and due(paid.case) == [price]


def test_of_a_change_that_fails_what_was_paid_for_it_goes_back_and_no_more(
    district: Any, pay: Any, monkeypatch: Any
) -> None:
    """Where the council keeps the difference to a cheaper change, more was paid than the price."""
    real = catalogue._own_values
    kept = {"refund_changed": False}
    monkeypatch.setattr(
        catalogue, "_own_values", lambda *a: {k: {**v, **kept} for k, v in real(*a).items()}
    )
    paid = Paid(district)
    paid.more(2)
    paid.take()
    before = refunds.settled(paid.again())
    paid.more(1)  # it costs less, and the service's rule keeps the difference
    assert refunds.settled(paid.again()) == before
    other = paid.day + timedelta(days=1)
    draft = paid.changed("items", **{"things-mattress": ["3"]})
    paid.answer(draft, "day", slot=[paid.slot(other)])
    paid.send(draft)
    extra = sum(due(paid.case))
    assert extra > 0
    days.close(calendar=Calendar.objects.get(), day=other, why="Ice", by=ANN, now=paid.now)
    paid.take()
    case = paid.again()
    # The extra money goes back, which at a counter is a task; nothing of what was paid before does.
    assert case.stage == "booked" and refunds.settled(case) == before
    assert case.messages.filter(name="change_gone").exists()
