"""Publishes reports, shows and hides their parts, joins and parts those that are the same."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from doorstep.cases import needs_person, outcomes, timeline, workflow
from doorstep.cases.clock import clock_at
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.cases.values import photos_of, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.forms.rules.rule import Rule
from doorstep.reports import queries, queue, still_there
from doorstep.reports.locking import one_at_a_time
from doorstep.reports.models import JOINED, Joined, Report
from doorstep.staff.actor import Actor
from doorstep.text import copied

# What comes of a report that is there no longer, such as one that was withdrawn: no outcome for those behind it.
GONE = "gone"
# A follower of an older version may not know what came of the case that it was joined to.
NO_WAY_ON = (
    "{reference}, which this was joined to, ended as “{outcome}”. Please decide what follows here."
)


def publish(*, case: Case, by: Actor, now: datetime) -> None:
    """Let anyone see a case about a place, or tell its followers that it has moved; the caller holds its lock.

    What is not public by its service, has no place, or is the same as another, stays as it is.
    """
    service = catalogue.service(case.version_id)
    about = service.public
    joined = Joined.objects.filter(case=case, undone_at=None)
    if about is None or case.easting is None or joined.exists():
        return

    def holds(rule: Rule | None) -> bool:
        return rule is not None and bool(rule.evaluate(values_of(case), clock_at(now)))

    photos = photos_of(service, {q: case.answers.get(q) for q in about.photos})
    _report, is_new = Report.objects.get_or_create(
        case=case,
        defaults={
            "published_at": now,
            "text_shown": holds(about.text_when),
            "photos_shown": photos if holds(about.photos_when) else [],
        },
    )
    if case.closed_at:
        still_there.begin_anew(case)
    elif not is_new:
        still_there.is_seen_to(case, by=by, now=now)
    queue.announce.defer(case_id=case.pk, stage=case.stage)


@transaction.atomic
def show(
    *, case_id: int, hidden: bool, text: bool, photos: list[str], by: Actor, now: datetime
) -> Report:
    """Say what anyone may see of a report: whether at all, its text, and which of its photos.

    Raises Refused("not_published"). What is said here is undone by saying it again.
    """
    case = locked(case_id)
    report = Report.objects.filter(case=case).first()
    if report is None:
        raise Refused("not_published")
    case_photos = photos_of(catalogue.service(case.version_id), case.answers)
    report.hidden, report.text_shown = hidden, text
    report.photos_shown = [name for name in case_photos if name in photos]
    report.save(update_fields=["hidden", "text_shown", "photos_shown"])
    count = len(report.photos_shown)
    timeline.write(case, "shown", by=by, now=now, hidden=hidden, written=text, photos=count)
    return report


def join(*, case: Case, reference: str, by: Actor, now: datetime) -> bool:
    """Join a case that was just opened to the one its person chose; say whether that is still open.

    The caller holds the case's lock. A case that is joined already stays where it is.
    """
    if Joined.objects.filter(case=case, undone_at=None).exists():
        return True
    other = Case.objects.filter(reference=reference, slug=case.slug).first()
    into = _last(other) if other else None
    if into is None or into.pk == case.pk or into.closed_at:
        return False
    _join(case, into, by, now)
    _exists(case, now)
    return True


def _exists(case: Case, now: datetime) -> None:
    """Give a joined case a page, which leads to the one that stands for it; it is in no list, and shows nothing of its own."""
    about = catalogue.service(case.version_id).public
    if about is not None and case.easting is not None:
        Report.objects.get_or_create(case=case, defaults={"published_at": now})


def _last(case: Case) -> Case:
    """Return the case at the end of a chain, locked."""
    *_before, end = queries.chain(case)
    return locked(end.pk)


def _join(case: Case, into: Case, by: Actor, now: datetime) -> None:
    Joined.objects.create(case=case, into=into, at=now, by=by.key)
    _mark(case, True)
    _count(case, into, 1)
    timeline.write(into, "joined", by=by, now=now, reference=case.reference)


def _mark(case: Case, joined: bool) -> None:
    case.flags = [f for f in case.flags if f != JOINED] + ([JOINED] if joined else [])
    case.save(update_fields=["flags"])


def _count(case: Case, into: Case, sign: int) -> None:
    """Count a case, and those that were joined to it, on the reports it now stands behind."""
    count = Report.objects.filter(case=case).values_list("joined", flat=True).first() or 0
    behind = [here.pk for here in queries.chain(into)]
    Report.objects.filter(case_id__in=behind).update(joined=F("joined") + sign * (1 + count))
    for here in queries.chain(into):
        still_there.recount(here)


def unmerge(*, case: Case, by: Actor, now: datetime, of: Case | None = None) -> Case | None:
    """Take a case away from the one it was joined to, which is returned; the caller holds its lock.

    `of` is that one, where the caller has it in hand: its timeline is then written by the one who knows its last line.
    """
    row = Joined.objects.select_related("into").filter(case=case, undone_at=None).first()
    if row is None:
        return None
    row.undone_at, row.undone_by = now, by.key
    row.save(update_fields=["undone_at", "undone_by"])
    _mark(case, False)
    _count(case, row.into, -1)
    timeline.write(of or locked(row.into_id), "parted", by=by, now=now, reference=case.reference)
    return row.into


def lock_what_it_is_behind(case_id: int) -> None:
    """Lock the case that one is joined to, before that one itself: the order in which `spread` locks them."""
    row = Joined.objects.filter(case=case_id, undone_at=None).first()
    if row:
        locked(row.into_id)


def _held(case_id: int) -> Case:
    """Return a case, locked after the one it is joined to."""
    lock_what_it_is_behind(case_id)
    return locked(case_id)


@transaction.atomic
def merge(*, case_id: int, reference: str, by: Actor, now: datetime) -> Case:
    """Join a case to another that is about the same; its own work is taken back, its person told in the end.

    Raises Refused: "no_such_report", "same_report", "merged_into_closed", "not_mergeable".
    """
    one_at_a_time()
    slug = Case.objects.values_list("slug", flat=True).get(pk=case_id)
    other = Case.objects.filter(slug=slug, reference=copied.reference(reference)[:16]).first()
    if other is None:
        raise Refused("no_such_report")
    into, case = _last(other), _held(case_id)
    if into.pk == case.pk:
        raise Refused("same_report")
    if into.closed_at:
        raise Refused("merged_into_closed")
    workflow.unwind(case, by=by, now=now)
    _join(case, into, by, now)
    _follow(case, "join.merged", into, by, now)
    case.refresh_from_db(fields=["stage"])
    queue.announce.defer(case_id=case.pk, stage=case.stage)
    return into


@transaction.atomic
def split(*, case_id: int, by: Actor, now: datetime) -> Case:
    """Take a case away from the one it was joined to; it goes on by itself.

    Raises Refused: "not_joined", "not_mergeable".
    """
    one_at_a_time()
    case = _held(case_id)
    into = unmerge(case=case, by=by, now=now)
    if into is None:
        raise Refused("not_joined")
    _follow(case, "join.split", into, by, now)
    return case


def _follow(case: Case, outcome: str, into: Case, by: Actor, now: datetime) -> None:
    there = into.reference
    if not outcomes.carry(case_id=case.pk, name=outcome, by=by, now=now, reference=there):
        raise Refused("not_mergeable")


def stands_for_others(case: Case) -> bool:
    """Say whether an open case was joined to this one."""
    rows = Joined.objects.filter(into=case, undone_at=None, case__closed_at=None)
    return rows.exists()


def _let_go(case: Case, by: Actor, now: datetime) -> None:
    """Let those behind a joined case stand behind what it stood behind; of one that stood alone, ask the team where others see it.

    The caller holds the lock of the case, and of what it is behind.
    """
    into = queries.joined_to(case)
    if into is None:
        return still_there.is_left(case, now=now)
    rows = Joined.objects.filter(into=case, undone_at=None, case__closed_at=None).order_by("at")
    into = locked(into.pk)
    for one in [locked(row.case_id) for row in rows]:
        unmerge(case=one, by=by, now=now, of=case)
        _join(one, into, by, now)


def propagate(*, case: Case, outcome: str, by: Actor, now: datetime) -> None:
    """Carry what came of a case to those that were joined to it, whose own workflows tell their people.

    Where it is `gone`, such as withdrawn, nothing came of what they told us of.
    """
    if outcome == GONE:
        return _let_go(case, by, now)
    joined = Joined.objects.filter(into=case, undone_at=None).select_related("case")
    for row in joined.order_by("at"):
        went_on = outcomes.carry(case_id=row.case_id, name=f"join.{outcome}", by=by, now=now)
        # One that an officer has closed meanwhile stays closed; any other would wait for good.
        if not went_on and not row.case.is_closed:
            _ask_what_follows(row.case_id, case, outcome, by, now)


def _ask_what_follows(case_id: int, of: Case, outcome: str, by: Actor, now: datetime) -> None:
    text = NO_WAY_ON.format(reference=of.reference, outcome=outcome.replace("_", " "))
    needs_person.ask_officer(case_id=case_id, text=text, by=by, now=now)
