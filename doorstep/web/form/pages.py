"""The pages of a form, and "check your answers" at its end."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases import queries as cases
from doorstep.cases.models import Draft
from doorstep.cases.values import spoken
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.forms.questions.kind import Invalid
from doorstep.intake.filling import asked_on, of_nature
from doorstep.web.form.receive import receive, slot_gone
from doorstep.web.form.render import held, render_page
from doorstep.web.form.session import FormSession, begin, find, go_on
from doorstep.web.form.stops import render_stop
from doorstep.web.kit import limits


def page(request: HttpRequest, session: FormSession, page_id: str) -> HttpResponse:
    """Draw a page, or take its answers and go on; a page not reached yet leads to the one that is."""
    filling = find(session)
    if filling is None:
        return begin(session)
    here = filling.service.form.page(page_id)
    if here is None:
        raise Http404
    if not filling.is_shown(here):
        return go_on(session, filling)
    reached = filling.first_open_before(here)
    if reached:
        return HttpResponseRedirect(f"{session.base}/{reached.id}")
    if request.method == "POST":
        return receive(request, session, filling, here)
    slots = {q.id for q in of_nature(filling.service, "slot")} if "gone" in request.GET else set()
    wrong = {q.id: Invalid("slot_gone") for q in here.questions if q.id in slots}
    return render_page(request, session, filling, here, wrong)


def check(request: HttpRequest, session: FormSession) -> HttpResponse:
    """Draw "check your answers", or send; sent twice, the same case is shown."""
    if request.method == "POST":
        return _send(request, session)
    filling = find(session)
    if filling is None:
        return begin(session)
    reached = filling.first_open()
    if reached:
        return HttpResponseRedirect(f"{session.base}/{reached.id}")
    draft, pages = filling.draft, list(filling.pages)
    words = spoken(draft.words)
    context = {
        "rows": [(p, q, words.get(q.id, "")) for p in pages for q in asked_on(p)],
        "service": filling.service,
        "base": session.base,
        "draft": draft,
        "session": session,
        "back": f"{session.base}/{pages[-1].id}",
        "held_until": held(draft, session.now),
        "sending": fill(filling.service.form.sending, filling.values),
    }
    return render(request, "form/check.html", context)


def _send(request: HttpRequest, session: FormSession) -> HttpResponse:
    draft = cases.draft(request.POST.get("draft", ""), session.visitor)
    if draft is None:
        return begin(session)
    if not session.by.is_staff and limits.over([limits.person(request, "submit")], 30, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    filling = session.filling(draft)
    try:
        case, decision = filling.submit()
    except Refused as exc:
        return _not_sent(request, session, draft, exc)
    if case is None and decision is not None:
        draft.refresh_from_db()
        return render_stop(request, session, session.filling(draft), decision)
    assert case is not None
    return session.done(case)


def _not_sent(
    request: HttpRequest, session: FormSession, draft: Draft, refused: Refused
) -> HttpResponse:
    if refused.code == "already_open":
        return render(request, "kit/error.html", {"code": refused.code}, status=409)
    if refused.code == "slot_gone":
        return slot_gone(session, session.filling(draft))
    return begin(session)
