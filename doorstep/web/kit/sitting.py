"""One sitting at a form: the same pages for a resident and for an adviser with a caller."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from doorstep.cases import actions as cases
from doorstep.cases import queries as case_queries
from doorstep.cases import saving
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import from_json, named, spoken, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions.kind import Invalid, Posted, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.parse import path_of
from doorstep.outside import photos
from doorstep.outside.errors import BadFile
from doorstep.places import queries as places
from doorstep.staff.actor import Actor
from doorstep.web.kit import answering, limits

Values = dict[str, object]


@dataclass
class Seat:
    """Who sits where: the visitor's hash, the channel, who acts, and the address the pages lie under."""

    slug: str
    visitor: str
    channel: str
    by: Actor
    base: str
    now: datetime
    done: Callable[[Case], HttpResponse]


def _found(seat: Seat) -> tuple[Service, Draft]:
    draft = case_queries.open_draft(seat.visitor, seat.slug)
    if draft is None:
        raise Http404
    return catalogue.service(draft.version_id), draft


def _pages(service: Service, draft: Draft, seat: Seat) -> tuple[list[Page], Values]:
    values = values_of(draft, catalogue.settings(service, clock_at(seat.now).today))
    asked = frozenset(draft.asked)
    return journey.shown(service.form, values, asked, clock_at(seat.now)), values


def _stopped(draft: Draft) -> str:
    kept = draft.decisions.items()
    return next((p for p, d in kept if d["result"] in ("stop", "unavailable")), "")


def begin(seat: Seat) -> HttpResponse:
    """Open or find the draft and go to the first page not answered."""
    service = catalogue.current(seat.slug)
    if service is None:
        raise Http404
    draft = cases.begin(
        service=service, visitor=seat.visitor, channel=seat.channel, by=seat.by, now=seat.now
    )
    pages, _ = _pages(service, draft, seat)
    first = journey.first_open(pages, draft.answers, _stopped(draft))
    return HttpResponseRedirect(f"{seat.base}/{first.id if first else 'check'}")


def page(request: HttpRequest, seat: Seat, page_id: str) -> HttpResponse:
    """Draw a page, or take its answers and go on; a page not reached yet leads to the one that is."""
    try:
        service, draft = _found(seat)
    except Http404:
        return begin(seat)
    pages, values = _pages(service, draft, seat)
    here = next((p for p in pages if p.id == page_id), None)
    if here is None:
        if service.form.page(page_id) is None:
            raise Http404
        return begin(seat)
    reached = journey.first_open(pages, draft.answers, _stopped(draft))
    if reached and pages.index(here) > pages.index(reached):
        return HttpResponseRedirect(f"{seat.base}/{reached.id}")
    if request.method == "POST":
        return _take(request, seat, service, draft, here, values)
    slot = _slot_of(service)
    gone = "gone" in request.GET and slot in {q.id for q in here.questions}
    wrong = {slot: Invalid("slot_gone")} if gone else {}
    return _draw(request, seat, draft, here, pages, values, wrong)


def _upload(request: HttpRequest, seat: Seat, question: Question, posted: QueryDict) -> None:
    """Keep a photo that came with the form; its name takes the question's place. Raises Invalid."""
    file = request.FILES.get(f"{question.id}-file")
    if posted.get(f"{question.id}-none"):
        posted[question.id] = ""
    if file is None:
        return
    try:
        posted[question.id] = photos.take(file, now=seat.now)
    except BadFile as exc:
        raise Invalid(exc.code, **exc.values) from exc


