"""Reads the fields of a request as answers to its service's questions; what fits none is kept for staff."""

from dataclasses import dataclass, field

from django.http import QueryDict

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Typed
from doorstep.web.form.sentences import sentence
from doorstep.web.open311 import spots
from doorstep.web.open311.problems import Problem, wrong
from doorstep.web.open311.questions import Asked

# Longer than anybody types; what is beyond it no officer reads.
MOST_KEPT = 20_000


@dataclass
class Fields:
    """What came in the fields of a request.

    `answers` by question; `beside` are sentences for staff: what no question takes, and what its answer
    has no room for; `left_out` are sentences for the sending program.
    """

    answers: dict[str, object] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read(of: Asked, posted: QueryDict) -> Fields:
    """Return what came, so that no report is lost for a detail; raises Problem with every fault seen so far."""
    fields, faults = Fields(), list[str]()
    questions = {q.id: q for _, q in of.attributes}
    for name, values in _attributes(posted).items():
        if name not in questions:  # FixMyStreet's own, such as easting and fixmystreet_id
            fields.beside.append(f"{name}: {', '.join(values)}")
            continue
        _take_attribute(of, questions[name], values, fields)
    for part, text in _contact(posted).items():
        if part in of.contact:  # what a service does not ask for is not kept
            _take_contact(of.contact[part], part, text, fields)
    if of.place:
        try:
            fields.answers[of.place.id] = spots.answer(of.place, posted)
        except Problem as exc:
            faults += exc.says
    if faults:
        raise wrong(*faults)
    return fields


def otherwise(of: Asked, posted: QueryDict, fields: Fields) -> dict[str, object]:
    """Return answers that are taken where they are asked for: programs send them always."""
    text = (posted.get("description") or "").strip()
    if not of.description or not text:
        return of.otherwise
    (short,) = _short(of, of.description, [text], fields)
    return {**of.otherwise, of.description.id: short}


def _take_attribute(of: Asked, question: Question, values: list[str], fields: Fields) -> None:
    """Take an attribute; one that cannot be read is left out, and missed where it must be there."""
    try:
        typed = kinds.of(question).from_program(question, values)
    except Invalid as exc:
        leave_out(of.field(question.id), values, NOT_READ[exc.code], fields)
        return
    short = {name: _short(of, question, texts, fields) for name, texts in typed.items()}
    fields.answers[question.id] = Typed(short)


def leave_out(field: str, values: list[str], why: str, into: Fields) -> None:
    """Leave an answer out: staff read it, the sending program is told why."""
    into.beside.append(f"{field}: {', '.join(values)}")
    into.left_out.append(f"{field} was left out: {why}.")


def _short(of: Asked, question: Question, values: list[str], fields: Fields) -> list[str]:
    """Return texts as long as a question takes them; the rest is kept for staff."""
    most = int(str(kinds.of(question).schema(question).get("maxLength") or 0))
    if not most:
        return values
    for value in values:
        if len(value) > most:
            rest = value[most : most + MOST_KEPT]
            fields.beside.append(f"{question.short or question.label}, continued: …{rest}")
            left = len(value) - most - MOST_KEPT
            if left > 0:
                field = of.field(question.id)
                says = f"{field}: the last {left} characters were not kept."
                fields.left_out.append(says)
    return [value[:most] for value in values]


def _take_contact(question: Question, part: str, text: str, fields: Fields) -> None:
    """Take name, email or phone; one that cannot be right and need not be there is left out, and said."""
    try:
        kinds.of(question).clean(question, Typed({question.id: [text]}), ())
    except Invalid as exc:
        if question.optional:
            leave_out(part, [text], sentence(question, exc), fields)
            return
    fields.answers[question.id] = text


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
    "one_value": "It takes one value",
    "not_a_moment": "Write it as a W3C datetime with its offset: 2026-11-24T09:00:00Z",
}


def _contact(posted: QueryDict) -> dict[str, str]:
    """Return name, email and phone, where they were sent."""
    names = [(posted.get(part) or "").strip() for part in ("first_name", "last_name")]
    parts = {
        "name": " ".join(filter(None, names)),
        "email": (posted.get("email") or "").strip(),
        "phone": (posted.get("phone") or "").strip(),
    }
    return {part: text for part, text in parts.items() if text}
