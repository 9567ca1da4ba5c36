"""Gives money back: asked for, approved above a limit, carried out once, recorded when it is done."""

from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from doorstep.cases import needs_person, timeline, workflow
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.catalogue.words import pounds
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.outside import calls, plug
from doorstep.outside.errors import OutsideError, TryLater
from doorstep.payments import outcomes, queue, refunded_there
from doorstep.payments import provider as contract
from doorstep.payments.models import (
    COUNTED,
    THERE,
    Attempt,
    Movement,
    Refund,
    RefundFact,
    Waiver,
)
from doorstep.payments.money import vat_in
from doorstep.staff.actor import SYSTEM, Actor

# By then the provider's list shows whatever we sent: a balance that is another still is a person's to look at.
SHOWN_BY = timedelta(hours=1)


class _RefusedThere(OutsideError):
    """The provider will not give the money back."""


class _OthersGaveBack(Exception):
    """The provider's list has refunds that nobody of ours asked for."""

    def __init__(self, attempt_id: int, rows: list[contract.Refund]) -> None:
        super().__init__(attempt_id)
        self.attempt_id, self.rows = attempt_id, rows


def left_of(attempt: Attempt) -> int:
    """Return the pence of a payment that are not given back and not asked back."""
    paid = attempt.movements.filter(pence__gt=0).aggregate(s=Sum("pence"))["s"] or 0
    back = attempt.refunds.filter(state__in=COUNTED).aggregate(s=Sum("pence"))["s"] or 0
    return int(paid - back)


def sent_of(attempt: Attempt) -> int:
    """Return the pence of a payment that are given back, or on their way at the provider."""
    refunds = attempt.refunds.filter(state__in=("submitted", "done"))
    return int(refunds.aggregate(s=Sum("pence"))["s"] or 0)


def left_on(case: Case) -> int:
    """Return the pence paid on a case that can still be given back."""
    return sum(left_of(a) for a in Attempt.objects.filter(charge__case=case, state="paid"))


def left_of_charge(case: Case, reference: str) -> int:
    """Return the pence paid on one charge of a case that can still be given back; none where no charge has the reference."""
    paid = Attempt.objects.filter(charge__case=case, charge__reference=reference, state="paid")
    return sum(left_of(a) for a in paid) if reference else 0


def sums(case: Case) -> tuple[int, int]:
    """Return the pence that were paid on a case, and those of them that went back, are on their way or wait for approval."""
    movements = _moved(case).filter(pence__gt=0)
    paid = int(movements.aggregate(s=Sum("pence"))["s"] or 0)
    return paid, paid - left_on(case)


def _moved(case: Case) -> QuerySet[Movement]:
    """Return what money came and went on a case, without what was written down by mistake and taken back."""
    mistakes = Attempt.objects.filter(charge__case=case, refunds__mistake=True)
    return Movement.objects.filter(charge__case=case).exclude(attempt__in=mistakes)


def settled(case: Case) -> int:
    """Return the pence of a case that nobody has to pay any more: paid and kept, or waived."""
    waivers = Waiver.objects.filter(charge__case=case, state="done", back=None)
    return kept(case) + int(waivers.aggregate(s=Sum("pence"))["s"] or 0)


def kept(case: Case) -> int:
    """Return the pence that were paid on a case and stay: without what went back, is on its way or waits for approval."""
    paid, back = sums(case)
    return paid - back


def is_all_back(case: Case) -> bool:
    """Say whether something was paid on a case and all of it went back."""
    movements = Movement.objects.filter(charge__case=case)
    return movements.exists() and movements.aggregate(s=Sum("pence"))["s"] == 0


@transaction.atomic
def ask(
    *,
    case_id: int,
    pence: int | None,
    reason: str,
    by: Actor,
    now: datetime,
    approved: bool = False,
    of: Attempt | None = None,
) -> list[Refund]:
    """Ask to give back part of what was paid on a case, or all that is left (no sum); `of` one payment alone.

    Above the council's limit it waits for an officer, unless approved by rule. Raises
    Refused("reason_missing", "nothing_to_refund", "more_than_paid").
    """
    case = locked(case_id)
    return ask_on(case=case, pence=pence, reason=reason, by=by, now=now, approved=approved, of=of)


