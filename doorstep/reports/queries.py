"""Reads reports: what anyone may see, what is near, what is the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from doorstep.cases.history import lines
from doorstep.cases.models import Case
from doorstep.cases.values import photos_of, spoken, words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import steps
from doorstep.catalogue.built_in_stages import MOVED
from doorstep.catalogue.service import Service, Stage
from doorstep.catalogue.words import fill
from doorstep.council.queries import ZONE
from doorstep.forms.questions import kinds
from doorstep.places import grid
from doorstep.reports.models import JOINED, Joined, Report
from doorstep.text import copied

POINT = grid.Point("case__easting", "case__northing")
STATES = ("open", "fixed", "closed")
# A sentence reads all of these; of a draft only who filled it in.
READ = ("case__ward", "case__draft", "case__place__street")
UNREAD = ("answers", "words", "facts", "asked", "decisions", "passed", "quoted", "typed")
# What is looked at for similar ones, the nearest first.
MOST_NEAR = 8


@dataclass(frozen=True)
class Shown:
    """A report as anyone may see it; `text` and `photos` only as far as they were let through.

    `state` is open, fixed (the person got what was asked for) or closed; `says` is the stage's sentence. `still`
    people said that it is still there, the last on that day (Europe/London).
    """

    reference: str
    slug: str
    name: str
    what: str
    text: str
    photos: tuple[str, ...]
    where: str
    ward: str
    latitude: float
    longitude: float
    easting: int
    northing: int
    state: str
    says: str
    opened_at: datetime
    stage_since: datetime
    closed_at: datetime | None
    due_on: date | None
    joined: int
    still: int
    still_on: date | None

    @property
    def title(self) -> str:
        """Return what it is in a few words: its service's name, and what was chosen."""
        return f"{self.name}: {self.what}" if self.what else self.name


def _same() -> Exists:
    return Exists(Joined.objects.filter(case=OuterRef("case_id"), undone_at=None))


def existing() -> QuerySet[Report]:
    """Return every report that has a page, the newest first: also one that stands behind another."""
    return _whole(
        Report.objects.filter(hidden=False, case__easting__isnull=False, case__restricted=False)
    )


def public() -> QuerySet[Report]:
    """Return every report that is listed, the newest first; of the same ones, the one they were joined to."""
    return existing().exclude(_same())


