"""Money by any way: a card by telephone, cash, a cheque or a card at a counter, waived; and given back again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.payments import actions, comparing, jobs, queries, refunds, taking, waiving
from doorstep.payments.models import Attempt, Charge, Movement, Refund, Waiver
from doorstep.staff.actor import SYSTEM, Actor
from doorstep.tasks.models import Task
from tests.at_once import at_once
from tests.paying import Pay, fee_case, fee_service
from tests.queue import run_queue

ANN, BOB = Actor("staff", "officer"), Actor("staff", "supervisor")
COUNTER = "Customer Centre, Coalville"
CARD = "4242424242424242"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(db: None, pay: Pay, now: datetime) -> Case:
    return fee_case(fee_service(now), now)


def due(case: Case) -> Charge:
    charge = queries.due(case)
    assert charge
    return charge


def take(charge: Charge, way: str = "cash", by: Actor = ANN, **about: Any) -> Attempt:
    given: dict[str, Any] = {"counter": COUNTER, "slip": "R 77", "now": timezone.now(), **about}
    return taking.take(charge_id=charge.pk, way=way, by=by, **given)


def waive(charge: Charge, by: Actor = ANN, reason: str = "The crew broke it") -> Waiver:
    return waiving.waive(charge_id=charge.pk, reason=reason, by=by, now=timezone.now())


def held() -> int:
    return int(Movement.objects.aggregate(s=Sum("pence"))["s"] or 0)


def test_a_card_by_telephone_is_taken_on_the_providers_page_and_says_who_took_it(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now, taken_by=ANN)
    (theirs,) = pay.payments
    assert theirs["moto"] is True and "/desk/pay/return/" in theirs["return_url"]
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now)
    moved = Movement.objects.get()
    assert (moved.way, moved.by, moved.pence) == ("moto", "officer", 3500)
    assert case.events.get(kind="card taken by telephone").by_key == "officer"
    assert Case.objects.get().stage == "paid"


def test_online_is_no_payment_by_telephone(case: Case, pay: Pay, now: datetime) -> None:
    actions.begin(charge_id=due(case).pk, language="en", now=now)
    (theirs,) = pay.payments
    assert "moto" not in theirs and "/pay/return/" in theirs["return_url"]


def test_an_account_without_it_says_so_and_the_charge_can_be_paid_otherwise(
    case: Case, pay: Pay, now: datetime
) -> None:
    pay.control(moto=False)
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now, taken_by=ANN)
    assert attempt.state == "error"
    assert "P0196" in case.events.get(kind="note").personal.text
    take(due(case))
    assert Case.objects.get().stage == "paid"


@pytest.mark.parametrize("first", [None, ANN])
def test_what_one_is_paying_another_does_not_see_until_it_is_stopped(
    case: Case, pay: Pay, now: datetime, first: Actor | None
) -> None:
    charge = due(case)
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now, taken_by=first)
    for other in (BOB, None) if first else (BOB,):
        with pytest.raises(Refused, match="being_paid"):
            actions.begin(charge_id=charge.pk, language="en", now=now, taken_by=other)
    again = actions.begin(charge_id=charge.pk, language="en", now=now, taken_by=first)
    assert again.pk == attempt.pk and len(pay.payments) == 1
    assert actions.stop(charge_id=charge.pk, by=BOB, now=now)
    assert pay.payments[0]["status"] == "cancelled"
    second = actions.begin(charge_id=charge.pk, language="en", now=now, taken_by=BOB)
    assert second.pk != attempt.pk and second.taken_by == "supervisor"
    with pytest.raises(Refused, match="nothing_under_way"):
        actions.stop(charge_id=charge.pk, by=BOB, now=now) and actions.stop(
            charge_id=charge.pk, by=BOB, now=now
        )


def test_a_silent_provider_stops_nothing_and_that_is_said(
    case: Case, pay: Pay, now: datetime
) -> None:
    charge = due(case)
    actions.begin(charge_id=charge.pk, language="en", now=now)
    pay.control(down=True)
    assert not actions.stop(charge_id=charge.pk, by=BOB, now=now)


@pytest.mark.parametrize("way", ["cash", "cheque", "counter_card"])
def test_money_at_a_counter_is_recorded_with_who_where_and_how(case: Case, way: str) -> None:
    attempt = take(due(case), way)
    moved = Movement.objects.get()
    assert (moved.way, moved.by, moved.pence, moved.vat) == (way, "officer", 3500, 583)
    assert (attempt.counter, attempt.slip, attempt.reference) == (COUNTER, "R 77", f"{case.reference}-1-1")  # fmt: skip
    said = case.events.get(kind="taken at the counter")
    assert (said.by_key, said.data["way"], said.data["counter"]) == ("officer", way, COUNTER)
    assert Case.objects.get().stage == "paid" and Charge.objects.get().state == "paid"


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"counter": "Elsewhere"}, "counter_missing"),
        ({"way": "moto"}, "counter_missing"),
        ({"slip": " "}, "slip_missing"),
        ({"now": timezone.now() + timedelta(hours=2)}, "not_due"),
    ],
)
def test_what_is_missing_of_a_record_is_said_and_nothing_written(
    case: Case, about: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        take(due(case), **about)
    assert held() == 0 and Case.objects.get().stage == "paying"


@pytest.mark.django_db(transaction=True)
def test_cash_ends_what_was_begun_online(case: Case, pay: Pay, now: datetime) -> None:
    actions.begin(charge_id=due(case).pk, language="en", now=now)
    take(due(case))
    run_queue()
    assert pay.payments[0]["status"] == "cancelled" and held() == 3500
    assert not Attempt.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("settled", [take, waive])
def test_a_card_paid_at_the_same_moment_goes_back_and_the_other_stays(
    case: Case, pay: Pay, now: datetime, settled: Callable[..., Any]
) -> None:
    """The last payment written down is the counter's: what goes back is the card's all the same."""
    pay.control(refunds="success")
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now)
    charge = due(case)
    pay.control(pay=attempt.provider_id)
    settled(charge)
    actions.learn(attempt_id=attempt.pk, now=now)
    for refund in Refund.objects.all():
        refunds.carry_out(refund_id=refund.pk, now=now)
        refunds.carry_out(refund_id=refund.pk, now=now)
    (refund,) = Refund.objects.all()
    assert (refund.attempt.way, refund.state, refund.pence) == ("card", "done", 3500)
    assert pay.taken == 0 and held() == (3500 if settled is take else 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_charge_at_once_take_it_once(pay: Pay) -> None:
    now = timezone.now()
    charge = due(fee_case(fee_service(now), now))
    came = at_once(*[lambda: take(charge, by=ANN), lambda: take(charge, by=BOB)] * 3)
    assert sorted(came) == ["done"] + ["not_due"] * 5
    assert held() == 3500 and Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_card_online_and_cash_at_the_counter_at_once_leave_one_of_them(pay: Pay) -> None:
    now = timezone.now()
    pay.control(refunds="success")
    case = fee_case(fee_service(now), now)
    charge = due(case)
    attempt = actions.begin(charge_id=charge.pk, language="en", now=now)
    pay.control(pay=attempt.provider_id)

    learns, takes = at_once(
        lambda: actions.learn(attempt_id=attempt.pk, now=timezone.now()), lambda: take(charge)
    )
    for _ in range(3):
        for refund in Refund.objects.filter(state__in=("asked", "submitted")):
            refunds.carry_out(refund_id=refund.pk, now=timezone.now())
    by_cash = takes == "done"
    assert learns == "done" and takes in ("done", "not_due")
    assert held() == 3500 and pay.taken == (0 if by_cash else 3500)
    assert Charge.objects.get().state == "paid"


@pytest.mark.django_db(transaction=True)
def test_cash_goes_back_by_hand_as_a_task_for_finance_and_never_to_a_card(
    case: Case, pay: Pay, now: datetime
) -> None:
    take(due(case))
    (refund,) = refunds.ask(case_id=case.pk, pence=1500, reason="A chair was left", by=ANN, now=now)
    task = Task.objects.get(ended_at=None)
    assert task.team == "Finance" and "£15.00" in task.text and COUNTER in task.text
    jobs.settle()
    run_queue()
    refunds.carry_out(refund_id=refund.pk, now=now)
    refund.refresh_from_db()
    assert refund.state == "asked" and held() == 3500 and pay.payments == []
    with pytest.raises(Refused, match="slip_missing"):
        refunds.given(refund_id=refund.pk, slip=" ", by=BOB, now=now)
    refunds.given(refund_id=refund.pk, slip="C 9", by=BOB, now=now)
    moved = Movement.objects.get(pence__lt=0)
    assert (moved.way, moved.by, moved.pence) == ("cash", "supervisor", -1500)
    assert not Task.objects.filter(ended_at=None).exists()
    with pytest.raises(Refused, match="not_waiting"):
        refunds.given(refund_id=refund.pk, slip="C 9", by=BOB, now=now)
    assert refunds.kept(case) == 2000


def test_a_refund_at_the_provider_is_not_given_by_hand(case: Case, pay: Pay, now: datetime) -> None:
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now)
    (refund,) = refunds.ask(case_id=case.pk, pence=1, reason="x", by=ANN, now=now)
    with pytest.raises(Refused, match="not_waiting"):
        refunds.given(refund_id=refund.pk, slip="C 9", by=BOB, now=now)


def test_ours_against_theirs_leaves_out_what_was_never_there(
    case: Case, pay: Pay, now: datetime
) -> None:
    take(due(case))
    Attempt.objects.update(made_at=now - timedelta(days=90))
    made = comparing.ask(by=SYSTEM, now=now)
    comparing.compare(comparison_id=made.pk, now=now)
    made.refresh_from_db()
    assert made.differences == [] and made.compared == 0 and made.problem == ""
    assert made.since and now - made.since < timedelta(days=3)


def test_a_record_by_mistake_is_taken_back_by_a_second_entry_and_owed_again(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = take(due(case))
    with pytest.raises(Refused, match="reason_missing"):
        taking.take_back(attempt_id=attempt.pk, reason=" ", by=BOB, now=now)
    taking.take_back(attempt_id=attempt.pk, reason="It was the next caller", by=BOB, now=now)
    assert held() == 0 and [m.pence for m in Movement.objects.order_by("id")] == [3500, -3500]
    assert Case.objects.get().stage == "paid" and due(case).until is None
    assert "owed again" in Task.objects.get(ended_at=None).text
    with pytest.raises(Refused, match="not_a_mistake"):
        taking.take_back(attempt_id=attempt.pk, reason="Again", by=BOB, now=now)
    # The card that comes for it later stays, though the stage waits for no payment any more.
    online = actions.begin(charge_id=due(case).pk, language="en", now=now)
    pay.control(pay=online.provider_id)
    actions.learn(attempt_id=online.pk, now=now)
    assert held() == 3500 and pay.taken == 3500 and not Refund.objects.exclude(mistake=True)
    paid, back = queries.receipt(Charge.objects.get())
    assert paid and paid.way == "card" and back == []
    assert refunds.sums(case) == (3500, 0)


def test_what_is_owed_pays_for_no_change_that_waits_for_its_own(
    case: Case, pay: Pay, now: datetime
) -> None:
    """The stage that a case went on to may wait for the same outcome, of another charge."""
    attempt = take(due(case))
    taking.take_back(attempt_id=attempt.pk, reason="It was the next caller", by=BOB, now=now)
    Case.objects.update(stage="paying")
    take(due(case))
    assert Case.objects.get().stage == "paying" and held() == 3500


def test_what_partly_went_back_is_no_mistake_any_more(case: Case, now: datetime) -> None:
    attempt = take(due(case))
    refunds.ask(case_id=case.pk, pence=1, reason="x", by=ANN, now=now)
    with pytest.raises(Refused, match="not_a_mistake"):
        taking.take_back(attempt_id=attempt.pk, reason="It was the next one", by=BOB, now=now)


def test_a_waiver_moves_no_money_and_lets_the_case_go_on(case: Case) -> None:
    with pytest.raises(Refused, match="reason_missing"):
        waive(due(case), reason=" ")
    waiver = waive(due(case))
    assert (waiver.state, waiver.asked_by, waiver.pence) == ("done", "officer", 3500)
    assert Charge.objects.get().state == "waived" and Case.objects.get().stage == "paid"
    assert held() == 0 and refunds.settled(case) == 3500 and refunds.kept(case) == 0


def test_a_waiver_is_taken_back_by_a_second_entry_and_owed_again(
    case: Case, pay: Pay, now: datetime
) -> None:
    waiver = waive(due(case))
    about: dict[str, Any] = {"waiver_id": waiver.pk, "by": BOB, "now": now}
    with pytest.raises(Refused, match="reason_missing"):
        waiving.take_back(**about, reason=" ")
    waiving.take_back(**about, reason="The wrong case")
    # Both entries stand; the case stays where it went, and a person is asked.
    rows = Waiver.objects.order_by("id").values_list("state", "pence", "asked_by", "of")
    assert list(rows) == [("done", 3500, "officer", None), ("back", 3500, "supervisor", waiver.pk)]
    assert Case.objects.get().stage == "paid" and due(case).until is None
    assert refunds.settled(case) == held() == 0 and queries.waived_of([case.pk]) == {}
    assert "owed again" in Task.objects.get(ended_at=None).text
    with pytest.raises(Refused, match="not_waived"):
        waiving.take_back(**about, reason="Again")
    # Waived once more, then back, then paid by a card: it stays, though no stage waits for it.
    second = waive(due(case), reason="Right this time")
    assert refunds.settled(case) == 3500 and queries.waived_of([case.pk]) == {case.pk: 3500}
    waiving.take_back(waiver_id=second.pk, reason="No", by=BOB, now=now)
    online = actions.begin(charge_id=due(case).pk, language="en", now=now)
    pay.control(pay=online.provider_id)
    actions.learn(attempt_id=online.pk, now=now)
    assert refunds.settled(case) == held() == pay.taken == 3500 and not Refund.objects.exists()


def test_once_the_work_is_done_a_waiver_stays(case: Case, now: datetime) -> None:
    waiver = waive(due(case))
    Case.objects.update(closed_at=now, outcome="collected")
    with pytest.raises(Refused, match="case_over"):
        waiving.take_back(waiver_id=waiver.pk, reason="x", by=BOB, now=now)


def low(monkeypatch: pytest.MonkeyPatch, pence: int) -> None:
    lowered = council.current().model_copy(update={"waive_limit": pence})
    monkeypatch.setattr(council, "current", lambda: lowered)


def test_above_the_limit_a_second_person_waives(
    case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, 3499)
    waiver = waive(due(case))
    assert waiver.state == "waiting" and Case.objects.get().stage == "paying"
    with pytest.raises(Refused, match="waiver_waits"):
        waive(due(case), by=BOB)
    with pytest.raises(Refused, match="own_waiver"):
        waiving.approve(waiver_id=waiver.pk, by=ANN, now=now)
    waiving.approve(waiver_id=waiver.pk, by=BOB, now=now)
    assert Case.objects.get().stage == "paid" and refunds.settled(case) == 3500
    with pytest.raises(Refused, match="not_waiting"):
        waiving.approve(waiver_id=waiver.pk, by=BOB, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.update(decided_by="officer")


def test_a_waiver_that_is_refused_leaves_it_due_and_can_be_asked_again(
    case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, 0)
    waiver = waive(due(case))
    with pytest.raises(Refused, match="reason_missing"):
        waiving.refuse(waiver_id=waiver.pk, why="", by=BOB, now=now)
    waiving.refuse(waiver_id=waiver.pk, why="They can pay", by=BOB, now=now)
    assert Charge.objects.get().state == "due" and waive(due(case)).state == "waiting"


def test_what_was_paid_meanwhile_is_not_waived(
    case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, 0)
    waiver = waive(due(case))
    take(due(case))
    with pytest.raises(Refused, match="not_due"):
        waiving.approve(waiver_id=waiver.pk, by=BOB, now=now)


def test_two_halves_of_a_waiver_above_the_limit_wait_too(
    case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    low(monkeypatch, 5000)
    other = fee_case(fee_service(now), now)
    assert waive(due(case)).state == "done" and waive(due(other)).state == "waiting"


def failing(case: Case, pay: Pay, now: datetime, card: str = "4000000000000002") -> Attempt:
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now)
    pay.control(pay=attempt.provider_id, card=card)
    actions.learn(attempt_id=attempt.pk, now=now)
    return attempt


@pytest.mark.django_db(transaction=True)
def test_a_failed_payment_is_kept_only_for_who_tries_again(
    case: Case, pay: Pay, now: datetime
) -> None:
    Charge.objects.update(again=5)
    failing(case, pay, now)
    assert due(case).again_until == now + timedelta(minutes=5)
    actions.lapse(charge_id=due(case).pk, now=now + timedelta(minutes=5))
    assert due(case)
    with pytest.raises(Refused, match="not_due"):
        actions.begin(charge_id=due(case).pk, language="en", now=now + timedelta(minutes=6))
    charge = due(case)
    Charge.objects.update(again_until=timezone.now() - timedelta(seconds=1))
    jobs.settle()
    run_queue()
    charge.refresh_from_db()
    assert charge.state == "lapsed" and Case.objects.get().stage == "lapsed"


def test_who_tries_again_has_all_the_time_there_was(case: Case, pay: Pay, now: datetime) -> None:
    Charge.objects.update(again=5)
    failing(case, pay, now)
    later = now + timedelta(minutes=4)
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=later)
    much = now + timedelta(minutes=20)
    actions.lapse(charge_id=due(case).pk, now=much)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=much)
    assert Case.objects.get().stage == "paid"


@pytest.mark.parametrize(("again", "minutes"), [(5, 95), (0, 0)])
def test_a_page_left_open_too_long_and_no_minutes_to_try_again_free_it_at_once(
    case: Case, pay: Pay, now: datetime, again: int, minutes: int
) -> None:
    Charge.objects.update(again=again, until=now + timedelta(days=1))
    attempt = actions.begin(charge_id=due(case).pk, language="en", now=now)
    if minutes:
        pay.control(minutes=minutes)
    else:
        pay.control(pay=attempt.provider_id, card="4000000000000002")
    actions.learn(attempt_id=attempt.pk, now=now)
    assert Charge.objects.get().state == "lapsed" and Case.objects.get().stage == "lapsed"


def test_what_staff_stopped_did_not_fail(case: Case, pay: Pay, now: datetime) -> None:
    Charge.objects.update(again=0)
    actions.begin(charge_id=due(case).pk, language="en", now=now)
    assert actions.stop(charge_id=due(case).pk, by=ANN, now=now)
    take(due(case))
    assert Case.objects.get().stage == "paid"
