"""Which calls to other systems a case led to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.outside import calls
from doorstep.staff import actions as staff
from doorstep.web.desk.views.cases.case import case_of
from doorstep.web.kit.access import needs


@needs("desk.decide")
@require_GET
def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """List the calls of the last thirty days: when, where, how long, and what was wrong."""
    case, viewer = case_of(reference), request.user
    may: Any = viewer
    staff.looked(by=may, what="case", key=case.reference, now=timezone.now())
    context = {"case": case, "calls": calls.of_case(case.pk), "days": calls.KEPT.days}
    return render(request, "desk/calls.html", context)
