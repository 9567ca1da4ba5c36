"""What comes about in an example because time passes: reminders leave, days held too long go back, charges lapse."""

from datetime import datetime

from django.db.models import Q, QuerySet

from doorstep.bookings import actions as bookings
from doorstep.cases import locking, timeline
from doorstep.cases.models import Case
from doorstep.messages.models import Message
from doorstep.payments import actions as payments
from doorstep.payments.models import Charge
from doorstep.staff.actor import SYSTEM


def to_come(case: Case, now: datetime) -> list[tuple[str, datetime]]:
    """Return the messages that wait for their moment, each with it, the next first; not those that nobody needs any more."""
    waiting = _waiting(case).filter(not_before__gt=now).order_by("not_before", "id")
    return [(m.name, m.not_before) for m in waiting if m.not_before and _is_wanted(m, case)]


def come_due(case: Case, now: datetime) -> Case:
    """Do what the jobs of each minute would have done with a case by now; return it as it is then."""
    case = locking.locked(case.pk)
    for message in _waiting(case).filter(not_before__lte=now).order_by("not_before", "id"):
        if _is_wanted(message, case):
            message.sent_at, message.receipt = message.not_before, "example"
            message.save(update_fields=["sent_at", "receipt"])
            timeline.write(case, "told", by=SYSTEM, now=now, message=message.name)
        else:
            message.delete()
    over = Q(until__lt=now) | Q(again_until__lt=now)
    for charge in Charge.objects.filter(over, case=case, state="due"):
        payments.lapse(charge_id=charge.pk, now=now)
    bookings.lapse(case_id=case.pk, by=SYSTEM, now=now)
    case.refresh_from_db()
    return case


def _waiting(case: Case) -> QuerySet[Message]:
    return Message.objects.filter(case=case, sent_at=None, failed_at=None)


def _is_wanted(message: Message, case: Case) -> bool:
    """Say whether a case still stands where its reminder is of use."""
    return message.while_in in ("", case.stage)
