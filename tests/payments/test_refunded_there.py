"""Money that somebody gave back on the provider's own pages, and refunds that the provider refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.payments import actions, comparing, queries, refunds
from doorstep.payments.models import Attempt, Movement, Refund
from doorstep.staff.actor import Actor
from tests.paying import Pay, agree, fee_case, fee_service
from tests.to_do import to_do

OFFICER, OTHER = Actor("staff", "officer"), Actor("staff", "supervisor")
LONG_AGO = timedelta(days=3)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(db: None, pay: Pay, now: datetime) -> Case:
    """A case whose fee of £35.00 was paid three days ago."""
    case = fee_case(fee_service(now - LONG_AGO), now - LONG_AGO)
    charge = queries.due(case)
    assert charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now - LONG_AGO)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now - LONG_AGO)
    case.refresh_from_db()
    return case


def given_there(pay: Pay, pence: int) -> None:
    pay.control(refund=pay.payments[0]["id"], amount=pence)


def settle(pay: Pay, now: datetime) -> None:
    """Let the queue do what there is to do about refunds, and the bank carry it out."""
    for _ in range(3):
        for refund in Refund.objects.filter(state__in=("asked", "submitted")):
            refunds.carry_out(refund_id=refund.pk, now=now)
        for theirs in pay.payments[0]["refunds"]:
            pay.control(settle=theirs["id"])


def ledger() -> list[int]:
    return sorted(Movement.objects.values_list("pence", flat=True))


def test_what_is_left_is_given_back_after_somebody_gave_a_part_back_there(
    case: Case, pay: Pay, now: datetime
) -> None:
    given_there(pay, 3000)
    refunds.ask(case_id=case.pk, pence=None, reason="All of it", by=OFFICER, now=now)
    settle(pay, now)
    assert ledger() == [-3000, -500, 3500]
    assert not Refund.objects.filter(ended_at=None).exists()
    agree(pay)
    (task,) = to_do(case)
    assert "£30.00" in task and "£5.00" in task


def test_nothing_is_asked_for_again_where_all_was_given_back_there(
    case: Case, pay: Pay, now: datetime
) -> None:
    given_there(pay, 3500)
    deciding.decide(case_id=case.pk, decision="cancel", reason="Asked", by=OFFICER, now=now)
    settle(pay, now)
    assert ledger() == [-3500, 3500] and pay.taken == 0
    case.refresh_from_db()
    assert case.stage == "refunded" and case.facts["refund"]["pounds"] == "£35.00"


def test_the_resident_is_told_what_went_back_in_all(case: Case, pay: Pay, now: datetime) -> None:
    given_there(pay, 2000)
    deciding.decide(case_id=case.pk, decision="cancel", reason="Asked", by=OFFICER, now=now)
    settle(pay, now)
    case.refresh_from_db()
    assert case.stage == "refunded"
    assert case.facts["refund"] == {"pounds": "£35.00", "paid": "£35.00", "back": "£35.00"}


def test_a_case_cancelled_after_all_went_back_there_comes_to_its_end(
    case: Case, pay: Pay, now: datetime
) -> None:
    given_there(pay, 3500)
    actions.learn(attempt_id=Attempt.objects.get().pk, now=now)
    settle(pay, now)
    assert ledger() == [-3500, 3500]
    deciding.decide(case_id=case.pk, decision="cancel", reason="Asked", by=OFFICER, now=now)
    case.refresh_from_db()
    assert case.stage == "refunded" and case.facts["refund"]["pounds"] == "£35.00"


def test_a_webhook_alone_brings_their_refund_into_the_ledger(
    case: Case, pay: Pay, now: datetime
) -> None:
    pay.control(refunds="success")
    given_there(pay, 1200)
    actions.learn(attempt_id=Attempt.objects.get().pk, now=now)
    actions.learn(attempt_id=Attempt.objects.get().pk, now=now)
    assert ledger() == [-1200, 3500]
    refund = Refund.objects.get()
    assert (refund.state, refund.asked_by) == ("done", "provider")
    assert refunds.left_on(case) == 2300
    comparison = comparing.ask(by=OFFICER, now=now)
    comparing.compare(comparison_id=comparison.pk, now=now)
    comparison.refresh_from_db()
    assert comparison.differences == []


def test_one_that_waits_for_approval_shrinks_to_what_is_left(
    case: Case, pay: Pay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 999})
    monkeypatch.setattr(council, "current", lambda: low)
    (refund,) = refunds.ask(case_id=case.pk, pence=2000, reason="Sofa", by=OFFICER, now=now)
    given_there(pay, 3000)
    actions.learn(attempt_id=Attempt.objects.get().pk, now=now)
    refund.refresh_from_db()
    assert (refund.pence, refund.state) == (500, "waiting")
    refunds.approve(refund_id=refund.pk, by=OTHER, now=now)
    settle(pay, now)
    assert pay.taken == 0
    agree(pay)


def test_a_balance_that_stays_another_ends_with_a_person(
    case: Case, pay: Pay, now: datetime
) -> None:
    """Guard removed: the hour in `refunds._send`; it was asked every minute without an end."""
    from doorstep.outside.errors import TryLater

    fail: dict[str, Any] = {"status": 412, "code": "P0604", "times": 99, "on": "POST .*/refunds$"}
    pay.control(fail=fail)
    (refund,) = refunds.ask(case_id=case.pk, pence=500, reason="Sofa", by=OFFICER, now=now)
    with pytest.raises(TryLater):
        refunds.carry_out(refund_id=refund.pk, now=now)
    refunds.carry_out(refund_id=refund.pk, now=now + timedelta(hours=2))
    refund.refresh_from_db()
    assert refund.state == "failed"
    (task,) = to_do(case)
    assert "£5.00" in task and "another way" in task


def test_our_own_refund_whose_answer_was_lost_is_not_taken_for_somebody_elses(
    case: Case, pay: Pay, now: datetime
) -> None:
    from doorstep.outside.errors import TryLater

    pay.control(
        fail={"status": 500, "code": "P0698", "times": 1, "on": "POST .*/refunds$", "after": True}
    )
    (refund,) = refunds.ask(case_id=case.pk, pence=500, reason="Sofa", by=OFFICER, now=now)
    with pytest.raises(TryLater):
        refunds.carry_out(refund_id=refund.pk, now=now)
    actions.learn(attempt_id=Attempt.objects.get().pk, now=now)
    settle(pay, now)
    assert ledger() == [-500, 3500] and Refund.objects.get().asked_by == "officer"
