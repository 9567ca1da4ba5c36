"""Goes on at another service's form with what was said before; what it asks besides is left to the person."""

from dataclasses import replace

from doorstep.cases import drafts, rerouting
from doorstep.cases import prefill as cases_prefill
from doorstep.cases.models import Case, Draft
from doorstep.cases.prefill import Said
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import lookup
from doorstep.council.errors import Refused
from doorstep.forms.facts import current_name
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision, answered
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling, Mistaken, asked_on
from doorstep.signposts import facts


def carry_over(filling: Filling, said: Said, *, whole: bool = False) -> None:
    """Fill in a form with all that was said and that its questions take.

    Pages are answered as far as they follow each other whole; what fits a later page waits there as
    typed. With `whole` a question that may stay unanswered stays so, as on paper.
    """
    draft, form = filling.draft, filling.service.form
    fitting = cases_prefill.fitting(said, form)
    answers = {q: v for q, v in fitting.items() if q not in draft.answers}
    tried: set[str] = set()
    while (here := _next(filling, tried)) is not None:
        if not _answer(filling, here, answers, whole):
            break
        tried.add(here.id)
    for page in form.pages:
        _wait(filling, page, answers)


def _next(filling: Filling, tried: set[str]) -> Page | None:
    """Return the first page that is not answered; nothing where a check stopped, or all is done."""
    page = None if filling.stopped_at else filling.next_open()
    return None if page is None or page.id in tried else page


def _answer(filling: Filling, page: Page, answers: dict[str, object], whole: bool) -> bool:
    """Answer a page where each of its questions has what it takes; say whether that was so."""
    questions = [q for q in asked_on(page) if q.is_asked(answers)]
    if any(q.id not in answers and not (whole and q.optional) for q in questions):
        return False
    entries = filling.read(page, lambda question: _fields(question, answers))
    if entries.wrong:
        return False
    try:
        filling.answer(page, entries)
    except (Mistaken, Refused):  # such as a day that is gone: the page asks
        return False
    return True


def _fields(question: Question, answers: dict[str, object]) -> Typed:
    return kinds.of(question).fill(question, answers.get(question.id))


def _wait(filling: Filling, page: Page, answers: dict[str, object]) -> None:
    """Leave what fits a page that is not answered yet where its fields are, for the person to look at."""
    draft, fields = filling.draft, Typed()
    for question in page.questions:
        if question.id in answers and question.id not in draft.answers:
            fields |= _fields(question, answers)
    if fields and page.id not in draft.typed:
        drafts.keep_typed(draft=draft, page=page.id, fields=dict(fields), now=filling.now)


def none_fits(service: Service) -> dict[tuple[str, str], object]:
    """Return the answers of someone who has said that nothing proposed fits."""
    questions = service.form.questions.values()
    of_words = [q for q in questions if q.source and current_name(q.source.name) in facts.PROPOSING]
    return {(q.kind, q.id): facts.NONE for q in of_words}


def leads_to(filling: Filling, decision: Decision) -> Service | None:
    """Return the service that a stop passes the person on to, if it does, it runs, and they may ask for it themselves."""
    stop = filling.service.form.stops.get(decision.code)
    if stop is None or not stop.passes_on:
        return None
    service = catalogue.current(str(lookup(stop.passes_on, filling.values) or ""))
    alone = filling.draft.channel == "online"
    return None if service and alone and not service.is_online else service


def pass_on(filling: Filling, draft: Draft) -> None:
    """Fill in another service's form with what a draft says; the draft stays, to come back to."""
    carry_over(filling, cases_prefill.in_draft(draft))


def move_on(filling: Filling, case: Case) -> Case | None:
    """Fill in another service's form with what a moved case says; sent at once where nothing is missing."""
    said = cases_prefill.in_case(case)
    said = replace(said, answers={**said.answers, **none_fits(filling.service)})
    carry_over(filling, said, whole=True)
    rerouting.begun(draft=filling.draft, case=case)
    if filling.stopped_at or not all(answered(p, filling.draft.answers) for p in filling.pages):
        return None
    try:
        new_case, _decision = filling.submit()
    except Refused:  # the form says why
        return None
    return new_case
