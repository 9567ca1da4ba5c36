"""What officers do about a report: show or hide its parts, join and part, warn crews of its place."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.cases import queries as cases
from doorstep.council.errors import Refused
from doorstep.fieldwork import actions as fieldwork
from doorstep.reports import actions as reports
from doorstep.web.desk import case_place
from doorstep.web.desk.case_state import free_state, locked_state
from doorstep.web.desk.refusal import as_it_was_seen, says_why_not
from doorstep.web.desk.views.cases.case import again, back_to
from doorstep.web.kit.access import actor, needs
from doorstep.web.kit.opening import may, open_case


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(locked_state, "report")
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what anyone may see of a report."""
    case = open_case(request, reference)
    reports.show(
        case_id=case.pk,
        hidden="hidden" in request.POST,
        text="text" in request.POST,
        photos=request.POST.getlist("photo"),
        by=actor(request),
        now=timezone.now(),
    )
    return back_to(case, "#public")


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(free_state, "stage")
def merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Join a case to another that is about the same."""
    case, other = open_case(request, reference), request.POST.get("into", "")
    into = cases.by_reference(other)
    if into is not None and not may(request, "desk.decide", into):
        other = ""  # as one that there is not
    reports.merge(case_id=case.pk, reference=other, by=actor(request), now=timezone.now())
    return back_to(case, "#same")


@needs("desk.decide")
@require_POST
@says_why_not(again)
@as_it_was_seen(free_state, "stage")
def split(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a case away from the one it was joined to."""
    case = open_case(request, reference)
    reports.split(case_id=case.pk, by=actor(request), now=timezone.now())
    return back_to(case, "#same")


def _until(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("until", ""))
    except ValueError as exc:
        raise Refused("day_missing") from exc


# What is refused of a warning, in the words of the page, where a case has others of that name.
ON_THE_PAGE = {"text_missing": "warning_missing", "until_past": "warning_past"}


def _warning_again(request: HttpRequest, refused: Refused, reference: str) -> HttpResponse:
    code = ON_THE_PAGE.get(refused.code, refused.code)
    return again(request, Refused(code, **refused.values), reference)


@needs("desk.decide")
@require_POST
@says_why_not(_warning_again)
@as_it_was_seen(locked_state, "warnings")
def warn(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell whoever works at this place what to know first."""
    case = open_case(request, reference)
    easting = case.place.easting if case.place else case.easting
    northing = case.place.northing if case.place else case.northing
    if easting is None or northing is None:
        raise Refused("no_place")
    fieldwork.warn(
        easting=easting,
        northing=northing,
        text=request.POST.get("warning", ""),
        until=_until(request),
        by=actor(request),
        now=timezone.now(),
    )
    return back_to(case, "#warnings")


@needs("desk.decide")
@require_POST
def end_warning(request: HttpRequest, reference: str, caution: int) -> HttpResponse:
    """End a warning before its day."""
    case = open_case(request, reference)
    if caution not in {one.pk for one in case_place.cautions(case, timezone.now())}:
        raise Http404
    fieldwork.end_warning(caution_id=caution, by=actor(request), now=timezone.now())
    return back_to(case, "#warnings")
