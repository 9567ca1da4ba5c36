"""The desk: worklist, case, decisions, delays, and the form for a caller."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.cases import actions as case_actions
from doorstep.cases import queries as cases
from doorstep.cases.links import hashed
from doorstep.cases.models import Case
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.outside import photos
from doorstep.staff import actions as staff
from doorstep.staff import queries as looks
from doorstep.waste import actions as waste
from doorstep.waste import queries as rounds_of
from doorstep.web.kit import sitting
from doorstep.web.kit.doors import actor, needs, public

CHANNELS = ("telephone", "face to face", "e-mail", "post")


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign staff in; too many wrong passwords wait a quarter of an hour."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET":
        return render(request, "desk/sign_in.html", {"next": wanted, "wrong": False})
    name, password = request.POST.get("username", ""), request.POST.get("password", "")
    user = authenticate(request, username=name, password=password)
    if user is None:
        context = {"next": wanted, "wrong": True, "username": name}
        return render(request, "desk/sign_in.html", context, status=200)
    login(request, user)
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    desk = "/desk" if user.may("desk.see") else "/crew"
    return HttpResponseRedirect(wanted if wanted and safe else desk)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return HttpResponseRedirect("/desk/sign-in")


@needs("desk.see")
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """List cases by stage and deadline."""
    state = "closed" if request.GET.get("state") == "closed" else "open"
    overdue = request.GET.get("overdue") == "1"
    today = timezone.now().astimezone(ZONE).date()
    found = cases.worklist(state=state, overdue=overdue, today=today)
    rows = [(c, catalogue.service(c.version_id)) for c in found[:200]]
    context = {
        "rows": rows,
        "state": state,
        "overdue": overdue,
        "today": today,
        "services": catalogue.running(),
        "channels": CHANNELS,
        "total": found.count(),
    }
    return render(request, "desk/worklist.html", context)


def _case(reference: str) -> Case:
    found = cases.by_reference(reference)
    if found is None:
        raise Http404
    return found


def _draw(request: HttpRequest, found: Case, refused: str = "") -> HttpResponse:
    service = catalogue.service(found.version_id)
    stage = service.workflow.stages[found.stage]
    context = {
        "case": found,
        "service": service,
        "stage": stage,
        "refused": refused,
        "decisions": {k: service.workflow.decisions.get(k, k) for k in stage.decisions},
        "events": found.events.select_related("personal"),
        "may_decide": _may(request, "desk.decide"),
        "checks": from_json(found.decisions),
        "jobs": found.jobs.prefetch_related("results__event"),
        "looks": looks.of("case", found.reference),
        "assisted": bool(found.place_id and rounds_of.is_assisted(found.place_id)),
        "typed": request.POST,
    }
    return render(request, "desk/case.html", context, status=200)


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(user.may(permission))


@needs("desk.see")
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a case whole; the look is written down."""
    found = _case(reference)
    user: Any = request.user
    staff.looked(by=user, what="case", key=found.reference, now=timezone.now())
    return _draw(request, found)


@needs("desk.decide")
@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a decision that the stage allows."""
    found = _case(reference)
    try:
        case_actions.decide(
            case_id=found.pk,
            decision=request.POST.get("decision", ""),
            reason=request.POST.get("reason", ""),
            by=actor(request),
            now=timezone.now(),
        )
    except Refused as exc:
        return _draw(request, found, exc.code)
    return HttpResponseRedirect(f"/desk/cases/{found.reference}")


@needs("desk.see")
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a note."""
    found = _case(reference)
    try:
        case_actions.note(
            case_id=found.pk,
            text=request.POST.get("text", ""),
            by=actor(request),
            now=timezone.now(),
        )
    except Refused as exc:
        return _draw(request, found, exc.code)
    return HttpResponseRedirect(f"/desk/cases/{found.reference}")


@needs("desk.decide")
@require_POST
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a wrong outcome of a job right; the resident is told."""
    found = _case(reference)
    try:
        fieldwork.correct_job(
            event_id=UUID(request.POST.get("event", "")),
            job_id=int(request.POST.get("job", "")),
            code=request.POST.get("code", ""),
            note="",
            by=actor(request),
            now=timezone.now(),
        )
    except Refused as exc:
        return _draw(request, found, exc.code)
    except ValueError as exc:
        raise Http404 from exc
    return HttpResponseRedirect(f"/desk/cases/{found.reference}")


@needs("desk.see")
@require_GET
def photo(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show a photo to staff; the look is written down."""
    path = photos.path_of(name)
    if path is None:
        raise Http404
    user: Any = request.user
    staff.looked(by=user, what="photo", key=name[:40], now=timezone.now())
    answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("rounds.delay")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Show today's rounds, their progress, and the form to delay one."""
    return _rounds(request)


def _rounds(request: HttpRequest, refused: str = "") -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    found = [(r, rounds_of.progress(r.code, today)) for r in rounds_of.rounds_on(today)]
    context = {"rounds": found, "today": today, "refused": refused, "typed": request.POST}
    return render(request, "desk/rounds.html", context)


@needs("rounds.delay")
@require_POST
def delay(request: HttpRequest) -> HttpResponse:
    """Say that a round is delayed, until when, in a sentence residents read; or take it back."""
    now = timezone.now()
    code, today = request.POST.get("round", ""), now.astimezone(ZONE).date()
    try:
        if code not in {r.code for r in rounds_of.rounds_on(today)}:
            raise Refused("no_such_round")
        if "end" in request.POST:
            waste.end_delay(round_code=code, day=today, by=actor(request), now=now)
        else:
            try:
                until = datetime.fromisoformat(request.POST.get("until", "")).replace(tzinfo=ZONE)
            except ValueError as exc:
                raise Refused("until_missing") from exc
            sentence = request.POST.get("sentence", "")
            waste.delay_round(
                round_code=code,
                day=today,
                until=until,
                sentence=sentence,
                by=actor(request),
                now=now,
            )
    except Refused as exc:
        return _rounds(request, exc.code)
    return HttpResponseRedirect("/desk/rounds")


def _seat(request: HttpRequest, slug: str, channel: str = "telephone") -> sitting.Seat:
    def done(case: Case) -> HttpResponse:
        return HttpResponseRedirect(f"/desk/cases/{case.reference}")

    who = hashed(f"staff:{request.user.pk}")
    return sitting.Seat(
        slug, who, channel, actor(request), f"/desk/new/{slug}", timezone.now(), done
    )


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the form for a new caller, or go on with the one open."""
    if request.method == "POST":
        channel = request.POST.get("channel", "")
        seat = _seat(request, slug, channel if channel in CHANNELS else CHANNELS[0])
        case_actions.drop_draft(visitor=seat.visitor, slug=slug)
        return sitting.begin(seat)
    return sitting.begin(_seat(request, slug))


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Ask one page's questions of the caller."""
    return sitting.page(request, _seat(request, slug), page)


@needs("desk.send")
@require_GET
def stopped(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """Say to the caller why the form cannot go on."""
    return sitting.stopped(request, _seat(request, slug), page)


@needs("desk.send")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all answers; send them."""
    return sitting.check(request, _seat(request, slug))
