"""Asks for money, takes it in, lets a charge lapse; what the provider says is recorded here once.

Order of locks: the case, then the charge, then the attempt. A call to the provider holds the
attempt alone.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from doorstep.cases import actions as cases
from doorstep.cases import needs_person, timeline, workflow
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.catalogue.words import pounds
from doorstep.council import addresses
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.outside import calls, plug
from doorstep.outside.errors import OutsideError, TryLater
from doorstep.outside.kept import kept
from doorstep.outside.secret import derived, hashed
from doorstep.payments import outcomes, queue, refunds
from doorstep.payments.models import (
    ENDING,
    LIVE,
    Attempt,
    Callback,
    Charge,
    ChargeFact,
    Forgeries,
    Movement,
)
from doorstep.payments.money import vat_in
from doorstep.payments.provider import (
    UNFINISHED,
    Event,
    NewPayment,
    NotThere,
    Payment,
    PaymentProvider,
)
from doorstep.staff.actor import SYSTEM, Actor

log = structlog.get_logger("doorstep.payments")
FORGOTTEN = timedelta(days=2)


def provider() -> PaymentProvider:
    """Return whoever takes payments for us."""
    connector: PaymentProvider = plug.get("payments.provider")
    return connector


def _calls_of(attempt_id: int) -> AbstractContextManager[None]:
    """Note the calls inside the block as those of the case that an attempt pays for."""
    return calls.about(lambda: _case_of.first(attempt_id))


@kept
def _case_of(attempt_id: int) -> QuerySet[Charge, int]:
    return Charge.objects.filter(attempts=attempt_id).values_list("case_id", flat=True)


def ask(
    *,
    case: Case,
    pence: int,
    description: str,
    by: Actor,
    now: datetime,
    until: datetime | None = None,
    code: str = "",
    vat_rate: int = 0,
    purpose: str = "fee",
    again: int | None = None,
) -> Charge:
    """Ask for money for a case; asked again while the same sum is due, only the moment it lapses moves.

    `again`: minutes that it stays due after a payment failed, for who tries once more.

    The caller holds the case's lock, in a transaction. Raises Refused("already_charged") where another sum is due for the same purpose.
    """
    charges = _locked_charges(case.pk)
    for before in charges:
        if before.purpose != purpose or before.state != "due":
            continue
        if before.pence != pence:
            raise Refused("already_charged", charge=before.reference)
        before.until = until
        before.save(update_fields=["until"])
        return _keep(before, case)
    new_charge = Charge.objects.create(
        case=case,
        purpose=purpose,
        reference=f"{case.reference}-{len(charges) + 1}",
        pence=pence,
        description=description[:255],
        code=code[:40],
        vat_rate=vat_rate,
        vat=vat_in(pence, vat_rate),
        until=until,
        again=again,
        made_at=now,
    )
    timeline.write(case, "charged", by=by, now=now, charge=new_charge.reference, pence=pence)
    return _keep(new_charge, case)


@kept
def _locked_charges(case_id: int) -> QuerySet[Charge]:
    return Charge.objects.select_for_update().filter(case=case_id).order_by("id")


def _keep(charge: Charge, case: Case) -> Charge:
    """Keep sum and moment where the service's sentences can name them."""
    fact: ChargeFact = {
        "pounds": pounds(charge.pence),
        "until": charge.until,
        "reference": charge.reference,
    }
    workflow.keep(case, "charge", fact)
    return charge


def lock(charge_id: int, case_id: int = 0) -> Charge:
    """Return a charge, locked after its case, so that no two ways in wait for each other; `case_id` where it is known."""
    locked(case_id or _case_id.get(charge_id))
    return _locked.get(charge_id)


@kept
def _case_id(charge_id: int) -> QuerySet[Charge, int]:
    return Charge.objects.filter(id=charge_id).values_list("case_id", flat=True)


@kept
def _locked(charge_id: int) -> QuerySet[Charge]:
    return Charge.objects.select_for_update().filter(id=charge_id)


def token_of(attempt: Attempt) -> str:
    """Return the token of the address the payer comes back to, made from our key: the same each time."""
    return derived("payments.back", str(attempt.key))


