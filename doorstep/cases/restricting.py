"""Marks a case as restricted, such as one that names a vulnerable person: it is then open to few (`permits`)."""

from datetime import datetime

from django.db import transaction

from doorstep.cases import timeline
from doorstep.cases.locking import locked
from doorstep.council.errors import Refused
from doorstep.customers import actions as customers
from doorstep.staff.actor import Actor


@transaction.atomic
def restrict(*, case_id: int, on: bool, reason: str, by: Actor, now: datetime) -> None:
    """Restrict a case, or open it to those who see others; the timeline says who did and why; twice does no harm.

    Raises Refused("restrict_why_missing").
    """
    if not reason.strip():
        raise Refused("restrict_why_missing")
    case = locked(case_id)
    if case.restricted == on:
        return
    case.restricted = on
    case.save(update_fields=["restricted"])
    customers.restrict(customer_id=case.customer_id, on=on)
    kind = "restricted" if on else "no longer restricted"
    timeline.write(case, kind, by=by, now=now, text=reason.strip()[:1000])
