"""The pages of a form, and "check your answers" at its end."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from doorstep.cases import changing
from doorstep.cases.models import Draft
from doorstep.cases.values import of_nature, spoken
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.facts import together
from doorstep.forms.form import Page
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid
from doorstep.insight.cells import CHECK
from doorstep.intake.filling import Filling, Mistaken, asked_on
from doorstep.web.form import counting, outages
from doorstep.web.form.change import change_of
from doorstep.web.form.over import or_where_it_went, over
from doorstep.web.form.receive import asked_from, longer, receive, slot_gone
from doorstep.web.form.render import filled, held, render_page
from doorstep.web.form.session import FormSession, find, go_on
from doorstep.web.form.several import Several
from doorstep.web.form.stops import render_stop
from doorstep.web.kit import limits, seen


@or_where_it_went
def page(request: HttpRequest, session: FormSession, draft_id: UUID, page_id: str) -> HttpResponse:
    """Draw a page, or take its answers and go on; a page not reached yet leads to the one that is."""
    filling = find(session, draft_id)
    if filling is None:
        return over(request, session, draft_id)
    here = filling.service.form.page(page_id)
    if here is None:
        raise Http404
    if not filling.is_shown(here) or not _may_open(filling, here):
        return go_on(session, filling)
    reached = filling.first_open_before(here)
    if reached:
        return HttpResponseRedirect(f"{session.address(filling.draft)}/{reached.id}")
    if here.several:
        several = Several(request, session, filling, here)
        with together():
            return several.take() if request.method == "POST" else several.show()
    if request.method == "POST":
        with together():
            return receive(request, session, filling, here)
    if "again" in request.GET:
        return render_page(request, session, filling, here, _wrong_by_now(filling, here))
    slots = {q.id for q in of_nature(filling.service, "slot")} if "gone" in request.GET else set()
    wrong = {q.id: Invalid("slot_gone") for q in here.questions if q.id in slots}
    wrong |= _found_in_files(filling, here)
    if not request.GET and not journey.answered(here, filling.draft.answers):
        counting.shown(filling.draft, here.id, session.now)
    return render_page(request, session, filling, here, wrong)


def _found_in_files(filling: Filling, here: Page) -> dict[str, Invalid]:
    """Return the questions whose files were refused since they were sent: nobody wonders where one went."""
    fields, wrong = filled(here, filling.draft), {}
    for question in (q for q in here.questions if kinds.of(q).types(q)):
        names = set(fields.getlist(question.id))
        for option in filling.options(question, fields) if names else ():
            if option[0] in names and getattr(option, "more", {}).get("is_refused"):
                wrong[question.id] = Invalid("file_virus", name=option[1])
    return wrong


def _wrong_by_now(filling: Filling, here: Page) -> dict[str, Invalid]:
    """Return what is wrong with a page's answers now, such as a day that was still to come when it was given."""
    trial, fields = filling.trial(), filled(here, filling.draft)
    entries = trial.read(here, lambda _question: fields)
    if not entries.wrong:
        try:
            trial.suppose(here, entries)
        except Mistaken as exc:
            return exc.wrong
    return entries.wrong


def _may_open(filling: Filling, here: Page) -> bool:
    """Say whether a page may be filled in: of a change, what may be changed, and what is not answered any more."""
    draft = filling.draft
    return changing.may_change(draft, here.id) or not journey.answered(here, draft.answers)


def resume(request: HttpRequest, session: FormSession, draft_id: UUID) -> HttpResponse:
    """Go on with a form at the first page not answered."""
    filling = find(session, draft_id)
    return go_on(session, filling) if filling else over(request, session, draft_id)


@or_where_it_went
def check(request: HttpRequest, session: FormSession, draft_id: UUID) -> HttpResponse:
    """Draw "check your answers", or send what that page showed; sent twice, the same case is named."""
    filling = find(session, draft_id)
    if filling is None:
        return over(request, session, draft_id)
    if "longer" in request.POST:
        return longer(session, filling, "check")
    if request.method == "POST":
        return _send(request, session, filling)
    reached = filling.first_open()
    if reached:
        return HttpResponseRedirect(f"{session.address(filling.draft)}/{reached.id}")
    if not request.GET:
        counting.shown(filling.draft, CHECK, session.now)
    return _render_check(request, session, filling)