def ask_on(
    *,
    case: Case,
    pence: int | None,
    reason: str,
    by: Actor,
    now: datetime,
    approved: bool = False,
    of: Attempt | None = None,
) -> list[Refund]:
    """As `ask`, on a case that the caller holds locked, such as a step inside its transaction."""
    if not reason.strip():
        raise Refused("reason_missing")
    paid = Attempt.objects.select_for_update().filter(charge__case=case, state="paid")
    paid = paid.filter(id=of.pk) if of else paid
    left = [(a, left_of(a)) for a in paid.order_by("-id")]
    rest = sum(n for _, n in left) if pence is None else pence
    if rest <= 0:
        raise Refused("nothing_to_refund")
    if rest > sum(n for _, n in left):
        raise Refused("more_than_paid")
    waits = not approved and _with_before(case, by, now) + rest > council.current().refund_limit
    refunds = []
    for attempt, n in left:
        if part := min(n, rest):
            refunds.append(_one(case, attempt, part, reason, waits, by, now))
            rest -= part
    amounts = {"pence": sum(r.pence for r in refunds), "waits": waits}
    timeline.write(case, "refund asked", by=by, now=now, text=reason.strip(), **amounts)
    return refunds


def _with_before(case: Case, by: Actor, now: datetime) -> int:
    """Return the pence that went back on a case, or by this officer's asking today, whichever is more.

    Two halves of a sum above the limit are that sum: on one case, and on several by one person.
    """
    # Two of theirs at once are counted one after the other; locked after the case, as everywhere.
    if by.is_staff:
        with connection.cursor() as cursor:
            key = f"doorstep.payments.refunds.{by.key}"
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    today = datetime.combine(now.astimezone(ZONE).date(), time(), tzinfo=ZONE)
    counted = Refund.objects.filter(state__in=COUNTED)
    mine = counted.filter(asked_by=by.key, asked_at__gte=today) if by.is_staff else counted.none()
    of_case = counted.filter(attempt__charge__case=case)
    return max(int(rows.aggregate(s=Sum("pence"))["s"] or 0) for rows in (of_case, mine))


def _one(
    case: Case,
    attempt: Attempt,
    pence: int,
    reason: str,
    waits: bool,
    by: Actor,
    now: datetime,
) -> Refund:
    refund = Refund.objects.create(
        attempt=attempt,
        pence=pence,
        reason=reason.strip()[:200],
        state="waiting" if waits else "asked",
        asked_by=by.key or by.kind,
        asked_at=now,
    )
    if not waits:
        _set_off(case, refund, by, now)
    return refund


def topic_of(refund: Refund) -> str:
    """Return what ends the task of giving money back by hand."""
    return f"refund-{refund.pk}"


def _set_off(case: Case, refund: Refund, by: Actor, now: datetime) -> None:
    """Let a refund go: the provider gives back what came by it, a person what was taken at a counter."""
    attempt = refund.attempt
    if attempt.way in THERE:
        return queue.refund.defer(refund_id=refund.pk)
    text = (
        f"Give {pounds(refund.pence)} back by hand: {attempt.reference} was taken at {attempt.counter} "
        f"({attempt.way.replace('_', ' ')}). Then write down on the page of payments that it went back."
    )
    finance, topic = council.current().finance, topic_of(refund)
    return needs_person.ask_on(case=case, text=text, by=by, now=now, topic=topic, team=finance)


def _waiting(refund_id: int, by: Actor) -> Refund:
    """Return a refund that waits for approval, locked after its case; raises Refused."""
    refund = Refund.objects.select_related("attempt__charge").filter(id=refund_id).first()
    if refund is None:
        raise Refused("not_waiting")
    locked(refund.attempt.charge.case_id)
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if refund.state != "waiting":
        raise Refused("not_waiting")
    if refund.asked_by == by.key:
        raise Refused("own_refund")
    return refund


@transaction.atomic
def approve(*, refund_id: int, by: Actor, now: datetime) -> None:
    """Let a refund go; raises Refused("not_waiting", "own_refund")."""
    refund = _waiting(refund_id, by)
    refund.state, refund.decided_by, refund.decided_at = "asked", by.key, now
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    case = refund.attempt.charge.case
    timeline.write(case, "refund approved", by=by, now=now, pence=refund.pence)
    _set_off(case, refund, by, now)


@transaction.atomic
def given(*, refund_id: int, slip: str, by: Actor, now: datetime) -> None:
    """Record that what was taken at a counter was given back by hand; raises Refused("slip_missing", "not_waiting")."""
    if not slip.strip():
        raise Refused("slip_missing")
    refund = _locked(refund_id)
    if refund.state != "asked" or refund.attempt.way in THERE:
        raise Refused("not_waiting")
    refund.given_by, refund.slip = by.key, slip.strip()[:40]
    case = refund.attempt.charge.case
    timeline.write(case, "refund given by hand", by=by, now=now, pence=refund.pence)
    needs_person.done_on(case=case, topic=topic_of(refund), by=by, now=now)
    ended(refund, hand_id(refund), now)
    _tell(refund, now)


