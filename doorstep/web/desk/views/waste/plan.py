"""The book of rounds: rounds, their streets, and the containers of a property."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.places import queries as places
from doorstep.waste import planning, queries, round_list
from doorstep.waste.models import Change, Container, Round
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs


def day_in(request: HttpRequest, name: str) -> date:
    """Return a posted day; raises Refused("day_missing") naming the field."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as exc:
        raise Refused("day_missing", field=name) from exc


def preview(change: Change) -> HttpResponse:
    """Go to the preview of a change that was proposed."""
    return redirect("plan_change", number=change.pk)


def next_monday() -> date:
    """Return the Monday from which a change is offered."""
    today = timezone.now().astimezone(ZONE).date()
    return today + timedelta(days=7 - today.weekday())


@needs("rounds.plan")
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """List every round with its day, cycle and size."""
    stream, streams = request.GET.get("stream", ""), round_list.streams()
    context = {
        "lines": round_list.rounds(stream if stream in streams else ""),
        "streams": streams,
        "stream": stream,
    }
    return render(request, "desk/plan/rounds.html", context)


def _round(request: HttpRequest, refused: Refused | None = None, code: str = "") -> HttpResponse:
    round_ = queries.round_of(code) if code else None
    if code and round_ is None:
        raise Http404
    context = {
        "seen": seen.mark(_cycle(round_)),
        "round": round_,
        "streets": round_list.streets(code) if round_ else [],
        "others": round_list.same_stream(code) if round_ else [],
        "streams": round_list.streams(),
        "monday": next_monday(),
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "desk/plan/round.html", context)


def _cycle(round_: Round | None) -> dict[str, object]:
    """Return what the page of a round shows of it; of a new one there is nothing."""
    return {"round": round_ and (round_.name, round_.anchor, round_.weeks, round_.since)}


def _locked_round(_request: HttpRequest, code: str = "") -> dict[str, object]:
    return _cycle(Round.objects.select_for_update().filter(code=code).first())


@needs("rounds.plan")
@require_http_methods(["GET", "POST"])
@says_why_not(_round)
@as_it_was_seen(_locked_round, "round")
def round_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show a round, or the form for a new one; propose what is sent."""
    if request.method == "GET":
        return _round(request, code=code)
    typed, round_ = request.POST, queries.round_of(code)
    if not code and queries.round_of(typed.get("code", "").strip().upper()):
        raise Refused("code_taken")
    change = planning.propose_round(
        code=code or typed.get("code", ""),
        name=typed.get("name", ""),
        stream=round_.stream if round_ else typed.get("stream", ""),
        first=day_in(request, "first"),
        weeks=int(typed["weeks"][:4]) if typed.get("weeks", "").isdecimal() else 0,
        by=actor(request),
        now=timezone.now(),
    )
    return preview(change)


@needs("rounds.plan")
@require_POST
@says_why_not(_round)
def move_street(request: HttpRequest, code: str) -> HttpResponse:
    """Propose that a street goes to another round."""
    usrn = request.POST.get("usrn", "")
    change = planning.propose_street(
        usrn=int(usrn) if usrn.isdecimal() and len(usrn) < 12 else 0,
        code=code,
        to=request.POST.get("to", ""),
        since=day_in(request, "since"),
        by=actor(request),
        now=timezone.now(),
    )
    return preview(change)


def _home(request: HttpRequest, refused: Refused | None = None, *, uprn: int) -> HttpResponse:
    place = places.find(str(uprn))
    if place is None:
        raise Http404
    boxes = round_list.own_boxes(uprn)
    context: dict[str, Any] = {
        "seen": seen.mark(_containers(boxes)),
        "home": place,
        "boxes": boxes,
        "names": council.current().containers,
        "rounds": round_list.every_round(),
        "monday": next_monday(),
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "desk/plan/home.html", context)


def _containers(boxes: list[Container]) -> dict[str, object]:
    return {"containers": [(b.pk, b.kind, b.round_id, b.since, b.was_round_id) for b in boxes]}


def _locked_home(_request: HttpRequest, uprn: int) -> dict[str, object]:
    list(Container.objects.select_for_update(of=("self",)).filter(place_id=uprn))
    return _containers(round_list.own_boxes(uprn))


@needs("rounds.plan")
@require_http_methods(["GET", "POST"])
@says_why_not(_home)
@as_it_was_seen(_locked_home, "containers")
def home(request: HttpRequest, uprn: int) -> HttpResponse:
    """Show a property's own containers and their rounds; propose what is sent."""
    if request.method == "GET" or places.find(str(uprn)) is None:
        return _home(request, uprn=uprn)
    typed = request.POST
    codes = {b.pk: typed.get(f"box-{b.pk}", b.round_id) for b in round_list.own_boxes(uprn)}
    add = (typed.get("kind", ""), typed.get("round", "")) if typed.get("kind") else None
    change = planning.propose_home(
        uprn=uprn,
        rounds=codes,
        add=add,
        since=day_in(request, "since"),
        by=actor(request),
        now=timezone.now(),
    )
    return preview(change)
