"""Where a case stands, in the sentence its resident reads, without anything personal."""

from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill

# Kinds of question whose answer cannot be personal: one of those that we gave.
CHOSEN = ("choice", "choices", "yes_no", "date")


def sentence(of: Case, stage: str = "") -> str:
    """Return the sentence of a case's stage, or of one where it stood before."""
    service = catalogue.service(of.version_id)
    return fill(service.workflow.stages[stage or of.stage].resident, values(of, service))


def values(of: Case, service: Service) -> dict[str, object]:
    """Return what a stage's sentence may say here: nothing that someone typed, and not where they live."""
    asked = service.form.questions.values()
    typed = [q.id for q in asked if q.kind not in CHOSEN]
    left_out = ["address", "named", *typed, *(f"{name}_words" for name in typed)]
    return {**words_of(of), **{name: None for name in left_out}}