def hand_id(refund: Refund) -> str:
    """Return our own id of a refund that the provider knows nothing of."""
    return f"{refund.attempt.reference}-back-{refund.pk}"


@transaction.atomic
def refuse(*, refund_id: int, why: str, by: Actor, now: datetime) -> None:
    """Turn a refund down, with a reason; raises Refused("reason_missing", "not_waiting", "own_refund")."""
    if not why.strip():
        raise Refused("reason_missing")
    refund = _waiting(refund_id, by)
    refund.state, refund.decided_by, refund.decided_at = "refused", by.key, now
    refund.why_not, refund.ended_at = why.strip()[:200], now
    refund.save()
    case = refund.attempt.charge.case
    timeline.write(case, "refund refused", by=by, now=now, text=why.strip(), pence=refund.pence)


def carry_out(*, refund_id: int, now: datetime) -> None:
    """Give the money back at the provider, once, and record how it stands; raises TryLater.

    Before sending, the provider's own list is looked at: a refund there that we do not know is the
    one whose answer was lost, or somebody gave it back there: that comes into our ledger first, and no
    more than what is left is sent. The balance sent along refuses a second one that the list did not
    show yet, so no window is left.
    """
    try:
        _carry_out(refund_id, now)
    except _OthersGaveBack as exc:
        _take(exc.attempt_id, exc.rows, now)
        try:
            _carry_out(refund_id, now)
        except _OthersGaveBack as again:
            raise TryLater("somebody gives money back at the provider just now") from again


def _carry_out(refund_id: int, now: datetime) -> None:
    case = Refund.objects.filter(id=refund_id).values_list("attempt__charge__case", flat=True)
    try:
        with calls.about(case.first), transaction.atomic():
            there = Refund.objects.filter(attempt__way__in=THERE)
            refunds = there.select_for_update(skip_locked=True, of=("self",))
            refund = refunds.filter(id=refund_id, state__in=("asked", "submitted")).first()
            if refund is None:
                return
            theirs = _submit(refund, now) if refund.state == "asked" else _theirs(refund)
    except _RefusedThere as exc:
        return _fail(refund_id, str(exc), now)
    return record(refund_id=refund_id, theirs=theirs, now=now)


def take_theirs(*, attempt_id: int, now: datetime) -> None:
    """Look whether somebody gave money back on the provider's own pages, and take it in; raises TryLater."""
    provider_id = Attempt.objects.values_list("provider_id", flat=True).get(id=attempt_id)
    _take(attempt_id, _list(str(provider_id)), now)


def _take(attempt_id: int, rows: list[contract.Refund], now: datetime) -> None:
    for refund, theirs in refunded_there.take(attempt_id=attempt_id, rows=rows, now=now):
        record(refund_id=refund.pk, theirs=theirs, now=now)


def _submit(refund: Refund, now: datetime) -> contract.Refund:
    # Refunds of one payment go one after the other, so that each knows the balance.
    attempt = Attempt.objects.select_for_update().get(id=refund.attempt_id)
    rows = _list(str(attempt.provider_id))
    if refunded_there.unknown(attempt, rows):
        raise _OthersGaveBack(attempt.pk, rows)
    theirs = _lost(refund, attempt, rows) or _send(refund, attempt, now)
    refund.state, refund.provider_id = "submitted", theirs.id
    refund.save(update_fields=["state", "provider_id"])
    return theirs


def _lost(refund: Refund, attempt: Attempt, rows: list[contract.Refund]) -> contract.Refund | None:
    """Return the provider's refund that is this one, sent before we could write so down."""
    ours = set(attempt.refunds.exclude(provider_id=None).values_list("provider_id", flat=True))
    for theirs in rows:
        if theirs.id not in ours and refunded_there.is_lost(refund, theirs):
            return theirs
    return None


def _list(payment_id: str) -> list[contract.Refund]:
    try:
        return _provider().refunds(payment_id)
    except OutsideError as exc:
        # Whatever it refuses here says nothing about the refund: it must be looked for again.
        raise TryLater(f"refunds could not be looked for: {exc}") from exc


