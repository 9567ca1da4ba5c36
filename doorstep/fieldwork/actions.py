"""Jobs made and done, outcomes recorded and corrected."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from doorstep.cases import actions as cases
from doorstep.cases import sharing
from doorstep.cases.locking import locked
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import (
    PARTIAL,
    WITHDRAWN,
    Caution,
    DeviceEvent,
    Job,
    JobFact,
    Outcome,
)
from doorstep.files import photos
from doorstep.staff.actor import Actor


@dataclass(frozen=True)
class Whereabouts:
    """Where a crew was when it tapped, as far as its tablet knew: vehicle, and degrees (WGS 84)."""

    vehicle: str = ""
    latitude: float | None = None
    longitude: float | None = None


UNKNOWN = Whereabouts()
# For so long a crew goes on seeing what it has done: it stands on the day's list.
SEEN_AFTER = timedelta(days=1)


def _locked(job_id: int) -> Job:
    """Return a job, locked after its case, as everywhere: whoever takes work back has the case first."""
    locked(Job.objects.values_list("case_id", flat=True).get(id=job_id))
    return Job.objects.select_for_update().get(id=job_id)


def first_time(*, event_id: UUID, kind: str, by: Actor, now: datetime) -> bool:
    """Keep a device's event; False when it was kept before (a replay or a double tap)."""
    _, is_new = DeviceEvent.objects.get_or_create(
        id=event_id, defaults={"kind": kind, "by": by.key, "at": now}
    )
    return is_new


@transaction.atomic
def finish_job(
    *,
    event_id: UUID,
    job_id: int,
    code: str,
    note: str,
    photo: str,
    by: Actor,
    now: datetime,
    at: Whereabouts = UNKNOWN,
    done: Sequence[str] = (),
    photo_before: str = "",
) -> Job:
    """Record what came of a job and carry it to its case.

    Of a job with tasks, `done` are the ids of those ticked: with the first outcome and not all of them
    done it is `partial`; with none, raises Refused("nothing_ticked"). A second tap changes nothing;
    raises Refused("not_an_outcome"), Refused("job_not_open").
    """
    job = _locked(job_id)
    if DeviceEvent.objects.filter(id=event_id).exists():
        return job
    if code not in job.outcomes:
        raise Refused("not_an_outcome", outcome=code)
    if job.state != "open":
        raise Refused("job_not_open")
    code, left = _ticked(job, code, done)
    outcome = _keep(job, event_id, code, note, photo, by, now, at, left)
    if photo_before:
        photos.keep([photo_before])
        outcome.photo_before = photo_before
        outcome.save(update_fields=["photo_before"])
    job.state = "done"
    job.save(update_fields=["state"])
    _seen_until(job, now + SEEN_AFTER)
    cases.record_outcome(
        case_id=job.case_id,
        name=f"job.{code}",
        by=by,
        now=now,
        told=_told(job, left),
        job=job.pk,
    )
    return job


def _seen_until(job: Job, until: datetime) -> None:
    """End what a list's crew sees of a case, unless it has more work of it on the list."""
    if not Job.objects.filter(case=job.case_id, crew_list=job.crew_list, state="open").exists():
        sharing.end(case_id=job.case_id, kind="round", key=job.crew_list, until=until)


def _told(job: Job, left: list[dict[str, str]]) -> dict[str, object] | None:
    """Return what rules may read of a job with tasks."""
    fact: JobFact = {"left": left}
    return {"job": fact} if job.tasks else None


def _ticked(job: Job, code: str, done: Sequence[str]) -> tuple[str, list[dict[str, str]]]:
    """Return the outcome by what was ticked, and the tasks left: all of them where nobody could begin."""
    if not job.tasks:
        return code, []
    if code != job.outcomes[0]:
        return code, list(job.tasks)
    left = [task for task in job.tasks if task["id"] not in done]
    if len(left) == len(job.tasks):
        raise Refused("nothing_ticked")
    return (PARTIAL if left else code), left


def _keep(
    job: Job,
    event_id: UUID,
    code: str,
    note: str,
    photo: str,
    by: Actor,
    now: datetime,
    at: Whereabouts,
    left: Sequence[dict[str, str]],
) -> Outcome:
    photos.keep([photo])
    event = DeviceEvent.objects.create(id=event_id, kind="job", by=by.key, at=now)
    return Outcome.objects.create(
        event=event,
        job=job,
        crew_list=job.crew_list,
        about_kind=job.about_kind,
        about_key=job.about_key,
        code=code,
        day=now.astimezone(ZONE).date(),
        at=now,
        by=by.key,
        note=note,
        photo=photo,
        left=[task["id"] for task in left],
        **asdict(at),
    )