def _whole(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Return reports, the newest first, with all that showing them reads."""
    reports = reports.select_related(*READ).defer(*(f"case__draft__{name}" for name in UNREAD))
    return reports.order_by("-case__opened_at", "-case_id")


def one(reference: str) -> Report | None:
    """Return a report that has a page, by its reference; one that was joined to another too."""
    return existing().filter(case__reference=copied.reference(reference)[:16]).first()


def chain(case: Case) -> Iterator[Case]:
    """Go from a case to the one it was joined to, and on; nothing is gone through twice."""
    seen = set[int]()
    here: Case | None = case
    while here is not None and here.pk not in seen:
        yield here
        seen.add(here.pk)
        here = joined_to(here)


def stands_for(case: Case) -> Case | None:
    """Return the case that a joined one stands behind in the end; nothing where it stands for itself."""
    *_before, end = chain(case)
    return None if end.pk == case.pk else end


def stood_for_by(case: Case) -> Report | None:
    """Return the report that stands for a joined case, where it has a page; nothing for any other."""
    other = stands_for(case) if JOINED in case.flags else None
    return one(other.reference) if other else None


def all_behind(case: Case) -> list[Case]:
    """Return the cases that were joined to one, and to those, the earliest first."""
    found: dict[int, Case] = {}
    near = joined_by(case)
    while near:
        new = [c for c in near if c.pk not in found and c.pk != case.pk]
        found |= {c.pk: c for c in new}
        near = [c for one_of in new for c in joined_by(one_of)]
    return sorted(found.values(), key=lambda c: (c.opened_at, c.pk))


def photos_along(report: Report) -> list[tuple[str, str]]:
    """Return what an officer let through of the reports behind one: reference and name of each photo."""
    if not report.joined:
        return []
    behind = existing().filter(case__in=[case.pk for case in all_behind(report.case)])
    return [(row.reference, name) for row in all_shown(behind) for name in row.photos]


def narrowed(
    reports: QuerySet[Report],
    *,
    slug: str = "",
    ward: str = "",
    usrn: str = "",
    state: str = "",
) -> QuerySet[Report]:
    """Return reports of a service, a ward, a street, in a state: open, fixed or closed."""
    if slug:
        reports = reports.filter(case__slug=slug)
    if ward:
        reports = reports.filter(case__ward_id=ward)
    if usrn.isdecimal() and len(usrn) < 12:
        reports = reports.filter(case__usrn=int(usrn))
    if state == "open":
        reports = reports.filter(case__closed_at=None)
    elif state in STATES:
        reports = reports.filter(case__closed_at__isnull=False, case__good=state == "fixed")
    return reports


def state_of(case: Case) -> str:
    """Return open, fixed or closed."""
    return "open" if case.closed_at is None else "fixed" if case.good else "closed"


def impersonal(case: Case, service: Service) -> dict[str, object]:
    """Return what a sentence about a case may say to anyone: nothing that someone typed, and no home."""
    questions = service.form.questions.values()
    typed = [q.id for q in questions if kinds.of(q).is_typed]
    left_out = ["named", *typed, *(f"{name}_words" for name in typed)]
    words = {**words_of(case), **{name: None for name in left_out}, "address": case.where}
    if isinstance(moved := words.get(MOVED), dict):  # where it went, and not as which case
        words[MOVED] = {"title": moved.get("title")}
    return words


def shown(report: Report) -> Shown:
    """Return a report as anyone may see it."""
    case = report.case
    service = catalogue.service(case.version_id)
    about, words = service.public, spoken(case.words)
    assert about and case.latitude is not None and case.longitude is not None
    assert case.easting is not None and case.northing is not None
    stage = service.workflow.stages[case.stage]
    text = "\n\n".join(words[q] for q in about.text if words.get(q)) if report.text_shown else ""
    mine = photos_of(service, {q: case.answers.get(q) for q in about.photos})
    said = report.still_at  # what was said before it was dealt with says nothing now
    if said and case.closed_at and said < case.closed_at:
        said = None
    return Shown(
        reference=case.reference,
        slug=case.slug,
        name=about.name,
        what=", ".join(words[q] for q in about.what if words.get(q)),
        text=text,
        photos=tuple(name for name in mine if name in report.photos_shown),
        where=case.where,
        ward=case.ward.name if case.ward else "",
        latitude=case.latitude,
        longitude=case.longitude,
        easting=case.easting,
        northing=case.northing,
        state=state_of(case),
        says=fill(stage.resident, impersonal(case, service)),
        opened_at=case.opened_at,
        stage_since=case.stage_since or case.opened_at,
        closed_at=case.closed_at,
        due_on=case.due_on,
        joined=report.joined,
        still=report.still if said else 0,
        still_on=day_of(said) if said else None,
    )


def history(report: Report) -> list[tuple[datetime, str]]:
    """Return when a report came into each of its stages, with the sentence that anyone may read."""
    case = report.case
    service = catalogue.service(case.version_id)
    words = impersonal(case, service)
    stages, rows = service.workflow.stages, case.events.filter(kind="stage").order_by("number")
    return [
        (line.at, fill(stages[line.stage].resident, line.said(words)))
        for line in lines(rows)
        if not _is_behind(stages[line.stage])
    ]


def _is_behind(stage: Stage) -> bool:
    """Say whether in a stage a case stands behind another: its sentence is for its own person."""
    return any(steps.kind(doing.step).sets_aside for doing in stage.do)


@dataclass(frozen=True)
class Near:
    """An open report near a place, and how far away it is, in metres."""

    report: Shown
    metres: int


def near(
    *, slug: str, easting: int, northing: int, metres: int, days: int, now: datetime
) -> list[Near]:
    """Return the open reports of a service within so many metres and days, the nearest first."""
    away = grid.distance(POINT, easting, northing)
    reports = public().filter(
        grid.within(POINT, easting, northing, metres),
        case__slug=slug,
        case__closed_at=None,
        case__opened_at__gte=now - timedelta(days=days),
    )
    rows = reports.annotate(away=away).order_by("away", "case_id")[:MOST_NEAR]
    return [Near(shown(report), round(report.away)) for report in rows]


def day_of(moment: datetime) -> date:
    """Return the day of a moment in London."""
    return moment.astimezone(ZONE).date()


def services() -> list[Service]:
    """Return the running services whose cases may be public, by name."""
    listed = [s for s in catalogue.running() if s.public]
    return sorted(listed, key=lambda s: s.public.name if s.public else "")


def joined_to(case: Case) -> Case | None:
    """Return the case that a case was joined to, if it is."""
    row = Joined.objects.select_related("into").filter(case=case, undone_at=None).first()
    return row.into if row else None


def joined_by(case: Case) -> list[Case]:
    """Return the cases that were joined to a case, the earliest first."""
    rows = Joined.objects.select_related("case").filter(into=case, undone_at=None).order_by("at")
    return [row.case for row in rows]


def all_shown(rows: Iterable[Report]) -> list[Shown]:
    """Return reports as anyone may see them."""
    return [shown(report) for report in rows]


def some(found: QuerySet[Report], first: int, most: int) -> list[Shown]:
    """Return so many reports from one on, as anyone may see them.

    Which they are is found in an index; what was left behind on the way to a later page is not read.
    """
    those = found.values("pk")[first : first + most]
    return all_shown(_whole(Report.objects.filter(pk__in=those)))
