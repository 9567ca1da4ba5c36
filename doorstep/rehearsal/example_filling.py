"""A form filled in by an example: the form's own checks are met, as by anyone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Invalid, Options, Posted, Typed
from doorstep.intake.filling import Filling
from doorstep.intake.orders import fields_of
from doorstep.rehearsal.made_up import SPOTS, spot


class ExampleFilling(Filling):
    """A form filled in by an example: what it answers out of what a fact finds, its fact has found."""

    def __init__(self, given: Mapping[str, Any], **more: Any) -> None:
        super().__init__(**more)
        self.example: Mapping[str, Any] = given.get("answers", {})
        # What may be chosen, where an example says so itself.
        self.given_options: Mapping[str, Any] = given.get("options", {})

    def fields(self, question: Question) -> Posted:
        """Return the fields that a browser would send for an example's answer; raises Invalid."""
        answer, kind = self.example.get(question.id), kinds.of(question)
        if kind.nature == "spot" and answer is not None:
            if answer not in SPOTS:
                raise Invalid("location_unknown")
            return Typed({question.id: [spot(answer)[0]]})
        # Photos and files, and a day with room, are written as the answer itself.
        if answer is None or kind.most_files(question) or kind.nature == "slot":
            return kind.fill(question, answer)
        return fields_of(question, _as_json(answer))

    def options(self, question: Question, posted: Posted) -> Options:
        """Return what may be chosen: listed by the form, said by the example, else what it answers."""
        if question.id in self.given_options:
            texts = self.given_options[question.id]
            return tuple((str(value), str(value)) for value in texts)
        kind, answer = kinds.of(question), self.example.get(question.id)
        if kind.nature == "spot" and answer in SPOTS:
            return (spot(answer),)
        if kind.most_files(question) or question.source is not None:
            return tuple((value, value) for value in _named_in(answer))
        return super().options(question, posted)


def _as_json(answer: object) -> object:
    """Return an answer as a program would send it: YAML has days."""
    if isinstance(answer, list):
        return [_as_json(part) for part in answer]
    if isinstance(answer, Mapping):
        return {name: _as_json(part) for name, part in answer.items()}
    return answer.isoformat() if isinstance(answer, date) else answer


def _named_in(answer: object) -> list[str]:
    """Return the values that an answer names, however many and in whatever shape."""
    if answer is None:
        return []
    if isinstance(answer, list):
        return [name for part in answer for name in _named_in(part)]
    return [str(answer["id"] if isinstance(answer, Mapping) else answer)]
