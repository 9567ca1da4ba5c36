"""Reads the fields of a request as answers to its service's questions."""

from django.http import QueryDict

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.web.open311 import spots
from doorstep.web.open311.problems import Problem, wrong
from doorstep.web.open311.questions import Asked

LONGEST = 4000


def answers(of: Asked, posted: QueryDict) -> dict[str, object]:
    """Return what was answered, by question; raises Problem with every fault seen so far."""
    typed: dict[str, object] = {}
    faults: list[str] = []
    if len(posted.get("description") or "") > LONGEST:
        faults.append(f"description: at most {LONGEST} characters.")
    questions = {q.id: q for _, q in of.attributes}
    for name, values in _attributes(posted).items():
        if name not in questions:
            faults.append(f"attribute[{name}]: this service has no such attribute.")
            continue
        try:
            typed[name] = _typed(questions[name], values)
        except Problem as exc:
            faults += exc.says
    for part, text in _contact(posted).items():
        if part in of.contact:  # what a service does not ask for is not kept
            typed[of.contact[part].id] = text
    if of.place:
        try:
            typed[of.place.id] = spots.answer(of.place, posted)
        except Problem as exc:
            faults += exc.says
    if faults:
        raise wrong(*faults)
    return typed


def otherwise(of: Asked, posted: QueryDict) -> dict[str, object]:
    """Return answers that are taken where they are asked for: programs send them always."""
    text = (posted.get("description") or "").strip()
    texts = {of.description.id: text} if of.description and text else {}
    return {**of.otherwise, **texts}


def _attributes(posted: QueryDict) -> dict[str, list[str]]:
    """Return what came as attribute[code] or attribute[code][], empty values left out."""
    attributes: dict[str, list[str]] = {}
    for name in posted:
        if name.startswith("attribute[") and "]" in name:
            code = name[len("attribute[") :].partition("]")[0]
            values = [value for value in posted.getlist(name) if value.strip()]
            if values:
                attributes[code] = [*attributes.get(code, []), *values]
    return attributes


# What is wrong with an attribute before the form looks at it.
NOT_READ = {
    "one_value": "takes one value.",
    "not_a_moment": "write it as a W3C datetime with its offset: 2026-11-24T09:00:00Z.",
}


def _typed(question: Question, values: list[str]) -> Typed:
    """Return the fields that a browser would send; raises Problem."""
    try:
        return kinds.of(question).from_program(question, values)
    except Invalid as exc:
        raise wrong(f"attribute[{question.id}]: {NOT_READ[exc.code]}") from exc


def _contact(posted: QueryDict) -> dict[str, str]:
    """Return name, email and phone, where they were sent."""
    names = [(posted.get(part) or "").strip() for part in ("first_name", "last_name")]
    parts = {
        "name": " ".join(filter(None, names)),
        "email": (posted.get("email") or "").strip(),
        "phone": (posted.get("phone") or "").strip(),
    }
    return {part: text for part, text in parts.items() if text}
