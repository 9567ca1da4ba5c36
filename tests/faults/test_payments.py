"""Payments under faults: killed at any point, webhooks gone wrong, the provider slow, down or refusing.

In each, money, ledger, case and provider agree in the end, by the jobs alone. The guard whose
removal each test was seen to fail with stands in its docstring.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob as QueueJob

from doorstep.cases.models import Case
from doorstep.connectors import govuk_pay
from doorstep.connectors.govuk_pay import ERRORS
from doorstep.outside.errors import TryLater
from doorstep.payments import actions, jobs, queries, refunds
from doorstep.payments.models import Attempt, Callback, Charge, Forgeries, Movement, Refund
from doorstep.staff.actor import Actor
from tests.faults.cutting import killed_at
from tests.patience import until
from tests.paying import Pay, agree, fee_case, fee_service
from tests.queue import run_queue
from tests.size import pairwise, size


def officer() -> Actor:
    """Return another officer each time: above the limit a day, one's refunds wait for a second."""
    return Actor("staff", f"officer-{uuid4().hex[:8]}")


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(transactional_db: None, pay: Pay, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(jobs, "GRACE", timedelta())
    monkeypatch.setattr(jobs, "OFTEN", timedelta())
    now = timezone.now()
    return fee_case(fee_service(now), now)


def recover(rounds: int = 2) -> None:
    """Do what the worker does: look at our own tables, and run what that queued."""
    for _ in range(rounds):
        jobs.settle()
        run_queue()


def pays(case: Case, pay: Pay) -> None:
    """Let the payer begin, pay on the provider's page, and come back."""
    charge = queries.due(case)
    assert charge
    attempt = actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    pay.control(pay=attempt.provider_id)
    actions.come_back(attempt=attempt, now=timezone.now())


# Killed between any two steps.


def every_cut(flow: Callable[[Case], None], prepare: Callable[[Case], None]) -> list[Case]:
    """Kill the flow at its first step and on, each on a case of its own; return the cases.

    At every step in `make test-long`; else at every fifth, which is before one thing and after the next.
    """
    now, stride = timezone.now(), size(5, 1)
    service, cut = fee_service(now), []
    while True:
        case = fee_case(service, now, email="")
        prepare(case)
        if not killed_at(1 + stride * len(cut), partial(flow, case)):
            assert len(cut) > 40 // stride, f"only {len(cut)} cuts"
            return cut
        cut.append(case)


@pytest.mark.parametrize("keys", [True, False])
def test_killed_anywhere_from_create_to_confirm_one_payment_is_taken_and_known(
    case: Case, pay: Pay, keys: bool
) -> None:
    """Guard removed: the look by our reference (`_known`) in actions.create; where the provider does not
    honour our key, a second payment was made."""
    pay.control(keys=keys)
    cut = every_cut(lambda c: pays(c, pay), lambda c: None)
    recover()
    for one in cut:
        one.refresh_from_db()
        if one.stage == "paying":  # killed before the payer had paid: they come back and pay
            pays(one, pay)
        theirs = [p for p in pay.payments if p["reference"].startswith(one.reference)]
        assert [p["status"] for p in theirs] == ["success"]
        assert Movement.objects.get(charge__case=one).pence == 3500
        one.refresh_from_db()
        assert one.stage == "paid"
    recover(1)
    agree_all(pay)


def agree_all(pay: Pay) -> None:
    """The last flow ran to its end, and the fixture's own case was never paid."""
    Charge.objects.filter(attempts=None).update(state="withdrawn", ended_at=timezone.now())
    agree(pay)


def test_killed_anywhere_while_it_lapses_it_is_cancelled_there_and_lapsed_here(
    case: Case, pay: Pay
) -> None:
    """Guards removed together: `settle`'s look at what is lapsing, and the job deferred with the lapse;
    the case then stood in paying for ever. With either left, it still lapsed."""

    def begun(one: Case) -> None:
        charge = Charge.objects.get(case=one)
        actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
        Charge.objects.filter(id=charge.pk).update(until=timezone.now() - timedelta(seconds=1))

    def lapses(one: Case) -> None:
        charge = Charge.objects.get(case=one)
        actions.lapse(charge_id=charge.pk, now=timezone.now())
        actions.close(attempt_id=charge.attempts.get().pk, now=timezone.now())

    cut = every_cut(lapses, begun)
    recover()
    for one in cut:
        one.refresh_from_db()
        assert (one.stage, Charge.objects.get(case=one).state) == ("lapsed", "lapsed")
        (theirs,) = [p for p in pay.payments if p["reference"].startswith(one.reference)]
        assert theirs["status"] == "cancelled"


def test_killed_anywhere_while_money_is_given_back_it_is_given_once(case: Case, pay: Pay) -> None:
    """Guards removed: the look for a lost refund (`_lost`): it was never finished; with the balance
    left out as well (`refund_amount_available`): it was given back twice."""
    pay.control(refunds="success")

    def prepare(one: Case) -> None:
        pays(one, pay)
        refunds.ask(case_id=one.pk, pence=1500, reason="x", by=officer(), now=timezone.now())

    def gives(one: Case) -> None:
        refund = Refund.objects.get(attempt__charge__case=one)
        refunds.carry_out(refund_id=refund.pk, now=timezone.now())

    cut = every_cut(gives, prepare)
    recover()
    for one in cut:
        (theirs,) = [p for p in pay.payments if p["reference"].startswith(one.reference)]
        assert [r["amount"] for r in theirs["refunds"]] == [1500]
        moved = Movement.objects.filter(charge__case=one).values_list("pence", flat=True)
        assert sorted(moved) == [-1500, 3500]
    agree_all(pay)


# Webhooks.


@pytest.fixture
def hooked(case: Case, pay: Pay, live_server: Any) -> Case:
    """A payment that is under way, the stand-in telling our own server over HTTP."""
    pay.app.teller.address = f"{live_server.url}/hooks/govuk-pay"
    charge = Charge.objects.get()
    actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    return case


def told(pay: Pay, mood: str) -> list[int]:
    """Let the payer pay and close the page; deliver the webhooks in a mood and run the queue."""
    pay.control(webhooks=mood, pay=pay.payments[0]["id"])
    pay.app.teller.deliver()
    run_queue()
    return pay.app.teller.answers


@pytest.mark.parametrize("mood", ["", "double", "reorder"])
def test_told_once_twice_or_in_any_order_it_is_paid_once(hooked: Case, pay: Pay, mood: str) -> None:
    """Guard removed: a replay being found by its id in actions.take_callback; the hook then answered 500."""
    assert set(told(pay, mood)) == {200}
    hooked.refresh_from_db()
    assert (hooked.stage, Movement.objects.count(), Callback.objects.count()) == ("paid", 1, 2)
    agree(pay)


def test_never_told_it_is_paid_all_the_same(hooked: Case, pay: Pay) -> None:
    """Guard removed: `settle`'s look at open attempts; it stayed unpaid."""
    assert told(pay, "lose") == []
    hooked.refresh_from_db()
    assert hooked.stage == "paying"
    recover()
    hooked.refresh_from_db()
    assert hooked.stage == "paid"
    agree(pay)


def test_forged_changes_nothing_and_is_counted(hooked: Case, pay: Pay) -> None:
    """Guard removed: the comparison of signatures in the connector; the forged word was taken."""
    assert set(told(pay, "forge")) == {403}
    assert (Callback.objects.count(), Forgeries.objects.get().count) == (0, 2)
    hooked.refresh_from_db()
    assert hooked.stage == "paying"
    # The same messages come again, rightly signed: nothing was lost.
    assert told(pay, "")[-1] == 200
    hooked.refresh_from_db()
    assert hooked.stage == "paid"


def test_replayed_long_after_it_changes_nothing(hooked: Case, pay: Pay) -> None:
    """Guard removed: `Callback`'s unique id; each replay then queued another question."""
    pay.control(pay=pay.payments[0]["id"])
    hooks = [dict(h) for h in pay.app.till.hooks.values()]
    told(pay, "")
    refunds.ask(case_id=hooked.pk, pence=None, reason="x", by=officer(), now=timezone.now())
    recover()
    pay.app.teller.deliver()
    run_queue()
    before = (Movement.objects.count(), QueueJob.objects.count())
    for hook in hooks * 3:
        pay.app.till.hooks[hook["id"]] = hook
    pay.app.teller.deliver()
    run_queue()
    assert (Movement.objects.count(), QueueJob.objects.count()) == before
    agree(pay)


def test_told_before_it_is_true_the_provider_is_believed(hooked: Case, pay: Pay) -> None:
    """A webhook is only a hint: its body's state is never read."""
    payment = pay.payments[0]
    pay.app.till.tell(payment, "card_payment_succeeded")
    pay.app.teller.deliver()
    run_queue()
    hooked.refresh_from_db()
    assert (hooked.stage, Movement.objects.count()) == ("paying", 0)


# The provider slow, down, or refusing.


def test_slow_beyond_the_limit_the_payer_waits_on_our_page_and_one_payment_is_made(
    case: Case, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard removed: the connector's time limit; the request then took as long as the provider did."""
    monkeypatch.setattr(govuk_pay, "LIMITS", replace(govuk_pay.LIMITS, seconds=1.3))
    pay.control(slow=4)
    began = time.monotonic()
    attempt = actions.begin(charge_id=Charge.objects.get().pk, language="en", now=timezone.now())
    assert time.monotonic() - began < 4 and attempt.state == "new"
    pay.control(slow=0)
    until(lambda: len(pay.payments) == 1)  # what came too late for us was done all the same
    recover()
    attempt.refresh_from_db()
    assert attempt.state == "open" and len(pay.payments) == 1


def test_down_for_longer_than_any_job_tries_everything_goes_on_when_it_is_back(
    case: Case, pay: Pay
) -> None:
    """Guard removed: `_quietly` in jobs; the jobs were given up after their runs and alarms stood."""
    pay.control(down=True)
    charge = Charge.objects.get()
    attempt = actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    recover(9)
    attempt.refresh_from_db()
    assert attempt.state == "new"
    assert not QueueJob.objects.filter(status="failed").exists()
    pay.control(down=False)
    recover()
    pays(case, pay)
    refunds.ask(case_id=case.pk, pence=None, reason="x", by=officer(), now=timezone.now())
    pay.control(down=True)
    recover(9)
    assert Refund.objects.get().state == "asked"
    pay.control(down=False, refunds="success")
    recover()
    assert (Refund.objects.get().state, pay.taken) == ("done", 0)
    agree(pay) if case.stage == "paid" else None


CALLS = {
    "create": "POST /v1/payments$",
    "find": "GET /v1/payments/[0-9a-f]+$",
    "search": "GET /v1/payments$",
    "cancel": "POST .*/cancel$",
    "refund": "POST .*/refunds$",
    "refunds": "GET .*/refunds$",
}


# One code of each meaning; the contract suite goes through all of them.
FAILS = pairwise(list(CALLS), [False, True], [(c, m) for m, c in {m: c for c, m in ERRORS.items()}.items()])  # fmt: skip


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", CALLS)
def test_each_kind_of_error_of_each_call_leaves_money_and_case_agreed(
    case: Case, pay: Pay, call: str, after: bool
) -> None:
    """Guard removed: that one "not there" from `find` does not end an attempt; money then came unknown to us.

    `after`: the provider did it, and its answer is lost in the error.
    """
    pay.control(refunds="success")
    now = timezone.now()
    service = fee_service(now)
    for code, means in (error for *which, error in FAILS if which == [call, after]):
        one = fee_case(service, now, email="")
        status = 503 if means is TryLater else 400
        fail = {"status": status, "code": code, "times": 1, "on": CALLS[call], "after": after}
        if call in ("cancel", "search"):
            _lapse_through(one, pay, fail)
        else:
            _pay_and_refund_through(one, pay, fail)


def _settled(one: Case, holds: Callable[[], bool]) -> None:
    for _ in range(4):
        if holds():
            return
        recover(1)
    assert holds(), one.stage


def _lapse_through(one: Case, pay: Pay, fail: dict[str, Any]) -> None:
    charge = Charge.objects.get(case=one)
    actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    if fail["on"] == CALLS["search"]:
        Attempt.objects.filter(charge=charge).update(state="new", provider_id=None, next_url="")
    pay.control(fail=fail)
    Charge.objects.filter(id=charge.pk).update(until=timezone.now() - timedelta(seconds=1))
    _settled(one, lambda: Case.objects.get(id=one.pk).stage == "lapsed")
    (theirs,) = [p for p in pay.payments if p["reference"].startswith(one.reference)]
    assert theirs["status"] == "cancelled"
    pay.control(fail={})


def _pay_and_refund_through(one: Case, pay: Pay, fail: dict[str, Any]) -> None:
    charge = Charge.objects.get(case=one)
    refund_call = fail["on"] in (CALLS["refund"], CALLS["refunds"])
    pay.control(fail={} if refund_call else fail)
    attempt = actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
    for _ in range(4):
        attempt = Attempt.objects.filter(charge=charge).latest("id")
        if attempt.state == "open":
            break
        if attempt.state in ("error", "unsent"):  # refused: the payer tries again
            actions.begin(charge_id=charge.pk, language="en", now=timezone.now())
        recover(1)
    assert attempt.state == "open", (fail, attempt.state)
    pay.control(pay=attempt.provider_id)
    actions.come_back(attempt=attempt, now=timezone.now())
    _settled(one, lambda: Case.objects.get(id=one.pk).stage == "paid")
    pay.control(fail=fail if refund_call else {})
    refunds.ask(case_id=one.pk, pence=None, reason="x", by=officer(), now=timezone.now())
    _settled(one, lambda: Refund.objects.latest("id").ended_at is not None)
    pay.control(fail={})
    if Refund.objects.latest("id").state == "failed":  # refused: a person looks, and asks again
        refunds.ask(case_id=one.pk, pence=None, reason="again", by=officer(), now=timezone.now())
        _settled(one, lambda: Refund.objects.latest("id").ended_at is not None)
    theirs = [p for p in pay.payments if p["reference"].startswith(one.reference)]
    assert sum(pay.app.till.left(p) for p in theirs) == 0
    assert sum(Movement.objects.filter(charge=charge).values_list("pence", flat=True)) == 0
