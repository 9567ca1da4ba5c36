"""Where a case stands, in the sentence its resident reads, without anything personal."""

from doorstep.cases.history import Line
from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.reports import queries as reports


def sentence(of: Case, line: Line | None = None) -> str:
    """Return the sentence of a case's stage, or that of a line of its history as it was then."""
    service = catalogue.service(of.version_id)
    text = service.workflow.stages[line.stage if line else of.stage].resident
    words = reports.impersonal(of, service)
    return fill(text, line.said(words) if line else words)
