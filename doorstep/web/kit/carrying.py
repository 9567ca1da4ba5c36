"""Goes on at another service's form with what was said before."""

from dataclasses import replace

from django.http import HttpResponse

from doorstep.cases import carrying, drafts, moving, submitting
from doorstep.cases.carrying import Said
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import facts
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import lookup
from doorstep.council.errors import Refused
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision, answered
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.web.kit import answering, seating
from doorstep.web.kit.seating import Seat, Values, pages_of


def carry_over(seat: Seat, to: Service, said: Said, *, whole: bool = False) -> Draft:
    """Return this seat's draft of a service, with all that was said and that its questions take.

    Pages are answered as far as they follow each other whole; what fits a later page waits there as
    typed. With `whole` a question that may stay unanswered stays so, as on paper.
    """
    draft = drafts.begin(
        service=to, visitor=seat.visitor, channel=seat.channel, by=seat.by, now=seat.now
    )
    to = catalogue.service(draft.version_id)
    fitting = carrying.fitting(said, to.form)
    wanted = {q: v for q, v in fitting.items() if q not in draft.answers}
    passed: set[str] = set()
    while (here := _next(to, draft, seat, passed)) is not None:
        if not _answer(seat, draft, here, wanted, whole):
            break
        passed.add(here.id)
    for page in to.form.pages:
        _wait(seat, draft, page, wanted)
    return draft


def _next(to: Service, draft: Draft, seat: Seat, passed: set[str]) -> Page | None:
    """Return the first page that is not answered; nothing where a check stopped, or all is done."""
    if seating.stopped_at(draft):
        return None
    pages, _ = pages_of(to, draft, seat)
    found = next((p for p in pages if not answered(p, draft.answers)), None)
    return None if found is None or found.id in passed else found


def _answer(seat: Seat, draft: Draft, page: Page, wanted: Values, whole: bool) -> bool:
    """Answer a page where each of its questions has what it takes; say whether that was so."""
    _, values = pages_of(catalogue.service(draft.version_id), draft, seat)
    given: Values = {}
    words: dict[str, str] = {}
    for question in (q for q in page.questions if KINDS[q.kind].asks):
        if question.id not in wanted and not (whole and question.optional):
            return False
        try:
            took = answering.take(
                draft.version_id, question, _fields(question, wanted), values, seat.now
            )
        except Invalid:
            return False
        given[question.id] = took.answer
        words |= took.words
    try:
        drafts.answer(draft=draft, page=page, given=given, words=words, by=seat.by, now=seat.now)
    except Refused:  # a day that is gone: the page asks
        return False
    return True


def _fields(question: Question, wanted: Values) -> Typed:
    return KINDS[question.kind].fill(question, wanted.get(question.id))


def _wait(seat: Seat, draft: Draft, page: Page, wanted: Values) -> None:
    """Leave what fits a page that is not answered yet where its fields are, for the person to look at."""
    found = Typed()
    for question in page.questions:
        if question.id in wanted and question.id not in draft.answers:
            found |= _fields(question, wanted)
    if found and page.id not in draft.typed:
        drafts.keep_typed(draft=draft, page=page.id, fields=dict(found), now=seat.now)


def none_fits(service: Service) -> dict[tuple[str, str], object]:
    """Return the answers of someone who has said that nothing proposed fits."""
    asked = service.form.questions.values()
    of_words = [q for q in asked if q.source is not None and q.source.name in facts.PROPOSING]
    return {(q.kind, q.id): facts.NONE for q in of_words}


def at(seat: Seat, slug: str) -> Seat:
    """Return the seat of the same person at another service."""
    return replace(seat, slug=slug, base=f"{seat.base.removesuffix(seat.slug)}{slug}")


def leads_to(service: Service, values: Values, decision: Decision) -> Service | None:
    """Return the service that a stop passes the person on to, if it does and it runs."""
    stop = service.form.stops.get(decision.code)
    if stop is None or not stop.passes_on:
        return None
    return catalogue.current(str(lookup(stop.passes_on, values) or ""))


def pass_on(seat: Seat, draft: Draft, to: Service) -> HttpResponse:
    """Go on at another service's form with what a draft says; the draft stays, to come back to.

    At the desk what was begun there for an earlier caller is put away, as for any new caller.
    """
    there = at(seat, to.slug)
    if seat.by.is_staff:
        drafts.drop_draft(visitor=seat.visitor, slug=to.slug)
    carry_over(there, to, carrying.in_draft(draft))
    return seating.begin(there)


def move_on(seat: Seat, case: Case, to: Service) -> tuple[Draft, Case | None]:
    """Begin another service's form with what a moved case says; sent at once where nothing is missing."""
    drafts.drop_draft(visitor=seat.visitor, slug=to.slug)
    said = carrying.in_case(case)
    said = replace(said, answers={**said.answers, **none_fits(to)})
    draft = carry_over(seat, to, said, whole=True)
    moving.begun(draft=draft, case=case)
    pages, _ = pages_of(catalogue.service(draft.version_id), draft, seat)
    if seating.stopped_at(draft) or not all(answered(p, draft.answers) for p in pages):
        return draft, None
    try:
        made, _decision = submitting.submit(draft_id=draft.pk, by=seat.by, now=seat.now)
    except Refused:  # the form says why
        return draft, None
    return draft, made
