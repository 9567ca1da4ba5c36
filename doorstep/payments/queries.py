"""Reads charges, the ledger and comparisons."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum, prefetch_related_objects
from django.utils import timezone

from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.outside.kept import kept
from doorstep.outside.secret import hashed
from doorstep.payments.models import (
    COUNTED,
    COUNTER,
    Attempt,
    Charge,
    Comparison,
    Forgeries,
    Movement,
    Refund,
    Waiver,
)

# The payer's address to come back to works for as long as someone may sit before a slow bank.
BACK_FOR = timedelta(days=2)


def due(case: Case) -> Charge | None:
    """Return the charge of a case that waits to be paid."""
    return next((charge for charge in every(case) if charge.state == "due"), None)


def latest(case: Case) -> Charge | None:
    """Return a case's charge: the one that is due, else the last one made."""
    return latest_of(every(case))


def latest_of(charges: list[Charge]) -> Charge | None:
    """Return of a case's charges the one that is due, else the last one made."""
    due = (charge for charge in charges if charge.state == "due")
    return next(due, charges[-1] if charges else None)


def every(case: Case) -> list[Charge]:
    """Return a case's charges, the first first."""
    return _every(case.pk)


@kept
def _every(case_id: int) -> QuerySet[Charge]:
    return Charge.objects.filter(case=case_id).order_by("id")


def last_attempt(charge: Charge) -> Attempt | None:
    """Return the last attempt at paying a charge."""
    return _last_attempt.first(charge.pk)


@kept
def _last_attempt(charge_id: int) -> QuerySet[Attempt]:
    return Attempt.objects.filter(charge=charge_id).order_by("-id")[:1]


def by_return(token: str, now: datetime) -> Attempt | None:
    """Return the attempt that a payer comes back from."""
    return _by_return.first(hashed(token), now - BACK_FOR)


@kept
def _by_return(back_hash: str, since: datetime) -> QuerySet[Attempt]:
    attempts = Attempt.objects.select_related("charge__case")
    return attempts.filter(back_hash=back_hash, made_at__gt=since).order_by("id")[:1]


def of_case(case: Case) -> list[Charge]:
    """Return a case's charges with attempts, refunds, waivers and movements."""
    charges = _of_case(case.pk)
    if charges:
        prefetch_related_objects(charges, *_with_charges())
    return charges


@kept
def _of_case(case_id: int) -> QuerySet[Charge]:
    return Charge.objects.filter(case=case_id).order_by("id")


def _with_charges() -> tuple[Any, ...]:
    attempts = Attempt.objects.order_by("id").prefetch_related("refunds")
    moved, waivers = (
        Movement.objects.order_by("id"),
        Waiver.objects.order_by("id").select_related("back"),
    )
    return (
        Prefetch("attempts", attempts),
        Prefetch("movements", moved),
        Prefetch("waivers", waivers),
    )


