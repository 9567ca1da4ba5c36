"""Charges, attempts and refunds, against the stand-in: what is due, paid, late, lapsed and given back."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from doorstep.cases import deciding, rerouting
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import pounds
from doorstep.council.errors import Refused
from doorstep.messages.models import Message
from doorstep.payments import actions, comparing, jobs, queries, refunds
from doorstep.payments.models import Attempt, Callback, Charge, Movement, Refund
from doorstep.payments.money import plain, vat_in
from doorstep.staff.actor import SYSTEM, Actor
from tests.paying import FEE, Pay, agree, fee_case, fee_service
from tests.publishing import publish_library
from tests.to_do import to_do

OFFICER, OTHER = Actor("staff", "officer"), Actor("staff", "supervisor")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(db: None, pay: Pay, now: datetime) -> Case:
    return fee_case(fee_service(now), now)


def begin(case: Case, now: datetime) -> Attempt:
    charge = queries.due(case)
    assert charge
    return actions.begin(charge_id=charge.pk, language="en", now=now)


def paid(case: Case, pay: Pay, now: datetime, card: str = "4242424242424242") -> Attempt:
    attempt = begin(case, now)
    pay.control(pay=attempt.provider_id, card=card)
    actions.learn(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    case.refresh_from_db()
    return attempt


def test_the_tests_own_service_plays_its_examples(db: None) -> None:
    fee_service(timezone.now())
    call_command("services", "play", str(FEE / "examples.yaml"))


def test_a_charge_is_made_with_its_vat_code_and_moment(case: Case, now: datetime) -> None:
    charge = Charge.objects.get()
    assert (charge.pence, charge.vat, charge.code) == (3500, 583, "4401-BULKY")
    assert charge.until == now + timedelta(minutes=30)
    (message,) = Message.objects.all()
    assert message.subject.startswith("Pay £35.00") and "by " in message.body


def test_paid_is_in_the_ledger_once_and_the_workflow_goes_on(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = paid(case, pay, now)
    actions.learn(attempt_id=attempt.pk, now=now)
    assert (attempt.state, attempt.next_url, case.stage) == ("paid", "", "paid")
    assert Movement.objects.get().pence == 3500
    assert [m.name for m in Message.objects.order_by("id")] == ["pay", "paid"]
    agree(pay)


def test_declined_can_be_tried_again_and_is_paid_once(case: Case, pay: Pay, now: datetime) -> None:
    declined = paid(case, pay, now, card="4000000000000002")
    assert (declined.state, declined.code, case.stage) == ("declined", "P0010", "paying")
    assert paid(case, pay, now).pk != declined.pk
    assert (Attempt.objects.count(), Movement.objects.count(), case.stage) == (2, 1, "paid")
    agree(pay)


def test_while_an_attempt_may_be_paid_there_is_no_other(
    case: Case, pay: Pay, now: datetime
) -> None:
    assert begin(case, now).pk == begin(case, now).pk
    assert len(pay.payments) == 1
    with pytest.raises(IntegrityError, match="one_live_attempt"), transaction.atomic():
        charge = Charge.objects.get()
        Attempt.objects.create(charge=charge, reference="x", back_hash="x", made_at=now)


def test_what_is_not_paid_in_time_lapses_and_is_cancelled_at_the_provider(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = begin(case, now)
    late = now + timedelta(minutes=31)
    actions.lapse(charge_id=attempt.charge_id, now=now)
    assert Charge.objects.get().state == "due"
    actions.lapse(charge_id=attempt.charge_id, now=late)
    with pytest.raises(Refused, match="not_due"):
        actions.begin(charge_id=attempt.charge_id, language="en", now=late)
    actions.close(attempt_id=attempt.pk, now=late)
    case.refresh_from_db()
    assert case.stage == "lapsed"
    assert pay.payments[0]["status"] == "cancelled"
    agree(pay)


def test_a_charge_nobody_tried_to_pay_lapses_at_once(case: Case, now: datetime) -> None:
    actions.lapse(charge_id=Charge.objects.get().pk, now=now + timedelta(minutes=31))
    case.refresh_from_db()
    assert (case.stage, Charge.objects.get().state) == ("lapsed", "lapsed")


def test_paid_after_all_when_it_was_to_be_cancelled_is_paid_late_and_given_back(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt, late = begin(case, now), now + timedelta(minutes=31)
    pay.control(pay=attempt.provider_id)
    actions.lapse(charge_id=attempt.charge_id, now=late)
    actions.close(attempt_id=attempt.pk, now=late)
    case.refresh_from_db()
    assert case.stage == "late"
    refund = Refund.objects.get()
    refunds.carry_out(refund_id=refund.pk, now=late)
    agree(pay)
    pay.control(settle=pay.payments[0]["refunds"][0]["id"])
    refunds.carry_out(refund_id=refund.pk, now=late)
    case.refresh_from_db()
    assert case.stage == "refunded"
    assert sum(Movement.objects.values_list("pence", flat=True)) == 0
    agree(pay)


def test_learnt_after_the_moment_is_paid_late_even_before_it_lapsed(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = begin(case, now)
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now + timedelta(minutes=31))
    case.refresh_from_db()
    assert case.stage == "late"


def test_an_officer_closes_the_case_and_what_is_paid_then_is_given_back_by_itself(
    case: Case, pay: Pay, now: datetime
) -> None:
    """Guard removed: `_give_back` in actions._paid; the money then stayed with nobody waiting for it."""
    attempt = begin(case, now)
    pay.control(pay=attempt.provider_id)
    deciding.decide(case_id=case.pk, decision="close", reason="No", by=OFFICER, now=now)
    assert Charge.objects.get().state == "withdrawing"
    actions.close(attempt_id=attempt.pk, now=now)
    refund = Refund.objects.get()
    assert (refund.pence, refund.state, refund.asked_by) == (3500, "asked", "system")
    refunds.carry_out(refund_id=refund.pk, now=now)
    assert pay.taken == 0


def test_lapsed_can_be_paid_again_as_a_new_charge(case: Case, pay: Pay, now: datetime) -> None:
    actions.lapse(charge_id=Charge.objects.get().pk, now=now + timedelta(minutes=31))
    later = now + timedelta(hours=2)
    deciding.decide(case_id=case.pk, decision="again", reason="Asked", by=OFFICER, now=later)
    assert paid(case, pay, later).charge.reference == f"{case.reference}-2"
    assert case.stage == "paid"


def test_what_was_paid_for_a_case_that_is_moved_goes_back_and_that_is_not_undone(
    case: Case, pay: Pay, now: datetime
) -> None:
    publish_library("tell-us-anything")
    paid(case, pay, now)
    rerouting.move(case_id=case.pk, to="tell-us-anything", by=OFFICER, now=now)
    assert Refund.objects.get().pence == 3500
    with pytest.raises(Refused, match="money_went_back"):
        rerouting.undo(case_id=case.pk, by=OFFICER, now=now)


def test_a_refund_of_a_part_and_then_the_rest(case: Case, pay: Pay, now: datetime) -> None:
    pay.control(refunds="success")
    paid(case, pay, now)
    (first,) = refunds.ask(case_id=case.pk, pence=1000, reason="A chair", by=OFFICER, now=now)
    with pytest.raises(Refused, match="more_than_paid"):
        refunds.ask(case_id=case.pk, pence=2501, reason="Too much", by=OFFICER, now=now)
    refunds.carry_out(refund_id=first.pk, now=now)
    refunds.carry_out(refund_id=first.pk, now=now)
    (rest,) = refunds.ask(case_id=case.pk, pence=None, reason="The rest", by=OFFICER, now=now)
    refunds.carry_out(refund_id=rest.pk, now=now)
    refunds.carry_out(refund_id=rest.pk, now=now)
    assert sorted(Movement.objects.values_list("pence", flat=True)) == [-2500, -1000, 3500]
    with pytest.raises(Refused, match="nothing_to_refund"):
        refunds.ask(case_id=case.pk, pence=None, reason="More", by=OFFICER, now=now)
    agree(pay)


@pytest.mark.parametrize("back", [-1, -600, 0])
def test_a_sum_of_nothing_or_less_gives_nothing_back(
    db: None, pay: Pay, now: datetime, back: int
) -> None:
    with catalogue.other_settings({"back": back}):
        case = fee_case(fee_service(now), now)
    paid(case, pay, now)
    deciding.decide(case_id=case.pk, decision="cancel", reason="Asked", by=OFFICER, now=now)
    assert not Refund.objects.exists() and pay.taken == 3500
    case.refresh_from_db()
    assert case.facts["refund"] == {"pounds": "£0.00", "paid": "£35.00", "back": "£0.00"}


def test_above_the_limit_someone_else_approves(
    case: Case, pay: Pay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 999})
    monkeypatch.setattr(council, "current", lambda: low)
    paid(case, pay, now)
    (small,) = refunds.ask(case_id=case.pk, pence=999, reason="Chair", by=OFFICER, now=now)
    assert small.state == "asked"
    (large,) = refunds.ask(case_id=case.pk, pence=1000, reason="Sofa", by=OFFICER, now=now)
    assert (small.state, large.state) == ("asked", "waiting")
    refunds.carry_out(refund_id=large.pk, now=now)
    assert pay.taken == 3500
    with pytest.raises(Refused, match="own_refund"):
        refunds.approve(refund_id=large.pk, by=OFFICER, now=now)
    with pytest.raises(Refused, match="reason_missing"):
        refunds.refuse(refund_id=large.pk, why=" ", by=OTHER, now=now)
    refunds.approve(refund_id=large.pk, by=OTHER, now=now)
    refunds.carry_out(refund_id=large.pk, now=now)
    assert pay.taken == 2500
    (third,) = refunds.ask(case_id=case.pk, pence=1001, reason="Bed", by=OFFICER, now=now)
    refunds.refuse(refund_id=third.pk, why="It was taken", by=OTHER, now=now)
    assert refunds.left_on(case) == 3500 - 1999


@pytest.mark.parametrize("one_case", [True, False])
def test_two_halves_of_a_sum_above_the_limit_wait_too(
    case: Case, pay: Pay, now: datetime, monkeypatch: pytest.MonkeyPatch, one_case: bool
) -> None:
    """On one case by two officers, and on two cases by one officer."""
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 999})
    monkeypatch.setattr(council, "current", lambda: low)
    paid(case, pay, now)
    other = case if one_case else fee_case(catalogue.service(case.version_id), now, "bob@x.example")
    if not one_case:
        paid(other, pay, now)
    about: dict[str, Any] = {"reason": "Chair", "now": now}
    (first,) = refunds.ask(case_id=case.pk, pence=600, by=OFFICER, **about)
    second_by = OTHER if one_case else OFFICER
    (second,) = refunds.ask(case_id=other.pk, pence=600, by=second_by, **about)
    assert (first.state, second.state) == ("asked", "waiting")
    tomorrow = {**about, "now": now + timedelta(days=1)}
    (third,) = refunds.ask(case_id=other.pk, pence=300, by=OFFICER, **tomorrow)
    assert third.state == ("waiting" if one_case else "asked")


def test_two_at_once_by_one_officer_are_counted_one_after_the_other(
    transactional_db: None, pay: Pay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorstep.council import queries as council

    low = council.current().model_copy(update={"refund_limit": 999})
    monkeypatch.setattr(council, "current", lambda: low)
    service = fee_service(now)
    cases = [fee_case(service, now, f"{n}@x.example") for n in range(4)]
    for case in cases:
        paid(case, pay, now)
    together, states = threading.Barrier(4), []

    def ask(case: Case) -> None:
        together.wait(10)
        about: Any = {"pence": 600, "reason": "Chair", "by": OFFICER, "now": now}
        states.extend(refund.state for refund in refunds.ask(case_id=case.pk, **about))
        connections.close_all()

    threads = [threading.Thread(target=ask, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(states) == ["asked", "waiting", "waiting", "waiting"]


def test_another_sum_than_was_asked_for_books_nothing_and_asks_a_person(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = begin(case, now)
    pay.app.till.payments[attempt.provider_id]["amount"] = 1
    pay.control(pay=attempt.provider_id)
    actions.learn(attempt_id=attempt.pk, now=now)
    case.refresh_from_db()
    assert case.stage == "paying" and Movement.objects.get().pence == 1
    (task,) = to_do(case)
    assert "took £0.01" in task and "£35.00" in task


def test_a_refund_the_provider_cannot_make_asks_a_person(
    case: Case, pay: Pay, now: datetime
) -> None:
    paid(case, pay, now)
    (refund,) = refunds.ask(case_id=case.pk, pence=None, reason="All", by=OFFICER, now=now)
    refunds.carry_out(refund_id=refund.pk, now=now)
    pay.control(settle=pay.payments[0]["refunds"][0]["id"], **{"as": "error"})
    refunds.carry_out(refund_id=refund.pk, now=now)
    refund.refresh_from_db()
    assert refund.state == "failed" and refunds.left_on(case) == 3500
    assert "pay it back another way" in case.events.get(kind="note").personal.text


def test_the_ledger_cannot_be_changed_deleted_or_overdrawn(
    case: Case, pay: Pay, now: datetime
) -> None:
    """Guards removed, one by one: the triggers append_only, never_more_than_paid, never_below_nothing."""
    attempt = paid(case, pay, now)
    line = Movement.objects.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Movement.objects.update(pence=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        line.delete()
    made = {"attempt": attempt, "reason": "x", "state": "asked", "asked_by": "x", "asked_at": now}
    with pytest.raises(IntegrityError, match="more_than_paid"), transaction.atomic():
        Refund.objects.create(**made, pence=3501)
    refund = Refund.objects.create(**made, pence=3500)
    with pytest.raises(IntegrityError, match="more_than_paid"), transaction.atomic():
        Refund.objects.create(**made, pence=1)
    given = {"charge": attempt.charge, "attempt": attempt, "refund": refund, "at": now, "vat": 0}
    with pytest.raises(IntegrityError, match="more_than_paid"), transaction.atomic():
        Movement.objects.create(**given, pence=-3501, provider_id="r")
    with pytest.raises(IntegrityError, match="in_or_back_out"), transaction.atomic():
        Movement.objects.create(**given, pence=1, provider_id="r")


@pytest.mark.django_db(transaction=True)
def test_two_refunds_at_once_never_exceed_what_was_paid(
    transactional_db: None, pay: Pay, now: datetime
) -> None:
    """Guard removed: the lock in the trigger never_more_than_paid; both of two refunds then went in."""
    case = fee_case(fee_service(now), now)
    attempt = paid(case, pay, now)
    met, came = threading.Barrier(2), []

    def insert() -> None:
        try:
            with transaction.atomic():
                met.wait(5)
                made = {"attempt": attempt, "reason": "x", "asked_by": "x", "asked_at": now}
                Refund.objects.create(**made, state="asked", pence=2000)
            came.append("in")
        except IntegrityError:
            came.append("refused")
        finally:
            connections["default"].close()

    both = [threading.Thread(target=insert) for _ in range(2)]
    [t.start() for t in both]
    [t.join(10) for t in both]
    assert sorted(came) == ["in", "refused"]


def test_the_look_at_our_own_tables_queues_all_that_is_unsettled(
    case: Case, pay: Pay, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(case, now)
    waits = "select task_name from procrastinate_jobs where task_name like 'payments.%%'"

    def queued(at: datetime) -> set[str]:
        monkeypatch.setattr(timezone, "now", lambda: at)
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs")
            jobs.settle()
            cursor.execute(waits)
            return {name for (name,) in cursor.fetchall()}

    assert queued(now) == set()
    assert queued(now + timedelta(minutes=2)) == {"payments.learn"}
    assert queued(now + timedelta(minutes=31)) == {"payments.learn", "payments.lapse"}
    actions.lapse(charge_id=attempt.charge_id, now=now + timedelta(minutes=31))
    assert queued(now + timedelta(days=900)) == {"payments.close"}


def test_comparing_names_each_difference_and_mends_what_it_can(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = begin(case, now)
    pay.control(pay=attempt.provider_id)
    body = {"amount": 100, "reference": "OTHER-1", "description": "x", "return_url": "http://x/"}
    stranger, _ = pay.app.till.create(body, "")
    pay.control(pay=stranger["id"])
    first = comparing.ask(by=Actor("staff", "officer"), now=now)
    assert comparing.ask(by=Actor("staff", "other"), now=now) == first
    comparing.compare(comparison_id=first.pk, now=now)
    first.refresh_from_db()
    kinds = {(d["kind"], d["reference"]) for d in first.differences}
    assert kinds == {("state", attempt.reference), ("theirs_only", "OTHER-1")}
    actions.learn(attempt_id=attempt.pk, now=now)
    again = comparing.ask(by=Actor("staff", "officer"), now=now)
    comparing.compare(comparison_id=again.pk, now=now)
    again.refresh_from_db()
    assert [d["kind"] for d in again.differences] == ["theirs_only"]
    assert (again.pence, Attempt.objects.get().agreed_at) == (3500, now)


def test_what_lies_with_the_provider_alone_or_with_us_alone_is_seen(
    case: Case, pay: Pay, now: datetime
) -> None:
    attempt = paid(case, pay, now)
    pay.app.till.refund(pay.payments[0], {"amount": 500}, "success")
    made = comparing.ask(by=SYSTEM, now=now)
    comparing.compare(comparison_id=made.pk, now=now)
    made.refresh_from_db()
    assert [(d["kind"], d["ours"], d["theirs"]) for d in made.differences] == [("refunds", 0, 500)]
    pay.app.till.payments.clear()
    made = comparing.ask(by=SYSTEM, now=now + timedelta(hours=2))
    comparing.compare(comparison_id=made.pk, now=now)
    made.refresh_from_db()
    assert [(d["kind"], d["reference"]) for d in made.differences] == [
        ("ours_only", attempt.reference)
    ]


def test_sums_are_said_with_their_vat() -> None:
    assert (pounds(123450), pounds(-5), plain(-123450)) == ("£1,234.50", "−£0.05", "-1234.50")
    assert [vat_in(p, 2000) for p in (120, 3500, 1, 3)] == [20, 583, 0, 1]
    assert vat_in(3500, 0) == 0


def test_a_sum_below_nothing_and_another_sum_beside_are_refused(case: Case, now: datetime) -> None:
    with pytest.raises(Refused, match="already_charged"):
        actions.ask(case=case, pence=1, description="x", by=SYSTEM, now=now)
    again = actions.ask(case=case, pence=3500, description="x", by=SYSTEM, now=now, until=None)
    assert again.pk == Charge.objects.get().pk and again.until is None


def test_no_committed_file_of_the_service_is_in_the_library() -> None:
    assert not (Path(__file__).resolve().parents[2] / "services" / "small-fee").exists()


def test_that_a_provider_told_us_something_is_forgotten_after_a_year(db: None) -> None:
    for name, days in (("young", 364), ("old", 366)):
        at = timezone.now() - timedelta(days=days)
        Callback.objects.create(id=name, kind="card_payment_succeeded", payment_id="p", at=at)
    jobs.forget()
    assert Callback.objects.get().id == "young"
