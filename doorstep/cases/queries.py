"""Reads drafts and cases."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Right

from doorstep.cases import access, permits
from doorstep.cases.models import Case, Draft
from doorstep.cases.owners import Owner
from doorstep.catalogue import steps
from doorstep.catalogue.models import Version
from doorstep.outside.kept import kept
from doorstep.staff.who import Who
from doorstep.text import copied


def draft(draft_id: UUID, owner: Owner, now: datetime) -> Draft | None:
    """Return somebody's own draft by its id, sent or not, with the version of its service that `runs`; nothing when it is over."""
    return _own_draft.first(draft_id, owner.kind, owner.key, *access.too_long_ago(now))


@kept
def _own_draft(
    draft_id: UUID, owner_kind: str, owner_key: str, unsaved_since: datetime, any_since: datetime
) -> QuerySet[Draft]:
    own_draft = Draft.objects.filter(pk=draft_id, owner_kind=owner_kind, owner_key=owner_key)
    current = Version.objects.filter(slug=OuterRef("slug"), current=True).values("digest")[:1]
    return own_draft.exclude(access.untouched(unsaved_since, any_since)).annotate(
        runs=Subquery(current)
    )


def unfinished(owner: Owner, now: datetime, *, slug: str = "") -> QuerySet[Draft]:
    """Return what somebody began and did not send, the newest first; of one service, or of each."""
    drafts = _own(owner, now).filter(sent_at=None)
    if slug:  # what changes a case is gone on with from the case's page
        drafts = drafts.filter(slug=slug, changes=None)
    return drafts.order_by("-updated_at")


def begun_at_the_desk(owner: Owner, now: datetime) -> list[Draft]:
    """Return the last forms that somebody of the staff began for callers and did not send."""
    return _begun_at_the_desk(owner.kind, owner.key, *access.too_long_ago(now))


@kept
def _begun_at_the_desk(
    owner_kind: str, owner_key: str, unsaved_since: datetime, any_since: datetime
) -> QuerySet[Draft]:
    drafts = Draft.objects.filter(owner_kind=owner_kind, owner_key=owner_key, sent_at=None)
    drafts = drafts.exclude(access.untouched(unsaved_since, any_since)).exclude(channel="field")
    return drafts.order_by("-updated_at")[:20]


def _own(owner: Owner, now: datetime) -> QuerySet[Draft]:
    own_drafts = Draft.objects.filter(owner_kind=owner.kind, owner_key=owner.key)
    return own_drafts.exclude(access.expired(now))


def went_on_elsewhere(draft_id: UUID, owner: Owner) -> Draft | None:
    """Return a draft that this browser had and that was then opened by its link in another, sent or not."""
    return Draft.objects.filter(pk=draft_id, left_by__contains=[owner.key]).first()


def by_reference(reference: str) -> Case | None:
    """Return the case with this reference, its place and version with it; who shows it asks `permits` first."""
    return _by_reference.first(copied.reference(reference))


@kept
def _by_reference(reference: str) -> QuerySet[Case]:
    cases = Case.objects.select_related("place__street", "draft", "customer__person__same_as")
    # With whom it is shared comes along: who may open it is asked of what is there (`permits`).
    return permits.with_shared(cases.filter(reference=reference))


# What the worklist shows of a case.
SHOWN = (
    *("reference", "version", "stage", "stage_since", "flags", "due_on", "closed_at"),
    # By these it is told whether it may be seen.
    *("slug", "restricted", "ward"),
    *("channel", "where", "place__line", "place__postcode", "place__street__locality"),
    # What it is about, whose it is, and since when.
    *("words", "customer__name", "opened_at"),
)
# What a case says at length.
LONG = ("answers", "words", "facts", "settings", "decisions")


def worklist(
    who: Who,
    now: datetime,
    *,
    state: str,
    today: date,
    overdue: bool = False,
    flagged: bool = False,
    stage: str = "",
    slug: str = "",
) -> QuerySet[Case]:
    """Return the cases that somebody may see: open, the soonest due first, or closed, the latest first.

    An open case that stands behind another is left out: the other is worked on. `stage` is one of its names, or several
    with commas between.
    """
    cases = permits.visible_to(who, now).select_related("place__street", "customer").only(*SHOWN)
    cases = cases.filter(closed_at__isnull=state != "closed")
    if state != "closed":
        for flag in steps.aside():
            cases = cases.exclude(flags__contains=[flag])
    if overdue:
        cases = cases.filter(due_on__lt=today)
    if flagged:
        cases = cases.exclude(flags=[])
    if stage:
        cases = cases.filter(stage__in=stage.split(","))
    if slug:
        cases = cases.filter(slug=slug)
    return (
        cases.order_by("due_on", "opened_at", "id")
        if state != "closed"
        else cases.order_by("-closed_at", "-id")
    )


