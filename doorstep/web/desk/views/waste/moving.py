"""A day's bookings are moved: who is concerned and where each could go, shown first; then how far it is, and who answered."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from doorstep.bookings import moves, moving
from doorstep.bookings.models import Calendar, Move
from doorstep.bookings.room import locked
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.waste.bookings import day_state, found, room_typed
from doorstep.web.kit import seen
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import looked, with_case_as_seen
from doorstep.web.kit.waiting import waiting

# Of an answer about somebody: `to-<case>` is the slot that their booking goes to.
TO = "to-"
# Refusals after which it is shown again where each would go.
KEPT = ("too_many_on", "slot_gone", "changed_since")


def _looked(request: HttpRequest, calendar: Calendar, day: date) -> None:
    looked(request, "day list", f"{calendar.code}/{day}")


def _keep(request: HttpRequest) -> int:
    """Return how much room is to be left on the day; nothing typed: none. Raises Refused("capacity_wrong")."""
    return room_typed(request.POST.get("keep", "")) or 0


def _slots(request: HttpRequest) -> dict[int, str]:
    """Return the slots that were chosen, by case."""
    chosen = {k.removeprefix(TO): v for k, v in request.POST.items() if k.startswith(TO)}
    return {int(k): str(v)[:60] for k, v in chosen.items() if k.isdecimal() and len(k) < 12}


def _form(
    request: HttpRequest, refused: Refused | None = None, *, code: str, day: str
) -> HttpResponse:
    """Draw the form, or, once that is answered, who is concerned and where each could go."""
    calendar, on = found(code, day)
    now = timezone.now()
    _looked(request, calendar, on)
    context: dict[str, Any] = {
        "calendar": calendar,
        "day": on,
        "seen": seen.mark(day_state(calendar, on, whom=True)),
        "typed": request.POST,
        "refused": refused,
        "after": moving.TELL_AFTER,
        "concerned": moving.concerned(calendar, on, 0, now),
        "is_over": on < now.astimezone(ZONE).date(),
    }
    if request.POST.get("do") and (refused is None or refused.code in KEPT):
        lines = moving.propose(calendar, on, _keep(request), now)
        chosen = _slots(request)
        for one in lines:
            with_case_as_seen(request, one.booking)
        context["lines"] = [(p, chosen.get(p.booking.case_id or 0, p.slot)) for p in lines]
        if refused and refused.code == "too_many_on":
            context["full"] = refused.values["day"]
        context["free"] = list(moving.free_days(calendar, on, now).values())
        return render(request, "desk/bookings/move_preview.html", context)
    return render(request, "desk/bookings/move_day.html", context)


def _check(request: HttpRequest, calendar: Calendar, day: date) -> None:
    """Raise Refused for what the form would not take, before anybody is shown."""
    moving.check(
        calendar=calendar,
        day=day,
        keep=_keep(request),
        why=request.POST.get("why", ""),
        way=request.POST.get("way", ""),
        now=timezone.now(),
    )


def _locked_state(request: HttpRequest, code: str, day: str) -> dict[str, object]:
    calendar, on = found(code, day)
    locked(calendar, on)
    return day_state(calendar, on, whom=True)


@needs("bookings.change")
@require_http_methods(["GET", "POST"])
@says_why_not(_form)
@as_it_was_seen(_locked_state, "day", "bookings")
def move_day(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Ask how the day's bookings are moved; show whom it concerns; carry it out."""
    calendar, on = found(code, day)
    if request.method == "GET":
        return _form(request, code=code, day=day)
    if request.POST.get("do") != "move":
        _check(request, calendar, on)
        return _form(request, code=code, day=day)
    move = moving.begin(
        calendar=calendar,
        day=on,
        keep=_keep(request),
        why=request.POST.get("why", ""),
        way=request.POST.get("way", ""),
        slots=_slots(request),
        at_once="at_once" in request.POST,
        by=actor(request),
        now=timezone.now(),
    )
    return redirect("booking_move", number=move.pk)


def _move(number: int) -> Move:
    move = moves.one(number)
    if move is None:
        raise Http404
    return move


def _draw(request: HttpRequest, refused: Refused | None = None, *, number: int) -> HttpResponse:
    move, now = _move(number), timezone.now()
    _looked(request, move.day.calendar, move.day.day)
    lines = moves.lines(move)
    for row in lines:
        with_case_as_seen(request, row.line)
    viewer: Any = request.user
    context = {
        "move": move,
        "lines": lines,
        "dealt": sum(r.is_dealt_with for r in lines),
        "unanswered": sum(r.unanswered for r in lines),
        "stays": any(r.line.state == "stays" for r in lines),
        "by_hand": sum(r.line.state == "left" for r in lines),
        "only": request.GET.get("only") == "unanswered",
        "may_undo": moving.can_undo(move, now) and viewer.may("bookings.change"),
        "undo_until": move.tell_at - moving.MARGIN,
        "told": now >= move.tell_at,
        "refused": refused,
    }
    return waiting(request, "desk/bookings/move.html", context, ended=bool(move.ended_at))


@needs("bookings.see")
@require_GET
def move(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far a move is, each case with its new day, and who has not answered."""
    return _draw(request, number=number)


@needs("bookings.change")
@require_http_methods(["POST"])
@says_why_not(_draw)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a move back before anybody is told."""
    moving.undo(move_id=_move(number).pk, by=actor(request), now=timezone.now())
    return redirect("booking_move", number=number)


@needs("bookings.see")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the latest moves of days."""
    return render(request, "desk/bookings/moves.html", {"moves": moves.latest()})
