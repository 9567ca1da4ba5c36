"""What a form says that changes a case: until when, what differs, and what is to be paid or goes back."""

from dataclasses import dataclass
from datetime import datetime

from doorstep.cases import changing, choosing
from doorstep.cases.clock import clock_at
from doorstep.cases.workflow import stage_of
from doorstep.intake.filling import Filling
from doorstep.payments import refunds


@dataclass(frozen=True)
class Told:
    """A change before it is sent: its moment, the questions that differ, and pence more or less than was paid.

    Of what was paid too much, whether it goes back is said by the service.
    """

    until: datetime | None
    differs: list[str]
    kept: int
    more: int
    goes_back: int
    stays: int


def change_of(filling: Filling) -> Told | None:
    """Return what is said of a change; nothing of a form that changes no case."""
    case = filling.draft.changes
    change = stage_of(case).change if case else None
    if case is None or change is None:
        return None
    clock = clock_at(filling.now)
    values = {name: rule.evaluate(filling.values, clock) for name, rule in change.values}
    kept = refunds.kept(case)
    price = values.get("price", kept)
    less = max(0, kept - int(str(price)))
    goes_back = less if values.get("refunds") else 0
    return Told(
        choosing.until(case, change, filling.now),
        changing.differing(filling.draft),
        kept,
        max(0, int(str(price)) - kept),
        goes_back,
        less - goes_back,
    )
