"""What happened at a home: every lift with its evidence, to be read or printed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.bookings import queries as bookings
from doorstep.bookings import uses
from doorstep.cases import queries as cases
from doorstep.cases import workflow
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.fieldwork.models import Outcome
from doorstep.files import photos
from doorstep.payments import queries as payments
from doorstep.places import queries as places
from doorstep.waste import keyed, mirror
from doorstep.waste.lifts import Lift, lifts_at
from doorstep.web.kit import uploads
from doorstep.web.kit.access import needs
from doorstep.web.kit.opening import SEE, looked, may, staff_of

WEEKS = 26


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
    """Show half a year of collections at a home, each with who, when, where and what was recorded."""
    home = places.find(str(uprn))
    if home is None:
        raise Http404
    now, user = timezone.now(), request.user
    today = now.astimezone(ZONE).date()
    since = today - timedelta(weeks=WEEKS)
    looked(request, "home", str(uprn))
    here = council.current()
    context = {
        "home": home,
        "since": since,
        "today": today,
        "unread": mirror.bring(uprn, now),
        "read": mirror.known_since(uprn),
        "known_from": mirror.known_from(uprn),
        "elsewhere": keyed.keyed_by_others(uprn),
        "lifts": _lifts(request, uprn, since, today),
        "names": here.containers,
        "reasons": here.log_reasons,
        "cases": cases.of_place(uprn, staff_of(request), now)[:50],
        "booked": _booked(request, uprn),
        "who": user,
    }
    return render(request, "desk/home.html", context)


def _lifts(request: HttpRequest, uprn: int, since: date, today: date) -> list[Lift]:
    """Return the collections of a home, without what was recorded of a case that this person may not see."""
    return [
        replace(lift, recorded=[o for o in lift.recorded if _may_read(request, o)])
        for lift in lifts_at(uprn, since, today)
    ]


def _may_read(request: HttpRequest, outcome: Outcome) -> bool:
    return outcome.job is None or may(request, SEE, outcome.job.case)


@needs("homes.see")
@require_GET
def photo(request: HttpRequest, uprn: int, name: str) -> HttpResponseBase:
    """Show a photo that a crew took at a home; the look is written down."""
    today = timezone.now().astimezone(ZONE).date()
    recorded = [
        o
        for lift in _lifts(request, uprn, today - timedelta(weeks=WEEKS), today)
        for o in lift.recorded
    ]
    path = photos.path_of(name, small="small" in request.GET)
    if path is None or name not in {o.photo for o in recorded}:
        raise Http404
    looked(request, "photo", name)
    return uploads.give(path)
