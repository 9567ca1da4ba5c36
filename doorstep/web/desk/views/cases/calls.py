"""Which calls to other systems a case led to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from doorstep.outside import calls
from doorstep.web.kit.access import needs
from doorstep.web.kit.opening import open_case


@needs("desk.decide")
@require_GET
def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """List the calls of the last thirty days: when, where, how long, and what was wrong."""
    case = open_case(request, reference)
    context = {"case": case, "calls": calls.of_case(case.pk), "days": calls.KEPT.days}
    return render(request, "desk/calls.html", context)
