"""Where a case stands, in the sentence its resident reads, without anything personal."""

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.reports import queries as reports


def sentence(of: Case, stage: str = "") -> str:
    """Return the sentence of a case's stage, or of one where it stood before."""
    service = catalogue.service(of.version_id)
    text = service.workflow.stages[stage or of.stage].resident
    return fill(text, reports.impersonal(of, service))