def is_over(charge: Charge, now: datetime) -> bool:
    """Say whether a charge can no longer be paid: it has ended, its time is past, or nobody tried again in time."""
    ends = [end for end in (charge.until, charge.again_until) if end]
    return charge.state != "due" or any(now > end for end in ends)


def begin(
    *, charge_id: int, language: str, now: datetime, taken_by: Actor | None = None
) -> Attempt:
    """Begin to pay: our row first, then the provider under our key, within its time limit.

    `taken_by` takes the card of who is on the telephone. The same unfinished attempt comes back while there is one;
    its page is its payer's alone. Where the provider cannot be had now, the attempt stays `new` and the queue goes on.
    Raises Refused("not_due"), Refused("being_paid") where it is being paid another way, or by another.
    """
    key = taken_by.key if taken_by else ""
    with transaction.atomic():
        charge = lock(charge_id)
        if is_over(charge, now):
            raise Refused("not_due")
        attempts = _attempts(charge.pk)
        live = next((attempt for attempt in attempts if attempt.state in LIVE), None)
        if live and live.taken_by != key:
            raise Refused("being_paid")
        attempt = live or _attempt(charge, language, key, now, len(attempts))
        if taken_by and not live:
            timeline.write(
                charge.case,
                "card taken by telephone",
                by=taken_by,
                now=now,
                charge=charge.reference,
            )
        first = live is None or (live.asked_at is None and live.state == "new")
        if live and first:
            Attempt.objects.filter(id=attempt.pk).update(asked_at=now)
    if attempt.state == "new":
        _try_now(lambda: create(attempt_id=attempt.pk, now=now, first=first), attempt.pk)
    else:
        _try_now(lambda: learn(attempt_id=attempt.pk, now=now), 0)
    attempt.refresh_from_db()
    return attempt


@kept
def _attempts(charge_id: int) -> QuerySet[Attempt]:
    return Attempt.objects.filter(charge=charge_id).order_by("id")


def _try_now(act: Callable[[], None], attempt_id: int) -> None:
    """Do it now, under the connector's time limit; where the provider cannot be had, the queue goes on.

    With an attempt's id its payment is still to be made; without one, `jobs.settle` asks again anyway.
    """
    try:
        act()
    except OutsideError as exc:
        log.warning("provider_not_had", error=type(exc).__name__)
        if attempt_id:
            queue.create.defer(attempt_id=attempt_id)


def ask_again(*, attempt: Attempt) -> None:
    """Queue once more what is asked of the provider, while someone waits for its answer."""
    job = queue.create if attempt.state == "new" else queue.learn
    job.defer(attempt_id=attempt.pk)


def _attempt(charge: Charge, language: str, taken_by: str, now: datetime, before: int) -> Attempt:
    """Make an attempt after so many before it; it is asked for at once."""
    if charge.again_until:  # who tries again has all the time there was
        charge.again_until = None
        charge.save(update_fields=["again_until"])
    attempt = Attempt(charge=charge, key=uuid4(), language=language, made_at=now, asked_at=now)
    attempt.way, attempt.taken_by = "moto" if taken_by else "card", taken_by
    attempt.reference = next_reference(charge, before)
    attempt.back_hash = hashed(token_of(attempt))
    attempt.save(force_insert=True)
    return attempt


def next_reference(charge: Charge, before: int) -> str:
    """Return the reference of a charge's next payment, after so many; the caller holds its lock."""
    return f"{charge.reference}-{before + 1}"


def create(*, attempt_id: int, now: datetime, first: bool = False) -> None:
    """Make an attempt's payment at the provider, once; raises TryLater, and ends the attempt on GiveUp.

    Not the first time, what the provider may have made before is looked for by our reference.
    Nothing is done while someone else is at it.
    """
    try:
        with _calls_of(attempt_id), transaction.atomic():
            attempt = _to_make.first(attempt_id)
            if attempt is None or attempt.charge.state != "due":
                return
            payment = None if first else _known(attempt)
            _opened(attempt, payment or provider().create(_wanted(attempt)), now)
    except TryLater:
        raise
    except OutsideError as exc:
        _ended(attempt_id, "error", "", now)
        case_id = Charge.objects.get(attempts=attempt_id).case_id
        text = f"The payment provider refused to make a payment: {exc}"
        cases.note(case_id=case_id, text=text, by=SYSTEM, now=now)


