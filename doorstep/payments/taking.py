"""Takes money at a counter: cash, a cheque, a card on the terminal there; and takes back what was written down by mistake."""

from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.cases import needs_person, timeline
from doorstep.catalogue.words import pounds
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.outside.secret import hashed
from doorstep.payments import actions, refunds
from doorstep.payments.models import COUNTER, Attempt, Charge, Refund
from doorstep.staff.actor import Actor


@transaction.atomic
def take(*, charge_id: int, way: str, counter: str, slip: str, by: Actor, now: datetime) -> Attempt:
    """Record that a charge was paid at a counter, by whom, where and how; what is under way at the provider is ended.

    `slip` is the number on the receipt, the cheque or the card slip. Whatever is still paid there goes back by itself.
    Raises Refused: "counter_missing", "slip_missing", "not_due".
    """
    if way not in COUNTER or counter not in council.current().counters:
        raise Refused("counter_missing")
    if not slip.strip():
        raise Refused("slip_missing")
    charge = actions.lock(charge_id)
    if actions.is_over(charge, now) or actions.is_paid_otherwise(charge):
        raise Refused("not_due")
    attempt = _written(charge, way, counter, slip, by, now)
    actions.drop_live(charge)
    charge.state, charge.ended_at = "paid", now
    charge.save(update_fields=["state", "ended_at"])
    actions.move_in(charge, attempt, charge.pence, attempt.reference, now)
    about: dict[str, Any] = {
        "charge": charge.reference,
        "pence": charge.pence,
        "way": way,
        "counter": counter,
    }
    timeline.write(charge.case, "taken at the counter", by=by, now=now, **about)
    if not actions.goes_on(charge, "pay.paid", now):
        raise Refused("not_due")  # nothing waits for it: who holds the money gives it back
    return attempt


def _written(
    charge: Charge, way: str, counter: str, slip: str, by: Actor, now: datetime
) -> Attempt:
    attempt = Attempt(charge=charge, way=way, counter=counter[:120], slip=slip.strip()[:40])
    attempt.reference, attempt.taken_by, attempt.state = (
        actions.next_reference(charge, charge.attempts.count()),
        by.key,
        "paid",
    )
    attempt.back_hash = hashed(actions.token_of(attempt))
    attempt.made_at = attempt.asked_at = attempt.ended_at = now
    attempt.save(force_insert=True)
    return attempt


@transaction.atomic
def take_back(*, attempt_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Take back by a second entry what was written down as taken at a counter and was not; it is owed again.

    The case stays where it went: a person is asked what is to become of it.
    Raises Refused: "reason_missing"; "not_a_mistake" where something of it went back already, or it was taken back.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    charge = actions.lock(Attempt.objects.values_list("charge_id", flat=True).get(id=attempt_id))
    attempt = Attempt.objects.select_for_update().get(id=attempt_id)
    attempt.charge = charge
    is_whole = refunds.left_of(attempt) == charge.pence
    if attempt.way not in COUNTER or not is_whole or charge.state != "paid":
        raise Refused("not_a_mistake")
    refund = Refund.objects.create(
        attempt=attempt,
        pence=charge.pence,
        reason=reason.strip()[:200],
        state="asked",
        asked_by=by.key,
        asked_at=now,
        mistake=True,
        given_by=by.key,
    )
    refunds.ended(refund, refunds.hand_id(refund), now)
    owe(charge)
    timeline.write(
        charge.case, "payment taken back", by=by, now=now, text=reason.strip(), pence=charge.pence
    )
    refunds.keep_sums(charge.case)
    text = (
        f"{charge.reference}: {pounds(charge.pence)} was written down as paid by mistake, and taken back. It is owed "
        "again. Please take it another way, or decide what is to become of the case."
    )
    needs_person.ask_on(case=charge.case, text=text, by=by, now=now)


def owe(charge: Charge) -> None:
    """Ask for a charge again, without an end: what it was for has gone on; raises Refused("not_a_mistake")."""
    others = Charge.objects.filter(case=charge.case_id, purpose=charge.purpose, state="due")
    if others.exists():
        raise Refused("not_a_mistake")
    charge.state, charge.ended_at, charge.until, charge.again_until = "due", None, None, None
    charge.save(update_fields=["state", "ended_at", "until", "again_until"])