def opened(
    who: Who,
    now: datetime,
    *,
    slug: str = "",
    since: datetime | None = None,
    after: tuple[datetime, int] | None = None,
) -> QuerySet[Case]:
    """Return the cases that somebody may see by when they were opened; those after a moment and number where one left off."""
    cases = permits.visible_to(who, now).select_related("place__street", "draft")
    if slug:
        cases = cases.filter(slug=slug)
    if since:
        cases = cases.filter(opened_at__gte=since)
    if after:
        later = Q(opened_at__gt=after[0]) | Q(id__gt=after[1])
        cases = cases.filter(later, opened_at__gte=after[0])
    return cases.order_by("opened_at", "id")


def of_place(uprn: int, who: Who, now: datetime) -> QuerySet[Case]:
    """Return the cases about a property that somebody may see, the newest first."""
    return permits.visible_to(who, now).filter(place_id=uprn).order_by("-opened_at")


def of_people(ids: list[int], who: Who, now: datetime) -> QuerySet[Case]:
    """Return the cases of people, by the numbers of their records, that somebody may see."""
    cases = permits.visible_to(who, now).filter(customer__person__in=ids)
    return cases.select_related("place__street", "customer")


def open_at(uprns: Collection[int], who: Who, now: datetime) -> list[Case]:
    """Return the open cases at some properties that somebody may see, the soonest due first, at most a hundred."""
    there = permits.visible_to(who, now).filter(place_id__in=uprns, closed_at=None)
    there = there.select_related("place__street").only(*SHOWN)
    return list(there.order_by("due_on", "opened_at", "id")[:100])


def open_in_street(usrn: int, but: int, who: Who, now: datetime) -> list[Case]:
    """Return the open cases in a street that somebody may see, without those at one property, at most nine."""
    in_street = permits.visible_to(who, now).filter(closed_at=None).exclude(place_id=but)
    in_street = in_street.filter(Q(place__street_id=usrn) | Q(usrn=usrn))
    in_street = in_street.select_related("place__street").only(*SHOWN)
    return list(in_street.order_by("due_on", "opened_at", "id")[:9])


def closed_at(uprn: int, who: Who, now: datetime) -> QuerySet[Case]:
    """Return the closed cases at a property that somebody may see, the latest first."""
    there = permits.visible_to(who, now).filter(place_id=uprn, closed_at__isnull=False)
    there = there.select_related("place__street").only(*SHOWN)
    return there.order_by("-closed_at", "-id")


def by_references(references: Collection[str]) -> dict[str, Case]:
    """Return the cases with these references, by them; nothing is read where there are none."""
    if not references:
        return {}
    return {case.reference: case for case in Case.objects.filter(reference__in=references)}


def by_reference_or_end(text: str, who: Who, now: datetime) -> QuerySet[Case]:
    """Return the cases that somebody may see with this reference, however typed, or with these last four signs or more."""
    cases = permits.visible_to(who, now).select_related("place__street").only(*SHOWN)
    end = copied.end_of_reference(text)
    if end:
        # By its last four alone the index finds it.
        cases = cases.annotate(last=Right("reference", 4)).filter(last=end[-4:])
        return cases.filter(reference__endswith=end).order_by("-opened_at")
    reference = copied.reference(text)
    return cases.filter(reference=reference) if "-" in reference else cases.none()


def open_of(ids: list[int], who: Who, now: datetime) -> list[Case]:
    """Return the open cases of these people, and of records that stand behind theirs, that somebody may see; at most 100."""
    whose = Q(customer__person__in=ids) | Q(customer__person__same_as__in=ids)
    cases = permits.visible_to(who, now).filter(whose, closed_at=None)
    cases = cases.select_related("customer__person", "place__street")
    return list(cases.order_by("due_on", "opened_at")[:100])


# Other rooms forget each hour what they have of an erased case; after years, most cases are erased.
LATELY = timedelta(days=30)


def erased_lately(now: datetime) -> QuerySet[Case]:
    """Return the cases that were erased in the last month, of which other rooms forget what they have."""
    return Case.objects.filter(erased_at__gt=now - LATELY)
