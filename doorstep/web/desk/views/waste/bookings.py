"""Days with room: the board by week, a day and its bookings, day lists; close, open and resize."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.bookings import changing, queries
from doorstep.bookings.models import Booking, Calendar, Day
from doorstep.bookings.room import locked
from doorstep.cases.values import named
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import say
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.forms.questions import kinds
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.kit import lists, seen
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import looked, with_case_as_seen

COLUMNS = ("Reference", "Address", "What", "How much", "State")
WIDTHS = (16, 40, 34, 10, 10)
# Weeks further away than this are nobody's business; and no date can overflow.
FAR = timedelta(days=800)


def _week(request: HttpRequest, today: date) -> date:
    """Return the Monday of the week that is asked for, or of this one."""
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    day = min(max(day, today - FAR), today + FAR)
    return day - timedelta(days=day.weekday())


@needs("bookings.see")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show a week of every calendar: room, booked, held, free, and what is closed."""
    now = timezone.now()
    today = now.astimezone(ZONE).date()
    monday = _week(request, today)
    calendars = queries.calendars()
    days = queries.board(calendars, monday, 7, now)
    context = {
        "calendars": [(c, days[c.code]) for c in calendars],
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": today,
    }
    return render(request, "desk/bookings/board.html", context)


def found(code: str, day: str) -> tuple[Calendar, date]:
    """Return a calendar and a day by the words of an address; raises Http404."""
    calendar = queries.calendar(code)
    try:
        if calendar is None:
            raise Http404
        return calendar, date.fromisoformat(day)
    except ValueError as exc:
        raise Http404 from exc


def _draw(request: HttpRequest, calendar: Calendar, day: date, **more: object) -> HttpResponse:
    now, user = timezone.now(), request.user
    may: Any = user
    looked(request, "day list", f"{calendar.code}/{day}")
    board_day = queries.board([calendar], day, 1, now)[calendar.code][0]
    previewed = bool(more.get("previewed"))
    context = {
        "seen": seen.mark(day_state(calendar, day, whom=previewed)),
        "calendar": calendar,
        "day": day,
        "shown": board_day,
        "lines": [(b, _what(b)) for b in _on_day(request, calendar, day)],
        "changes": changing.changes(calendar, day),
        "may_change": may.may("bookings.change") and day >= now.astimezone(ZONE).date(),
        "monday": day - timedelta(days=day.weekday()),
        "refused": "",
        "typed": request.POST,
        "previewed": None,
        **more,
    }
    return render(request, "desk/bookings/day.html", context)


@needs("bookings.see")
@require_GET
def day(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Show a day: how full it is, whose bookings, and what officers changed of it."""
    return _draw(request, *found(code, day))


def room_typed(text: str) -> int | None:
    """Return the capacity typed; nothing typed: the calendar's. Raises Refused("capacity_wrong")."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Refused("capacity_wrong")
    return int(text)


def _again(request: HttpRequest, refused: Refused, code: str, day: str) -> HttpResponse:
    return _draw(request, *found(code, day), refused=refused.code)


def _carry_out(request: HttpRequest, calendar: Calendar, day: date) -> None:
    about: Any = {"calendar": calendar, "day": day, "by": actor(request), "now": timezone.now()}
    do = request.POST.get("do")
    if do == "close":
        changing.close(**about, why=request.POST.get("why", ""))
    elif do == "resize":
        changing.resize(**about, capacity=room_typed(request.POST.get("capacity", "")))
    elif do == "open":
        changing.open_again(**about)
    else:
        raise Refused("nothing_chosen")


def _preview(request: HttpRequest, calendar: Calendar, day: date) -> dict[str, object] | None:
    """Return whom a change would leave without room; nothing where it concerns nobody or is seen already."""
    do = request.POST.get("do")
    if "sure" in request.POST or do not in ("close", "resize"):
        return None
    capacity = room_typed(request.POST.get("capacity", "")) if do == "resize" else 0
    room = calendar.capacity if capacity is None else capacity
    if do == "close" and not request.POST.get("why", "").strip():
        return None  # refused anyway
    concerned = changing.affected(calendar, day, room, timezone.now())
    concerned = [with_case_as_seen(request, booking) for booking in concerned]
    return {"do": do, "room": room, "lines": concerned} if concerned else None


def day_state(calendar: Calendar, day: date, *, whom: bool) -> dict[str, object]:
    """Return what a day's page shows of it: its own room or closure, and with `whom` who is booked or held."""
    row = Day.objects.filter(calendar=calendar, day=day).first()
    kept = (row.capacity, row.closed_why) if row else (None, "")
    shown: dict[str, object] = {"day": (calendar.capacity, *kept)}
    lines = [(b.pk, b.state, b.load) for b in queries.on_day(calendar, day)] if whom else []
    return {**shown, "bookings": lines} if whom else shown


def _locked_state(request: HttpRequest, code: str, day: str) -> dict[str, object]:
    calendar, on = found(code, day)
    locked(calendar, on)
    return day_state(calendar, on, whom="sure" in request.POST)


@needs("bookings.change")
@require_POST
@says_why_not(_again)
@as_it_was_seen(_locked_state, "day", "bookings")
def change(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Close, open or resize a day; whom it concerns is shown first."""
    calendar, on = found(code, day)
    previewed = _preview(request, calendar, on)
    if previewed:
        return _draw(request, calendar, on, previewed=previewed)
    _carry_out(request, calendar, on)
    return redirect("bookings_day", code=calendar.code, day=on.isoformat())


def _on_day(request: HttpRequest, calendar: Calendar, day: date) -> list[Booking]:
    """Return a day's bookings, each with its case as this person may see it."""
    return [with_case_as_seen(request, b) for b in queries.on_day(calendar, day)]


def _what(booking: Booking) -> str:
    """Return what a booking is about, in the words that the service's cases are named by."""
    case = booking.case
    assert case is not None
    if not case.reference:  # not open to who looks
        return ""
    about = catalogue.service(case.version_id).about
    questions = catalogue.service(case.version_id).form.questions
    names = [
        n for n in about.names if n not in questions or kinds.of(questions[n]).nature != "home"
    ]
    return named(case.words, names) or str(about.title)


def _rows(request: HttpRequest, calendar: Calendar, day: date) -> list[tuple[str, ...]]:
    return [
        (
            b.case.reference if b.case else "",
            b.case.place.address if b.case and b.case.place else "",
            _what(b),
            f"{b.load} {calendar.unit}",
            b.state,
        )
        for b in _on_day(request, calendar, day)
    ]


def _listed(request: HttpRequest, code: str, day: str) -> tuple[Calendar, date]:
    """Return the day whose list leaves the desk; that somebody took it is written down."""
    calendar, on = found(code, day)
    looked(request, "day list", f"{calendar.code}/{on}")
    return calendar, on


@needs("bookings.see")
@require_GET
def day_csv(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Give a day's bookings as CSV."""
    calendar, on = _listed(request, code, day)
    return lists.as_csv(f"{calendar.code}-{on}.csv", COLUMNS, _rows(request, calendar, on))


@needs("bookings.see")
@require_GET
def day_pdf(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Give a day's bookings on paper."""
    calendar, on = _listed(request, code, day)
    title = f"{calendar.name}: {say(on, year=True)}"
    return lists.as_pdf(
        f"{calendar.code}-{on}.pdf", title, COLUMNS, _rows(request, calendar, on), WIDTHS
    )
