"""Reads drafts and cases."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from doorstep.cases.models import Case, Draft
from doorstep.cases.needs_person import TO_DO
from doorstep.catalogue import steps
from doorstep.text import copied


def open_draft(visitor: str, slug: str) -> Draft | None:
    """Return a visitor's open draft of a service."""
    return Draft.objects.filter(visitor=visitor, slug=slug, sent_at=None).first()


def draft(draft_id: str, visitor: str) -> Draft | None:
    """Return a visitor's draft by its id, sent or not."""
    try:
        return Draft.objects.filter(pk=UUID(draft_id), visitor=visitor).first()
    except ValueError:
        return None


def by_reference(reference: str) -> Case | None:
    """Return the case with this reference, its place and version with it."""
    cases = Case.objects.select_related("place__street", "draft", "customer")
    return cases.filter(reference=copied.reference(reference)).first()


# What a case says at length; a list of cases reads none of it.
LONG = ("answers", "words", "facts", "settings", "decisions")


def worklist(
    *,
    state: str,
    today: date,
    overdue: bool = False,
    flagged: bool = False,
    asked: bool = False,
    stage: str = "",
) -> QuerySet[Case]:
    """Return cases for the desk: open or closed, the soonest due first; `asked`: those that need a person, both.

    An open case that stands behind another is left out: the other is worked on.
    """
    cases = Case.objects.select_related("place__street").defer(*LONG)
    if asked:
        return cases.filter(flags__contains=TO_DO).order_by("opened_at")
    cases = cases.filter(closed_at__isnull=state != "closed")
    if state != "closed":
        for flag in steps.aside():
            cases = cases.exclude(flags__contains=[flag])
    if overdue:
        cases = cases.filter(due_on__lt=today)
    if flagged:
        cases = cases.exclude(flags=[])
    if stage:
        cases = cases.filter(stage=stage)
    return (
        cases.order_by("due_on", "opened_at") if state != "closed" else cases.order_by("-closed_at")
    )


def opened(
    *, slug: str = "", since: datetime | None = None, after: tuple[datetime, int] | None = None
) -> QuerySet[Case]:
    """Return cases by when they were opened; those after a moment and number where one left off."""
    cases = Case.objects.select_related("place__street", "draft")
    if slug:
        cases = cases.filter(slug=slug)
    if since:
        cases = cases.filter(opened_at__gte=since)
    if after:
        later = Q(opened_at__gt=after[0]) | Q(id__gt=after[1])
        cases = cases.filter(later, opened_at__gte=after[0])
    return cases.order_by("opened_at", "id")


def of_place(uprn: int) -> QuerySet[Case]:
    """Return every case about a property, the newest first."""
    return Case.objects.filter(place_id=uprn).order_by("-opened_at")