@kept
def _to_make(attempt_id: int) -> QuerySet[Attempt]:
    attempts = Attempt.objects.select_for_update(skip_locked=True, of=("self",))
    return attempts.select_related("charge").filter(id=attempt_id, state="new")


def _known(attempt: Attempt) -> Payment | None:
    try:
        payment = next(iter(provider().search(reference=attempt.reference)), None)
        return provider().find(payment.id) if payment else None
    except OutsideError as exc:
        # Whatever it refuses here says nothing about the payment: it must be looked for again.
        raise TryLater(f"a payment could not be looked for: {exc}") from exc


def _wanted(attempt: Attempt) -> NewPayment:
    place = "desk_pay_return" if attempt.way == "moto" else "pay_return"
    back = addresses.link(place, token=token_of(attempt))
    charge, words = attempt.charge, attempt.charge.description
    fields = (str(attempt.key), attempt.reference, charge.pence, words, back, attempt.language)
    return NewPayment(*fields, moto=attempt.way == "moto")


def _opened(attempt: Attempt, payment: Payment, now: datetime) -> None:
    attempt.state, attempt.provider_id, attempt.asked_at = "open", payment.id, now
    attempt.next_url = payment.next_url
    attempt.save(update_fields=["state", "provider_id", "asked_at", "next_url"])


def come_back(*, attempt: Attempt, now: datetime) -> None:
    """Note that the payer came back, and ask the provider how the payment stands."""
    Attempt.objects.filter(id=attempt.pk, returned_at=None).update(returned_at=now)
    _try_now(lambda: _learn(attempt, now), 0)


def learn(*, attempt_id: int, now: datetime) -> None:
    """Ask the provider how a payment stands, and record it; raises what the provider raises."""
    _learn(Attempt.objects.select_related("charge").get(id=attempt_id), now)


def _learn(attempt: Attempt, now: datetime) -> None:
    if attempt.provider_id is None:
        return
    try:
        with calls.about(lambda: attempt.charge.case_id):
            payment = provider().find(attempt.provider_id)
    except NotThere:
        # It made it once, so this may pass; after two days it can no longer be paid in any case.
        if now - attempt.made_at < FORGOTTEN:
            raise
        return _ended(attempt.pk, "unsent", "", now)
    record(payment=payment, now=now)
    if payment.refunded != refunds.sent_of(attempt):
        refunds.take_theirs(attempt_id=attempt.pk, now=now)


@transaction.atomic
def record(*, payment: Payment, now: datetime) -> None:
    """Take in how a payment stands; the same again, or something older, changes nothing."""
    row = _by_provider.first(payment.id)
    if row is None:
        return
    charge = lock(row.charge_id, row.charge.case_id)
    attempt = _locked_attempt.get(row.pk)
    if payment.state == "paid":
        if attempt.state != "paid":
            _paid(charge, attempt, payment, now)
    elif payment.state in UNFINISHED and attempt.state in LIVE:
        attempt.working, attempt.asked_at = payment.state == "working", now
        attempt.next_url = payment.next_url
        attempt.save(update_fields=["working", "asked_at", "next_url"])
    elif payment.state not in UNFINISHED:
        _ended(attempt.pk, payment.state, payment.code, now)


@kept
def _by_provider(provider_id: str) -> QuerySet[Attempt]:
    attempts = Attempt.objects.select_related("charge")
    return attempts.filter(provider_id=provider_id).order_by("id")[:1]


@kept
def _locked_attempt(attempt_id: int) -> QuerySet[Attempt]:
    return Attempt.objects.select_for_update().filter(id=attempt_id)


def _paid(charge: Charge, attempt: Attempt, payment: Payment, now: datetime) -> None:
    """Write the money down and tell the workflow; money that nothing waits for is given back."""
    in_time = not is_over(charge, now)
    twice = charge.state in ("paid", "waived") or is_paid_otherwise(charge)
    attempt.state, attempt.next_url, attempt.working = "paid", "", False
    attempt.code, attempt.ended_at, attempt.asked_at = "", now, now
    attempt.save(update_fields=["state", "next_url", "working", "code", "ended_at", "asked_at"])
    if charge.state != "waived":
        charge.state, charge.ended_at = "paid", now
        charge.save(update_fields=["state", "ended_at"])
    move_in(charge, attempt, payment.pence, payment.id, now)
    if payment.pence != charge.pence:
        return _other_sum(charge, payment, now)
    name = "pay.paid" if in_time else "pay.paid_late"
    if twice or not goes_on(charge, name, now):
        return _give_back(charge, attempt, now)
    # What was asked for anew while this one was on its way is asked for no longer.
    for other in _still_due(charge.case_id, charge.purpose):
        _end_as(other, "withdrawing", now)


