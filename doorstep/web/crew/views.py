"""The crew's tablet: choose the round, do its jobs, record what was seen. Every tap is an event with an id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import permits
from doorstep.cases.values import files_of, photos_of
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork import queries as work
from doorstep.fieldwork.actions import Whereabouts
from doorstep.fieldwork.models import Job
from doorstep.files import papers, photos
from doorstep.files.errors import BadFile
from doorstep.waste import actions as waste
from doorstep.waste import queries as rounds_of
from doorstep.waste.models import Round
from doorstep.web.kit import uploads
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import looked, may, staff_of


def _event(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("event", ""))
    except ValueError as exc:
        raise Http404 from exc


@dataclass(frozen=True)
class PlainList:
    """A crew's list that is no round, such as deliveries: jobs, and nothing to start or log."""

    code: str
    name: str
    plain: bool = True


def _round(request: HttpRequest, code: str) -> Round:
    """Return a round that this crew works on."""
    round_ = rounds_of.round_of(code)
    if round_ is None or not staff_of(request).has_list(round_.code):
        raise Http404
    return round_


def _list(request: HttpRequest, code: str) -> Round | PlainList:
    """Return a round, or a list of the council's that is none, that this crew works on."""
    plain = council.current().crew_lists.get(code)
    if plain is None:
        return _round(request, code)
    if not staff_of(request).has_list(code):
        raise Http404
    return PlainList(code, plain.name)


def _at(request: HttpRequest) -> Whereabouts:
    """Return where the tablet says it is: its vehicle for the day, and its position when it gave one."""
    vehicle = str(request.session.get("vehicle", ""))
    try:
        north, east = (float(v) for v in request.POST.get("position", "").split(",")[:2])
    except ValueError:
        return Whereabouts(vehicle)
    in_kingdom = 49 < north < 61 and -9 < east < 2  # the United Kingdom
    return Whereabouts(vehicle, north, east) if in_kingdom else Whereabouts(vehicle)


@needs("crew.work")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """List today's rounds and those with jobs waiting, these first; then the lists that are no rounds."""
    today = timezone.now().astimezone(ZONE).date()
    plain = council.current().crew_lists
    codes = {r.code for r in rounds_of.rounds_on(today)}
    waiting = work.waiting_by_list(today)
    listed = rounds_of.by_codes(codes | set(waiting))
    rows: list[tuple[Round | PlainList, int]] = [(r, waiting.get(r.code, 0)) for r in listed]
    rows.sort(key=lambda row: -row[1])
    rows += [(PlainList(code, one.name), waiting.get(code, 0)) for code, one in plain.items()]
    rows = [row for row in rows if staff_of(request).has_list(row[0].code)]
    return render(request, "crew/rounds.html", {"rows": rows, "today": today})


def _draw(request: HttpRequest, crew_list: Round | PlainList, refused: str = "") -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    looked(request, "crew list", f"{crew_list.code}/{today}")
    jobs = _open_to(request, work.on_list(crew_list.code, today))
    cautions = work.cautions(today)
    context: dict[str, Any] = {
        "round": crew_list,
        "today": today,
        "jobs": jobs,
        "pictures": {job.pk: _pictures(job) for job in jobs if job.state == "open"},
        "papers": {job.pk: _papers(job) for job in jobs if job.state == "open"},
        "warnings": {job.pk: work.cautions_at(work.at(job), cautions) for job in jobs},
        "ahead": _open_to(request, work.ahead(crew_list.code, today)[:60]),
        "refused": refused,
        "assisted": rounds_of.assisted_on(crew_list.code),
        "typed": request.POST,
        "vehicle": request.session.get("vehicle", ""),
    }
    if isinstance(crew_list, Round):
        context |= _about_round(request, crew_list, today)
    return render(request, "crew/round.html", context, status=200)


def _open_to(request: HttpRequest, jobs: Iterable[Job]) -> list[Job]:
    """Return those jobs of a list whose cases are open to who looks: a supervisor of another team sees fewer than the crew."""
    listed, who, now = list(jobs), staff_of(request), timezone.now()
    theirs = permits.visible_to(who, now, "crew.work").filter(
        pk__in={job.case_id for job in listed}
    )
    there = set(theirs.values_list("pk", flat=True))
    return [job for job in listed if job.case_id in there]


def _about_round(request: HttpRequest, round_: Round, today: date) -> dict[str, Any]:
    text = (request.GET.get("find") or request.POST.get("find") or "")[:60].strip()
    outcomes = list(work.seen_on(round_.code, today)[:20])
    return {
        "progress": rounds_of.progress(round_.code, today),
        "find": text,
        "boxes": rounds_of.boxes_on(round_.code, text, today) if text else [],
        "reasons": {k: v for k, v in council.current().log_reasons.items() if k != "collected"},
        "names": council.current().containers,
        "seen": outcomes,
        "seen_at": rounds_of.boxes({o.about_key for o in outcomes}),
    }


@needs("crew.work")
@require_GET
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a round: start and finish, its jobs, and the way to record a log; or a list's jobs."""
    return _draw(request, _list(request, code))


