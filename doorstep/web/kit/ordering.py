"""From a program's answers to a case: page by page, by the same actions and rules as the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from django.template.loader import get_template

from doorstep.cases import drafts, submitting
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
from doorstep.forms.questions.kind import Invalid, Options, Typed
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.questions.slot import is_open
from doorstep.staff.actor import Actor
from doorstep.web.kit import answering

# What a form cannot get wrong.
BY_PROGRAM = {
    "wrong_type": "Send it as the JSON Schema of the page says",
    "not_as_json": "A photo does not come by the API",
}


@dataclass(frozen=True)
class Order:
    """What is asked for: answers by question, each as JSON or as the fields a browser would send (Typed).

    `otherwise` answers what is asked and was not answered; what of it is not asked does no harm.
    """

    service: Service
    channel: str
    answers: Mapping[str, object]
    otherwise: Mapping[str, object] = field(default_factory=dict, kw_only=True)

    @property
    def home(self) -> object:
        """Return the property it is about, as it was sent."""
        asked = self.service.form.questions.values()
        return next((self.answers.get(q.id) for q in asked if q.kind == "address"), None)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one answer: a code, the form's own sentence, and what may be chosen."""

    question: str
    code: str
    says: str
    options: Options = ()


class NotTaken(Exception):
    """An order that makes no case, for a reason that its kinds below say."""


class AnswersWrong(NotTaken):
    """Some answers cannot be taken; none named is one that we cannot name either."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__()
        self.wrong = wrong


class AlreadyOpen(NotTaken):
    """Another case about the same thing is open, and no rule stops for it."""


class Halted(NotTaken):
    """A rule stops: its code, heading and sentence; or what it rests on cannot be looked up just now."""

    def __init__(self, service: Service, code: str, heading: str = "", says: str = "") -> None:
        super().__init__(code)
        self.service, self.code, self.heading, self.says = service, code, heading, says

    @property
    def is_unavailable(self) -> bool:
        """Say whether nothing was decided, because something cannot be looked up."""
        return self.code == "unavailable" and not self.says

    @property
    def instead(self) -> dict[str, str] | None:
        """Return the other authority that is asked instead, where the stop names one."""
        stop = self.service.form.stops.get(self.code)
        other = council.current().authorities.get(stop.authority) if stop else None
        if other is None:
            return None
        return {"name": other.name, "address": other.address, "telephone": other.telephone}

    @property
    def human(self) -> dict[str, str]:
        """Return how to reach a person instead."""
        contact = council.current().contact
        return {
            "say": self.service.about.human,
            "telephone": contact.telephone,
            "hours": contact.hours,
            "email": contact.email,
        }


def place(order: Order, *, visitor: str, by: Actor, now: datetime) -> Case:
    """Answer page by page and submit; raises NotTaken."""
    service = order.service
    taken: set[str] = set()
    draft = drafts.begin(service=service, visitor=visitor, channel=order.channel, by=by, now=now)
    while (page := _next(draft, service, now)) is not None:
        given, words = _page(order, draft, page, now)
        taken |= given.keys()
        try:
            decision = drafts.answer(
                draft=draft, page=page, given=given, words=words, by=by, now=now
            )
        except Refused as exc:
            raise _refused(service, draft, exc, now) from exc
        if decision.stops:
            raise _halted(draft, service, decision, now)
    if rest := [name for name in order.answers if name not in taken]:
        said = "After the other answers it is not asked"
        raise AnswersWrong([Wrong(name, "not_asked", said) for name in rest])
    return _submitted(service, draft, by, now)


def _refused(service: Service, draft: Draft, refused: Refused, now: datetime) -> NotTaken:
    """Return what was refused; a day that was just taken as a fault of its answer, with the days left."""
    if refused.code == "already_open":
        return AlreadyOpen()
    slot = next((q for q in service.form.questions.values() if q.kind == "slot"), None)
    if refused.code != "slot_gone" or slot is None:
        return AnswersWrong([])
    return AnswersWrong([_wrong(slot, Invalid("slot_gone"), _values(draft, service, now), now)])


def _submitted(service: Service, draft: Draft, by: Actor, now: datetime) -> Case:
    try:
        case, decision = submitting.submit(draft_id=draft.pk, by=by, now=now)
    except Refused as exc:
        raise _refused(service, draft, exc, now) from exc
    if case is None and decision is not None:
        draft.refresh_from_db()
        raise _halted(draft, service, decision, now)
    assert case is not None
    return case


def _next(draft: Draft, service: Service, now: datetime) -> Page | None:
    values = _values(draft, service, now)
    pages = journey.shown(service.form, values, frozenset(draft.asked), clock_at(now))
    return journey.first_open(pages, draft.answers)


def _values(draft: Draft, service: Service, now: datetime) -> dict[str, object]:
    return values_of(draft, settings_of(draft, service, now))


def _fields(question: Question, value: object) -> Typed:
    if value is None:
        return Typed()
    return value if isinstance(value, Typed) else KINDS[question.kind].read(question, value)


def _page(
    order: Order, draft: Draft, page: Page, now: datetime
) -> tuple[dict[str, object], dict[str, str]]:
    """Return a page's answers and their words; raises AnswersWrong with every fault of the page."""
    values = _values(draft, order.service, now)
    given: dict[str, object] = {}
    words: dict[str, str] = {}
    wrong = []
    for question in page.questions:
        if not KINDS[question.kind].asks:
            continue
        try:
            spare = order.otherwise.get(question.id)
            typed = _fields(question, order.answers.get(question.id, spare))
            took = answering.take(draft.version_id, question, typed, values, now)
        except Invalid as exc:
            wrong.append(_wrong(question, exc, values, now))
            continue
        given[question.id] = took.answer
        words |= took.words
    if wrong:
        raise AnswersWrong(wrong)
    return given, words


def _wrong(question: Question, invalid: Invalid, values: dict[str, object], now: datetime) -> Wrong:
    """Return what is wrong with an answer, in the form's own sentence, and what may be chosen."""
    template: Any = get_template("kit/sentences.html")
    said = BY_PROGRAM.get(invalid.code) or template.template.module.sentence(question, invalid)
    found = answering.options(question, values, Typed(), now)
    if question.kind == "slot":  # days that are closed are listed only to be explained
        found = tuple(option for option in found if is_open(option[0]))
    return Wrong(question.id, invalid.code, unescape(str(said)).strip(), found)


def _halted(draft: Draft, service: Service, decision: Decision, now: datetime) -> Halted:
    """Return where a check stops, in the sentence that the form says."""
    if decision.result == "unavailable":
        return Halted(service, "unavailable")
    stop = service.form.stops.get(decision.code)
    said = fill(stop.say, _values(draft, service, now)) if stop else ""
    return Halted(service, decision.code, stop.title if stop else "", said)
