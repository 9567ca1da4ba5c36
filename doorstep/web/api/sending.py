"""Reads a body against a service's questions, and says as problems what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from doorstep.cases.models import Case
from doorstep.cases.owners import Owner
from doorstep.catalogue.service import Service
from doorstep.forms.questions import kinds
from doorstep.intake import orders
from doorstep.staff.actor import Actor
from doorstep.web.api.problems import Fault, Option, Problem, Stopped, wrong
from doorstep.web.api.shapes import Sending
from doorstep.web.form.sentences import sentence


@dataclass(frozen=True)
class Sent(orders.Order):
    """What a body asks for, and the place in the body where each answer came from."""

    pointers: Mapping[str, str]


def order(service: Service, body: Sending) -> Sent:
    """Read a body against a service's questions; raises Problem 422 with every fault seen so far."""
    questions = service.form.questions
    faults = []
    if body.channel not in service.about.channels:
        faults.append(_fault("#/channel", "not_an_option", "The service is not asked for that way"))
    answers = dict(body.answers)
    pointers = {name: f"#/answers/{_escaped(name)}" for name in answers}
    for name in answers:
        if name not in questions or not kinds.of(questions[name]).asks:
            faults.append(_fault(pointers[name], "unknown", "The service has no such question"))
    by_part = {q.contact: q.id for q in questions.values() if q.contact}
    for part, value in body.contact.dict(exclude_none=True).items():
        name, pointer = by_part.get(part, ""), f"#/contact/{part}"
        if not name or name in answers:
            reason = "It is answered twice" if name else "The service does not ask for it"
            faults.append(_fault(pointer, "twice" if name else "unknown", reason))
        else:
            answers[name], pointers[name] = value, pointer
    if faults:
        raise wrong(faults)
    return Sent(service, body.channel, answers, pointers)


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return Fault(pointer=pointer, code=code, detail=detail)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def send(sent: Sent, *, owner: Owner, by: Actor, now: datetime) -> Case:
    """Make the case; raises Problem, or Stopped where a rule stops."""
    try:
        return orders.place(sent, owner=owner, by=by, now=now)
    except orders.AnswersWrong as exc:
        faults = [_said(sent, w) for w in exc.wrong]
        raise (wrong(faults) if faults else Problem(422, "answers_wrong")) from exc
    except orders.AlreadyOpen as exc:
        raise Problem(409, "already_open") from exc
    except orders.Halted as exc:
        raise _halted(exc) from exc


def _halted(of: orders.Halted) -> Problem:
    if of.is_unavailable:
        return Problem(422, "unavailable", human=of.human)
    more = {"instead": of.instead} if of.instead else {}
    return Stopped(422, of.code, detail=of.says, heading=of.heading, human=of.human, **more)


def _said(sent: Sent, of: orders.Wrong) -> Fault:
    """Return what is wrong with an answer at its place in the body."""
    options = [Option(value=v, label=label) for v, label in of.options] or None
    name, says = of.question.id, sentence(of.question, of.invalid)
    pointer = sent.pointers.get(name, f"#/answers/{name}")
    return Fault(pointer=pointer, code=of.invalid.code, detail=says, options=options)
