"""What was said once is not asked again: answers that another service's questions can take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorstep.cases.models import Case, Draft
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.forms.form import Form, Question
from doorstep.forms.questions import kinds


@dataclass(frozen=True)
class Said:
    """What someone said: in their own words, by question, and how to reach them."""

    text: str = ""
    answers: Mapping[tuple[str, str], object] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)


def in_draft(draft: Draft) -> Said:
    """Return what was answered in a draft so far."""
    form = catalogue.service(draft.version_id).form
    questions = form.questions.values()
    contact = {q.contact: str(draft.answers.get(q.id) or "") for q in questions if q.contact}
    return _said(form, draft.answers, {k: v for k, v in contact.items() if v})


def in_case(case: Case) -> Said:
    """Return what a case says, and who asked."""
    who, contact = case.customer, {}
    if who is not None:
        parts = {"name": who.name, "email": who.email, "phone": who.phone}
        contact = {part: value for part, value in parts.items() if value}
    return _said(catalogue.service(case.version_id).form, case.answers, contact)


def _said(form: Form, answers: Mapping[str, object], contact: Mapping[str, str]) -> Said:
    values = from_json(dict(answers))
    questions = [
        q
        for q in form.questions.values()
        if not q.contact and not q.forget and values.get(q.id) is not None
    ]
    texts = [str(values[q.id]) for q in in_own_words(questions)]
    return Said("\n\n".join(texts), {(q.kind, q.id): values[q.id] for q in questions}, contact)


def fitting(said: Said, form: Form) -> dict[str, object]:
    """Return answers for another service's questions, by question; whether each takes them it says itself.

    A question of the same name and kind takes the same answer, one for a place the place, one for
    contact the contact, and the first for free text what was written.
    """
    answers: dict[str, object] = {}
    questions = form.questions.values()
    for question in questions:
        value = _for(question, said)
        if value is not None:
            answers[question.id] = value
    free = [q for q in in_own_words(questions) if not q.contact and not q.forget]
    if said.text and free and not any(q.id in answers for q in free):
        answers[free[0].id] = said.text
    return answers


def _for(question: Question, said: Said) -> object:
    if question.forget:
        return None
    if question.contact:
        return said.contact.get(question.contact)
    carried = kinds.of(question).carried
    if carried == "never":  # such as photos: they belong to where they were sent
        return None
    if (question.kind, question.id) in said.answers:
        return said.answers[question.kind, question.id]
    if carried == "by_kind":
        return next((v for (kind, _), v in said.answers.items() if kind == question.kind), None)
    return None


def in_own_words(questions: Iterable[Question]) -> list[Question]:
    """Return the questions for a text in own words, those with most room first."""
    free = [q for q in questions if kinds.of(q).own_words]
    return sorted(free, key=lambda q: kinds.of(q).own_words)
