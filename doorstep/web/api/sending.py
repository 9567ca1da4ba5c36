"""From a body's answers to a case: page by page, by the same actions and rules as the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.template.loader import get_template

from doorstep.cases import actions as cases
from doorstep.cases.clock import clock_at
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import settings_of, values_of
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms import journey
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.questions.slot import is_open
from doorstep.staff.actor import Actor
from doorstep.web.api.problems import Fault, Option, Problem, Stopped, wrong
from doorstep.web.api.shapes import Sending
from doorstep.web.kit import answering

# What a form cannot get wrong.
AS_JSON = {
    "wrong_type": "Send it as the JSON Schema of the page says",
    "not_as_json": "A photo does not come by the API",
}


@dataclass(frozen=True)
class Order:
    """What a body asks for: answers by question, and the place in the body where each came from."""

    service: Service
    channel: str
    answers: Mapping[str, object]
    pointers: Mapping[str, str]

    @property
    def home(self) -> object:
        """Return the property it is about, as it was sent."""
        asked = self.service.form.questions.values()
        return next((self.answers.get(q.id) for q in asked if q.kind == "address"), None)


def order(service: Service, body: Sending) -> Order:
    """Read a body against a service's questions; raises Problem 422 with every fault seen so far."""
    questions = service.form.questions
    faults = []
    if body.channel not in service.about.channels:
        faults.append(_fault("#/channel", "not_an_option", "The service is not asked for that way"))
    answers = dict(body.answers)
    pointers = {name: f"#/answers/{_escaped(name)}" for name in answers}
    for name in answers:
        if name not in questions or not KINDS[questions[name].kind].asks:
            faults.append(_fault(pointers[name], "unknown", "The service has no such question"))
    by_part = {q.contact: q.id for q in questions.values() if q.contact}
    for part, value in body.contact.dict(exclude_none=True).items():
        name, pointer = by_part.get(part, ""), f"#/contact/{part}"
        if not name or name in answers:
            said = "It is answered twice" if name else "The service does not ask for it"
            faults.append(_fault(pointer, "twice" if name else "unknown", said))
        else:
            answers[name], pointers[name] = value, pointer
    if faults:
        raise wrong(faults)
    return Order(service, body.channel, answers, pointers)


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return Fault(pointer=pointer, code=code, detail=detail)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def send(sent: Order, *, visitor: str, by: Actor, now: datetime) -> Case:
    """Answer page by page and submit; raises Problem, or Stopped where a rule stops."""
    service = sent.service
    taken: set[str] = set()
    draft = cases.begin(service=service, visitor=visitor, channel=sent.channel, by=by, now=now)
    while (page := _next(draft, service, now)) is not None:
        given, words = _page(sent, draft, page, now)
        taken |= given.keys()
        try:
            decision = cases.answer(
                draft=draft, page=page, given=given, words=words, by=by, now=now
            )
        except Refused as exc:
            raise _refused(sent, draft, exc, now) from exc
        if decision.stops:
            raise _stopped(draft, service, decision, now)
    if rest := [name for name in sent.answers if name not in taken]:
        said = "After the other answers it is not asked"
        raise wrong([_fault(sent.pointers[name], "not_asked", said) for name in rest])
    return _submitted(sent, draft, by, now)


def _refused(sent: Order, draft: Draft, refused: Refused, now: datetime) -> Problem:
    """Return what was refused; a day that was just taken as a fault of its answer, with the days left."""
    if refused.code == "already_open":
        return Problem(409, "already_open")
    slot = next((q for q in sent.service.form.questions.values() if q.kind == "slot"), None)
    if refused.code != "slot_gone" or slot is None:
        return Problem(422, "answers_wrong")
    pointer, values = sent.pointers.get(slot.id, "#/answers"), _values(draft, sent.service, now)
    return wrong([_said(pointer, slot, Invalid("slot_gone"), values, now)])


def _submitted(sent: Order, draft: Draft, by: Actor, now: datetime) -> Case:
    try:
        case, decision = cases.submit(draft_id=draft.pk, by=by, now=now)
    except Refused as exc:
        raise _refused(sent, draft, exc, now) from exc
    if case is None and decision is not None:
        draft.refresh_from_db()
        raise _stopped(draft, sent.service, decision, now)
    assert case is not None
    return case


def _next(draft: Draft, service: Service, now: datetime) -> Page | None:
    values = _values(draft, service, now)
    pages = journey.shown(service.form, values, frozenset(draft.asked), clock_at(now))
    return journey.first_open(pages, draft.answers)


def _values(draft: Draft, service: Service, now: datetime) -> dict[str, object]:
    return values_of(draft, settings_of(draft, service, now))


def _page(
    sent: Order, draft: Draft, page: Page, now: datetime
) -> tuple[dict[str, object], dict[str, str]]:
    """Return a page's answers and their words; raises Problem with every fault of the page."""
    values = _values(draft, sent.service, now)
    given: dict[str, object] = {}
    words: dict[str, str] = {}
    faults = []
    for question in page.questions:
        kind = KINDS[question.kind]
        if not kind.asks:
            continue
        try:
            value = sent.answers.get(question.id)
            typed = Typed() if value is None else kind.read(question, value)
            took = answering.take(draft.version_id, question, typed, values, now)
        except Invalid as exc:
            pointer = sent.pointers.get(question.id, f"#/answers/{question.id}")
            faults.append(_said(pointer, question, exc, values, now))
            continue
        given[question.id] = took.answer
        words |= took.words
    if faults:
        raise wrong(faults)
    return given, words


def _said(
    pointer: str, question: Question, invalid: Invalid, values: dict[str, object], now: datetime
) -> Fault:
    """Return what is wrong with an answer, in the form's own sentence, and what may be chosen."""
    template: Any = get_template("kit/sentences.html")
    said = AS_JSON.get(invalid.code) or template.template.module.sentence(question, invalid)
    found = answering.options(question, values, Typed(), now)
    if question.kind == "slot":  # days that are closed are listed only to be explained
        found = tuple(option for option in found if is_open(option[0]))
    return Fault(
        pointer=pointer,
        code=invalid.code,
        detail=unescape(str(said)).strip(),
        options=[Option(value=v, label=label) for v, label in found] or None,
    )


def _stopped(draft: Draft, service: Service, decision: Decision, now: datetime) -> Problem:
    """Return where a check stops, in the sentence that the form says, and how to reach a person."""
    stop, contact = service.form.stops.get(decision.code), council.current().contact
    human = {
        "say": service.about.human,
        "telephone": contact.telephone,
        "hours": contact.hours,
        "email": contact.email,
    }
    if decision.result == "unavailable":
        return Problem(422, "unavailable", human=human)
    said = fill(stop.say, _values(draft, service, now)) if stop else ""
    heading = stop.title if stop else ""
    return Stopped(422, decision.code, detail=said, heading=heading, human=human)
