"""Says of a form that is filled in what will come of it, before anything is sent."""

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.cases import submitting, workflow
from doorstep.cases.models import Draft
from doorstep.cases.values import settings_of, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill


@dataclass(frozen=True)
class Foreseen:
    """What the person will read at first: a heading ("" where the stage has none), a sentence, and by when it is due."""

    headline: str
    says: str
    due_on: date | None


def foreseen(*, draft: Draft, now: datetime) -> Foreseen:
    """Return what will come of a draft of which every page is answered; nothing is sent, kept or set in motion."""
    service = catalogue.service(draft.version_id)
    case = submitting.as_case(draft, service, settings_of(draft, service, now), now)
    case.reference = ""  # it has none yet: the next look would make another
    stage = workflow.stage_of(workflow.foretell(case, now))
    words = words_of(case)
    return Foreseen(fill(stage.headline, words), fill(stage.resident, words), case.due_on)