@kept
def _still_due(case_id: int, purpose: str) -> QuerySet[Charge]:
    return Charge.objects.filter(case=case_id, purpose=purpose, state="due")


def move_in(charge: Charge, attempt: Attempt, pence: int, provider_id: str, now: datetime) -> None:
    """Write into the ledger that money came in, by which way and who took it."""
    Movement.objects.create(
        charge=charge,
        attempt=attempt,
        pence=pence,
        vat=vat_in(pence, charge.vat_rate),
        code=charge.code,
        at=now,
        provider_id=provider_id,
        way=attempt.way,
        by=attempt.taken_by,
    )


def goes_on(charge: Charge, name: str, now: datetime) -> bool:
    """Carry an outcome to the case, or note that what was owed came; say whether anything waits for it.

    The case of what is owed went on long ago: another charge's stage may wait for the same outcome.
    """
    if not is_owed(charge):
        return outcomes.report(charge, name, now)
    case = locked(charge.case_id)
    timeline.write(case, "owed and settled", by=SYSTEM, now=now, charge=charge.reference)
    return True


def is_owed(charge: Charge) -> bool:
    """Say whether its case went on by money that was written down by mistake, or a waiver that was taken back."""
    mistake = charge.attempts.filter(refunds__mistake=True).exists()
    return mistake or charge.waivers.filter(state="back").exists()


def is_paid_otherwise(charge: Charge) -> bool:
    """Say whether another charge for the same was paid, and not all of it given back."""
    return sum(_paid_otherwise(charge.case_id, charge.purpose, charge.pk)) > 0


@kept
def _paid_otherwise(case_id: int, purpose: str, but: int) -> QuerySet[Movement, int]:
    others = Charge.objects.filter(case=case_id, purpose=purpose, state="paid").exclude(pk=but)
    return Movement.objects.filter(charge__in=others).values_list("pence", flat=True)


def _other_sum(charge: Charge, payment: Payment, now: datetime) -> None:
    """Have a person decide where the provider took another sum than we asked for: nothing goes on by itself."""
    text = (
        f"The provider took {pounds(payment.pence)} for {charge.reference}, which asked for {pounds(charge.pence)}. "
        "Nothing was booked by it and nothing given back. Please decide what is to become of it."
    )
    needs_person.ask_on(case=locked(charge.case_id), text=text, by=SYSTEM, now=now)


def _give_back(charge: Charge, attempt: Attempt, now: datetime) -> None:
    text = (
        f"{pounds(charge.pence)} came for {charge.reference}, which nothing waits for any more. It is given back by "
        "itself. Please tell the resident so."
    )
    needs_person.ask_on(case=locked(charge.case_id), text=text, by=SYSTEM, now=now)
    refunds.ask(
        case_id=charge.case_id,
        pence=refunds.left_of(attempt),
        of=attempt,
        reason="Nothing was left to pay for",
        approved=True,
        by=SYSTEM,
        now=now,
    )


@transaction.atomic
def _ended(attempt_id: int, state: str, code: str, now: datetime) -> None:
    """Note that an attempt ended without money; a charge that only waited for that ends with it."""
    charge_id = Attempt.objects.values_list("charge_id", flat=True).get(id=attempt_id)
    charge = lock(charge_id)
    attempt = Attempt.objects.select_for_update().get(id=attempt_id)
    if attempt.state not in LIVE:
        return
    attempt.state, attempt.code, attempt.next_url, attempt.working = state, code, "", False
    attempt.ended_at = attempt.asked_at = now
    attempt.save()
    if charge.state in ENDING:
        _end(charge, now)
    elif charge.state == "due" and charge.again is not None and not attempt.stopped_by:
        _failed(charge, state, charge.again, now)


