"""Lets somebody off paying: with a reason, and above a limit by two people; and takes that back by a second entry."""

from datetime import datetime, time

from django.db import connection, transaction
from django.db.models import Sum

from doorstep.cases import needs_person, timeline
from doorstep.catalogue.words import pounds
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.payments import actions, taking
from doorstep.payments.models import Charge, Waiver
from doorstep.staff.actor import Actor


@transaction.atomic
def waive(*, charge_id: int, reason: str, by: Actor, now: datetime) -> Waiver:
    """Say that a charge need not be paid; above the council's limit it waits for a second person.

    Raises Refused: "reason_missing", "not_due", "waiver_waits".
    """
    if not reason.strip():
        raise Refused("reason_missing")
    charge = actions.lock(charge_id)
    if actions.is_over(charge, now):
        raise Refused("not_due")
    if charge.waivers.filter(state="waiting").exists():
        raise Refused("waiver_waits")
    waits = _with_before(charge, by, now) + charge.pence > council.current().waive_limit
    waiver = Waiver.objects.create(
        charge=charge,
        pence=charge.pence,
        reason=reason.strip()[:200],
        state="waiting" if waits else "done",
        asked_by=by.key,
        asked_at=now,
    )
    kind = "waiver asked" if waits else "waived"
    timeline.write(
        charge.case, kind, by=by, now=now, text=reason.strip(), charge=charge.reference, pence=charge.pence
    )  # fmt: skip
    if not waits:
        _let_off(charge, now)
    return waiver


def _with_before(charge: Charge, by: Actor, now: datetime) -> int:
    """Return the pence that were waived on a case, or by this person today, whichever is more.

    Two halves of a sum above the limit are that sum: on one case, and on several by one person.
    """
    with connection.cursor() as cursor:
        key = f"doorstep.payments.waivers.{by.key}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    today = datetime.combine(now.astimezone(ZONE).date(), time(), tzinfo=ZONE)
    counted = Waiver.objects.filter(state__in=("waiting", "done"), back=None)
    mine = counted.filter(asked_by=by.key, asked_at__gte=today)
    of_case = counted.filter(charge__case=charge.case_id)
    return max(int(rows.aggregate(s=Sum("pence"))["s"] or 0) for rows in (of_case, mine))


def _let_off(charge: Charge, now: datetime) -> None:
    """End a charge without money and tell the workflow; what is under way at the provider is ended."""
    actions.drop_live(charge)
    charge.state, charge.ended_at = "waived", now
    charge.save(update_fields=["state", "ended_at"])
    if not any(actions.goes_on(charge, name, now) for name in ("pay.free", "pay.paid")):
        raise Refused("not_due")


def _waiting(waiver_id: int, by: Actor) -> tuple[Waiver, Charge]:
    """Return a waiver that waits, and its charge, locked after its case; raises Refused."""
    charge_id = Waiver.objects.values_list("charge_id", flat=True).filter(id=waiver_id).first()
    if charge_id is None:
        raise Refused("not_waiting")
    charge = actions.lock(charge_id)
    waiver = Waiver.objects.select_for_update().get(id=waiver_id)
    if waiver.state != "waiting":
        raise Refused("not_waiting")
    if waiver.asked_by == by.key:
        raise Refused("own_waiver")
    return waiver, charge


@transaction.atomic
def approve(*, waiver_id: int, by: Actor, now: datetime) -> None:
    """Let a waiver go as the second person; raises Refused("not_waiting", "own_waiver", "not_due")."""
    waiver, charge = _waiting(waiver_id, by)
    if actions.is_over(charge, now):
        raise Refused("not_due")
    waiver.state, waiver.decided_by, waiver.decided_at = "done", by.key, now
    waiver.save(update_fields=["state", "decided_by", "decided_at"])
    timeline.write(
        charge.case, "waived", by=by, now=now, charge=charge.reference, pence=waiver.pence
    )
    _let_off(charge, now)


@transaction.atomic
def refuse(*, waiver_id: int, why: str, by: Actor, now: datetime) -> None:
    """Turn a waiver down, with a reason; raises Refused("reason_missing", "not_waiting", "own_waiver")."""
    if not why.strip():
        raise Refused("reason_missing")
    waiver, charge = _waiting(waiver_id, by)
    waiver.state, waiver.decided_by, waiver.decided_at = "refused", by.key, now
    waiver.why_not = why.strip()[:200]
    waiver.save()
    timeline.write(
        charge.case, "waiver refused", by=by, now=now, text=why.strip(), charge=charge.reference
    )


@transaction.atomic
def take_back(*, waiver_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Take a waiver back by a second entry, while the case is open; the charge is owed again.

    The case stays where it went: a person is asked what is to become of it.
    Raises Refused: "reason_missing"; "not_waived" where it is taken back already, or was never done; "case_over".
    """
    if not reason.strip():
        raise Refused("reason_missing")
    charge = actions.lock(Waiver.objects.values_list("charge_id", flat=True).get(id=waiver_id))
    waiver = Waiver.objects.select_for_update().get(id=waiver_id)
    if waiver.state != "done" or charge.state != "waived" or hasattr(waiver, "back"):
        raise Refused("not_waived")
    if charge.case.closed_at:
        raise Refused("case_over")
    about = {"charge": charge, "pence": waiver.pence, "reason": reason.strip()[:200]}
    Waiver.objects.create(**about, state="back", of=waiver, asked_by=by.key, asked_at=now)
    taking.owe(charge)
    timeline.write(
        charge.case, "waiver taken back", by=by, now=now, text=reason.strip(), charge=charge.reference, pence=waiver.pence
    )  # fmt: skip
    text = (
        f"{charge.reference}: {pounds(waiver.pence)} was waived, and that is taken back. It is owed again. "
        "Please tell the person and take the payment, or decide what is to become of the case."
    )
    needs_person.ask_on(case=charge.case, text=text, by=by, now=now)