def _pictures(job: Job) -> list[str]:
    """Return the names of the photos that came with a job's case, so that its crew finds the place."""
    case = job.case
    return photos_of(catalogue.service(case.version_id), case.answers)


def _papers(job: Job) -> list[str]:
    """Return what the files that came with a job's case are called; the files themselves are for the office."""
    case = job.case
    held = papers.of(files_of(catalogue.service(case.version_id), case.answers))
    return [row.file_name for row in held.values() if row.state != "refused"]


@needs("crew.work")
@require_GET
def photo(request: HttpRequest, code: str, job: int, name: str) -> HttpResponseBase:
    """Show a small photo of an open job on this list to its crew."""
    job_row = work.open_job(job, _list(request, code).code)
    path = photos.path_of(name, small=True)
    if job_row is None or path is None or name not in _pictures(job_row):
        raise Http404
    if not may(request, "crew.work", job_row.case):
        raise Http404
    return uploads.give(path)


@needs("crew.work")
@require_GET
def streets(request: HttpRequest, code: str) -> HttpResponse:
    """Show a round's streets, each with how far the crew is there."""
    round_, today = _round(request, code), timezone.now().astimezone(ZONE).date()
    rows = rounds_of.streets_of(round_.code, today)
    done = sum(bool(s.progress and s.progress.finished_at) for s in rows)
    context = {"round": round_, "streets": rows, "done": done, "today": today}
    return render(request, "crew/streets.html", context)


@needs("crew.work")
@require_POST
def street(request: HttpRequest, code: str, usrn: int) -> HttpResponse:
    """Begin a street, or say that the crew is through with it."""
    round_, now = _round(request, code), timezone.now()
    try:
        waste.mark_street(
            event_id=_event(request),
            round_code=round_.code,
            usrn=usrn,
            day=now.astimezone(ZONE).date(),
            done=request.POST.get("done") == "1",
            by=actor(request),
            now=now,
            at=_at(request),
        )
    except Refused as exc:
        raise Http404 from exc
    return HttpResponseRedirect(reverse("crew_streets", kwargs={"code": code}) + f"#s{usrn}")


@needs("crew.work")
@require_POST
def undo(request: HttpRequest, code: str, outcome: int) -> HttpResponse:
    """Take back a log that was recorded by mistake."""
    round_ = _round(request, code)
    if not any(o.pk == outcome for o in work.seen_on(round_.code, timezone.localdate())):
        raise Http404
    fieldwork.withdraw_seen(
        event_id=_event(request), outcome_id=outcome, by=actor(request), now=timezone.now()
    )
    return redirect("crew_round", code=code)


@needs("crew.work")
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Start the round, with the vehicle that this tablet rides in today."""
    round_, now = _round(request, code), timezone.now()
    request.session["vehicle"] = request.POST.get("vehicle", "").strip().upper()[:20]
    waste.start_round(
        event_id=_event(request),
        round_code=round_.code,
        day=now.astimezone(ZONE).date(),
        by=actor(request),
        now=now,
        at=_at(request),
    )
    return redirect("crew_round", code=code)


@needs("crew.work")
@require_POST
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """Finish the round."""
    round_, now = _round(request, code), timezone.now()
    day = now.astimezone(ZONE).date()
    try:
        waste.finish_round(
            event_id=_event(request), round_code=round_.code, day=day, by=actor(request), now=now
        )
    except Refused as exc:
        return _draw(request, round_, exc.code)
    return redirect("crew_round", code=code)


def _photo(request: HttpRequest, field: str = "photo") -> str:
    file = request.FILES.get(field)
    return photos.take(file, now=timezone.now()) if file else ""


@needs("crew.work")
@require_POST
def job_done(request: HttpRequest, code: str, job: int) -> HttpResponse:
    """Record what came of a job; the resident is told."""
    crew_list = _list(request, code)
    case = work.case_on_list(job, crew_list.code)
    if case is None or not may(request, "crew.work", case):
        raise Http404
    try:
        fieldwork.finish_job(
            event_id=_event(request),
            job_id=job,
            code=request.POST.get("code", ""),
            note=request.POST.get("note", "")[:1000],
            photo=_photo(request),
            photo_before=_photo(request, "before"),
            by=actor(request),
            now=timezone.now(),
            at=_at(request),
            done=request.POST.getlist("task"),
        )
    except (Refused, BadFile) as exc:
        return _draw(request, crew_list, exc.code)
    return redirect("crew_round", code=code)


@needs("crew.work")
@require_http_methods(["POST"])
def log(request: HttpRequest, code: str) -> HttpResponse:
    """Record why a container was not emptied."""
    round_ = _round(request, code)
    box, now = request.POST.get("container", ""), timezone.now()
    try:
        if not rounds_of.is_on_round(box, code, now.astimezone(ZONE).date()):
            raise Refused("no_such_container")
        waste.record_log(
            event_id=_event(request),
            container_id=box,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", "")[:1000],
            photo=_photo(request),
            by=actor(request),
            now=now,
            at=_at(request),
        )
    except (Refused, BadFile) as exc:
        return _draw(request, round_, exc.code)
    return redirect("crew_round", code=code)
