"""Holds that ran out are given back, drafts' at once, each case's in a job of its own that reports it; so is a day
that an officer closed."""

from django.utils import timezone

from doorstep.bookings import actions, moving, queue
from doorstep.bookings.models import Move
from doorstep.staff.actor import SYSTEM


@queue.lapse.does()
def lapse(case_id: int) -> None:
    """Give back what one case held too long; run again, it finds nothing to do."""
    actions.lapse(case_id=case_id, by=SYSTEM, now=timezone.now())


@queue.lose.does()
def lose(case_id: int) -> None:
    """Take a closed day from a case that holds it; run again, it finds nothing to do."""
    actions.lose(case_id=case_id, by=SYSTEM, now=timezone.now())


@queue.move.does()
def move(move_id: int) -> None:
    """Carry on with the bookings of a day that are moved; run again, it goes on where it stopped."""
    moving.carry_on(move_id=move_id, by=SYSTEM, now=timezone.now())


def move_lost() -> None:
    """Queue again, every minute, the moves that are not over: their worker may have died; and what is due of others."""
    moving.tell_due(now=timezone.now())
    for move_id in Move.objects.filter(ended_at=None).values_list("id", flat=True)[:100]:
        queue.move.defer(move_id=move_id)


def lapse_due() -> None:
    """Look at our own table, every minute, for holds at their end; what is still there is queued again."""
    now = timezone.now()
    actions.lapse_drafts(now=now)
    for case_id in actions.ending(now):
        queue.lapse.defer(case_id=case_id)