@transaction.atomic
def correct_job(
    *, event_id: UUID, job_id: int, code: str, note: str, by: Actor, now: datetime
) -> Job:
    """Mend a wrong outcome by a further one; the case follows and the resident is told, unless crews were there since.

    Of a job with tasks, its first outcome then means that all were done, any other that none was.
    """
    job = _locked(job_id)
    if DeviceEvent.objects.filter(id=event_id).exists():
        return job
    last = Outcome.objects.filter(job=job, superseded_by=None).first()
    if last is None or code not in job.outcomes:
        raise Refused("not_an_outcome", outcome=code)
    if last.code == code:
        raise Refused("same_outcome")
    left = [] if code == job.outcomes[0] else list(job.tasks)
    last.superseded_by = _keep(job, event_id, code, note, "", by, now, UNKNOWN, left)
    last.save(update_fields=["superseded_by"])
    if Outcome.objects.filter(job__case=job.case_id, job_id__gt=job.pk).exists():
        # A later visit says where the case stands; of this one only the record is put right.
        text = f"The record of an earlier visit was put right: {code}, it said {last.code}."
        cases.note(case_id=job.case_id, text=text, by=by, now=now)
        return job
    # What crews were sent for because of the wrong outcome is needed no longer, or is asked anew.
    Job.objects.filter(case=job.case_id, state="open").update(state="withdrawn")
    sharing.end(case_id=job.case_id, kind="round", until=now + SEEN_AFTER)
    cases.record_outcome(
        case_id=job.case_id,
        name=f"job.{code}",
        by=by,
        now=now,
        corrected=True,
        told=_told(job, left),
        job=job.pk,
        was=last.code,
    )
    return job


@transaction.atomic
def record_seen(
    *,
    event_id: UUID,
    crew_list: str,
    about: tuple[str, str],
    code: str,
    day: date,
    note: str,
    photo: str,
    by: Actor,
    now: datetime,
    at: Whereabouts = UNKNOWN,
) -> None:
    """Record what a crew saw on its round without a job (a property log); a second tap changes nothing."""
    if DeviceEvent.objects.filter(id=event_id).exists():
        return
    photos.keep([photo])
    event = DeviceEvent.objects.create(id=event_id, kind="seen", by=by.key, at=now)
    Outcome.objects.create(
        event=event,
        crew_list=crew_list,
        about_kind=about[0],
        about_key=about[1],
        code=code,
        day=day,
        at=now,
        by=by.key,
        note=note,
        photo=photo,
        **asdict(at),
    )


@transaction.atomic
def withdraw_seen(*, event_id: UUID, outcome_id: int, by: Actor, now: datetime) -> None:
    """Take back what a crew recorded by mistake without a job; it stays on record as withdrawn.

    A second tap changes nothing; raises Refused("not_to_withdraw").
    """
    if DeviceEvent.objects.filter(id=event_id).exists():
        return
    mistake = (
        Outcome.objects.select_for_update(of=("self",)).filter(id=outcome_id, job=None).first()
    )
    if mistake is None or mistake.superseded_by_id or mistake.code == WITHDRAWN:
        raise Refused("not_to_withdraw")
    event = DeviceEvent.objects.create(id=event_id, kind="withdrawn", by=by.key, at=now)
    mistake.superseded_by = Outcome.objects.create(
        event=event,
        crew_list=mistake.crew_list,
        about_kind=mistake.about_kind,
        about_key=mistake.about_key,
        code=WITHDRAWN,
        day=mistake.day,
        at=now,
        by=by.key,
    )
    mistake.save(update_fields=["superseded_by"])


def warn(
    *, easting: int, northing: int, text: str, until: date, by: Actor, now: datetime
) -> Caution:
    """Tell whoever works at a place, until the end of a day, what to know first; raises Refused("text_missing"), ("until_past")."""
    if not text.strip():
        raise Refused("text_missing")
    if until < now.astimezone(ZONE).date():
        raise Refused("until_past")
    return Caution.objects.create(
        easting=easting,
        northing=northing,
        text=text.strip()[:300],
        until=until,
        made_at=now,
        made_by=by.key,
    )


def end_warning(*, caution_id: int, by: Actor, now: datetime) -> None:
    """End a caution before its day; one that ended already stays as it is."""
    open_ones = Caution.objects.filter(id=caution_id, ended_at=None)
    open_ones.update(ended_at=now, ended_by=by.key)
