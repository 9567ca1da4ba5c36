"""Says where a check stopped, and lets past who may go past."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases import drafts
from doorstep.cases.models import Draft
from doorstep.cases.values import named, spoken
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill, lookup
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.form import Page
from doorstep.forms.journey import Decision
from doorstep.web.kit import carrying
from doorstep.web.kit.seating import Seat, Values, begin, draft_of, pages_of


def stopped(request: HttpRequest, seat: Seat, page_id: str) -> HttpResponse:
    """Draw where a check stopped, judged afresh: a page left open overnight says what is true now.

    A POST goes past the stop: a resident by disputing it, staff with a reason.
    """
    service, draft = draft_of(seat)
    here = service.form.page(page_id)
    if here is None or not journey.answered(here, draft.answers):
        return begin(seat)
    if request.method == "POST":
        return _go_past(request, seat, service, draft, here)
    decision = drafts.answer(draft=draft, page=here, given={}, words={}, by=seat.by, now=seat.now)
    if not decision.stops:
        return begin(seat)
    return say_stop(request, seat, service, draft, decision)


def _go_past(
    request: HttpRequest, seat: Seat, service: Service, draft: Draft, here: Page
) -> HttpResponse:
    kept = draft.decisions.get(here.id, {})
    if "pass_on" in request.POST:
        stop = Decision(here.id, "stop", str(kept.get("code", "")))
        to = carrying.leads_to(service, pages_of(service, draft, seat)[1], stop)
        return carrying.pass_on(seat, draft, to) if to else begin(seat)
    try:
        if "dispute" in request.POST:
            decision = drafts.dispute(draft=draft, page=here, by=seat.by, now=seat.now)
        else:
            reason = request.POST.get("reason", "")[:1000]
            decision = drafts.override(
                draft=draft, page=here, reason=reason, by=seat.by, now=seat.now
            )
    except Refused as exc:
        code = str(kept.get("code", ""))
        return say_stop(request, seat, service, draft, Decision(here.id, "stop", code), exc.code)
    return HttpResponseRedirect(f"{seat.base}/{here.id}/stopped") if decision.stops else begin(seat)


def _link(path: str, values: Values) -> str:
    """Return the address that a stop leads to; only one that a browser opens safely."""
    found = str(lookup(path, values) or "")
    return found if found.startswith("https://") else ""


def say_stop(
    request: HttpRequest,
    seat: Seat,
    service: Service,
    draft: Draft,
    decision: Decision,
    refused: str = "",
) -> HttpResponse:
    """Draw why the form cannot go on, and what next."""
    found = service.form.stops.get(decision.code)
    _, values = pages_of(service, draft, seat)
    context = {
        "stop": found,
        "say": fill(found.say, values) if found else "",
        "service": service,
        "base": seat.base,
        "back": f"{seat.base}/{decision.page}",
        "decision": decision,
        "named": named(spoken(draft.words), service.about.names),
        "again": next((p.again for p in service.form.pages if p.id == decision.page), ""),
        "draft": draft,
        "seat": seat,
        "refused": refused,
        "leads_to": carrying.leads_to(service, values, decision),
        "link": _link(found.link, values) if found and found.link else "",
    }
    return render(request, "kit/stop.html", context)
