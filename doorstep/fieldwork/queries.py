"""Reads jobs and outcomes."""

from datetime import date, datetime
from math import dist

from django.db.models import Count, Max, QuerySet, prefetch_related_objects

from doorstep.cases.models import Case
from doorstep.fieldwork.models import WITHDRAWN, Caution, DeviceEvent, Job, Outcome
from doorstep.outside.kept import kept


def last_heard() -> datetime | None:
    """Return when a crew's tablet last sent anything."""
    newest: datetime | None = DeviceEvent.objects.aggregate(at=Max("at"))["at"]
    return newest


def of_case(case: Case) -> list[Job]:
    """Return a case's jobs with what was recorded of them, the first made first."""
    jobs = _of_case(case.pk)
    if jobs:
        prefetch_related_objects(jobs, "results__event")
    return jobs


def photos_of(case: Case) -> set[str]:
    """Return the names of the photos that crews took of a case's work."""
    outcomes = Outcome.objects.filter(job__case=case).values_list("photo", "photo_before")
    return {name for pair in outcomes for name in pair if name}


@kept
def _of_case(case_id: int) -> QuerySet[Job]:
    return Job.objects.filter(case=case_id).order_by("pk")


def ahead(crew_list: str, day: date) -> QuerySet[Job]:
    """Return a crew list's open jobs of the days after a day, the soonest first."""
    jobs = Job.objects.select_related("place__street", "case__place__street")
    jobs = jobs.filter(crew_list=crew_list, state="open")
    return jobs.filter(day__gt=day).order_by("day", "place__street__name", "place__sort")


def on_list(crew_list: str, day: date) -> QuerySet[Job]:
    """Return a crew list's open jobs due by a day, and those done on it, in street order."""
    jobs = Job.objects.filter(crew_list=crew_list)
    due = jobs.filter(state="open", day__lte=day)
    # By what was done that day: a list's jobs are thousands after years.
    done = jobs.filter(state="done", pk__in=Outcome.objects.filter(day=day).values("job"))
    listed = Job.objects.select_related("place__street", "case__place__street")
    listed = listed.filter(pk__in=due.values("pk").union(done.values("pk")))
    return listed.order_by("-state", "-urgent", "place__street__name", "place__sort", "id")


def at(job: Job) -> tuple[int, int] | None:
    """Return where a job is, as easting and northing in metres, if that is known."""
    if job.place:
        return job.place.easting, job.place.northing
    case = job.case
    return (case.easting, case.northing) if case.easting and case.northing else None


def cautions(today: date) -> list[Caution]:
    """Return what crews must know of places now, the latest first."""
    return _cautions(today)


@kept
def _cautions(today: date) -> QuerySet[Caution]:
    rows = Caution.objects.filter(ended_at=None, until__gte=today)
    return rows.order_by("-made_at")[:500]


def cautions_at(point: tuple[int, int] | None, among: list[Caution]) -> list[Caution]:
    """Return those of some cautions that hold at a point."""
    if point is None:
        return []
    return [c for c in among if dist(point, (c.easting, c.northing)) <= c.metres]


def outcomes_about(kind: str, keys: list[str], since: date) -> list[Outcome]:
    """Return what stands recorded about some things since a day, the newest first."""
    if len(keys) == 1:  # as nearly always
        return _about_one(kind, keys[0], since)
    return list(_standing().filter(about_kind=kind, about_key__in=keys, day__gte=since))


@kept
def _about_one(kind: str, key: str, since: date) -> QuerySet[Outcome]:
    return _standing().filter(about_kind=kind, about_key=key, day__gte=since)


def _standing() -> QuerySet[Outcome]:
    return Outcome.objects.filter(superseded_by=None).exclude(code=WITHDRAWN).order_by("-at")


def history_about(kind: str, keys: list[str], since: date) -> QuerySet[Outcome]:
    """Return all that was ever recorded about some things since a day, mistakes too, the newest first."""
    outcomes = Outcome.objects.select_related("superseded_by", "job__case")
    outcomes = outcomes.filter(about_kind=kind, about_key__in=keys, day__gte=since)
    return outcomes.exclude(code=WITHDRAWN).order_by("-at")


def seen_on(crew_list: str, day: date) -> QuerySet[Outcome]:
    """Return a list's outcomes of a day that belong to no job, the newest first."""
    outcomes = Outcome.objects.filter(crew_list=crew_list, day=day, job=None, superseded_by=None)
    return outcomes.exclude(code=WITHDRAWN).order_by("-at")


def waiting_by_list(day: date) -> dict[str, int]:
    """Return how many open jobs each crew list has due by a day."""
    jobs = Job.objects.filter(state="open", day__lte=day)
    return dict(jobs.values_list("crew_list").annotate(n=Count("id")))


def open_job(job_id: int, crew_list: str) -> Job | None:
    """Return an open job of a crew's list with its case, or nothing."""
    jobs = Job.objects.select_related("case")
    return jobs.filter(id=job_id, crew_list=crew_list, state="open").first()


def case_on_list(job_id: int, crew_list: str) -> Case | None:
    """Return the case of a job that belongs to a crew's list, or nothing."""
    return Case.objects.filter(jobs__id=job_id, jobs__crew_list=crew_list).first()
