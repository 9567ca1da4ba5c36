"""Money in examples: who pays does it in our own books, with no provider; what was paid and goes back is read there."""

from datetime import datetime
from uuid import uuid4

from doorstep.cases.models import Case
from doorstep.payments import actions, queries, refunds
from doorstep.payments.models import Attempt
from doorstep.payments.provider import Payment

# What an example names as an outcome, and by which our books are written as if a provider had said it.
PAID = ("pay.paid", "pay.paid_late")


def pay(case: Case, outcome: str, now: datetime) -> bool:
    """Pay what is due of a case, or was lately, so that it comes to this outcome; say whether anything was to be paid so."""
    charge = queries.latest(case)
    if charge is not None and charge.state not in ("due", "lapsed", "withdrawn"):
        return False
    if charge is None or actions.is_over(charge, now) != (outcome == "pay.paid_late"):
        return False
    made = f"example-{uuid4().hex}"
    Attempt.objects.create(
        charge=charge,
        reference=actions.next_reference(charge, charge.attempts.count()),
        back_hash=uuid4().hex,
        state="open",
        provider_id=made,
        made_at=now,
        asked_at=now,
    )
    paid = Payment(made, charge.reference, charge.pence, "paid", made_at=now)
    actions.record(payment=paid, now=now)
    return True


def sums(case: Case | None) -> tuple[int, int]:
    """Return the pence that were paid on a case, and those that went back or are to."""
    return refunds.sums(case) if case else (0, 0)