def _take(
    request: HttpRequest, seat: Seat, service: Service, draft: Draft, here: Page, values: Values
) -> HttpResponse:
    posted = request.POST.copy()
    if "find" in posted:
        return _find(request, seat, service, draft, here, values, posted)
    given: Values = {}
    words: dict[str, str] = {}
    wrong: dict[str, Invalid] = {}
    for question in here.questions:
        kind = KINDS[question.kind]
        if not kind.asks:
            continue
        try:
            _upload(request, seat, question, posted)
            took = answering.take(draft.version_id, question, posted, values, seat.now)
            given[question.id] = took.answer
            words |= took.words
        except Invalid as exc:
            wrong[question.id] = exc
    pages, _ = _pages(service, draft, seat)
    if "save" in posted:  # right or wrong, the page waits as it was left
        fields = {k: posted.getlist(k) for k in posted if k not in ("csrfmiddlewaretoken", "save")}
        saving.keep_typed(draft=draft, page=here.id, fields=fields, now=seat.now)
        return HttpResponseRedirect(f"{seat.base}/save")
    if wrong:
        return _draw(request, seat, draft, here, pages, values, wrong, posted)
    if _asks_of_home(service, here) and _too_often(
        request, seat, service, {**draft.answers, **given}
    ):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    try:
        decision = cases.answer(
            draft=draft, page=here, given=given, words=words, by=seat.by, now=seat.now
        )
    except Refused as exc:
        if exc.code != "slot_gone":
            raise
        return _slot_gone(seat, service, draft)
    if decision.stops:
        return HttpResponseRedirect(f"{seat.base}/{here.id}/stopped")
    if "update" in posted:
        return HttpResponseRedirect(f"{seat.base}/{here.id}")
    pages, _ = _pages(service, draft, seat)
    following = journey.first_open(pages, draft.answers)
    return HttpResponseRedirect(f"{seat.base}/{following.id if following else 'check'}")


def _asks_of_home(service: Service, here: Page) -> bool:
    """Say whether a page's facts are about a home; what is only worked out may be worked out often."""
    homes = {q.id for q in service.form.questions.values() if q.kind == "address"}
    return any(path_of(arg) in homes for _, call in here.facts for arg in call.args)


def _slot_of(service: Service) -> str:
    """Return the id of the question whose day can be gone, or nothing."""
    return next((q.id for q in service.form.questions.values() if q.kind == "slot"), "")


def _slot_gone(seat: Seat, service: Service, draft: Draft) -> HttpResponse:
    """Lead to the page that asks for a day, which says that the one chosen is gone; all else is kept."""
    question = _slot_of(service)
    cases.drop_answer(draft=draft, question=question)
    page = next(p for p in service.form.pages if question in {q.id for q in p.questions})
    return HttpResponseRedirect(f"{seat.base}/{page.id}?gone=1")


def _too_often(request: HttpRequest, seat: Seat, service: Service, answers: Values) -> bool:
    """Limit look-ups per person and per property: what a crew recorded is nobody's to collect."""
    if seat.by.is_staff:
        return False
    asked = service.form.questions.values()
    home = next((answers.get(q.id) for q in asked if q.kind == "address"), "")
    return limits.over([limits.person(request, "look-up"), f"home:{home}"], 60, 3600)


def _find(
    request: HttpRequest,
    seat: Seat,
    service: Service,
    draft: Draft,
    here: Page,
    values: Values,
    posted: Posted,
) -> HttpResponse:
    """Take a postcode; it may stand in the address of the page, so that back and refresh work."""
    field = here.questions[0].id
    pages, _ = _pages(service, draft, seat)
    try:
        if not seat.by.is_staff and limits.over([limits.person(request, "postcode")], 60, 600):
            raise Refused("too_many")
        postcode = places.tidy_postcode(posted.get("postcode") or "")
    except Refused as exc:
        code = exc.code if (posted.get("postcode") or "").strip() else "postcode_missing"
        return _draw(request, seat, draft, here, pages, values, {field: Invalid(code)}, posted)
    return HttpResponseRedirect(f"{seat.base}/{here.id}?postcode={postcode.replace(' ', '+')}")


def _draw(
    request: HttpRequest,
    seat: Seat,
    draft: Draft,
    here: Page,
    pages: list[Page],
    values: Values,
    wrong: dict[str, Invalid],
    posted: Posted | None = None,
) -> HttpResponse:
    typed = posted or _filled(here, draft)
    context: dict[str, Any] = {
        "page": here,
        "base": seat.base,
        "draft": draft,
        "wrong": wrong,
        "seat": seat,
        "typed": typed,
        "back": _back(seat, pages, here),
        "service": catalogue.service(draft.version_id),
        "kinds": KINDS,
        "held_until": _held(draft, seat.now),
        "so_far": fill(here.so_far, values) if journey.answered(here, draft.answers) else "",
    }
    if here.questions and here.questions[0].kind == "address":
        context |= _addresses(request, typed)
        home = places.find(str(draft.answers.get(here.questions[0].id, "")))
        if home and not wrong and "postcode" not in context:
            context |= _addresses(request, Typed({"postcode": [home.postcode]}))
    else:
        context["options"] = {
            q.id: answering.options(q, values, typed, seat.now) for q in here.questions
        }
    return render(request, "kit/page.html", context, status=200)


