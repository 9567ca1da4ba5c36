"""A property of the ledger: whatever happens in whatever order, the sums hold."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.outside.errors import TryLater
from doorstep.payments import actions, queries, refunds
from doorstep.payments.models import Attempt, Charge, Movement, Refund
from doorstep.staff.actor import Actor
from tests.paying import Pay, fee_case, fee_service
from tests.size import size

OFFICER, OTHER = Actor("staff", "officer"), Actor("staff", "supervisor")
STEPS = st.one_of(
    st.tuples(st.just("begin")),
    st.tuples(st.just("card"), st.sampled_from(["4242424242424242", "4000000000000002"])),
    st.tuples(st.just("learn")),
    st.tuples(st.just("pay_whole")),
    st.tuples(st.just("refund"), st.sampled_from([0, 1, 1500, 2001, 3500, 3501])),
    st.tuples(st.just("refund"), st.sampled_from([1500, 2001])),
    st.tuples(st.just("approve"), st.booleans()),
    st.tuples(st.just("carry_out")),
    st.tuples(st.just("given_there"), st.sampled_from([1, 1500, 3500])),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("lapse")),
    st.tuples(st.just("close")),
    st.tuples(st.just("decide"), st.sampled_from(["close", "cancel", "again"])),
)


class Story:
    """One case, and what may happen to its money."""

    def __init__(self, case: Case, pay: Pay, now: datetime) -> None:
        self.case, self.pay, self.now = case, pay, now

    def last(self) -> Attempt | None:
        return Attempt.objects.filter(charge__case=self.case).order_by("-id").first()

    def begin(self) -> None:
        charge = queries.due(self.case)
        if charge:
            actions.begin(charge_id=charge.pk, language="en", now=self.now)

    def card(self, number: str) -> None:
        attempt = self.last()
        if attempt and attempt.provider_id in self.pay.app.till.payments:
            self.pay.control(pay=attempt.provider_id, card=number)

    def pay_whole(self) -> None:
        self.begin()
        self.card("4242424242424242")
        self.learn()

    def learn(self) -> None:
        for attempt in Attempt.objects.filter(charge__case=self.case):
            actions.learn(attempt_id=attempt.pk, now=self.now)

    def refund(self, pence: int) -> None:
        about: Any = {"case_id": self.case.pk, "reason": "x", "by": OFFICER, "now": self.now}
        refunds.ask(**about, pence=pence or None)

    def approve(self, yes: bool) -> None:
        for refund in Refund.objects.filter(state="waiting"):
            about: Any = {"refund_id": refund.pk, "by": OTHER, "now": self.now}
            refunds.approve(**about) if yes else refunds.refuse(**about, why="x")

    def given_there(self, pence: int) -> None:
        """Somebody gives money back on the provider's own pages."""
        for payment in self.pay.payments:
            if self.pay.app.till.left(payment) >= pence:
                self.pay.control(refund=payment["id"], amount=pence)

    def carry_out(self) -> None:
        for refund in Refund.objects.filter(state__in=("asked", "submitted")):
            refunds.carry_out(refund_id=refund.pk, now=self.now)
        for payment in self.pay.payments:
            for refund in payment["refunds"]:
                self.pay.control(settle=refund["id"])

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.pay.control(minutes=minutes)

    def lapse(self) -> None:
        for charge in Charge.objects.filter(case=self.case):
            actions.lapse(charge_id=charge.pk, now=self.now)

    def close(self) -> None:
        for attempt in Attempt.objects.filter(charge__state__in=("lapsing", "withdrawing")):
            actions.close(attempt_id=attempt.pk, now=self.now)

    def decide(self, decision: str) -> None:
        about: Any = {"case_id": self.case.pk, "by": OFFICER, "now": self.now}
        deciding.decide(**about, decision=decision, reason="x")

    def do(self, step: tuple[Any, ...]) -> None:
        with suppress(Refused, TryLater):
            getattr(self, step[0])(*step[1:])

    def settle(self) -> None:
        """Let everything come to its end."""
        self.wait(100)
        for step in ("lapse", "close", "learn", "approve", "carry_out", "carry_out", "carry_out"):
            self.do((step, True) if step == "approve" else (step,))


def holds(pay: Pay) -> None:
    """Never more back than came in, per payment; nothing in the ledger that the provider does not say."""
    for attempt in Attempt.objects.all():
        moved = attempt.movements.aggregate(s=Sum("pence"))["s"] or 0
        came = attempt.movements.filter(pence__gt=0).aggregate(s=Sum("pence"))["s"] or 0
        assert 0 <= moved <= came <= 3500
        assert refunds.left_of(attempt) >= 0
        theirs = pay.app.till.payments.get(attempt.provider_id or "")
        if came:
            assert theirs and theirs["status"] == "success"
            done = sum(r["amount"] for r in theirs["refunds"])
            assert done >= came - moved
    assert Charge.objects.filter(state="due").count() <= 1
    vat = Movement.objects.aggregate(s=Sum("vat"))["s"] or 0
    assert vat >= 0 or Movement.objects.count() > 2  # rounded by the line


def agreed(pay: Pay) -> None:
    """In the end ledger and provider hold the same, and nobody has paid for nothing."""
    held = Movement.objects.aggregate(s=Sum("pence"))["s"] or 0
    assert held == pay.taken
    for case in Case.objects.exclude(stage="paid"):
        waits = Refund.objects.filter(attempt__charge__case=case, state="waiting").exists()
        of_case = Movement.objects.filter(charge__case=case).aggregate(s=Sum("pence"))["s"] or 0
        assert of_case == 0 or waits or case.stage in ("cancelled", "refunded"), case.stage


@pytest.fixture
def service(db: None) -> Service:
    return fee_service(timezone.now())


class _Undo(Exception):
    """Rolls a story back."""


@settings(
    max_examples=size(10, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=8, max_size=25), paid_first=st.booleans())
def test_any_sequence_keeps_the_sums_and_never_refunds_more_than_was_paid(
    service: Service, pay: Pay, steps: list[tuple[Any, ...]], paid_first: bool
) -> None:
    """Whoever asks for it, and whoever gives it, we or somebody on the provider's own pages.

    Guards removed: the trigger never_more_than_paid with the sum in refunds.ask_on; the look at the
    attempt's state in actions.record; both broke within a few examples."""
    pay.app.till.payments.clear()
    pay.app.till.later = timedelta()
    now = timezone.now()
    try:
        with transaction.atomic():
            story = Story(fee_case(service, now, email=""), pay, now)
            for step in [("pay_whole",)] * paid_first + steps:
                story.do(step)
                holds(pay)
            story.settle()
            holds(pay)
            agreed(pay)
            raise _Undo
    except _Undo:
        pass
