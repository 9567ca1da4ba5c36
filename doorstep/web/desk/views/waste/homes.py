"""A home: where its round is, what is open, what to begin; and every lift with its evidence, to be read or printed."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from doorstep.bookings import queries as bookings
from doorstep.bookings import uses
from doorstep.cases import workflow
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork import actions as fieldwork
from doorstep.files import photos
from doorstep.payments import queries as payments
from doorstep.places import queries as places
from doorstep.places.models import Property
from doorstep.waste import keyed, mirror
from doorstep.web.desk import at_home, in_contact
from doorstep.web.desk.refusal import says_why_not
from doorstep.web.kit import uploads
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import SEE, looked, may


@needs("homes.see")
@require_GET
def homes(request: HttpRequest) -> HttpResponse:
    """Find a home by its postcode."""
    text, wrong = request.GET.get("postcode", "")[:200], ""
    rows: list[Any] = []
    try:
        rows = places.at_postcode(places.tidy_postcode(text)) if text else []
    except Refused as exc:
        wrong = exc.code
    context = {"postcode": text, "homes": rows, "wrong": wrong}
    return render(request, "desk/homes.html", context)


def _booked(request: HttpRequest, uprn: int) -> list[dict[str, object]]:
    """Return what was booked at a home: the day, what became of it, what it had of a lower price, and its money in pence."""
    rows = bookings.of_home(uprn)
    ids = [b.case_id for b in rows if b.case_id]
    sums, waived = payments.sums_of(ids), payments.waived_of(ids)
    going = payments.going_back_of(ids)
    return [
        {
            "booking": b,
            "case": b.case,
            "stage": workflow.stage_of(b.case),
            "had": uses.had(b.case),
            "sums": sums.get(b.case_id or 0),
            "going": going.get(b.case_id or 0, 0),
            "waived": waived.get(b.case_id or 0, 0),
        }
        for b in rows
        if b.case and may(request, SEE, b.case)
    ]


@needs("homes.see")
@require_GET
def home(request: HttpRequest, uprn: int) -> HttpResponse:
    """Show a home as whoever serves a caller needs it: the round now, what can be begun, what is open, who is known."""
    in_contact.is_with(request, home=_home(uprn))
    return draw(request, uprn)


def draw(request: HttpRequest, uprn: int, refused: Refused | None = None) -> HttpResponse:
    """Draw the page of a home, with why something was refused; the look is written down."""
    place, now = _home(uprn), timezone.now()
    unread = mirror.bring(uprn, now)
    asked_for = at_home.asked_for(request, place, now)
    looked(request, "home", str(uprn))
    context = {
        "home": place,
        "now": now,
        "today": now.astimezone(ZONE).date(),
        "unread": unread,
        "read": mirror.known_since(uprn),
        "elsewhere": keyed.keyed_by_others(uprn),
        "known_from": mirror.known_from(uprn),
        "names": council.current().containers,
        "reasons": council.current().log_reasons,
        "booked": _booked(request, uprn),
        "refused": refused.code if refused else "",
        "typed": request.POST,
        **at_home.collections(request, place, now),
        **asked_for,
        **at_home.to_begin(request, asked_for.get("open_here", [])),
        **at_home.around(request, place, now),
    }
    return render(request, "desk/home.html", context)


def _home(uprn: int) -> Property:
    """Return a home of ours; a page that is not there for any other."""
    found = places.find(str(uprn))
    if found is None:
        raise Http404
    return found


@needs("homes.see")
@require_GET
def lifts(request: HttpRequest, uprn: int) -> HttpResponse:
    """Show half a year of collections at a home, each with who, when, where and what was recorded."""
    place, now = _home(uprn), timezone.now()
    today = now.astimezone(ZONE).date()
    looked(request, "home", str(uprn))
    here = council.current()
    context = {
        "home": place,
        "since": today - at_home.HALF_A_YEAR,
        "today": today,
        "unread": mirror.bring(uprn, now),
        "read": mirror.known_since(uprn),
        "known_from": mirror.known_from(uprn),
        "elsewhere": keyed.keyed_by_others(uprn),
        "lifts": at_home.lifts_of(request, uprn, today),
        "names": here.containers,
        "reasons": here.log_reasons,
        "who": request.user,
    }
    return render(request, "desk/home_lifts.html", context)


def _again(request: HttpRequest, refused: Refused, *, uprn: int) -> HttpResponse:
    return draw(request, uprn, refused)


@needs("desk.decide")
@require_POST
@says_why_not(_again)
def warn(request: HttpRequest, uprn: int) -> HttpResponse:
    """Tell whoever works at this home what to know first."""
    user: Any = request.user
    if not user.may("homes.see"):
        raise PermissionDenied
    place = _home(uprn)
    fieldwork.warn(
        easting=place.easting,
        northing=place.northing,
        text=request.POST.get("warning", ""),
        until=day_of(request.POST.get("until", "")),
        by=actor(request),
        now=timezone.now(),
    )
    return redirect("desk_home", uprn=uprn)


def day_of(text: str) -> date:
    """Return the day until which a warning holds; raises Refused("day_missing")."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise Refused("day_missing") from exc


@needs("homes.see")
@require_GET
def photo(request: HttpRequest, uprn: int, name: str) -> HttpResponseBase:
    """Show a photo that a crew took at a home; the look is written down."""
    today = timezone.now().astimezone(ZONE).date()
    recorded = [o for lift in at_home.lifts_of(request, uprn, today) for o in lift.recorded]
    path = photos.path_of(name, small="small" in request.GET)
    if path is None or name not in {o.photo for o in recorded}:
        raise Http404
    looked(request, "photo", name)
    return uploads.give(path)
