"""Takes what was sent for a page of a form, and says where to go on."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from doorstep.cases import drafts
from doorstep.cases.models import Draft
from doorstep.cases.values import to_json
from doorstep.catalogue.service import Service
from doorstep.council.errors import Refused
from doorstep.files import photos
from doorstep.files.errors import BadFile
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.questions.kind import Invalid, Posted
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.questions.photos import MOST
from doorstep.forms.rules.parse import path_of
from doorstep.places import queries as places
from doorstep.web.kit import answering, carrying, limits
from doorstep.web.kit.drawing import draw
from doorstep.web.kit.seating import Seat, Values, pages_of


def _upload(request: HttpRequest, seat: Seat, question: Question, posted: QueryDict) -> None:
    """Keep photos that came with the form; their names take the question's place. Raises Invalid."""
    files = request.FILES.getlist(f"{question.id}-file")
    if question.kind == "photo" and posted.get(f"{question.id}-none"):
        posted[question.id] = ""
    if len(files) > (question.most or MOST):  # before any is looked at
        raise Invalid("photos_most", most=question.most or MOST)
    for file in files:
        try:
            name = photos.take(file, now=seat.now)
        except BadFile as exc:
            raise Invalid(exc.code, **exc.values) from exc
        if question.kind == "photos":
            posted.appendlist(question.id, name)
        else:
            posted[question.id] = name


def _answers(
    request: HttpRequest, seat: Seat, draft: Draft, here: Page, values: Values, posted: QueryDict
) -> tuple[Values, dict[str, str], dict[str, Invalid]]:
    """Return a page's answers, their words, and what is wrong, each by its question."""
    given: Values = {}
    words: dict[str, str] = {}
    wrong: dict[str, Invalid] = {}
    for question in here.questions:
        if not KINDS[question.kind].asks:
            continue
        try:
            _upload(request, seat, question, posted)
            took = answering.take(draft.version_id, question, posted, values, seat.now)
            given[question.id] = took.answer
            words |= took.words
        except Invalid as exc:
            wrong[question.id] = exc
    return given, words, wrong


def _worked_out(
    request: HttpRequest,
    seat: Seat,
    service: Service,
    draft: Draft,
    here: Page,
    given: Values,
    posted: QueryDict,
) -> HttpResponse:
    """Draw the page with its sentence so far; nothing is kept, so that it never overtakes an answer."""
    draft.answers = {**draft.answers, **to_json(given)}
    drafts.judge(draft, here, seat.now)
    pages, values = pages_of(service, draft, seat)
    return draw(request, seat, draft, here, pages, values, {}, posted)


def take(
    request: HttpRequest, seat: Seat, service: Service, draft: Draft, here: Page, values: Values
) -> HttpResponse:
    """Take a page's answers and lead on, or draw the page again with what is wrong."""
    posted = request.POST.copy()
    if "find" in posted and here.questions[0].kind == "address":
        return _find(request, seat, service, draft, here, values, posted)
    pages, _ = pages_of(service, draft, seat)
    if "find" in posted:  # a place by its name: the page shows what was found
        over = not seat.by.is_staff and limits.over([limits.person(request, "postcode")], 60, 600)
        often = {str(posted["find"]): Invalid("too_many")} if over else {}
        return draw(request, seat, draft, here, pages, values, often, posted)
    given, words, wrong = _answers(request, seat, draft, here, values, posted)
    if "save" in posted:  # right or wrong, the page waits as it was left
        fields = {k: posted.getlist(k) for k in posted if k not in ("csrfmiddlewaretoken", "save")}
        drafts.keep_typed(draft=draft, page=here.id, fields=fields, now=seat.now)
        return HttpResponseRedirect(f"{seat.base}/save")
    if wrong:
        return draw(request, seat, draft, here, pages, values, wrong, posted)
    if _asks_of_home(service, here) and _too_often(
        request, seat, service, {**draft.answers, **given}
    ):
        return render(request, "kit/error.html", {"code": "too_many"}, status=429)
    if "update" in posted:
        return _worked_out(request, seat, service, draft, here, given, posted)
    try:
        decision = drafts.answer(
            draft=draft, page=here, given=given, words=words, by=seat.by, now=seat.now
        )
    except Refused as exc:
        if exc.code != "slot_gone":
            raise
        return slot_gone(seat, service, draft)
    pages, values = pages_of(service, draft, seat)
    if to := carrying.leads_to(service, values, decision):
        return carrying.pass_on(seat, draft, to)
    if decision.stops:
        return HttpResponseRedirect(f"{seat.base}/{here.id}/stopped")
    following = journey.first_open(pages, draft.answers)
    return HttpResponseRedirect(f"{seat.base}/{following.id if following else 'check'}")


def _asks_of_home(service: Service, here: Page) -> bool:
    """Say whether a page's facts are about a home; what is only worked out may be worked out often."""
    homes = {q.id for q in service.form.questions.values() if q.kind == "address"}
    return any(path_of(arg) in homes for _, call in here.facts for arg in call.args)


def slot_of(service: Service) -> str:
    """Return the id of the question whose day can be gone, or nothing."""
    return next((q.id for q in service.form.questions.values() if q.kind == "slot"), "")


def slot_gone(seat: Seat, service: Service, draft: Draft) -> HttpResponse:
    """Lead to the page that asks for a day, which says that the one chosen is gone; all else is kept."""
    question = slot_of(service)
    drafts.drop_answer(draft=draft, question=question)
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
    pages, _ = pages_of(service, draft, seat)
    try:
        if not seat.by.is_staff and limits.over([limits.person(request, "postcode")], 60, 600):
            raise Refused("too_many")
        postcode = places.tidy_postcode(posted.get("postcode") or "")
    except Refused as exc:
        code = exc.code if (posted.get("postcode") or "").strip() else "postcode_missing"
        return draw(request, seat, draft, here, pages, values, {field: Invalid(code)}, posted)
    return HttpResponseRedirect(f"{seat.base}/{here.id}?postcode={postcode.replace(' ', '+')}")
