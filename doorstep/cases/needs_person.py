"""What a machine could not do is asked of a person: the case is marked, and stands on the worklist until done."""

from datetime import datetime

from django.db import transaction

from doorstep.cases import timeline
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.staff.actor import Actor

# Beside the flags that a workflow gives; no workflow can name one so.
TO_DO = "to-do"


@transaction.atomic
def ask_officer(*, case_id: int, text: str, by: Actor, now: datetime) -> None:
    """Put a case on the list of those that need a person, with a note that says what is to be done."""
    case = locked(case_id)
    timeline.write(case, "note", by=by, now=now, text=text)
    _mark(case, [*case.flags, TO_DO] if TO_DO not in case.flags else case.flags)


@transaction.atomic
def done(*, case_id: int, by: Actor, now: datetime) -> None:
    """Take a case off that list; twice does no harm."""
    case = locked(case_id)
    if TO_DO in case.flags:
        timeline.write(case, "seen to", by=by, now=now)
        _mark(case, [f for f in case.flags if f != TO_DO])


def _mark(case: Case, flags: list[str]) -> None:
    case.flags = flags
    case.save(update_fields=["flags"])
