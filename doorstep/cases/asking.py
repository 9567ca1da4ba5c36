"""What a choice or a decision asks first, such as which day instead; the step that it names knows what is open now."""

from datetime import datetime
from typing import Any

from doorstep.cases import workflow
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.service import Doing
from doorstep.council.errors import Refused
from doorstep.forms.form import Question
from doorstep.staff.actor import Actor

FIELD = "chosen"


def _asked(case: Case, name: str) -> Doing | None:
    return catalogue.service(case.version_id).workflow.asks.get(name)


def asks(case: Case, name: str) -> bool:
    """Say whether a choice or a decision of a case asks something first."""
    return _asked(case, name) is not None


def question(case: Case, name: str) -> Question | None:
    """Return the question by which it is asked; nothing where nothing is."""
    doing = _asked(case, name)
    return Question(FIELD, steps.kind(doing.step).asked_as) if doing else None


def options(case: Case, name: str, now: datetime) -> list[tuple[str, str]]:
    """Return what may be answered to what a choice or decision asks: ids and words; none where it asks nothing."""
    doing = _asked(case, name)
    if doing is None:
        return []
    return _step(doing).options(case=case, options=workflow.options_of(case, doing, now), now=now)


def take(case: Case, name: str, chosen: str, *, by: Actor, now: datetime) -> None:
    """Take what was chosen for a case, before its next stage is entered; nothing where nothing is asked.

    The caller holds the case's lock. Raises Refused("option_missing"), and what the step refuses, such as "slot_gone".
    """
    doing = _asked(case, name)
    if doing is None:
        return
    if not chosen:
        raise Refused("option_missing")
    given = workflow.options_of(case, doing, now)
    _step(doing).take(case=case, options=given, chosen=chosen, by=by, now=now)


def _step(doing: Doing) -> workflow.Asking:
    step: Any = workflow.step(doing.step)
    asking: workflow.Asking = step
    return asking
