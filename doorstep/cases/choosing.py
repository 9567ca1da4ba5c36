"""What a resident may choose on the page of their case: cancel, take another date, ask for the money back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.cases import timeline, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case
from doorstep.cases.values import values_of, words_of
from doorstep.catalogue.service import Choice
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.staff.actor import Actor


@dataclass(frozen=True)
class Offered:
    """A choice that is open now: its name, the button's words, what to know first, and until when."""

    name: str
    offer: str
    sure: str
    until: datetime | None


def _until(case: Case, choice: Choice, now: datetime) -> Any:
    return choice.until.evaluate(values_of(case), clock_at(now)) if choice.until else None


def offered(case: Case, now: datetime) -> list[Offered]:
    """Return what the resident may choose now, in the workflow's order."""
    found = []
    for name, choice in workflow.stage_of(case).choices.items():
        until = _until(case, choice, now)
        if until is None or now < until:
            sure = fill(choice.sure, {**words_of(case), "until": until})
            found.append(Offered(name, choice.offer, sure, until))
    return found


@transaction.atomic
def choose(*, case_id: int, name: str, by: Actor, now: datetime) -> Case:
    """Carry out a choice; raises Refused("choice_gone"), also at the very moment it ends."""
    case = Case.objects.select_for_update(of=("self",)).select_related("draft").get(id=case_id)
    choice = workflow.stage_of(case).choices.get(name)
    if choice is None:
        raise Refused("choice_gone")
    until = _until(case, choice, now)
    if until is not None and now >= until:
        raise Refused("choice_gone")
    timeline.write(case, "chosen", by=by, now=now, choice=name)
    if choice.undo:
        workflow.unwind(case, by=by, now=now)
    workflow.enter(case, choice.stage, by=by, now=now, why=name)
    return case
