"""Says where a check stopped, and lets past who may go past."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases.values import named, spoken
from doorstep.catalogue.words import fill, lookup, places
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.form import Page, Stop
from doorstep.forms.journey import Decision
from doorstep.intake import prefill
from doorstep.intake.answers import Values
from doorstep.intake.filling import Entries, Filling
from doorstep.web.form import asking
from doorstep.web.form.over import or_where_it_went, over
from doorstep.web.form.passing_on import pass_on
from doorstep.web.form.session import FormSession, find, go_on


@or_where_it_went
def stopped(
    request: HttpRequest, session: FormSession, draft_id: UUID, page_id: str
) -> HttpResponse:
    """Draw where a check stopped, judged afresh: a page left open overnight says what is true now.

    A POST goes past the stop: a resident by disputing it, staff with a reason.
    """
    filling = find(session, draft_id)
    if filling is None:
        return over(request, session, draft_id)
    here = filling.service.form.page(page_id)
    if here is None or not journey.answered(here, filling.draft.answers):
        return go_on(session, filling)
    if request.method == "POST":
        return _go_past(request, session, filling, here)
    decision = filling.answer(here, Entries())
    if not decision.stops:
        return go_on(session, filling)
    return render_stop(request, session, filling, decision)


def _go_past(
    request: HttpRequest, session: FormSession, filling: Filling, here: Page
) -> HttpResponse:
    code = str(filling.draft.decisions.get(here.id, {}).get("code", ""))
    stop = Decision(here.id, "stop", code)
    if "pass_on" in request.POST:
        to = prefill.leads_to(filling, stop)
        return pass_on(session, filling.draft, to) if to else go_on(session, filling)
    try:
        if "dispute" in request.POST:
            decision = filling.dispute(here)
        else:
            decision = filling.override(here, reason=request.POST.get("reason", "")[:1000])
    except Refused as exc:
        if exc.code == "went_elsewhere":
            raise
        return render_stop(request, session, filling, stop, exc.code)
    if decision.stops:
        return HttpResponseRedirect(f"{session.address(filling.draft)}/{here.id}/stopped")
    return go_on(session, filling)


def _link(path: str, values: Values) -> str:
    """Return the address that a stop leads to; only one that a browser opens safely."""
    address = str(lookup(path, values) or "")
    return address if address.startswith("https://") else ""


def advice(stop: Stop, values: Values) -> list[str]:
    """Return what the person can do now, in the words for what was found."""
    value = str(lookup(stop.do_by, values) or "") if stop.do_by else "any"
    return known(stop.do.get(value) or stop.do.get("any") or (), values)


def known(lines: Iterable[str], values: Values) -> list[str]:
    """Return sentences filled in; one that names what nobody knows is left out."""
    lines = [x for x in lines if all(lookup(path, values) is not None for path, _ in places(x))]
    return [fill(line, values) for line in lines]


def render_stop(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    decision: Decision,
    refused: str = "",
) -> HttpResponse:
    """Draw why the form cannot go on, and what next."""
    form = filling.service.form
    session.met_stop(filling.draft, decision.code)
    context = {
        **told(filling, decision),
        "service": filling.service,
        "base": session.address(filling.draft),
        "back": f"{session.address(filling.draft)}/{decision.page}",
        "decision": decision,
        "step": filling.step(decision.page),
        "named": named(spoken(filling.draft.words), filling.service.about.names),
        "again": next((p.again for p in form.pages if p.id == decision.page), ""),
        "draft": filling.draft,
        "session": session,
        "refused": refused,
        "asks_person": asking.is_offered(session) and not can_be_disputed(filling, decision),
    }
    return render(request, "form/stop.html", context)


def can_be_disputed(filling: Filling, decision: Decision) -> bool:
    """Say whether residents may say that this stop is wrong."""
    stop = filling.service.form.stops.get(decision.code)
    return bool(stop and stop.dispute)


def told(filling: Filling, decision: Decision) -> dict[str, Any]:
    """Return what is said where a check stopped, to the resident or by the adviser, and where it leads."""
    stop, values = filling.service.form.stops.get(decision.code), filling.values
    words = (stop.adviser if filling.by.is_staff else "") or stop.say if stop else ""
    return {
        "stop": stop,
        "say": fill(words, values),
        "day": lookup(stop.day, values) if stop and stop.day else None,
        "advice": advice(stop, values) if stop else [],
        "leads_to": prefill.leads_to(filling, decision),
        "link": _link(stop.link, values) if stop and stop.link else "",
    }
