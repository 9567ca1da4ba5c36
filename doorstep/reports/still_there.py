"""People say that what a report is about is still there: each counts once, and of what is closed a person is asked."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from doorstep.cases import choosing, needs_person, timeline, workflow
from doorstep.cases import queries as cases
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.outside.secret import derived
from doorstep.reports import queries
from doorstep.reports.locking import one_at_a_time
from doorstep.reports.models import Report, StillThere
from doorstep.staff.actor import RESIDENT, Actor

# For so long it can be said of a closed report, or for as long as its person may open it again.
AFTER_CLOSING = timedelta(days=14)
# A browser is known by its cookie for thirty days; longer a mark says nothing.
MARK_KEPT = timedelta(days=31)
TOPIC = "still there"
ASKED = (
    "People who saw it say that it is still there, though this report was closed as “{stage}”. "
    "Please decide whether somebody goes again; it was not opened by itself."
)
LEFT = (
    "Whoever sent this report withdrew it, but other people say that it is still there: they were told not to "
    "report it again. Please decide whether somebody goes."
)


def until(case: Case) -> date | None:
    """Return the last day (in London) on which it can be said of a closed case; nothing of an open one."""
    if case.closed_at is None:
        return None
    return queries.day_of(max(choosing.reopen_until(case), case.closed_at + AFTER_CLOSING))


def is_too_late(case: Case, now: datetime) -> bool:
    """Say whether it can be said of a case no more."""
    last = until(case)
    return last is not None and queries.day_of(now) > last


def standing(reference: str) -> Report | None:
    """Return the report that stands for the one with this reference, where both have a page."""
    report = queries.one(reference)
    end = queries.stands_for(report.case) if report else None
    return queries.one(end.reference) if end else report


def was_said(case: Case, owner_key: str) -> bool:
    """Say whether a browser has said so of a report, or of one that stands behind it."""
    marks = [_mark(one, owner_key) for one in (case, *queries.all_behind(case))]
    return StillThere.objects.filter(mark__in=marks).exists()


def _mark(case: Case, owner_key: str) -> str:
    return derived("reports.still", f"{owner_key}:{case.pk}")


@transaction.atomic
def say(*, reference: str, owner_key: str, now: datetime) -> str:
    """Count a browser's word on the report that stands for the one it is said of; return that one's reference.

    Raises Refused: "report_gone", "too_late_to_say", "said_already". A closed case stays closed: its team is asked once.
    """
    one_at_a_time()
    report = standing(reference)
    if report is None:
        raise Refused("report_gone")
    case = locked(report.case_id)
    if is_too_late(case, now):
        raise Refused("too_late_to_say")
    if was_said(case, owner_key):
        raise Refused("said_already", reference=case.reference)
    StillThere.objects.create(case=case, at=now, mark=_mark(case, owner_key))
    _note(case, report, now)
    recount(case)
    return case.reference


def _note(case: Case, report: Report, now: datetime) -> None:
    """Write into the timeline, once a day, that it is said; of a closed case ask its team, once for each closing."""
    if report.still_at is None or queries.day_of(report.still_at) < queries.day_of(now):
        timeline.write(case, "still there", by=RESIDENT, now=now)
    if case.closed_at is None:
        return
    if not case.tasks.filter(topic=TOPIC, task__asked_at__gte=case.closed_at).exists():
        text = ASKED.format(stage=workflow.stage_of(case).label)
        needs_person.ask_on(case=case, text=text, by=RESIDENT, now=now, topic=TOPIC)


def recount(case: Case) -> None:
    """Keep on a report how many say so, of it and of those behind it; of a closed one since it was closed."""
    words = StillThere.objects.filter(case__in=[case, *queries.all_behind(case)])
    if case.closed_at is not None:
        words = words.filter(at__gte=case.closed_at)
    last = words.aggregate(last=Max("at"))["last"]
    Report.objects.filter(case=case).update(still=words.count(), still_at=last)


def begin_anew(case: Case) -> None:
    """Forget what was said before a report was dealt with; the caller holds the case's lock."""
    whole = [case, *queries.all_behind(case)]
    StillThere.objects.filter(case__in=whole).delete()
    Report.objects.filter(case__in=whole).update(still=0, still_at=None)


def is_left(case: Case, *, now: datetime) -> None:
    """Ask the team of a case that its person has withdrawn, where others say that it is still there."""
    if Report.objects.filter(case=case, still__gt=0).exists():
        needs_person.ask_on(case=case, text=LEFT, by=RESIDENT, now=now, topic=TOPIC)


def is_seen_to(case: Case, *, by: Actor, now: datetime) -> None:
    """End what was asked of a closed case that is open again; the caller holds its lock."""
    needs_person.done_on(case=case, topic=TOPIC, by=by, now=now)


def forget(*, now: datetime) -> None:
    """Forget by what nobody was counted twice, once it is of no use; of erased cases, every word."""
    StillThere.objects.filter(case__in=cases.erased_lately(now)).delete()
    old = StillThere.objects.filter(at__lt=now - MARK_KEPT, mark__isnull=False)
    old.update(mark=None)
