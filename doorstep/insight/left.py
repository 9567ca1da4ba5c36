"""Forms that nobody goes on with: each is counted once, on the day and the page where it was left; who comes back takes it back."""

from datetime import datetime

import structlog
from django.db import transaction

from doorstep.cases import leaving
from doorstep.cases.models import Draft
from doorstep.catalogue.errors import DefinitionError
from doorstep.council.queries import ZONE
from doorstep.insight import cells
from doorstep.insight.cells import CHECK, Cell
from doorstep.intake.filling import Filling
from doorstep.staff.actor import RESIDENT

log = structlog.get_logger("doorstep.insight")
# How many are looked at in one run, each minute.
AT_ONCE = 500
# What an old definition may bring about; anything else is a fault of ours.
CANNOT = (DefinitionError, LookupError, TypeError, ValueError, ArithmeticError)


def is_counted(draft: Draft) -> bool:
    """Say whether a form is one that is counted: whoever does not want that has left no device on it."""
    return bool(draft.device) and draft.sent_at is None


def where(draft: Draft) -> tuple[str, str, str]:
    """Return the page where a form was left, as what that is counted, and the code of the stop where there was one."""
    filling = Filling(draft, by=RESIDENT, now=draft.updated_at)
    page = filling.first_open()
    at = page.id if page else CHECK
    if draft.updated_at == draft.created_at:
        return at, "unstarted", ""
    stopped = filling.stopped_at
    if stopped and stopped == at:
        return at, "stopped", draft.decisions[stopped]["code"]
    return at, "left", ""


def cell_of(draft: Draft) -> Cell:
    """Return under which sum a form is counted that was left."""
    day = draft.updated_at.astimezone(ZONE).date()
    try:
        page, what, detail = where(draft)
    except CANNOT as exc:  # one form that nobody can read any more holds up no other
        log.error("left_nowhere", service=draft.slug, error=type(exc).__name__)
        page, what, detail = "", "left", ""
    return cells.of_draft(draft, day, page, what, detail)


def count_left(now: datetime) -> int:
    """Count the forms that are over since the last time, take back those gone on with; return how many were counted."""
    take_back()
    counted = 0
    with transaction.atomic():
        sums: dict[Cell, int] = {}
        for draft in leaving.over_and_not_counted(now)[:AT_ONCE]:
            cell = cell_of(draft)
            sums[cell] = sums.get(cell, 0) + 1
            leaving.counted(draft=draft, cell=list(cell[1:]))
            counted += 1
        cells.add(sums)
    return counted


@transaction.atomic
def take_back() -> None:
    """Take back what was counted as left and was gone on with, or sent."""
    sums: dict[Cell, int] = {}
    for draft in leaving.come_back()[:AT_ONCE]:
        assert draft.left_at is not None and draft.left_as is not None
        day = draft.left_at.astimezone(ZONE).date()
        cell = Cell(day, *draft.left_as)
        sums[cell] = sums.get(cell, 0) - 1
        leaving.taken_back(draft=draft)
    cells.add(sums)