def _render_check(
    request: HttpRequest,
    session: FormSession,
    filling: Filling,
    changed: list[str] | None = None,
) -> HttpResponse:
    draft, pages = filling.draft, list(filling.pages)
    base, words = session.address(draft), spoken(draft.words)
    sending, send = filling.last_words()
    said = {**filling.values, **filling.draft.answers}
    asked = [(p, q) for p in map(filling.asked, pages) for q in asked_on(p) if q.is_asked(said)]
    rows = [(p, q, words.get(q.id, "")) for p, q in asked]
    context = {
        "rows": rows,
        "service": filling.service,
        "base": base,
        "draft": draft,
        "session": session,
        "back": _case_page(session, draft) or f"{base}/{pages[-1].id}",
        "open": {p.id for p in pages if changing.may_change(draft, p.id)},
        "change": change_of(filling),
        "step": filling.step(),
        **held(request, draft, session.now),
        "sending": sending,
        "down": outages.before_sending(session, filling.service),
        "send": send,
        "seen": seen.mark(_shown(filling)),
        "says_other": ":sending" in (changed or ()),
        "changed": None if changed is None else [(p, q) for p, q, _ in rows if q.id in changed],
    }
    return render(request, "form/check.html", context)


def _case_page(session: FormSession, draft: Draft) -> str:
    """Return the page of the case that a form changes; nothing of a new one."""
    return session.case_page(draft.changes.reference) if draft.changes else ""


def _shown(filling: Filling) -> dict[str, object]:
    """Return what the check page shows: each answer, and what is said before sending, such as the price."""
    answers = {q.id: filling.draft.answers.get(q.id) for p in filling.pages for q in asked_on(p)}
    return {**answers, ":sending": filling.last_words()[0]}


def _send(request: HttpRequest, session: FormSession, filling: Filling) -> HttpResponse:
    if not session.by.is_staff and limits.over([limits.person(request, "submit")], 30, 3600):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    if filling.first_open():
        return go_on(session, filling)
    changed = seen.changed(request.POST, _shown(filling))
    if changed is not None:
        return _render_check(request, session, filling, changed)
    draft = filling.draft
    try:
        with together(), asked_from(request, session):
            case, decision = filling.submit()
    except Refused as exc:
        return _not_sent(request, session, filling, exc)
    if case is None and decision is not None:
        counting.stopped(draft, decision, session.now)
        draft.refresh_from_db()
        return render_stop(request, session, session.filling(draft), decision)
    assert case is not None
    counting.sent(draft, case, session.now)
    return session.done(case)


def _not_sent(
    request: HttpRequest, session: FormSession, filling: Filling, refused: Refused
) -> HttpResponse:
    if refused.code == "went_elsewhere":
        raise refused
    if refused.code in ("already_open", "sum_not_taken"):
        context = {"code": refused.code, "service": filling.service}
        return render(request, "kit/error.html", context, status=409)
    if refused.code == "slot_gone":
        return slot_gone(session, filling)
    if refused.code == "wrong_by_now":
        there = session.address(filling.draft)
        return HttpResponseRedirect(f"{there}/{refused.values['page']}?again=1")
    if refused.code in ("choice_gone", "nothing_changed"):
        return _not_changed(request, session, filling, refused.code)
    if refused.code == "changed_meanwhile":
        filling.draft.refresh_from_db()
        anew = session.filling(filling.draft)
        return _render_check(request, session, anew, seen.changed(request.POST, _shown(anew)) or [])
    return go_on(session, filling)


def _not_changed(
    request: HttpRequest, session: FormSession, filling: Filling, code: str
) -> HttpResponse:
    """Say that a change came too late, or changes nothing; the case stays as it is."""
    context = {"code": code, "case_page": _case_page(session, filling.draft)}
    return render(request, "kit/error.html", context, status=409)