def _send(refund: Refund, attempt: Attempt, now: datetime) -> contract.Refund:
    paid = attempt.movements.filter(pence__gt=0).aggregate(s=Sum("pence"))["s"] or 0
    available = paid - sent_of(attempt)
    try:
        new_refund = contract.NewRefund(str(attempt.provider_id), refund.pence, available)
        return _provider().refund(new_refund)
    except contract.BalanceChanged as exc:
        if now - (refund.decided_at or refund.asked_at) > SHOWN_BY:
            raise _RefusedThere("the provider says that another sum is left of it") from exc
        raise TryLater("the provider's balance differs from ours; compare the payments") from exc
    except TryLater:
        raise
    except OutsideError as exc:
        # A refusal, unless the answer lies: only its own list decides.
        if lost := _lost(refund, attempt, _list(str(attempt.provider_id))):
            return lost
        raise _RefusedThere(str(exc)) from exc


def _theirs(refund: Refund) -> contract.Refund:
    payment_id = str(refund.attempt.provider_id)
    for theirs in _list(payment_id):
        if theirs.id == refund.provider_id:
            return theirs
    raise TryLater("the provider does not show the refund yet")


def _provider() -> contract.PaymentProvider:
    connector: contract.PaymentProvider = plug.get("payments.provider")
    return connector


@transaction.atomic
def record(*, refund_id: int, theirs: contract.Refund, now: datetime) -> None:
    """Take in how a refund stands; once it is done, the ledger says so and the case is told."""
    if theirs.state == "failed":
        return _fail(refund_id, "the provider could not pay it back", now)
    refund = _locked(refund_id)
    if theirs.state == "submitted" or refund.state != "submitted":
        return None
    ended(refund, theirs.id, now)
    Attempt.objects.filter(id=refund.attempt_id).update(agreed_at=None)
    _tell(refund, now)
    return None


def ended(refund: Refund, provider_id: str, now: datetime) -> None:
    """Note that a refund is done, and write it into the ledger."""
    refund.state, refund.ended_at, refund.provider_id = "done", now, provider_id
    refund.save()
    charge = refund.attempt.charge
    Movement.objects.create(
        charge=charge,
        attempt=refund.attempt,
        refund=refund,
        pence=-refund.pence,
        vat=-vat_in(refund.pence, charge.vat_rate),
        code=charge.code,
        at=now,
        provider_id=provider_id,
        way=refund.attempt.way,
        by=refund.given_by,
    )


def _tell(refund: Refund, now: datetime) -> None:
    charge = refund.attempt.charge
    keep_sums(charge.case)
    whole = refund.asked_by != refunded_there.THEIRS or not _on_their_way(charge.case)
    if not (whole and outcomes.report(charge, "pay.refunded", now)):
        timeline.write(charge.case, "refunded", by=SYSTEM, now=now, pence=refund.pence)


def _on_their_way(case: Case) -> bool:
    refunds = Refund.objects.filter(attempt__charge__case=case, state__in=("asked", "submitted"))
    return refunds.exists()


def keep_sums(case: Case) -> None:
    """Keep what was paid and what went back on a case, locked by the caller, where its sentences can name it."""
    movements = _moved(case)
    paid = movements.filter(pence__gt=0).aggregate(s=Sum("pence"))["s"] or 0
    gone = -(movements.filter(pence__lt=0).aggregate(s=Sum("pence"))["s"] or 0)
    going = Refund.objects.filter(attempt__charge__case=case, state__in=("asked", "submitted"))
    back = gone + (going.aggregate(s=Sum("pence"))["s"] or 0)
    fact: RefundFact = {"pounds": pounds(gone), "paid": pounds(paid), "back": pounds(back)}
    workflow.keep(case, "refund", fact)


def _locked(refund_id: int) -> Refund:
    refund = Refund.objects.select_related("attempt__charge").get(id=refund_id)
    case = locked(refund.attempt.charge.case_id)
    refunds = Refund.objects.select_for_update(of=("self",)).select_related("attempt__charge")
    refund = refunds.get(id=refund_id)
    refund.attempt.charge.case = case
    return refund


@transaction.atomic
def _fail(refund_id: int, why: str, now: datetime) -> None:
    """End a refund that cannot be carried out and ask a person to see to it."""
    refund = _locked(refund_id)
    if refund.state not in ("asked", "submitted"):
        return
    refund.state, refund.ended_at, refund.why_not = "failed", now, why[:200]
    refund.save(update_fields=["state", "ended_at", "why_not"])
    # What the resident was told goes on being owed: a person sees to it.
    case = refund.attempt.charge.case
    text = f"A refund of {pounds(refund.pence)} failed: {why}. Please pay it back another way."
    needs_person.ask_officer(case_id=case.pk, text=text, by=SYSTEM, now=now)