def _failed(charge: Charge, state: str, again: int, now: datetime) -> None:
    """Keep what a payment that failed was for only for who tries again at once; who was away for long does not."""
    if state == "expired" or not again:
        return _end_as(charge, "lapsing", now)
    until = now + timedelta(minutes=again)
    charge.again_until = min(until, charge.until) if charge.until else until
    return charge.save(update_fields=["again_until"])


def _end(charge: Charge, now: datetime) -> None:
    lapsed = charge.state == "lapsing"
    charge.state, charge.ended_at = ENDING[charge.state], now
    charge.save(update_fields=["state", "ended_at"])
    if lapsed:
        outcomes.report(charge, "pay.lapsed", now)


@transaction.atomic
def lapse(*, charge_id: int, now: datetime) -> None:
    """Let a charge lapse whose moment has passed; what may yet be paid is cancelled at the provider."""
    charge = lock(charge_id)
    if charge.state == "due" and is_over(charge, now):
        _end_as(charge, "lapsing", now)


@transaction.atomic
def withdraw(*, charge_id: int, now: datetime) -> None:
    """Ask no longer for a charge that nobody has paid; it is cancelled at the provider."""
    charge = lock(charge_id)
    if charge.state == "due":
        _end_as(charge, "withdrawing", now)


def stop(*, charge_id: int, by: Actor, now: datetime) -> bool:
    """End the payment that is under way for a charge, so that it is paid another way; False while it goes on.

    It goes on where the provider cannot be had, or its bank has still to answer. Raises Refused("nothing_under_way").
    """
    with transaction.atomic():
        charge = lock(charge_id)
        attempt = charge.attempts.filter(state__in=LIVE).first()
        if attempt is None:
            raise Refused("nothing_under_way")
        Attempt.objects.filter(id=attempt.pk).update(stopped_by=by.key)
        timeline.write(charge.case, "payment stopped", by=by, now=now, charge=charge.reference)
    _try_now(lambda: close(attempt_id=attempt.pk, now=now), 0)
    attempt.refresh_from_db()
    return attempt.state not in LIVE


def drop_live(charge: Charge) -> None:
    """Have the provider end whatever is under way for a charge that was paid another way, or need not be paid."""
    for attempt_id in charge.attempts.filter(state__in=LIVE).values_list("id", flat=True):
        queue.close.defer(attempt_id=attempt_id)


def _end_as(charge: Charge, state: str, now: datetime) -> None:
    charge.state = state
    charge.save(update_fields=["state"])
    live = charge.attempts.filter(state__in=LIVE).first()
    if live is None:
        _end(charge, now)
    else:
        queue.close.defer(attempt_id=live.pk)


def close(*, attempt_id: int, now: datetime) -> None:
    """Cancel an attempt at the provider and take in how it ended: cancelled, or paid after all.

    One that the provider may or may not know is looked for first; if it is not there, nobody can
    pay it, because nobody has its address.
    """
    with _calls_of(attempt_id), transaction.atomic():
        attempt = Attempt.objects.select_for_update().get(id=attempt_id)
        if attempt.state == "new" and (payment := _known(attempt)):
            _opened(attempt, payment, now)
    if attempt.state == "new":
        return _ended(attempt_id, "unsent", "", now)
    if attempt.state != "open" or attempt.provider_id is None:
        return None
    with (
        suppress(OutsideError),
        _calls_of(attempt_id),
    ):  # it has ended, or the call is lost: ask how it stands
        provider().cancel(attempt.provider_id)
    return learn(attempt_id=attempt_id, now=now)


@transaction.atomic
def take_callback(*, event: Event, now: datetime) -> bool:
    """Keep that the provider told us something and queue the asking; False for a replay."""
    fields = {"kind": event.kind[:60], "payment_id": event.payment_id[:64], "at": now}
    _, new = Callback.objects.get_or_create(id=event.id[:64], defaults=fields)
    attempt = Attempt.objects.filter(provider_id=event.payment_id).first()
    if new and attempt:
        queue.learn.defer(attempt_id=attempt.pk)
    return new


def count_forgery(*, now: datetime) -> None:
    """Count a callback whose signature was wrong."""
    _, new = Forgeries.objects.get_or_create(day=now.astimezone(ZONE).date())
    if not new:
        Forgeries.objects.filter(day=now.astimezone(ZONE).date()).update(count=F("count") + 1)
