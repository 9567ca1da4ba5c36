"""The calendar of all rounds, round plans from files, and changes: previewed, made, undone."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.waste import plan_files, planning, round_list
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.desk.views.waste.plan import day_in, next_monday, preview
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.waiting import waiting

SHOWN, LINES = 100, 6


def _calendar(
    request: HttpRequest, refused: Refused | None = None, **_named: object
) -> HttpResponse:
    today = timezone.now().astimezone(ZONE).date()
    context = {
        "suspensions": round_list.suspensions(today),
        "moved": round_list.moved_days(today),
        "streams": round_list.streams(),
        "lines": range(LINES),
        "today": today,
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "desk/plan/calendar.html", context)


@needs("rounds.plan")
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Show what stops or moves collections for every round."""
    return _calendar(request)


@needs("rounds.plan")
@require_POST
@says_why_not(_calendar)
def suspend(request: HttpRequest) -> HttpResponse:
    """Propose that a stream is not collected for a while."""
    change = planning.propose_suspension(
        stream=request.POST.get("stream", ""),
        first=day_in(request, "first"),
        last=day_in(request, "last"),
        by=actor(request),
        now=timezone.now(),
    )
    return preview(change)


@needs("rounds.plan")
@require_POST
@says_why_not(_calendar)
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """Propose that a suspended stream is collected again from a day on."""
    change = planning.propose_resumption(
        suspension_id=number,
        day=day_in(request, f"resume-{number}"),
        by=actor(request),
        now=timezone.now(),
    )
    return preview(change)


def _moves(request: HttpRequest) -> dict[date, date | None]:
    """Return the days of the table that were filled in, each with where it goes."""
    moves: dict[date, date | None] = {}
    for n in range(LINES):
        if request.POST.get(f"day-{n}"):
            to = day_in(request, f"to-{n}") if request.POST.get(f"to-{n}") else None
            moves[day_in(request, f"day-{n}")] = to
    return moves


@needs("rounds.plan")
@require_POST
@says_why_not(_calendar)
def move_days(request: HttpRequest) -> HttpResponse:
    """Propose where collection days move to, or which are as usual again."""
    forget = [day_in(request, "forget")] if request.POST.get("forget") else []
    days = {} if forget else _moves(request)
    now = timezone.now()
    return preview(planning.propose_days(days=days, forget=forget, by=actor(request), now=now))


@needs("rounds.plan")
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """List the latest changes."""
    return render(request, "desk/plan/changes.html", {"changes": round_list.changes()[:SHOWN]})


def _change(request: HttpRequest, refused: Refused | None = None, *, number: int) -> HttpResponse:
    change = round_list.change(number)
    if change is None:
        raise Http404
    rows = [
        {**r, **{k: [date.fromisoformat(d) for d in r[k]] for k in ("gone", "new")}}
        for r in change.effect["rows"]
    ]
    context = {"change": change, "rows": rows, "refused": refused.code if refused else ""}
    return render(request, "desk/plan/change.html", context)


@needs("rounds.plan")
@require_http_methods(["GET", "POST"])
@says_why_not(_change)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a change does for how many homes; make it, or take it back."""
    if request.method == "GET":
        return _change(request, number=number)
    act: Any = planning.undo if "undo" in request.POST else planning.make
    if round_list.change(number) is None:
        raise Http404
    act(change_id=number, by=actor(request), now=timezone.now())
    return redirect("plan_change", number=number)


def _import(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    context = {"monday": next_monday(), "refused": refused, "typed": request.POST}
    return render(request, "desk/plan/import.html", context)


@needs("rounds.plan")
@require_http_methods(["GET", "POST"])
@says_why_not(_import)
def import_plan(request: HttpRequest) -> HttpResponse:
    """Take a round plan as a file, to be read in the queue."""
    if request.method == "GET":
        return _import(request)
    file = request.FILES.get("file")
    content = file.read(plan_files.MOST_BYTES + 1) if isinstance(file, UploadedFile) else b""
    plan = plan_files.take(
        name=str(file.name) if file else "",
        content=content,
        since=day_in(request, "since"),
        by=actor(request),
        now=timezone.now(),
    )
    return redirect("plan_file", number=plan.pk)


@needs("rounds.plan")
@require_GET
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """Show how the reading of a plan goes, and what was wrong with it."""
    plan = round_list.plan(number)
    if plan is None:
        raise Http404
    return waiting(request, "desk/plan/plan.html", {"plan": plan}, ended=bool(plan.ended_at))
