"""A property of the ledger over every way to pay: what it holds is what was taken less what was given back, at every moment."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.outside.errors import TryLater
from doorstep.payments import actions, queries, refunds, taking, waiving
from doorstep.payments.models import THERE, Attempt, Charge, Movement, Refund, Waiver
from doorstep.payments.steps import PayStep, RefundStep
from doorstep.staff.actor import SYSTEM, Actor
from tests.paying import Pay, fee_case, fee_service
from tests.size import size

ANN, BOB = Actor("staff", "officer"), Actor("staff", "supervisor")
COUNTER = "Customer Centre, Coalville"
SUMS = st.sampled_from([1, 1500, 3500])
STEPS = st.one_of(
    st.tuples(st.just("begin"), st.booleans()),
    st.tuples(st.just("card"), st.sampled_from(["4242424242424242", "4000000000000002"])),
    st.tuples(st.just("learn")),
    st.tuples(st.just("stop")),
    st.tuples(st.just("counter"), st.sampled_from(["cash", "cheque", "counter_card"])),
    st.tuples(st.just("counter"), st.just("cash")),
    st.tuples(st.just("mistake")),
    st.tuples(st.just("waive")),
    st.tuples(st.just("unwaive")),
    st.tuples(st.just("second"), st.booleans()),
    st.tuples(st.just("change"), st.sampled_from([1000, 5000, 9000])),
    st.tuples(st.just("change_back"), st.sampled_from([0, 2000])),
    st.tuples(st.just("refund"), SUMS),
    st.tuples(st.just("carry_out")),
    st.tuples(st.just("by_hand")),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("lapse")),
)


class Story:
    """One case, what may happen to its money, and what a person counting in the till would have in the hand."""

    def __init__(self, case: Case, pay: Pay, now: datetime) -> None:
        self.case, self.pay, self.now = case, pay, now
        self.till = 0

    def due(self) -> Charge:
        charge = queries.due(self.case)
        if charge is None:
            raise Refused("not_due")
        return charge

    def begin(self, by_telephone: bool) -> None:
        by = ANN if by_telephone else None
        actions.begin(charge_id=self.due().pk, language="en", now=self.now, taken_by=by)

    def card(self, number: str) -> None:
        last = Attempt.objects.exclude(provider_id=None).order_by("-id").first()
        if last:
            self.pay.control(pay=last.provider_id, card=number)

    def learn(self) -> None:
        for attempt in Attempt.objects.filter(charge__case=self.case):
            actions.learn(attempt_id=attempt.pk, now=self.now)

    def stop(self) -> None:
        actions.stop(charge_id=self.due().pk, by=BOB, now=self.now)

    def counter(self, way: str) -> None:
        about: dict[str, Any] = {"counter": COUNTER, "slip": "R 1", "by": ANN, "now": self.now}
        attempt = taking.take(charge_id=self.due().pk, way=way, **about)
        self.till += attempt.charge.pence

    def mistake(self) -> None:
        """Somebody had not taken it after all: the till never had it."""
        last = Attempt.objects.exclude(counter="").order_by("-id").first()
        if last:
            taking.take_back(attempt_id=last.pk, reason="x", by=BOB, now=self.now)
            self.till -= last.charge.pence

    def waive(self) -> None:
        waiving.waive(charge_id=self.due().pk, reason="x", by=ANN, now=self.now)

    def unwaive(self) -> None:
        last = Waiver.objects.filter(state="done").order_by("-id").first()
        if last:
            waiving.take_back(waiver_id=last.pk, reason="x", by=BOB, now=self.now)

    def second(self, yes: bool) -> None:
        for waiver in Waiver.objects.filter(state="waiting"):
            about: dict[str, Any] = {"waiver_id": waiver.pk, "by": BOB, "now": self.now}
            waiving.approve(**about) if yes else waiving.refuse(**about, why="x")

    def change(self, price: int) -> None:
        """Ask for what a change of the case costs more."""
        if not Charge.objects.filter(case=self.case, state="due").exists():
            wanted = {"up_to": price, "purpose": "change"}
            PayStep().run(case=self.case, options=wanted, by=SYSTEM, now=self.now)

    def change_back(self, price: int) -> None:
        """Give back what a change of the case costs less."""
        down: dict[str, Any] = {"down_to": price, "approved": True}
        RefundStep().run(case=self.case, options=down, by=SYSTEM, now=self.now)

    def refund(self, pence: int) -> None:
        about: Any = {"case_id": self.case.pk, "reason": "x", "by": ANN, "now": self.now}
        refunds.ask(**about, pence=pence, approved=True)

    def carry_out(self) -> None:
        for refund in Refund.objects.filter(state__in=("asked", "submitted")):
            refunds.carry_out(refund_id=refund.pk, now=self.now)
        for payment in self.pay.payments:
            for refund in payment["refunds"]:
                self.pay.control(settle=refund["id"])

    def by_hand(self) -> None:
        for refund in queries.by_hand():
            refunds.given(refund_id=refund.pk, slip="C 1", by=BOB, now=self.now)
            self.till -= refund.pence

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.pay.control(minutes=minutes)

    def lapse(self) -> None:
        for charge in Charge.objects.filter(case=self.case):
            actions.lapse(charge_id=charge.pk, now=self.now)
        for attempt in Attempt.objects.filter(ended_at=None).exclude(charge__state="due"):
            actions.close(attempt_id=attempt.pk, now=self.now)

    def do(self, step: tuple[Any, ...]) -> None:
        self.case = Case.objects.get(pk=self.case.pk)
        with suppress(Refused, TryLater), transaction.atomic():
            getattr(self, step[0])(*step[1:])

    def settle(self) -> None:
        """Let everything come to its end."""
        self.wait(100)
        for step in ("lapse", "learn", "carry_out", "carry_out", "carry_out", "by_hand"):
            self.do((step,))


def _sum(**about: Any) -> int:
    return int(Movement.objects.filter(**about).aggregate(s=Sum("pence"))["s"] or 0)


def holds(story: Story) -> None:
    """Whatever the ledger says of a counter lies in its till, and of the provider, there; nothing is owed below nothing."""
    assert _sum(way__in=("cash", "cheque", "counter_card")) == story.till
    for attempt in Attempt.objects.all():
        came = _sum(attempt=attempt, pence__gt=0)
        assert 0 <= _sum(attempt=attempt) <= came and refunds.left_of(attempt) >= 0
        theirs = story.pay.app.till.payments.get(attempt.provider_id or "")
        if came and attempt.way in THERE:
            assert theirs and theirs["status"] == "success"
        assert attempt.way in THERE or theirs is None
    for refund in Refund.objects.exclude(attempt__way__in=THERE):
        assert refund.state in ("asked", "done")
    due = Charge.objects.filter(state="due")
    assert sum(not actions.is_owed(charge) for charge in due) <= 1
    assert refunds.kept(story.case) >= 0


def agreed(story: Story) -> None:
    """In the end the ledger holds what the provider and the till hold together, and no charge is paid twice."""
    assert _sum() == story.pay.taken + story.till
    for charge in Charge.objects.all():
        waived = sum(charge.waivers.filter(state="done", back=None).values_list("pence", flat=True))
        assert _sum(charge=charge) + waived <= charge.pence, charge.state


@pytest.fixture
def service(db: None) -> Service:
    return fee_service(timezone.now())


class _Undo(Exception):
    """Rolls a story back."""


@settings(
    max_examples=size(10, 400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=8, max_size=25))
def test_the_ledger_holds_what_was_taken_less_what_was_given_back(
    service: Service, pay: Pay, steps: list[tuple[Any, ...]]
) -> None:
    """By whichever way it came, also by two at once, and however it goes back."""
    pay.app.till.payments.clear()
    pay.app.till.later = timedelta()
    now = timezone.now()
    try:
        with transaction.atomic():
            story = Story(fee_case(service, now, email=""), pay, now)
            for step in steps:
                story.do(step)
                holds(story)
            story.settle()
            holds(story)
            agreed(story)
            raise _Undo
    except _Undo:
        pass
