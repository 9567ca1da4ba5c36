"""The crew's tablet: choose the round, do its jobs, record what was seen. Every tap is an event with an id."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.fieldwork import queries as work
from doorstep.outside import photos
from doorstep.outside.errors import BadFile
from doorstep.waste import actions as waste
from doorstep.waste import queries as rounds_of
from doorstep.waste.models import Round
from doorstep.web.kit.doors import actor, needs


def _event(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("event", ""))
    except ValueError as exc:
        raise Http404 from exc


def _round(code: str) -> Round:
    found = rounds_of.round_of(code)
    if found is None:
        raise Http404
    return found


@needs("crew.work")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """List today's rounds and those with jobs waiting, these first."""
    today = timezone.now().astimezone(ZONE).date()
    codes = {r.code for r in rounds_of.rounds_on(today)}
    waiting = work.waiting_by_list(today)
    found = rounds_of.by_codes(codes | set(waiting))
    rows = [(r, waiting.get(r.code, 0)) for r in found]
    rows.sort(key=lambda row: -row[1])
    return render(request, "crew/rounds.html", {"rows": rows, "today": today})


def _draw(request: HttpRequest, found: Round, refused: str = "") -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    text = (request.GET.get("find") or request.POST.get("find") or "")[:60].strip()
    seen = list(work.seen_on(found.code, today)[:20])
    context: dict[str, Any] = {
        "round": found,
        "progress": rounds_of.progress(found.code, today),
        "today": today,
        "jobs": work.on_list(found.code, today),
        "find": text,
        "refused": refused,
        "boxes": rounds_of.boxes_on(found.code, text) if text else [],
        "reasons": {k: v for k, v in council.current().log_reasons.items() if k != "collected"},
        "names": council.current().containers,
        "seen": seen,
        "seen_at": rounds_of.boxes({o.about_key for o in seen}),
        "assisted": rounds_of.assisted_on(found.code),
        "typed": request.POST,
    }
    return render(request, "crew/round.html", context, status=200)


@needs("crew.work")
@require_GET
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a round: start and finish, its jobs, and the way to record a log."""
    return _draw(request, _round(code))


@needs("crew.work")
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Start the round."""
    found, now = _round(code), timezone.now()
    day = now.astimezone(ZONE).date()
    waste.start_round(
        event_id=_event(request), round_code=found.code, day=day, by=actor(request), now=now
    )
    return HttpResponseRedirect(f"/crew/{code}")


@needs("crew.work")
@require_POST
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """Finish the round."""
    found, now = _round(code), timezone.now()
    day = now.astimezone(ZONE).date()
    try:
        waste.finish_round(
            event_id=_event(request), round_code=found.code, day=day, by=actor(request), now=now
        )
    except Refused as exc:
        return _draw(request, found, exc.code)
    return HttpResponseRedirect(f"/crew/{code}")


def _photo(request: HttpRequest) -> str:
    file = request.FILES.get("photo")
    return photos.take(file, now=timezone.now()) if file else ""


@needs("crew.work")
@require_POST
def job_done(request: HttpRequest, code: str, job: int) -> HttpResponse:
    """Record what came of a job; the resident is told."""
    found = _round(code)
    if not work.is_on_list(job, code):
        raise Http404
    try:
        fieldwork.finish_job(
            event_id=_event(request),
            job_id=job,
            code=request.POST.get("code", ""),
            note=request.POST.get("note", "")[:1000],
            photo=_photo(request),
            by=actor(request),
            now=timezone.now(),
        )
    except (Refused, BadFile) as exc:
        return _draw(request, found, exc.code)
    return HttpResponseRedirect(f"/crew/{code}")


@needs("crew.work")
@require_http_methods(["POST"])
def log(request: HttpRequest, code: str) -> HttpResponse:
    """Record why a container was not emptied."""
    found = _round(code)
    box = request.POST.get("container", "")
    try:
        if not rounds_of.is_on_round(box, code):
            raise Refused("no_such_container")
        waste.record_log(
            event_id=_event(request),
            container_id=box,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", "")[:1000],
            photo=_photo(request),
            by=actor(request),
            now=timezone.now(),
        )
    except (Refused, BadFile) as exc:
        return _draw(request, found, exc.code)
    return HttpResponseRedirect(f"/crew/{code}")
