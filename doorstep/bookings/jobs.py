"""Holds that ran out are given back, drafts' at once, each case's in a job of its own that reports it; so is a day
that an officer closed."""

from django.utils import timezone

from doorstep.bookings import actions, queue
from doorstep.staff.actor import SYSTEM


@queue.lapse.does()
def lapse(case_id: int) -> None:
    """Give back what one case held too long; run again, it finds nothing to do."""
    actions.lapse(case_id=case_id, by=SYSTEM, now=timezone.now())


@queue.lose.does()
def lose(case_id: int) -> None:
    """Take a closed day from a case that holds it; run again, it finds nothing to do."""
    actions.lose(case_id=case_id, by=SYSTEM, now=timezone.now())


def lapse_due() -> None:
    """Look at our own table, every minute, for holds at their end; what is still there is queued again."""
    now = timezone.now()
    actions.lapse_drafts(now=now)
    for case_id in actions.ending(now):
        queue.lapse.defer(case_id=case_id)
