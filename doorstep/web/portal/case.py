"""The page of a case, for the person who sent it."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from doorstep.cases import access, choosing, history
from doorstep.cases import queries as cases
from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.payments import queries as payments
from doorstep.web.kit import limits
from doorstep.web.kit.access import public
from doorstep.web.kit.visitor import let_in, may_open


def own_case(request: HttpRequest, reference: str) -> Case:
    """Return a case that this browser may open; anyone else meets "not found"."""
    if not may_open(request, reference):
        raise Http404
    case = cases.by_reference(reference)
    if case is None:
        raise Http404
    return case


@public
@require_GET
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm that a case was made, with its reference and what happens next."""
    case = own_case(request, reference)
    if payments.due(case):
        return redirect("pay", reference=case.reference)
    return render(request, "portal/sent.html", told(case))


def told(case: Case) -> dict[str, object]:
    """Return what the pages of a case say: where it stands, what happened, what may be chosen."""
    service = catalogue.service(case.version_id)
    stages = service.workflow.stages
    words = words_of(case)
    lines = [
        (line.at, stages[line.stage].label, fill(stages[line.stage].resident, line.said(words)))
        for line in history.lines(case.events.all())
    ]
    stage = stages[case.stage]
    return {
        "case": case,
        "service": service,
        "stage": stage,
        "says": fill(stage.resident, words),
        "named": words["named"],
        "lines": lines,
        "reopen": _reopen_offer(case),
        "choices": choosing.offered(case, timezone.now()),
        "owed": payments.latest(case),
    }


def _reopen_offer(case: Case) -> str:
    """Return the words that offer to open a closed case again, while it can be."""
    offer = catalogue.service(case.version_id).workflow.stages[case.stage].reopen
    if offer is None or case.closed_at is None or timezone.now() > choosing.reopen_until(case):
        return ""
    return offer.offer


@public
@require_GET
def open_case(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange a link's token for a cookie; a wrong one says so, and guessing is limited."""
    if limits.over([limits.person(request, "link")], 30, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    case = access.by_link(token, timezone.now())
    if case is None:
        raise Http404
    return let_in(request, redirect("case", reference=case.reference), case.reference)


@public
@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where a case stands to the person who sent it; another browser is led to a code, whatever the reference."""
    if not may_open(request, reference):
        return redirect(f"{reverse('ask')}?{urlencode({'reference': reference[:40]})}")
    return render(request, "portal/case.html", told(own_case(request, reference)))
