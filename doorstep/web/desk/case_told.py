"""Whom a decision about a case would tell, said only where it is sure: no sentence is better than a wrong one."""

from typing import Literal

from doorstep.cases import asking, workflow
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.service import Doing, Stage, Workflow
from doorstep.messages import queries as messages

# The resident, nobody, or what nobody can say beforehand.
Whom = Literal["resident", "nobody", ""]


def by_decisions(case: Case) -> dict[str, Whom]:
    """Return whom each decision that is open now would tell, by its name."""
    return {name: _by(case, name) for name in workflow.stage_of(case).decisions}


def _by(case: Case, decision: str) -> Whom:
    flow = catalogue.service(case.version_id).workflow
    stage = flow.stages[workflow.stage_of(case).decisions[decision]]
    if messages.can_be_told(case) and _tells(flow, stage):
        return "resident"
    # What is asked first may set something in motion itself, such as another day.
    still = stage.do or asking.asks(case, decision) or workflow.stands_for_others(case)
    return "" if still else "nobody"


def _tells(flow: Workflow, stage: Stage) -> bool:
    """Say whether a stage surely speaks at once: before anything that may lead on from it in the same moment."""
    for doing in stage.do:
        if steps.kind(doing.step).speaks and not doing.rules:  # a reminder leaves later, or never
            return True
        if _may_lead_on(flow, stage, doing):
            return False
    return False


def _may_lead_on(flow: Workflow, stage: Stage, doing: Doing) -> bool:
    names = {f"{doing.step}.{outcome}" for outcome in steps.kind(doing.step).outcomes}
    return bool(names & {*flow.on, *stage.on})
