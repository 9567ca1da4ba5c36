"""From a program's answers to a case: page by page, by the same actions and rules as the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doorstep.cases import drafts, submitting
from doorstep.cases.drafts import NOT_COUNTED, CountedBy
from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.cases.values import home_of, of_nature
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.facts import together
from doorstep.forms.form import Page, Question
from doorstep.forms.journey import Decision
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Options, Typed
from doorstep.intake.filling import Entries, Filling, Mistaken
from doorstep.staff.actor import Actor


@dataclass(frozen=True)
class Order:
    """What is asked for: answers by question, each as JSON or as the fields a browser would send (Typed).

    `otherwise` answers what is asked and was not answered; what of it is not asked does no harm.
    """

    service: Service
    channel: str
    answers: Mapping[str, object]
    otherwise: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    # By what it is counted; a program's is not.
    counted_by: CountedBy = field(default=NOT_COUNTED, kw_only=True)

    @property
    def home(self) -> object:
        """Return the property it is about, as it was sent."""
        return home_of(self.service, self.answers)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one answer, and what may be chosen; a front door finds the form's own sentence for it."""

    question: Question
    invalid: Invalid
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


def place(order: Order, *, owner: Owner, by: Actor, now: datetime) -> Case:
    """Answer page by page and submit; raises NotTaken.

    In one transaction where that can be, and nothing is stored before its case opens; else each page is stored as it is answered.
    """
    about: dict[str, Any] = {"service": order.service, "owner": owner, "channel": order.channel}
    about |= {"by": by, "now": now, "counted_by": order.counted_by}
    if submitting.at_once(order.service):
        try:
            return submitting.in_one(lambda: _placed(order, about))
        except Refused as exc:
            if exc.code != "order_known":  # else it was sent, or begun, before
                raise _refused(Filling(drafts.new(**about), by=by, now=now), exc) from exc
    with together():
        filling = Filling(drafts.begin(**about), by=by, now=now)
        _fill(filling, order)
        return _submitted(filling)


def _placed(order: Order, about: Mapping[str, Any]) -> Case:
    """Judge an order page by page and open its case; the caller began the transaction."""
    by, now = about["by"], about["now"]
    with together():
        filling = Filling(drafts.new(**about), by=by, now=now)
        _fill(filling, order)
        return submitting.open_judged(draft=filling.draft, by=by, now=now)


def _fill(filling: Filling, order: Order) -> None:
    """Answer every page that is met; raises NotTaken. What an earlier try of the same order answered is not asked again."""
    names = set(filling.draft.answers)
    while (page := filling.next_open()) is not None:
        entries = _entries(filling, page, order)
        names |= entries.given.keys()
        try:
            decision = filling.answer(page, entries)
        except Mistaken as exc:
            found = order.service.form.questions
            wrong = [_wrong(filling, found[name], invalid) for name, invalid in exc.wrong.items()]
            raise AnswersWrong(wrong) from exc
        except Refused as exc:
            raise _refused(filling, exc) from exc
        if decision.stops:
            raise _halted(filling, decision)
    questions = order.service.form.questions
    if rest := [name for name in order.answers if name not in names]:
        # One that the form does not have is named all the same.
        named = [questions.get(name) or Question(id=name, kind="text") for name in rest]
        raise AnswersWrong([Wrong(question, Invalid("not_asked")) for question in named])


def _entries(filling: Filling, page: Page, order: Order) -> Entries:
    """Return a page's answers and their words; raises AnswersWrong with every fault of the page."""

    def fields(question: Question) -> Typed:
        value = order.answers.get(question.id, order.otherwise.get(question.id))
        return fields_of(question, value)

    entries, questions = filling.read(page, fields), order.service.form.questions
    for question in page.questions:
        said = {**filling.values, **entries.given}
        if order.answers.get(question.id) is not None and not question.is_asked(said):
            entries.wrong[question.id] = Invalid("not_asked")
    if entries.wrong:
        wrong = entries.wrong.items()
        raise AnswersWrong([_wrong(filling, questions[name], invalid) for name, invalid in wrong])
    return entries


def fields_of(question: Question, value: object) -> Typed:
    """Return the fields that a browser would send for an answer as JSON; raises Invalid."""
    if value is None:
        return Typed()
    return value if isinstance(value, Typed) else kinds.of(question).read(question, value)


def _wrong(filling: Filling, question: Question, invalid: Invalid) -> Wrong:
    offered = filling.options(question, Typed())
    question = filling.in_words(question)
    return Wrong(question, invalid, kinds.of(question).open_ones(offered))


def _refused(filling: Filling, refused: Refused) -> NotTaken:
    """Return what was refused; a day that was just taken as a fault of its answer, with the days left."""
    if refused.code == "already_open":
        return AlreadyOpen()
    slot = next(iter(of_nature(filling.service, "slot")), None)
    if refused.code != "slot_gone" or slot is None:
        return AnswersWrong([])
    return AnswersWrong([_wrong(filling, slot, Invalid("slot_gone"))])


def _submitted(filling: Filling) -> Case:
    try:
        case, decision = filling.submit()
    except Refused as exc:
        raise _refused(filling, exc) from exc
    if case is None and decision is not None:
        filling.draft.refresh_from_db()
        raise _halted(Filling(filling.draft, by=filling.by, now=filling.now), decision)
    assert case is not None
    return case


def _halted(filling: Filling, decision: Decision) -> Halted:
    """Return where a check stops, in the sentence that the form says."""
    if decision.result == "unavailable":
        return Halted(filling.service, "unavailable")
    stop = filling.service.form.stops.get(decision.code)
    says = fill(stop.say, filling.values) if stop else ""
    return Halted(filling.service, decision.code, stop.title if stop else "", says)
