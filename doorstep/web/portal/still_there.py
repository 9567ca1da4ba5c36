"""To say of a report that what it is about is still there: one button, which counts each browser once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.council.errors import Refused
from doorstep.reports import queries, still_there
from doorstep.reports.models import Report
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import is_known, keep, may_open, owner

# Of one address: of one report in a day, and of all within an hour. A household, a school, an office have one.
OF_ONE, OF_ALL = (5, 86400), (30, 3600)
STATUS = {"gone": 404, "late": 409, "often": 429}
# What the action refuses, as the page is drawn for it.
REFUSED = {"report_gone": "gone", "too_late_to_say": "late"}


def _draw(request: HttpRequest, report: Report | None, state: str) -> HttpResponse:
    """Draw the page: "ask", "thanks", or why it is not counted: "gone", "late", "often"."""
    context: dict[str, object] = {"state": state}
    if report is not None:
        context |= {"row": queries.shown(report), "until": still_there.until(report.case)}
        context["is_own"] = may_open(request, report.case.reference)
    answer = render(request, "portal/reports/still.html", context, status=STATUS.get(state, 200))
    return keep(request, answer)


def _too_often(request: HttpRequest, reference: str) -> bool:
    """Count one more from this address, of all reports and of this one."""
    many = limits.over([limits.person(request, "still")], *OF_ALL)
    return many or limits.over([limits.person(request, f"still-{reference}")], *OF_ONE)


def _state(request: HttpRequest, report: Report) -> str:
    """Return how the page is drawn for this browser: "thanks", "late", or "ask"."""
    if is_known(request) and still_there.was_said(report.case, owner(request).key):
        return "thanks"
    if _told_us(request, report):
        return "own"
    return "late" if still_there.is_too_late(report.case, timezone.now()) else "ask"


def _told_us(request: HttpRequest, report: Report) -> bool:
    """Say whether this browser sent an open report, or one of those behind it: it is counted as that already."""
    if report.case.closed_at is not None:
        return False
    return any(
        may_open(request, c.reference) for c in (report.case, *queries.all_behind(report.case))
    )


@public
@require_http_methods(["GET", "POST"])
def still(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask whether it is still there, and thank who says so; of a joined report, the one that stands for it is meant."""
    report = still_there.standing(reference)
    if report is None:
        return _draw(request, None, "gone")
    if request.method == "GET":
        return _draw(request, report, _state(request, report))
    named, key = report.case.reference, owner(request).key
    there = redirect("report_still", reference=named)
    if still_there.was_said(report.case, key) or _told_us(request, report):
        return there
    if _too_often(request, named):
        return _draw(request, report, "often")
    try:
        still_there.say(reference=named, owner_key=key, now=timezone.now())
    except Refused as exc:
        if exc.code != "said_already":  # twice at once is once
            return _draw(request, report, REFUSED[exc.code])
    return keep(request, there)