def sums_of(case_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return the pence that came in and went back of each of these cases that had any, by the ledger; no mistakes."""
    moved = Movement.objects.filter(charge__case__in=list(case_ids))
    rows = moved.exclude(attempt__refunds__mistake=True).values("charge__case")
    summed = rows.annotate(
        came=Sum("pence", filter=Q(pence__gt=0)), back=Sum("pence", filter=Q(pence__lt=0))
    )
    listed = summed.values_list("charge__case", "came", "back")
    return {case: (came or 0, -(back or 0)) for case, came, back in listed}


def waiting() -> QuerySet[Refund]:
    """Return refunds that wait for an officer, the oldest first."""
    refunds = Refund.objects.select_related("attempt__charge__case").filter(state="waiting")
    return refunds.order_by("asked_at")


def by_hand() -> QuerySet[Refund]:
    """Return refunds of what was taken at a counter that finance has still to give back, the oldest first."""
    refunds = Refund.objects.select_related("attempt__charge__case").filter(state="asked")
    return refunds.filter(attempt__way__in=COUNTER).order_by("asked_at")


def going_back_of(case_ids: Iterable[int]) -> dict[int, int]:
    """Return the pence of each of these cases that are to go back and have not yet: asked for, on their way, or waiting."""
    states = [state for state in COUNTED if state != "done"]
    going = Refund.objects.filter(attempt__charge__case__in=list(case_ids), state__in=states)
    rows = going.values("attempt__charge__case").annotate(sum=Sum("pence"))
    return dict(rows.values_list("attempt__charge__case", "sum"))


def waived_of(case_ids: Iterable[int]) -> dict[int, int]:
    """Return the pence that were waived of each of these cases that had any, without what was taken back."""
    done = Waiver.objects.filter(charge__case__in=list(case_ids), state="done", back=None)
    rows = done.values("charge__case").annotate(pence=Sum("pence"))
    return dict(rows.values_list("charge__case", "pence"))


def waivers() -> QuerySet[Waiver]:
    """Return waivers that wait for a second person, the oldest first."""
    waiting = Waiver.objects.select_related("charge__case").filter(state="waiting")
    return waiting.filter(charge__state="due").order_by("asked_at")


def waived(since: datetime, until: datetime) -> QuerySet[Waiver]:
    """Return what was waived in a stretch of time, or taken back of it, the first first."""
    done = Waiver.objects.select_related("charge__case").filter(state__in=("done", "back"))
    return done.filter(asked_at__gte=since, asked_at__lt=until).order_by("asked_at", "id")


def locked_waiver(waiver_id: int) -> Waiver | None:
    """Return a waiver, locked after its case until the transaction ends; nothing where there is none."""
    of = Waiver.objects.values_list("charge__case_id", flat=True).filter(id=waiver_id).first()
    if of is None:
        return None
    locked(of)
    return Waiver.objects.select_for_update().get(id=waiver_id)


def locked_refund(refund_id: int) -> Refund | None:
    """Return a refund, locked after its case until the transaction ends; nothing where there is none."""
    case_id = Refund.objects.values_list("attempt__charge__case_id", flat=True)
    of = case_id.filter(id=refund_id).first()
    if of is None:
        return None
    locked(of)
    return Refund.objects.select_for_update().get(id=refund_id)


def case_of_refund(refund_id: int) -> Case | None:
    """Return the case that a refund is of, or nothing where there is none."""
    return Case.objects.filter(charges__attempts__refunds=refund_id).first()


def case_of_waiver(waiver_id: int) -> Case | None:
    """Return the case that a waiver is of, or nothing where there is none."""
    return Case.objects.filter(charges__waivers=waiver_id).first()


def failed() -> QuerySet[Refund]:
    """Return refunds of the last thirty days that could not be carried out."""
    since = timezone.now() - timedelta(days=30)
    refunds = Refund.objects.select_related("attempt__charge__case").filter(state="failed")
    return refunds.filter(ended_at__gt=since).order_by("-ended_at")


def comparison() -> Comparison | None:
    """Return the last comparison that was asked for."""
    return Comparison.objects.order_by("-id").first()


def unsettled() -> int:
    """Return how many payments have not ended yet."""
    return Attempt.objects.filter(ended_at=None).count()


def forgeries(now: datetime) -> int:
    """Return how many callbacks with a wrong signature came in thirty days."""
    since = (now - timedelta(days=30)).date()
    return int(Forgeries.objects.filter(day__gte=since).aggregate(s=Sum("count"))["s"] or 0)


def ledger(since: datetime, until: datetime) -> QuerySet[Movement]:
    """Return the movements of a stretch of time, the first first."""
    movements = Movement.objects.select_related("charge__case", "attempt", "refund")
    return movements.filter(at__gte=since, at__lt=until).order_by("at", "id")


def receipts(charges: list[Charge]) -> list[tuple[Charge, Movement, list[Movement]]]:
    """Return what was paid of a case's charges, one by one, each with what was given back of it."""
    rows = [(c, *receipt(c)) for c in charges if c.state == "paid"]
    return [(charge, paid, back) for charge, paid, back in rows if paid is not None]


def receipt(charge: Charge) -> tuple[Movement | None, list[Movement]]:
    """Return the payment of a charge, and what was given back of it; not what was written down by mistake."""
    rows = _moved(charge.pk)
    paid = next((m for m in rows if m.pence > 0), None)
    return paid, [m for m in rows if paid and m.pence < 0 and m.attempt_id == paid.attempt_id]


@kept
def _moved(charge_id: int) -> QuerySet[Movement]:
    mistakes = Attempt.objects.filter(charge=charge_id, refunds__mistake=True)
    moved = Movement.objects.filter(charge=charge_id).exclude(attempt__in=mistakes)
    return moved.order_by("id")
