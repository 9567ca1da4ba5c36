"""What comes about in an example because time passes: reminders leave, days held too long go back, charges lapse."""

from datetime import datetime

from django.db.models import Q

from doorstep.bookings import actions as bookings
from doorstep.cases import locking, timeline
from doorstep.cases.models import Case
from doorstep.messages import queries as messages
from doorstep.payments import actions as payments
from doorstep.payments.models import Charge
from doorstep.staff.actor import SYSTEM


def to_come(case: Case, now: datetime) -> list[tuple[str, datetime]]:
    """Return the messages that wait for their moment, each with it, the next first; not those that nobody needs any more."""
    return [(name, at) for name, at in messages.to_come(case) if at > now]


def come_due(case: Case, since: datetime, now: datetime) -> Case:
    """Do what the jobs of each minute would have done with a case from one moment to another; return it as it is then."""
    case = locking.locked(case.pk)
    for name, at in messages.to_come(case):
        if since < at <= now:
            timeline.write(case, "told", by=SYSTEM, now=now, message=name)
    over = Q(until__lt=now) | Q(again_until__lt=now)
    for charge in Charge.objects.filter(over, case=case, state="due"):
        payments.lapse(charge_id=charge.pk, now=now)
    bookings.lapse(case_id=case.pk, by=SYSTEM, now=now)
    case.refresh_from_db()
    return case
