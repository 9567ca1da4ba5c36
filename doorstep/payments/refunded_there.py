"""Money that somebody gave back on the provider's own pages: taken into our ledger, and ours cut to what is left."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from doorstep.cases import actions as cases
from doorstep.cases import needs_person
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.catalogue.words import pounds
from doorstep.payments import provider as contract
from doorstep.payments.models import Attempt, Refund
from doorstep.staff.actor import SYSTEM

# A refund at the provider that we do not know is ours if it was made from shortly before we asked.
SLACK = timedelta(minutes=5)
# Who gave it back, where nobody of ours did.
THEIRS = "provider"
OPEN = ("waiting", "asked")
Pair = tuple[Refund, contract.Refund]


def is_lost(refund: Refund, theirs: contract.Refund) -> bool:
    """Say whether a refund of theirs that we do not know is this one of ours, sent before we could write so down."""
    since = (refund.decided_at or refund.asked_at) - SLACK
    return theirs.pence == refund.pence and theirs.made_at >= since


def unknown(attempt: Attempt, rows: Iterable[contract.Refund]) -> list[contract.Refund]:
    """Return those of the provider's refunds that nobody of ours asked for; what failed there moved nothing."""
    ours = set(attempt.refunds.exclude(provider_id=None).values_list("provider_id", flat=True))
    asked = list(attempt.refunds.filter(state="asked"))
    others = []
    for theirs in rows:
        if theirs.id in ours or theirs.state == "failed":
            continue
        lost = next((refund for refund in asked if is_lost(refund, theirs)), None)
        if lost is None:
            others.append(theirs)
        else:
            asked.remove(lost)
    return others


@transaction.atomic
def take(*, attempt_id: int, rows: Iterable[contract.Refund], now: datetime) -> list[Pair]:
    """Make what somebody else gave back a refund of ours, once, and cut what we still meant to give; return them.

    The case is locked first, then its refunds: whoever sends one holds that, then the attempt.
    """
    case = locked(Attempt.objects.values_list("charge__case_id", flat=True).get(id=attempt_id))
    open_ones = Refund.objects.select_for_update().filter(attempt_id=attempt_id, state__in=OPEN)
    refunds = list(open_ones.order_by("id"))
    attempt = Attempt.objects.select_for_update().get(id=attempt_id)
    others = unknown(attempt, rows)
    if not others:
        return []
    _cut(case, attempt, refunds, sum(theirs.pence for theirs in others), now)
    return [(_taken(attempt, theirs, now), theirs) for theirs in others]


def _taken(attempt: Attempt, theirs: contract.Refund, now: datetime) -> Refund:
    return Refund.objects.create(
        attempt=attempt,
        pence=theirs.pence,
        reason="Given back on the payment provider's own pages",
        state="submitted",
        provider_id=theirs.id,
        asked_by=THEIRS,
        asked_at=now,
    )


def _cut(case: Case, attempt: Attempt, refunds: list[Refund], gone: int, now: datetime) -> None:
    """Leave of ours, the first asked first, no more than the payment still holds; a person looks where that is less."""
    paid = attempt.movements.filter(pence__gt=0).aggregate(s=Sum("pence"))["s"] or 0
    sent = attempt.refunds.filter(state__in=("submitted", "done"))
    left = paid - (sent.aggregate(s=Sum("pence"))["s"] or 0) - gone
    before = sum(refund.pence for refund in refunds)
    for refund in refunds:
        part = max(0, min(refund.pence, left))
        left -= part
        _leave(refund, part, now)
    text = f"Somebody gave {pounds(gone)} back on the payment provider's own pages; the ledger has it now."
    after = min(before, sum(refund.pence for refund in refunds if refund.state in OPEN))
    if after == before:
        return cases.note(case_id=case.pk, text=text, by=SYSTEM, now=now)
    text += f" Of {pounds(before)} that was to go back too, {pounds(after)} still could. Please check that this is right."
    return needs_person.ask_officer(case_id=case.pk, text=text, by=SYSTEM, now=now)


def _leave(refund: Refund, pence: int, now: datetime) -> None:
    if pence == refund.pence:
        return
    if pence > 0:
        refund.pence = pence
    else:
        refund.state, refund.ended_at = "refused", now
        refund.why_not = "Somebody had given it back on the payment provider's own pages"
    refund.save()