def _held(draft: Draft, now: datetime) -> datetime | None:
    """Return until when something is held for this draft, if it still is."""
    return draft.held_until if draft.held_until and draft.held_until > now else None


def _filled(here: Page, draft: Draft) -> Typed:
    """Return the page's fields as they were sent before."""
    answers, typed = from_json(draft.answers), Typed()
    for question in here.questions:
        if question.id in answers:
            typed |= KINDS[question.kind].fill(question, answers[question.id])
    return Typed({**typed, **draft.typed.get(here.id, {})})


def _addresses(request: HttpRequest, posted: Posted) -> dict[str, Any]:
    text = posted.get("postcode") or request.GET.get("postcode", "")
    if not text:
        return {}
    try:
        postcode = places.tidy_postcode(text)
    except Refused:
        return {"postcode": text}
    return {
        "postcode": postcode,
        "homes": list(places.at_postcode(postcode)[:500]),
        "searched": True,
    }


def _back(seat: Seat, pages: list[Page], here: Page) -> str:
    index = pages.index(here)
    return f"{seat.base}/{pages[index - 1].id}" if index else seat.base


def stopped(request: HttpRequest, seat: Seat, page_id: str) -> HttpResponse:
    """Draw where a check stopped, judged afresh: a page left open overnight says what is true now.

    A POST goes past the stop: a resident by disputing it, staff with a reason.
    """
    service, draft = _found(seat)
    here = service.form.page(page_id)
    if here is None or not journey.answered(here, draft.answers):
        return begin(seat)
    if request.method == "POST":
        return _go_past(request, seat, service, draft, here)
    decision = cases.answer(draft=draft, page=here, given={}, words={}, now=seat.now)
    if not decision.stops:
        return begin(seat)
    return _say(request, seat, service, draft, decision)


def _go_past(
    request: HttpRequest, seat: Seat, service: Service, draft: Draft, here: Page
) -> HttpResponse:
    try:
        if "dispute" in request.POST:
            decision = cases.dispute(draft=draft, page=here, by=seat.by, now=seat.now)
        else:
            reason = request.POST.get("reason", "")[:1000]
            decision = cases.override(
                draft=draft, page=here, reason=reason, by=seat.by, now=seat.now
            )
    except Refused as exc:
        code = str(draft.decisions.get(here.id, {}).get("code", ""))
        return _say(request, seat, service, draft, Decision(here.id, "stop", code), exc.code)
    return HttpResponseRedirect(f"{seat.base}/{here.id}/stopped") if decision.stops else begin(seat)


def _say(
    request: HttpRequest,
    seat: Seat,
    service: Service,
    draft: Draft,
    decision: Decision,
    refused: str = "",
) -> HttpResponse:
    found = service.form.stops.get(decision.code)
    _, values = _pages(service, draft, seat)
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
    }
    return render(request, "kit/stop.html", context)


def check(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Draw "check your answers", or send; sent twice, the same case is shown."""
    if request.method == "POST":
        return _send(request, seat)
    try:
        service, draft = _found(seat)
    except Http404:
        return begin(seat)
    pages, values = _pages(service, draft, seat)
    reached = journey.first_open(pages, draft.answers, _stopped(draft))
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
        "held_until": _held(draft, seat.now),
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
        case, decision = cases.submit(draft_id=draft.pk, by=seat.by, now=seat.now)
    except Refused as exc:
        if exc.code == "already_open":
            return render(request, "kit/error.html", {"code": exc.code}, status=409)
        if exc.code == "slot_gone":
            return _slot_gone(seat, catalogue.service(draft.version_id), draft)
        return begin(seat)
    if case is None and decision is not None:
        draft.refresh_from_db()
        return _say(request, seat, catalogue.service(draft.version_id), draft, decision)
    assert case is not None
    return seat.done(case)
