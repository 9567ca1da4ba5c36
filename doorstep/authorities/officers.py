"""What of another authority's is asked of an officer: once for a case and what it is about."""

from datetime import datetime

from django.db import transaction

from doorstep.authorities.models import OfficerAsked, Passed
from doorstep.cases import needs_person
from doorstep.cases.locking import locked
from doorstep.council import queries as council
from doorstep.staff.actor import SYSTEM


def name(row: Passed) -> str:
    """Return the authority's name; its code where the council names it no more."""
    partner = council.current().authorities.get(row.authority)
    return partner.name if partner else row.authority


def patience(authority: str) -> council.Patience:
    """Return for how many days we wait on an authority; the default where it takes nothing any more."""
    partner = council.current().authorities.get(authority)
    return partner.open311.patience_days if partner and partner.open311 else council.Patience()


@transaction.atomic
def ask_once(*, row: Passed, about: str, text: str, now: datetime) -> bool:
    """Ask an officer about a case; say whether that was new, and nothing was asked if not."""
    locked(row.case_id)
    _, is_new = OfficerAsked.objects.get_or_create(
        case_id=row.case_id, about=about[:200], defaults={"at": now}
    )
    if is_new:
        needs_person.ask_officer(case_id=row.case_id, text=text, by=SYSTEM, now=now)
    return is_new
