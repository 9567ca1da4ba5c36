"""Work in the council's own waste system as it was seen there: what others keyed is taken in; and how ours stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from doorstep.cases.models import Case
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Job
from doorstep.places.models import Property
from doorstep.waste import queue, theirs
from doorstep.waste.models import Sheet
from doorstep.waste.provider import Worksheet

# Work of others is forgotten here so long after it began.
KEPT = timedelta(days=180)


def take_in(*, place: Property, rows: list[Worksheet], now: datetime) -> None:
    """Keep the work that stands at a home there; ours is known by its number or our key, and looked at where it ended."""
    ours = {
        s.key: s for s in Sheet.objects.filter(key__in=[w.reference for w in rows if w.reference])
    }
    known = {s.number: s for s in Sheet.objects.filter(number__in=[w.id for w in rows])}
    for row in rows:
        sheet = known.get(row.id) or ours.get(row.reference)
        if sheet is not None and sheet.job_id is not None:
            _look_again(sheet, row, now)
        else:
            _keep(place, row, now)
    # What is there no longer is nobody's work.
    gone = Sheet.objects.filter(place=place, job=None, state="open").exclude(number__in=list(known))
    gone.exclude(number__in=[row.id for row in rows]).update(state="cancelled", ended_at=now)


def _look_again(sheet: Sheet, row: Worksheet, now: datetime) -> None:
    if sheet.number and sheet.state == "open" and row.state in Sheet.ENDED:
        Sheet.objects.filter(pk=sheet.pk).update(next_at=now)
        queue.sheet.defer(sheet_id=sheet.pk)


def _keep(place: Property, row: Worksheet, now: datetime) -> None:
    """Keep work that somebody else keyed lately; how it stands where nobody told us of the word counts as open."""
    if not row.id or len(row.id) > Sheet.LONGEST_NUMBER or (row.began and now - row.began > KEPT):
        return
    about = {
        "place": place,
        "kind": theirs.words().kind_of(row.subject),
        "subject": row.subject[:120],
        "state": row.state if row.state in Sheet.ENDED else "open",
        "began_at": row.began or now,
        "due_on": row.due.astimezone(ZONE).date() if row.due else None,
        "ended_at": row.ended,
    }
    Sheet.objects.update_or_create(number=row.id, defaults=about, create_defaults=about)


def open_elsewhere(uprns: list[int], kind: str, since: datetime) -> list[Sheet]:
    """Return open work about a kind of container at a home or its building that others keyed since a moment, the latest first."""
    rows = Sheet.objects.filter(
        place__in=uprns, kind=kind, state="open", job=None, began_at__gte=since
    )
    return list(rows.order_by("-began_at"))


def keyed_by_others(uprn: int) -> list[Sheet]:
    """Return the work at a home that others keyed in the waste system, the latest first; none where the book is kept here."""
    if not theirs.is_kept_there():
        return []
    return list(Sheet.objects.filter(place=uprn, job=None).order_by("-began_at")[:20])


def of_jobs(jobs: Iterable[Job]) -> dict[int, Sheet]:
    """Return how jobs stand there, by their numbers; none where the book is kept here."""
    if not theirs.is_kept_there():
        return {}
    return {s.job_id: s for s in Sheet.objects.filter(job__in=list(jobs)) if s.job_id}


def is_of(sheet_id: int, case: Case) -> bool:
    """Say whether work there is for a case."""
    return Sheet.objects.filter(pk=sheet_id, job__case=case).exists()


@dataclass(frozen=True)
class Standing:
    """How our work in the waste system stands: how much waits to be sent and is open there, and what did not go well, the oldest first."""

    waiting: int
    open: int
    unwell: tuple[Sheet, ...]


def standing() -> Standing | None:
    """Return how our work there stands; nothing where the book is kept here. Three statements."""
    if not theirs.is_kept_there():
        return None
    ours = Sheet.objects.filter(job__isnull=False)
    lively = Q(state__in=Sheet.LIVE) | Q(state="refused", job__state="open")
    unwell = ours.filter(lively).exclude(wrong="").select_related("job__case")
    return Standing(
        ours.filter(state="to_send").count(),
        ours.filter(state="open").count(),
        tuple(unwell.order_by("began_at")[:100]),
    )
