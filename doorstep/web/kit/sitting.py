"""One sitting at a form: the same pages for a resident and for an adviser with a caller."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases import queries as case_queries
from doorstep.cases import submitting
from doorstep.cases.values import spoken
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.questions.kind import Invalid
from doorstep.forms.questions.kinds import KINDS
from doorstep.web.kit import limits
from doorstep.web.kit.drawing import draw, held
from doorstep.web.kit.seating import Seat, begin, draft_of, pages_of, stopped_at
from doorstep.web.kit.stops import say_stop
from doorstep.web.kit.taking import slot_gone, slot_of, take


def page(request: HttpRequest, seat: Seat, page_id: str) -> HttpResponse:
    """Draw a page, or take its answers and go on; a page not reached yet leads to the one that is."""
    try:
        service, draft = draft_of(seat)
    except Http404:
        return begin(seat)
    pages, values = pages_of(service, draft, seat)
    here = next((p for p in pages if p.id == page_id), None)
    if here is None:
        if service.form.page(page_id) is None:
            raise Http404
        return begin(seat)
    reached = journey.first_open(pages, draft.answers, stopped_at(draft))
    if reached and pages.index(here) > pages.index(reached):
        return HttpResponseRedirect(f"{seat.base}/{reached.id}")
    if request.method == "POST":
        return take(request, seat, service, draft, here, values)
    slot = slot_of(service)
    gone = "gone" in request.GET and slot in {q.id for q in here.questions}
    wrong = {slot: Invalid("slot_gone")} if gone else {}
    return draw(request, seat, draft, here, pages, values, wrong)


def check(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Draw "check your answers", or send; sent twice, the same case is shown."""
    if request.method == "POST":
        return _send(request, seat)
    try:
        service, draft = draft_of(seat)
    except Http404:
        return begin(seat)
    pages, values = pages_of(service, draft, seat)
    reached = journey.first_open(pages, draft.answers, stopped_at(draft))
    if reached:
        return HttpResponseRedirect(f"{seat.base}/{reached.id}")
    words = spoken(draft.words)
    rows = [(p, q, words.get(q.id, "")) for p in pages for q in p.questions if KINDS[q.kind].asks]
    context = {
        "rows": rows,
        "service": service,
        "base": seat.base,
        "draft": draft,
        "seat": seat,
        "back": f"{seat.base}/{pages[-1].id}",
        "held_until": held(draft, seat.now),
        "sending": fill(service.form.sending, values),
    }
    return render(request, "kit/check.html", context)


def _send(request: HttpRequest, seat: Seat) -> HttpResponse:
    draft = case_queries.draft(request.POST.get("draft", ""), seat.visitor)
    if draft is None:
        return begin(seat)
    if not seat.by.is_staff and limits.over([limits.person(request, "submit")], 30, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    try:
        case, decision = submitting.submit(draft_id=draft.pk, by=seat.by, now=seat.now)
    except Refused as exc:
        if exc.code == "already_open":
            return render(request, "kit/error.html", {"code": exc.code}, status=409)
        if exc.code == "slot_gone":
            return slot_gone(seat, catalogue.service(draft.version_id), draft)
        return begin(seat)
    if case is None and decision is not None:
        draft.refresh_from_db()
        return say_stop(request, seat, catalogue.service(draft.version_id), draft, decision)
    assert case is not None
    return seat.done(case)
